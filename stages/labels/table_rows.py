"""Rows of a table file: .jsonl, .json, .csv, .tsv or .parquet, one dictionary a row."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

from .label_import import LabelError

TABLES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")

Row = dict[str, Any] | str
"""A row, or the reason for which it cannot be read."""


def read_rows(data: bytes, path: str) -> Iterator[tuple[int, Row]]:
    """The rows of the file *path* with content *data*, each with its number (from 1; the line in .jsonl).

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    ending = path.lower().rpartition(".")[2]
    match ending:
        case "jsonl" | "ndjson":
            return _json_lines(data)
        case "json":
            return _json_list(data, path)
        case "csv" | "tsv":
            return _csv(text_of(data), "\t" if ending == "tsv" else ",")
        case "parquet":
            return _parquet(data, path)
    raise LabelError(f"{path}: not a table. Use one of {', '.join(TABLES)}.")


def text_of(data: bytes) -> str:
    """*data* as text: UTF-16 with its mark, or UTF-8; other bytes become what ``os.fsdecode`` makes of them."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "surrogateescape")


def load_json(data: bytes, path: str) -> Any:
    """The JSON document *data*.

    Raises:
        LabelError: it is not JSON.
    """
    try:
        return json.loads(text_of(data))
    except json.JSONDecodeError as error:
        raise LabelError(f"{path}:{error.lineno}: not valid JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path}: not valid JSON: {error}.") from None


def cell(value: Any) -> str:
    """A value of a table as text; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return repr(value) if isinstance(value, float) else str(value)


def _json_lines(data: bytes) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text_of(data).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"not valid JSON: {error}"
            continue
        yield number, row if isinstance(row, dict) else "not a JSON object"


def _json_list(data: bytes, path: str) -> Iterator[tuple[int, Row]]:
    rows = load_json(data, path)
    if isinstance(rows, dict) and rows and all(isinstance(row, dict) for row in rows.values()):
        rows = [{"id": key, **row} for key, row in rows.items()]  # rows by their ids
    if not isinstance(rows, list):
        raise LabelError(f"{path}: not a list of rows. Write one JSON object a row, in a list or as .jsonl.")
    for number, row in enumerate(rows, 1):
        yield number, row if isinstance(row, dict) else "not a JSON object"


def _csv(text: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, row in enumerate(reader, 1):
        if None in row:
            yield number, "more cells than the header has columns"
        else:
            yield number, {str(column).strip(): value for column, value in row.items()}


def _parquet(data: bytes, path: str) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        wanted = [column.name for column in file.schema_arrow if not pa.types.is_binary(column.type)]
        number = 0
        for batch in file.iter_batches(columns=wanted):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (pa.ArrowException, OSError) as error:
        raise LabelError(f"{path}: not a readable parquet file: {error}") from None
