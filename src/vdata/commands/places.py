"""Folders and files of the command line: builds are read wherever they are, files are written on this machine."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..schemas.bucket_path import is_bucket
from ..schemas.uri import is_url


class GivenPath(click.Path):
    """A file or folder of this machine; with *buckets* also one in a bucket. Of an address a path would make a local
    folder called ``s3:``."""

    def __init__(self, *, buckets: bool = False, **how: Any) -> None:
        super().__init__(**how)
        self.buckets = buckets

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """*value* itself, or as click.Path makes it; an address is a mistake of who calls."""
        if isinstance(value, str) and is_url(value) and not (self.buckets and is_bucket(value)):
            if self.buckets:
                self.fail(f"{value}: must be a folder of this machine, or s3://BUCKET/FOLDER.", param, ctx)
            self.fail(
                f"{value}: must be on a disk of this machine. What lies in a bucket is copied from there and to there "
                "by hand (aws s3 cp).",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


ON_DISK = GivenPath()


def build_folder(folder: str, without: Collection[str] = ()) -> Path:
    """The *folder* of a build on this machine: a copy of one in a bucket, which may lack the folders *without*.

    Raises:
        UserError: no build is there, or the store cannot be asked.
    """
    from ..pipelines.dataset.fetched import local_folder
    from ..pipelines.settings.config import default_cache
    from ..pipelines.tool_progress import ToolProgress

    if not is_bucket(folder):
        return local_folder(folder, default_cache())
    with ToolProgress("fetch"):
        return local_folder(folder, default_cache(), partial(click.echo, err=True), without=without)
