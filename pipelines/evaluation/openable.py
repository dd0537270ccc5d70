"""What is opened for each video of a finished data set: its file, or the plan that it is put together by."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...schemas import Timeline
from ...schemas.arrow import read_timelines
from ...schemas.uri import PLANNED, innermost, is_url, locate
from ...video.edit.edit_list import PIECES, Edit, edit_of, identity
from ..run.made_files import MEDIA
from .score import listed_files

WHERE = "call vdata where the build was called, so that relative paths mean the same"


@dataclass(frozen=True, slots=True)
class OpenableVideo:
    """What is opened to get the pictures of one video."""

    file: str = ""
    """What to open."""
    content: str = ""
    """What determines its pictures: SHA-256 of the file, or a hash of the plan."""
    plan: Edit | None = None
    """The ``Edit`` of a made video that has no file."""
    seconds: float | None = None
    """Its length; None: not known."""
    problem: str = ""
    """Why there are none, as the end of a sentence that begins with the video; empty when there are."""


def films(bench: Path) -> dict[str, OpenableVideo]:
    """What is opened for each video of the data set in folder *bench*, by id and by uri."""
    found = {}
    for path in listed_files(bench, "timelines"):
        rows = pq.read_table(path, columns=["id", "uri", "media"]).to_pylist()
        for row in rows:
            media = row["media"] or {}
            found[row["id"]] = _filed(row["uri"], media.get("sha256", ""), bench, media.get("duration"))
        if any(_unmade(row) for row in rows):
            table = pq.read_table(path)
            for place in (place for place, row in enumerate(rows) if _unmade(row)):
                found[rows[place]["id"]] = _planned(read_timelines(table.slice(place, 1))[0])
        found |= {row["uri"]: found[row["id"]] for row in rows}
    return found


def planned_film(bench: Path, uri: str) -> OpenableVideo | None:
    """What is opened for the video *uri* of the data set in folder *bench*, which was planned; None: it has none."""
    for path in listed_files(bench, "timelines"):
        with pq.ParquetFile(path, buffer_size=1 << 20) as file:
            for group in range(file.num_row_groups):
                named = file.iter_batches(4096, row_groups=[group], columns=["uri"], use_threads=False)
                if not any(uri in batch.column("uri").to_pylist() for batch in named):
                    continue
                for batch in file.iter_batches(64, row_groups=[group], use_threads=False):
                    rows = pa.Table.from_batches([batch]).filter(pc.equal(batch.column("uri"), uri))
                    if rows.num_rows:
                        return _planned(read_timelines(rows)[0])
    return None


def _unmade(row: dict[str, Any]) -> bool:
    return str(row["uri"]).startswith(PLANNED)


def _filed(uri: str, content: str, bench: Path, seconds: float | None) -> OpenableVideo:
    """A video with a file."""
    if not content:
        return OpenableVideo(problem="was never opened")
    if uri.startswith(MEDIA) and not os.path.exists(uri):  # one that the build made
        uri = str((bench / uri).absolute())
    if problem := _lacking([uri]):
        return OpenableVideo(problem=problem)
    return OpenableVideo(locate(uri, Path.cwd()), content, seconds=seconds or None)


def _planned(video: Timeline) -> OpenableVideo:
    """A made video without a file."""
    if not video.lane(PIECES):
        return OpenableVideo(problem="has no file: build the benchmark with `render: {mode: smart}`")
    try:
        edit = edit_of(video, str(Path.cwd()))
    except ModuleNotFoundError as error:
        return OpenableVideo(problem=f"is put together of files of a package: {error}")
    if problem := _lacking(edit.files):
        return OpenableVideo(problem=f"has no file, and what it is put together of {problem}")
    return OpenableVideo(edit.pieces[0].file, identity(video), edit, video.seconds or None)


def _lacking(uris: list[str]) -> str:
    """What is wrong with the first of *uris* that cannot be there; nothing is asked of other machines."""
    for uri in uris:
        try:
            path = locate(uri, Path.cwd())
        except ModuleNotFoundError as error:
            return f"is in a package: {error}"
        path = innermost(path)
        if not is_url(path) and not os.path.exists(path):
            return f"is not there: {path}: {WHERE}"
    return ""
