"""Rows as the text of a file, piece by piece: nothing is held but one row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def dumps(value: Any) -> str:
    """*value* as JSON on one line; no NaN or infinity, which JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def json_array(rows: Iterable[Any]) -> Iterator[str]:
    """One JSON array, a row a line."""
    yield "["
    for n, row in enumerate(rows):
        yield (",\n" if n else "\n") + dumps(row)
    yield "\n]\n"


def json_object(rows: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """One JSON object of (key, value), one a line. Keys must be different."""
    yield "{"
    for n, (key, row) in enumerate(rows):
        yield (",\n" if n else "\n") + dumps(key) + ": " + dumps(row)
    yield "\n}\n"


def json_lines(rows: Iterable[Any]) -> Iterator[str]:
    """A JSON value a line."""
    for row in rows:
        yield dumps(row) + "\n"


def text_lines(rows: Iterable[str]) -> Iterator[str]:
    """A text a line."""
    for row in rows:
        yield row + "\n"


def tab_lines(rows: Iterable[Sequence[Any]], parted: str = "\t") -> Iterator[str]:
    """Values *parted* by tabs, as Python's csv and pandas read them: quoted where one has a tab, quote or line end."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, delimiter=parted, lineterminator="\n").writerow(row)
        yield line.getvalue()


def comma_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Comma-separated values, as ``tab_lines``."""
    return tab_lines(rows, ",")
