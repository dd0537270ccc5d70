"""Rows of a table that begin with two numbers: the start and the end of what the row says. For stamps.py."""

from __future__ import annotations

import re

from .lazy_pattern import lazy

_NUMBER = r"\d+\.\d+"
_MARK = r"\s*[,;|\t]\s*"
_ROW = lazy(rf"^[ \t|]*({_NUMBER}){_MARK}({_NUMBER}){_MARK}(?=[^\W\d_]|[\"'“])", re.IGNORECASE | re.MULTILINE)
"""``14.0,32.2,the dog runs``, with commas, semicolons, tabs or bars between its cells."""


def row_numbers(text: str) -> set[int]:
    """Where in *text* the two times stand with which a row begins; seconds, as they have no unit."""
    return {match.start(n) for match in _ROW.finditer(text) for n in (1, 2)}


def is_row(text: str, at: int, until: int) -> bool:
    """Whether the two times from *at* to *until* are the first cells of one row."""
    return any(match.start(1) == at and match.end(2) == until for match in _ROW.finditer(text))
