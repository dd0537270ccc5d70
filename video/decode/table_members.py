"""Videos in the cells of tables: bytes in Parquet, and in Arrow files as ``datasets`` saves them.

A cell is named ``ROW/COLUMN``, rows counted from 0 as ``datasets`` counts them; of a struct, its field ``bytes`` is
meant. The bytes of an Arrow file lie as they are and are read at their offset. Those of Parquet are encoded by row
group: a group is read once, and its cells are unpacked into a folder with a bound.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import IO, Any

from ...schemas import Failed
from ...schemas.uri import member_uri
from . import unpacked
from .plain_files import LOOK, local_path, open_plain, plain_facts
from .windows import window

BYTES = "bytes"
"""The field of a struct that holds the content, as ``datasets.Video`` stores it."""
AT_ONCE = 4
"""Cells that are decoded at a time."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of a table."""

    row: int
    column: str
    archive: str
    size: int
    stamp: str

    @classmethod
    def of(cls, name: str, archive: str) -> _Cell:
        row, _, column = name.partition("/")
        return cls(int(row), column, archive, *plain_facts(archive))

    def key(self, row: int | None = None) -> str:
        return f"parquet {self.archive} {self.size} {self.stamp} {self.column} {self.row if row is None else row}"


def open_cell(kind: str, name: str, archive: str) -> IO[bytes]:
    """A seekable file of the bytes of a cell.

    Raises:
        OSError, Failed: there is none, or the table cannot be read.
    """
    if kind == "arrow":
        offset, size = _arrow_place(_Cell.of(name, archive))
        return window(archive, offset, size)
    with _held(_Cell.of(name, archive)) as path:
        return open(path, "rb")


def facts(kind: str, name: str, archive: str) -> tuple[int, str]:
    """The size of a cell, and a stamp that changes when its table does. Raises as ``open_cell``."""
    cell = _Cell.of(name, archive)
    stamp = f"{cell.stamp}@{name}" if cell.stamp else ""
    if kind == "arrow":
        return _arrow_place(cell)[1], stamp
    with _held(cell) as path:
        return path.stat().st_size, stamp


@contextlib.contextmanager
def pinned(kind: str, name: str, archive: str) -> Iterator[str]:
    """An address of the content of a cell that another process opens at once. Raises as ``open_cell``."""
    cell = _Cell.of(name, archive)
    if kind == "arrow":
        offset, size = _arrow_place(cell)
        yield member_uri("bytes", f"{offset}+{size}/{name}", archive)
    else:
        with _held(cell) as path:
            yield str(path)


def arrow_places(path: str, column: str) -> Iterator[tuple[int, int] | None]:
    """Where in the Arrow file *path* the bytes of each row's cell lie, and how many they are; None for an empty one.

    Raises:
        OSError: it cannot be read, or does not hold the column as bytes.
    """
    size, stamp = plain_facts(path)
    arrays, base = _arrow_arrays(path, column, size, stamp)
    for array in arrays:
        yield from (_arrow_cell(array, row, base) for row in range(len(array)))


def _arrow_place(cell: _Cell) -> tuple[int, int]:
    path = local_path(cell.archive)
    if path is None:
        raise OSError(f"{cell.archive}: an Arrow file is read on this machine only. Download it, or store Parquet")
    arrays, base = _arrow_arrays(path, cell.column, cell.size, cell.stamp)
    ends = list(accumulate(map(len, arrays)))
    part = bisect_right(ends, cell.row)
    if part == len(arrays):
        raise FileNotFoundError(f"{path} has no row {cell.row}")
    place = _arrow_cell(arrays[part], cell.row - (ends[part] - len(arrays[part])), base)
    if place is None:
        raise Failed("not_found", f"row {cell.row} of {path}: the cell {cell.column} is empty")
    return place


