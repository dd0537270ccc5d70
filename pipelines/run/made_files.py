"""The media files that stages make for rows: where they are made, and as files of a part."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ...schemas import Media, Timeline
from ...schemas.atomic_file import on_this_machine, put_in_place
from ...schemas.bucket_path import is_bucket
from ...stages.media.media_files import files_in_lanes
from ..storage.parts import PartFile, file_sha256

MEDIA = "media/"
"""Where the uris of files that a build made begin: they lie in the data set."""


def made_in(media: Path) -> Path:
    """Where this process makes files for *media*, the folder of the data set: there, unless that is in a bucket."""
    return on_this_machine(media) / str(os.getpid()) if is_bucket(media) else media


def rendered_file(media: Path, parts: Path, video: Timeline) -> PartFile:
    """The file that a stage has made for *video*, for the manifest: a part whose file is damaged is made again."""
    path = made_in(media) / video.uri.removeprefix(MEDIA)
    sha256, size = (video.media or Media()).sha256 or file_sha256(path), path.stat().st_size
    return _kept(media, parts, video.uri, sha256, size)


def shown_files(media: Path, parts: Path, videos: Iterable[Timeline], lanes: Iterable[str]) -> dict[str, PartFile]:
    """The files that *lanes* of *videos* list, by name in the data set."""
    lanes = list(lanes)
    made = (one for video in videos for one in files_in_lanes(video, lanes).items())
    return {name: _kept(media, parts, name, sha256, size) for name, (sha256, size) in made}


def _kept(media: Path, parts: Path, name: str, sha256: str, size: int) -> PartFile:
    """The file *name*; what was made on this machine for a bucket is put there."""
    path, made = media / name.removeprefix(MEDIA), made_in(media) / name.removeprefix(MEDIA)
    if made != path and made.exists():
        put_in_place(made, path)
    return {"file": os.path.relpath(str(path), str(parts)), "rows": 1, "sha256": sha256, "bytes": size}
