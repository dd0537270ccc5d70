"""WebDataset shards (webdataset/webdataset): tar files in which what belongs together shares a name up to the dot."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from ...schemas.uri import inner_name
from ..format import ExportItem, Format, Omit, Shards


class WebDataset(Format):
    """WebDataset: a folder of tar shards; KEY.mp4 and KEY.json (video, duration, samples) for each video.

    KEY is the video's id. The whole file is put in, once, with all the samples about it: times stay true. Where clips
    were cut, they are put in instead, each with its samples and under its own id. Names, owners and dates are fixed,
    so that equal data gives equal shards.
    """

    name = "webdataset"
    folder = True
    suffix = ""

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        with closing(_Tars(path, shards.most_bytes)) as tars:
            for key, of in _files(items):
                file = Path(of[0].video)
                if shards.media and not file.is_file():
                    for item in of:
                        leave(item, "no_video_file")
                    continue
                told = {
                    "video": of[0].uri,
                    "duration": of[0].duration,
                    "samples": [_told(item) for item in of],
                }
                suffix = PurePosixPath(inner_name(of[0].uri)).suffix.lower() or ".mp4"
                tars.add(key, file if shards.media else None, suffix, json.dumps(told, ensure_ascii=False).encode())


def _files(items: Iterable[ExportItem]) -> Iterator[tuple[str, list[ExportItem]]]:
    """The items of each file, with a name for it."""
    for video, group in groupby(items, lambda item: item.video_id):
        files: dict[str, list[ExportItem]] = {}
        for item in group:
            files.setdefault(PurePosixPath(item.sample.clip).stem or video, []).append(item)
        yield from files.items()


def _told(item: ExportItem) -> dict[str, Any]:
    """The sample, without what only the data set itself needs."""
    own = ("clip", "clip_start", "clip_end", "frames")
    return {name: value for name, value in asdict(item.sample).items() if name not in own}


class _Tars:
    """The shards in a folder, one after the other."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self.tar: tarfile.TarFile | None = None
        self.number = self.size = 0

    def add(self, key: str, video: Path | None, suffix: str, told: bytes) -> None:
        size = len(told) + (video.stat().st_size if video is not None else 0)
        if self.tar is not None and self.size + size > self.most:
            self.close()
        if self.tar is None:
            self.tar = tarfile.TarFile(self.folder / f"{self.number:06d}.tar", "w", format=tarfile.GNU_FORMAT)
            self.number, self.size = self.number + 1, 0
        if video is not None:
            with video.open("rb") as file:
                self.tar.addfile(_info(key + suffix, video.stat().st_size), file)
        self.tar.addfile(_info(key + ".json", len(told)), io.BytesIO(told))
        self.size += size

    def close(self) -> None:
        if self.tar is not None:
            self.tar.close()
        self.tar = None


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info