@lru_cache(maxsize=16)
def _arrow_arrays(path: str, column: str, size: int, stamp: str) -> tuple[list[Any], int]:
    """The chunks of *column*, mapped into memory and not read, and the address where the file is mapped."""
    import pyarrow as pa

    mapped = pa.memory_map(path)
    base = mapped.read_buffer(1).address
    mapped.seek(0)
    try:
        try:
            batches = list(pa.ipc.open_stream(mapped))
        except pa.ArrowInvalid:
            mapped.seek(0)
            reader = pa.ipc.open_file(mapped)
            batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        arrays = [_bytes_of(batch.column(column)) for batch in batches]
    except (pa.ArrowException, KeyError) as error:
        raise OSError(f"{path}: is no Arrow file with a column {column}: {error}") from None
    end = base + size
    for array in arrays:
        data = array.buffers()[2]
        if data is not None and not base <= data.address <= end:
            raise OSError(f"{path}: its bytes are compressed. Store it as Parquet, or without compression")
    return arrays, int(base)


def _arrow_cell(array: Any, row: int, base: int) -> tuple[int, int] | None:
    import numpy as np
    import pyarrow as pa

    if not array[row].is_valid:
        return None
    _, offsets, data = array.buffers()
    wide = pa.types.is_large_binary(array.type)
    start, end = np.frombuffer(offsets, np.int64 if wide else np.int32, 2, (array.offset + row) * (8 if wide else 4))
    if not 0 <= start <= end <= (0 if data is None else data.size):
        raise OSError(f"the place of row {row} of a batch is damaged")
    return int((0 if data is None else data.address - base) + start), int(end - start)


def _bytes_of(array: Any) -> Any:
    """The bytes of a column: its own, or those of the field of a struct."""
    import pyarrow as pa

    if pa.types.is_struct(array.type):
        array = array.field(BYTES)
    if not (pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type)):
        raise OSError(f"the column is of {array.type}, not of bytes")
    return array


@contextlib.contextmanager
def _held(cell: _Cell) -> Iterator[Any]:
    """The unpacked file of a cell of a Parquet file."""
    group, _ = _group_of(cell)

    with unpacked.held(cell.key(), lambda: _unpack_group(cell), f"{cell.key(-1)} group {group}") as path:
        yield path


@lru_cache(maxsize=64)
def _metadata(archive: str, size: int, stamp: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_plain(archive, LOOK) as file:
            return pq.read_metadata(file)
    except pa.ArrowException as error:
        raise OSError(f"{archive}: is no Parquet file: {error}") from None


def _group_of(cell: _Cell) -> tuple[int, int]:
    """The row group in which a cell lies, and the first row of it."""
    metadata = _metadata(cell.archive, cell.size, cell.stamp)
    first = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if first <= cell.row < first + rows:
            return number, first
        first += rows
    raise FileNotFoundError(f"{cell.archive} has no row {cell.row}")


def _unpack_group(cell: _Cell) -> None:
    """Unpack the row group of a cell, or the cell alone where the group would fill much of the folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    group, row = _group_of(cell)
    metadata = _metadata(cell.archive, cell.size, cell.stamp).row_group(group)
    parts = [metadata.column(number) for number in range(metadata.num_columns)]
    part = next((one for one in parts if one.path_in_schema in (cell.column, f"{cell.column}.{BYTES}")), None)
    if part is None:
        raise OSError(f"{cell.archive}: has no column {cell.column} of bytes")
    alone = part.total_uncompressed_size > unpacked.BOUND // 4
    found = False
    with open_plain(cell.archive) as file:
        try:
            reader = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
            for batch in reader.iter_batches(AT_ONCE, row_groups=[group], columns=[part.path_in_schema]):
                for value in _bytes_of(batch.column(0)):
                    if value.is_valid and (row == cell.row or not alone):
                        _put(cell.key(row), value.as_buffer())
                        found |= row == cell.row
                    row += 1
                if alone and found:
                    return
        except pa.ArrowException as error:
            raise OSError(f"{cell.archive}: row group {group} cannot be read: {error}") from None
    if not found:
        raise Failed("not_found", f"row {cell.row} of {cell.archive}: the cell {cell.column} is empty")


def _put(key: str, data: Any) -> None:
    def copy(file: IO[bytes]) -> None:
        file.write(data)

    unpacked.put(key, copy)
