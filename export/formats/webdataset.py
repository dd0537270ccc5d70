"""WebDataset shards (webdataset/webdataset): tar files in which what belongs together shares a name up to the dot."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...schemas.ids import make_id
from ..file_items import items_by_file, suffix_of
from ..format import ExportItem, Format, Omit, Shards, Unsupported


class WebDataset(Format):
    """WebDataset: a folder of tar shards; KEY.mp4 and KEY.json (video, duration, samples) for each video.

    KEY is the video's id. The whole file is put in, once, with all the samples about it: times stay true. Where clips
    were cut, they are put in instead, each with its samples and under its own id. Names, owners and dates are fixed,
    so that equal data gives equal shards. A shard holds one kind of container: where there are several, the names of
    shards begin with it (mp4-000000.tar), since readers take the columns of a data set from its first rows; with
    ``--transcode mp4`` all are MP4 with H.264 and AAC.
    """

    name = "webdataset"
    holds_system = True
    folder = True
    suffix = ""
    own_files = ("*.tar",)
    converts = True

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        with closing(_Tars(path, shards.most_bytes)) as tars:
            for key, of in items_by_file(items):
                told = {
                    "video": of[0].uri,
                    "duration": of[0].duration,
                    "samples": [_told(item) for item in of],
                }
                suffix = suffix_of(of[0])
                about = json.dumps(told, ensure_ascii=False).encode()
                if not shards.media:
                    tars.add(member_name(key), None, suffix, about)
                    continue
                try:
                    with shards.file(Path(of[0].video), suffix) as (made, suffix):
                        tars.add(member_name(key), made, suffix, about)
                except Unsupported as why:
                    for item in of:
                        leave(item, why.reason)

    def hint(self, path: Path) -> str:
        kinds = sorted({shard.name.rpartition("-")[0] for shard in path.glob("*-*.tar")})
        if not kinds:
            return ""
        shards = ", ".join(f"{path / kind}-*.tar" for kind in kinds)
        return f'One kind of container a shard: load_dataset("webdataset", data_files=…) with one of {shards}.'


def member_name(key: str) -> str:
    """*key* as the name of files in a tar: it leads to no other folder, and has no dot, which would end it."""
    plain = re.sub(r"[^\w-]", "_", key, flags=re.ASCII)[:100]
    return plain if plain == key and key else f"{plain}-{make_id(key)[:8]}"


def _told(item: ExportItem) -> dict[str, Any]:
    """The sample, without what only the data set itself needs."""
    own = ("clip", "clip_start", "clip_end", "frames")
    return {name: value for name, value in asdict(item.sample).items() if name not in own}


class _Tars:
    """The shards in a folder: of each kind of container one after the other."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self.open: dict[str, tarfile.TarFile] = {}
        self.sizes: dict[str, int] = {}
        self.numbers: dict[str, int] = {}

    def add(self, key: str, video: Path | None, suffix: str, told: bytes) -> None:
        kind = suffix[1:] if video is not None else "json"
        size = len(told) + (video.stat().st_size if video is not None else 0)
        if kind in self.open and self.sizes[kind] + size > self.most:
            self.open.pop(kind).close()
        if kind not in self.open:
            number = self.numbers.get(kind, 0)
            name = self.folder / f"{kind}-{number:06d}.tar"
            self.open[kind] = tarfile.TarFile(name, "w", format=tarfile.GNU_FORMAT)
            self.numbers[kind], self.sizes[kind] = number + 1, 0
        if video is not None:
            with video.open("rb") as file:
                self.open[kind].addfile(_info(key + suffix, video.stat().st_size), file)
        self.open[kind].addfile(_info(key + ".json", len(told)), io.BytesIO(told))
        self.open[kind].members.clear()  # type: ignore[attr-defined]  # it would hold what it has written
        self.sizes[kind] += size

    def close(self) -> None:
        for tar in self.open.values():
            tar.close()
        if len(self.numbers) == 1:  # no need to tell kinds apart
            for shard in sorted(self.folder.iterdir()):
                shard.rename(shard.with_name(shard.name.rpartition("-")[2]))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info
