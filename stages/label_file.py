"""The names of a model's classes, from the files in which they are given."""

from __future__ import annotations

import csv
from pathlib import Path

COLUMN = "display_name"


def labels_in(path: str) -> list[str]:
    """The names in *path* in order: the column ``display_name`` of a CSV, or the lines of a text.

    Raises:
        OSError: it cannot be read.
        ValueError: there are none.
    """
    text = Path(path).read_text(encoding="utf-8")
    if path.endswith(".csv"):
        rows = list(csv.DictReader(text.splitlines()))
        names = [row[COLUMN] for row in rows if row.get(COLUMN)]
        if not names:
            raise ValueError(f"{path} has no column {COLUMN}")
        return names
    names = [line.strip() for line in text.splitlines() if line.strip()]
    if not names:
        raise ValueError(f"{path} is empty")
    return names
