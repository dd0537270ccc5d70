"""The samples and the videos of a data set that is exported, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..schemas import Sample
from ..schemas.arrow import read_samples
from .dataset.finished import read_record
from .errors import UserError
from .tool_progress import step, track

ROWS = 1000
"""Rows in memory at a time."""
BUFFER = 1 << 20
"""Bytes that are read of a column at a time."""


def sample_rows(paths: Sequence[Path]) -> Iterator[tuple[str, str, float, Sample]]:
    """Uri, id and duration (0: not known) of the video, and the sample, of every row of the shards *paths*."""
    for _, table in shard_tables(paths, "samples"):
        uris, ids, lengths = (table.column(name).to_pylist() for name in ("video", "video_id", "duration"))
        yield from zip(uris, ids, [length or 0.0 for length in lengths], read_samples(table), strict=True)


def shard_tables(paths: Sequence[Path], words: str) -> Iterator[tuple[Path, pa.Table]]:
    """The shards *paths*, ROWS rows at a time, which is the export's work at *words*."""
    rows, path = 0, Path()
    try:
        for path in paths:
            rows += pq.read_metadata(path).num_rows
        with step(words, rows) as one:
            for path in paths:
                for batch in pq.ParquetFile(path, buffer_size=BUFFER).iter_batches(ROWS, use_threads=False):
                    yield path, pa.Table.from_batches([batch])
                    one.add(batch.num_rows)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path}: cannot be read: {error}. Build it again: only that is made anew.") from None


def video_batches(folder: Path, columns: Sequence[str], words: str, *, ended: bool = False) -> Iterator[pa.RecordBatch]:
    """The timelines of the data set in *folder* with those of *columns* that there are; with *ended*, those of videos
    that are not in it themselves too. *words* say what is done with them.

    Raises:
        UserError: it is no finished build.
    """
    record = read_record(folder)
    names = [*record.shards("timelines"), *(record.ended_shards if ended else ())]
    rows = sum(record.files[name].rows for name in names)
    yield from track((batch for name in names for batch in _of_file(folder / name, columns)), words, rows)


def _of_file(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, buffer_size=BUFFER) as file:
        there = [name for name in columns if name in file.schema_arrow.names]
        yield from file.iter_batches(ROWS, columns=there, use_threads=False)
