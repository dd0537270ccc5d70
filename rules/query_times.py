"""When questions are asked of a video that is still going on, and what has been of it by then.

A question asked at a time rests on what is over by then (past), on what goes on then (now), or on what comes later
(future); what may be shown with it ends at that time (``Sample.seen``). As OVBench, RTV-Bench and StreamingBench ask.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ..schemas import Evidence, Sample, Span, Timeline
from ..schemas.settings_model import OnlyWith, Settings
from .track_lines import moved

Tense = Literal["past", "now", "future"]
ASKED_AT, TENSE = "asked_at", "tense"
"""The parameters of a sample that is asked at a time: the time in seconds, and on what the answer rests (``Tense``)."""
LINK = "link"
"""The parameter with the place of a question in a chain, from 1: it takes up the answer of the one before it."""
SLACK = 0.05
"""Seconds by which the end of a span, or of what is shown, may be off."""
SETTLED = 0.5
"""Seconds that a span must have gone on before it counts as what goes on now."""


class QueryTimes(Settings):
    """When questions are asked, in seconds of the video."""

    every: float | None = Field(None, gt=0)
    """Every so many seconds."""
    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field([])
    """At these shares of the length: [0.25, 0.5, 0.75]. ``middle`` in the place of the table stands for half of it."""
    after: str | None = None
    """When a span of this lane is over."""
    delay: Annotated[float, OnlyWith("after")] = Field(0.0, ge=0)
    """So many seconds later than that."""
    context: float | None = Field(None, gt=0)
    """Seconds before the question that may be shown; by default all of the video up to it."""
    most: int | None = Field(None, ge=1)
    """At most so many times for a video, by chance; by default all."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("every", "shares", "after") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"takes one of every, shares and after, got {' and '.join(given) or 'none'}")
        return self

    def times(self, video: Timeline) -> list[float]:
        """The times at which questions about *video* are asked, in order; none where its length is not known."""
        length = video.seconds or (math.inf if self.after else 0.0)
        if self.every:
            found = [self.every * n for n in range(1, int(length / self.every + SLACK) + 1)]
        elif self.shares:
            found = [share * length for share in self.shares]
        else:
            found = [span.end + self.delay for span in video.lane(self.after or "")]
        times = sorted({round(time, 3) for time in found if SETTLED <= time <= length})
        if self.most is None or len(times) <= self.most:
            return times
        return sorted(video.random("query_times").sample(times, self.most))

    def count(self, seconds: float) -> int:
        """How many times there are in a video of so many *seconds*, roughly."""
        found = int(seconds / self.every) if self.every else len(self.shares) or int(seconds / 30)
        return max(1, found if self.most is None else min(found, self.most))

    def seen(self, time: float) -> tuple[float, float]:
        """The stretch that may be shown with what is asked at *time*."""
        return (max(0.0, time - self.context) if self.context else 0.0), time


def long_form(given: Any) -> Any:
    """``middle`` as the table that it stands for."""
    return {"shares": [0.5]} if given == "middle" else given


def until(video: Timeline, time: float) -> Timeline:
    """*video* as it is known at *time*: what has not begun is not there, and what goes on ends there."""
    lanes = {
        lane: [
            span
            if span.end <= time + SLACK
            else replace(span, end=time, boxes=moved(span.boxes, span.start, time, 0.0))
            for span in spans
            if span.start < time or span.start == span.end == time
        ]
        for lane, spans in video.lanes.items()
    }
    return replace(video, duration=time, lanes=lanes, samples=[], rejects=[])


def over(spans: Iterable[Span], time: float) -> list[Span]:
    """Those of *spans* that are over at *time*."""
    return [span for span in spans if span.end <= time + SLACK]


def going_on(spans: Iterable[Span], time: float) -> list[Span]:
    """Those of *spans* that have begun at *time* and are not over."""
    return [span for span in spans if span.start < time - SLACK and span.end > time + SLACK]


def is_future(sample: Sample) -> bool:
    """Whether the answer to *sample* rests on what comes after what is shown."""
    return sample.params.get(TENSE) == "future" or "seen" in sample.params


def misplaced(sample: Sample) -> tuple[str, Evidence] | None:
    """What of the evidence of *sample*, which is asked at a time, lies on the wrong side of it, and why: as a reason in
    snake_case; None: nothing does.

    The answer about the past, or about what goes on, rests on nothing that comes after the end of what is shown, and on
    nothing that is over before its start; that about the future rests on nothing that has begun by then, but for the
    spans that its parameter ``seen`` names.
    """
    if sample.seen is None:
        return None
    start, end = sample.seen
    before = sample.params.get("seen", "").split()
    for item in sample.evidence:
        if is_future(sample) and item.span not in before:
            if item.start < end - SLACK:
                return "rests_on_earlier", item
        elif item.end > end + SLACK:
            return "rests_on_later", item
        elif item.end < start - SLACK:
            return "rests_on_unseen", item
    return None
