"""What the samples of a build show of other videos: which these are, and in which files of the build they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...stages.media.media_files import CLIPS, LANES

ROWS = 64
"""Timelines that are read at a time."""


class MediaOfOthers:
    """The videos that the samples in *shards* show among their media; *timelines* are the files with their rows, those
    that are not in the data set themselves too."""

    def __init__(self, shards: Sequence[Path], timelines: Sequence[Path]) -> None:
        self.shards, self.timelines = shards, timelines

    @cached_property
    def videos(self) -> dict[int, set[str]]:
        """For each sample that shows other videos, by its place in the shards, their uris."""
        found: dict[int, set[str]] = {}
        at = 0
        for path in self.shards:
            rows = pq.read_metadata(path).num_rows
            for batch in _batches(path, ["media"], 1024) if "media" in pq.read_schema(path).names else ():
                media = batch.column("media")
                for n, one in enumerate(media.to_pylist() if len(media.flatten()) else ()):
                    if uris := {medium["video"] for medium in one or ()} - {""}:
                        found[at + n] = uris
                at, rows = at + batch.num_rows, rows - batch.num_rows
            at += rows
        return found

    @cached_property
    def ids(self) -> dict[str, str]:
        """The ids of these videos by uri, of those that have a row."""
        wanted = {uri for uris in self.videos.values() for uri in uris}
        found: dict[str, str] = {}
        for batch in (one for path in self.timelines if wanted for one in _batches(path, ["id", "uri"], 1024)):
            rows = zip(batch.column("uri").to_pylist(), batch.column("id").to_pylist(), strict=True)
            found |= {uri: video for uri, video in rows if uri in wanted}
        return found

    @cached_property
    def files(self) -> dict[tuple[str, float, float], str]:
        """The files that show a stretch or a moment of one of them, by its uri and their times."""
        found = {}
        for path in self.timelines if self.videos else ():
            lanes = sorted({f"lane_{lane}" for lane in LANES} & set(pq.read_schema(path).names))
            for row in (row for batch in _batches(path, ["uri", *lanes], ROWS) for row in batch.to_pylist()):
                for lane in lanes if row["uri"] in self.ids else ():
                    for span in row[lane] or ():
                        if not span["label"] or lane == f"lane_{CLIPS}":  # a spoiled picture has another label
                            found[row["uri"], span["start"], span["end"]] = span["text"]
        return found

    def named(self, table: pa.Table) -> pa.Table:
        """*table* of samples, with the files of what they show of other videos: uris may be the same in two builds."""
        if not self.videos or "media" not in table.column_names:
            return table
        place = table.schema.get_field_index("media")
        rows: list[Any] = [[self._named(one) for one in row or ()] for row in table.column("media").to_pylist()]
        return table.set_column(place, table.schema.field(place), pa.array(rows, table.schema.field(place).type))

    def _named(self, medium: dict[str, Any]) -> dict[str, Any]:
        plain = medium["video"] and not (medium["file"] or medium.get("boxes") or medium.get("mark"))
        file = self.files.get((medium["video"], medium["start"], medium["end"]), "") if plain else ""
        return {**medium, "file": file or medium["file"]}


def _batches(path: Path, columns: list[str], size: int) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, buffer_size=1 << 20) as file:
        yield from file.iter_batches(size, columns=columns, use_threads=False)
