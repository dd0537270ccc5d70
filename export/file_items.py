"""Samples by the file that shows them, for formats that hold files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath

from ..schemas.uri import inner_name
from .format import ExportItem


def items_by_file(items: Iterable[ExportItem]) -> Iterator[tuple[str, list[ExportItem]]]:
    """A key and all items of each file: the id of the video, or that of the clip where clips were cut."""
    for video, group in groupby(items, lambda item: item.video_id):
        files: dict[str, list[ExportItem]] = {}
        for item in group:
            files.setdefault(PurePosixPath(item.sample.clip).stem or video, []).append(item)
        yield from files.items()


def suffix_of(item: ExportItem) -> str:
    """How the name of the file of *item* ends, in lower case; .mp4 where that is no usual ending."""
    suffix = PurePosixPath(inner_name(item.uri)).suffix.lower()
    return suffix if re.fullmatch(r"\.\w{1,10}", suffix, re.ASCII) else ".mp4"
