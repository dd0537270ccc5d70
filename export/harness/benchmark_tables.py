"""Rows of a benchmark as a Parquet file with explicit types: no column becomes null for want of values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

ROWS = 1000
"""Rows in memory at a time."""


def write_rows(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Write *rows* (``benchmark_row``) to the new file *path*, as they come."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = ("id", "video", "path", "task", "item", "prompt", "form", "answer", "length", "depth")
    schema = pa.schema(
        [
            *((name, pa.string()) for name in words),
            ("duration", pa.float64()),
            ("options", pa.list_(pa.string())),
            ("answer_index", pa.int64()),
        ]
    )
    waiting = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while some := list(islice(waiting, ROWS)):
            writer.write_table(pa.Table.from_pylist(some, schema))
