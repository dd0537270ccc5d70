"""Which lines are said in which stretch of a video."""

from __future__ import annotations

from collections.abc import Iterable

from ..schemas import Span


def lines_within(lines: Iterable[Span], start: float, end: float) -> list[str]:
    """The words of those of *lines* whose middle lies from *start* to *end* (seconds, without it).

    Of stretches that follow one another, each line is in one.
    """
    return [line.words for line in lines if line.words and start <= (line.start + line.end) / 2 < end]
