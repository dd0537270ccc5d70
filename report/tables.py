"""The tables that a build has published, read in small pieces: memory does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..pipelines.dataset.finished import read_record
from ..pipelines.errors import UserError
from ..pipelines.tool_progress import track

BUFFER = 1 << 20
"""Bytes that are read of a column at a time."""


class ReportTables:
    """The finished build in *folder*. *record* is what its build.json says.

    Raises:
        UserError: there is none, or a file of it cannot be read (also while it is read, later on).
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.record = folder, read_record(folder)

    def files(self, table: str) -> list[Path]:
        """The files of *table*: ``data``, ``timelines``, ``rejects``, or ``ended``: timelines of videos that are not in
        the data set."""
        return [self.folder / name for name in self._names(table)]

    def _names(self, table: str) -> list[str]:
        return sorted(self.record.ended_shards if table == "ended" else self.record.shards(table))

    def columns(self, table: str) -> list[str]:
        """The names of the columns of *table*."""
        for path in self.files(table):
            with _opened(path) as file:
                return [str(name) for name in file.schema_arrow.names]
        return []

    def batches(self, table: str, columns: Iterable[str], size: int = 2048) -> Iterator[pa.RecordBatch]:
        """*table* in order, *size* rows at a time, with those of *columns* that it has."""
        columns, rows = list(columns), sum(self.record.files[name].rows for name in self._names(table))
        yield from track(self._batches(table, columns, size), f"{table}: {', '.join(columns)}", rows)

    def _batches(self, table: str, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
        for path in self.files(table):
            with _opened(path) as file:
                there = [name for name in columns if name in file.schema_arrow.names]
                with _readable(path):
                    yield from file.iter_batches(size, columns=there, use_threads=False)

    def rows(self, table: str, numbers: Iterable[int], size: int = 64) -> Iterator[tuple[int, dict[str, Any]]]:
        """(number, row) of the rows of *table* with these *numbers*, from 0, in order. Skips groups without one."""
        wanted = sorted(set(numbers))
        first = 0
        for path in self.files(table):
            with _opened(path) as file, _readable(path):
                for group in range(file.num_row_groups):
                    end = first + file.metadata.row_group(group).num_rows
                    here = [number for number in wanted if first <= number < end]
                    yield from _picked(file, group, here, first, size)
                    first = end


def _picked(file: Any, group: int, here: list[int], first: int, size: int) -> Iterator[tuple[int, dict[str, Any]]]:
    if not here:
        return
    for batch in file.iter_batches(size, row_groups=[group]):
        end = first + batch.num_rows
        inside = [number for number in here if first <= number < end]
        if inside:
            found = batch.take(pa.array([number - first for number in inside])).to_pylist()
            yield from zip(inside, found, strict=True)
        first = end


class _readable:  # noqa: N801 - reads as a statement
    """Turns what the reader raises on *path* into a UserError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, (OSError, pa.ArrowException)):
            raise UserError(f"{self.path}: cannot be read: {error}. Build it again: only that is made anew.") from None


def _opened(path: Path) -> Any:
    with _readable(path):
        return pq.ParquetFile(path, buffer_size=BUFFER)
