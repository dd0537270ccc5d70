"""The rows of the tables of a finished build, and a video found among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...schemas import make_id
from ...schemas.build_record import BuildRecord
from ..errors import UserError
from ..tool_progress import step
from ..yaml.complaints import did_you_mean
from .publish import FOLDERS

Row = dict[str, Any]


def find_video(folder: Path, record: BuildRecord, video: str) -> tuple[Row | None, str, str]:
    """The row of the timeline of *video* (a uri, a file name or an id) if one is published, its uri and its id.

    An input that is in the data set as it is, as a video that was joined with no other, is found there.

    Raises:
        UserError: there is no such video, or there are several.
    """
    by_uri: dict[str, str] = {}
    by_name: dict[str, str] = {}
    by_stem: dict[str, str] = {}
    inputs, hashed = set[str](), make_id(video)
    for row in _names(folder, record):
        one, uri = row["id"], row["uri"]
        if video not in uri and one not in (video, hashed):
            continue
        path = PurePosixPath(uri)
        for called, names in ((by_uri, (one, uri)), (by_name, (path.name,)), (by_stem, (path.stem,))):
            if video in names or (hashed == one and called is by_uri):
                called.setdefault(one, uri)
        inputs |= {one} if row.get("state") == "input" else set()
    called = by_uri or by_name or by_stem
    called = {one: uri for one, uri in called.items() if one not in inputs} or called
    if len(called) > 1:
        several = ", ".join(sorted(called.values())[:5])
        raise UserError(f"{folder}: {len(called)} videos are called {video} ({several}): name it by uri or id.")
    if not called:
        uris = (row["uri"] for row in _names(folder, record))
        hint = did_you_mean(video, uris, "Videos are named by uri, file name or id.")
        raise UserError(f"{folder}: has no video {video}. {hint}")
    ((one, uri),) = called.items()
    return next(rows_of(folder, record, "timelines", ("id", one)), None), uri, one


def _names(folder: Path, record: BuildRecord) -> Iterator[Row]:
    """The id and uri of every video that has a timeline or a reject, each once or more, and its state."""
    for table in ("timelines", "rejects"):
        yield from rows_of(folder, record, table, None, ["id", "uri", "state"])


def rows_of(
    folder: Path,
    record: BuildRecord,
    table: str,
    where: tuple[str, str] | None,
    columns: Sequence[str] | None = None,
) -> Iterator[Row]:
    """The rows of *table*, those in which a column has a value if *where* names both, with some *columns* or all; a
    part of a group of rows at a time, and of groups without such a row nothing but that column."""
    ended = record.ended_shards if table == "timelines" else []
    names = sorted([*record.shards(FOLDERS[table]), *ended])
    words = f"{table}: {where[0] if where else ', '.join(columns or ('all columns',))}"
    with step(words, sum(record.files[name].rows for name in names)) as told:
        for name in names:
            try:
                with pq.ParquetFile(folder / name, buffer_size=1 << 20) as file:
                    for group in range(file.num_row_groups):
                        yield from _of_group(file, group, where, columns)
                        told.add(file.metadata.row_group(group).num_rows)
            except (OSError, pa.ArrowException) as error:
                raise UserError(
                    f"{folder / name}: cannot be read: {error}. Build it again: only that is made anew."
                ) from None


def _of_group(
    file: pq.ParquetFile, group: int, where: tuple[str, str] | None, columns: Sequence[str] | None
) -> Iterator[Row]:
    def batches(names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        there = None if names is None else [name for name in names if name in file.schema_arrow.names]
        yield from file.iter_batches(512, row_groups=[group], columns=there, use_threads=False)

    if where is None:
        yield from (row for batch in batches(columns) for row in batch.to_pylist())
    elif any(pc.any(pc.equal(batch.column(0), where[1])).as_py() for batch in batches([where[0]])):
        for batch in batches(columns):
            yield from batch.filter(pc.equal(batch.column(where[0]), where[1])).to_pylist()
