"""Tables of captioned clips with a line of columns, as their authors publish them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from .lane_format import LaneFormat
from .row_text import comma_lines


class ClipTable(LaneFormat):
    """CSV with a line of the *fields*, and a line for each clip, by ``of_video``."""

    suffix = ".csv"
    fields: ClassVar[Sequence[str]]

    def encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        yield from comma_lines([self.fields])
        yield from comma_lines(rows)
