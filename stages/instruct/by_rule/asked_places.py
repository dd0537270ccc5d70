"""Which spans a question of one's own words is about, when it is asked at a time of the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ....rules.query_times import SETTLED, SLACK, QueryTimes, Tense
from ....schemas import Span

Moment = Literal["past", "last", "now", "next", "due"]
TENSES: dict[Moment, Tense] = {"past": "past", "last": "past", "now": "now", "next": "future", "due": "now"}
APART = 0.25
"""Seconds by which a span must be the last to end, or the first to begin."""


@dataclass(frozen=True, slots=True)
class AskedSpan:
    """A span that is asked about, or the whole video (None), with its stretch inside the video in seconds."""

    span: Span | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class QueryTime:
    """A time at which a question is asked, *time* seconds into the video, and of what there is then: *moment*."""

    time: float
    moment: Moment
    at: QueryTimes

    @property
    def tense(self) -> Tense:
        """On what the answer rests."""
        return TENSES[self.moment]

    def known(self, place: AskedSpan) -> bool:
        """Whether *place* has begun by then, so that its times can be told."""
        return place.start < self.time

    def places(self, places: Sequence[AskedSpan]) -> list[AskedSpan]:
        """Those of *places*, the spans of a lane, that are asked about: what goes on is cut at the time of asking,
        what is due at the time when it can be told."""
        time = self.time
        if self.moment == "now":
            running = [one for one in places if one.start <= time - SETTLED and one.end > time + SLACK]
            return [replace(one, end=time) for one in running]
        if self.moment in ("past", "last"):
            ended = [one for one in places if one.end <= time + SLACK]
            if self.moment == "past":
                return ended
            ended.sort(key=lambda one: one.end)
            alone = len(ended) == 1 or (len(ended) > 1 and ended[-1].end - ended[-2].end >= APART)
            return ended[-1:] if alone else []
        coming = sorted((one for one in places if one.start >= time + SETTLED), key=lambda one: one.start)
        if not coming or (len(coming) > 1 and coming[1].start - coming[0].start < APART):
            return []
        first = coming[0]
        return [replace(first, end=min(first.end, first.start + SETTLED)) if self.moment == "due" else first]

    def seen(self, place: AskedSpan) -> tuple[float, float]:
        """What may be shown, seconds: up to the time of the question, or of what is due up to when it can be told."""
        return self.at.seen(self.time)[0], place.end if self.moment == "due" else self.time
