"""What formats for harnesses share: their rows, and a word about videos that are not there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from ...schemas.uri import is_url
from ..format import ExportItem, Format, Omit
from .benchmark_rows import benchmark_row
from .judging import MEDIA


class BenchmarkFormat(Format):
    """A folder for a harness, with a row for each question."""

    folder = True
    suffix = ""
    row = staticmethod(benchmark_row)
    there: tuple[int, int] = (0, 0)
    """Videos that lie where they are looked for, and all; known once the rows are written."""

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[dict[str, Any]]:
        found: dict[str, bool] = {}
        for row in super().rows(items, leave):
            path = row["path"]
            if path not in found:
                found[path] = is_url(path) or os.path.exists(path)
            yield row
        self.there = sum(found.values()), len(found)

    def where(self) -> str:
        """What to do where videos lie elsewhere; how many do now."""
        some, every = self.there
        lost = f"{every - some} of {every} videos are not where they are looked for" if some < every else ""
        return f"{lost or 'Where videos lie elsewhere'}: set {MEDIA} to the folder that their names start from."
