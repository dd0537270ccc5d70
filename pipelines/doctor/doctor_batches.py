"""The rows that ``vdata doctor`` looks at, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..tool_progress import track

ROWS = 4096
"""Rows in memory at a time."""
BUFFER = 1 << 20
"""Bytes that are read of a column at a time."""


def batches(paths: Sequence[Path], columns: Sequence[str], words: str, size: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The rows of the shards *paths* with those of *columns* (``duration``, or ``evidence.list.element.start``) that
    each has. *words* say what is done with them."""
    rows = sum(pq.read_metadata(path).num_rows for path in paths)
    yield from track((batch for path in paths for batch in _of_file(path, columns, size)), words, rows)


def _of_file(path: Path, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, buffer_size=BUFFER) as file:
        there = [name for name in columns if _has(file.schema_arrow, name)]
        if there:
            yield from file.iter_batches(size, columns=there, use_threads=False)


def _has(schema: pa.Schema, column: str) -> bool:
    """Whether there is such a *column*, or field of the structs in a column of lists."""
    top, *fields = column.replace(".list.element", "").split(".")
    if top not in schema.names:
        return False
    kind = schema.field(top).type
    for name in fields:
        kind = kind.value_type if pa.types.is_list(kind) else kind
        if kind.get_field_index(name) < 0:
            return False
        kind = kind.field(name).type
    return True
