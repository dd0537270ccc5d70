"""Which lines are said in which stretch of a video, and what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterable

from ..schemas import Span
from ..schemas.rounding import ROUNDING
from .lane_kinds import kind_of

WORDS = "words"
"""The lane of single spoken words."""


def lines_within(lines: Iterable[Span], start: float, end: float) -> list[str]:
    """The words of those of *lines* whose middle lies from *start* to *end* (seconds, without it).

    Of stretches that follow one another, each line is in one.
    """
    return [line.words for line in lines if line.words and _said_within(line.start, line.end, start, end)]


def belongs(lane: str, begin: float, finish: float, start: float, end: float) -> bool:
    """Whether what lies in *lane* from *begin* to *finish* belongs to the stretch *start* to *end* (all in seconds).

    Speech belongs to the stretch in which its middle lies, as in ``lines_within``: what is said across a cut is told of
    one side. All else belongs to every stretch that it shares time with. To a point belongs what lies at it.
    """
    if end > start and (lane == WORDS or kind_of(lane, []) == "speech"):
        return _said_within(begin, finish, start, end)
    return begin < max(end, start + ROUNDING) and max(finish, begin + ROUNDING) > start


def _said_within(begin: float, finish: float, start: float, end: float) -> bool:
    return start <= (begin + finish) / 2 < end
