"""Which are kept when many are compared with one another: the best, those between two quantiles, so many of each.

All that is decided here hangs on the values and on hashes of ids alone, never on the order in which videos come.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from ...schemas import Span, Timeline, make_id
from ...schemas.settings_model import Settings
from .condition import Breach, named
from .measure import Measure
from .stated import plain

ALMOST = 1e-9
"""Shares of a number of spans are rounded to so much, so that 0.3 of 10 is 3."""


class ComparedSpan(NamedTuple):
    """A span, or a video, that is compared: the *place* of the span in its lane."""

    video: str
    place: int
    value: Any


class LostPlace(NamedTuple):
    """One that is not kept: *threshold* is the limit, and *among* the number of those it was compared with."""

    threshold: float
    among: int


class Selection(Settings, ABC):
    """A choice among spans, or videos, by one measure."""

    by: Annotated[str, StringConstraints(min_length=1)]
    """The measure that they are compared by, as in ``where``."""

    @property
    def within_videos(self) -> bool:
        """Whether the spans of each video are compared by themselves."""
        return False

    def value(self, by: Measure, video: Timeline, span: Span) -> Any:
        """The value by which *span* of *video* is compared; None when it is not known."""
        return by.number(video, span)

    def mismatch(self, kind: str) -> str:
        """What is wrong with comparing by a measure of *kind*; empty: nothing."""
        return "is a text, which has no order: compare by a number" if kind == "text" else ""

    def told(self, candidates: Sequence[ComparedSpan]) -> dict[str, float]:
        """Counts for the closing lines that no single video has."""
        return {}

    def summary(self, totals: Mapping[str, float]) -> str:
        """What the closing lines say of the comparison, from ``told``."""
        return ""

    @abstractmethod
    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        """Those of *candidates* that are not kept, by their index."""

    @abstractmethod
    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        """The breach of one with *value*; *where* says among what it was compared."""


class Ranked(Selection):
    """A choice by a number."""

    per: Literal["corpus", "video"] = "corpus"
    """Compare over all videos, or the spans of each video by themselves."""

    @property
    def within_videos(self) -> bool:
        return self.per == "video"


class Top(Ranked):
    """The best by a measure. Of equals at the limit, a hash of their ids decides."""

    count: int | None = Field(None, ge=1)
    """How many are kept."""
    share: float | None = Field(None, gt=0, le=1)
    """Which share is kept, in the place of ``count``: 0.3; one at least."""
    best: Literal["highest", "lowest"] = "highest"
    """Which numbers are the best."""

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("give count or share" if self.count is None else "give count or share, not both")
        return self

    def _most(self, total: int) -> int:
        """How many of *total* are kept."""
        return self.count or max(1, math.floor((self.share or 0) * total + 0.5 + ALMOST))

    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        total = len(candidates)
        most = self._most(total)
        if total <= most:
            return {}
        sign = -1 if self.best == "highest" else 1
        limit = sorted(sign * one.value for one in candidates)[most - 1]
        better = sum(sign * one.value < limit for one in candidates)
        equal = [n for n, one in enumerate(candidates) if sign * one.value == limit]
        kept = set(_drawn(equal, candidates, seed, most - better))
        lost = (n for n, one in enumerate(candidates) if sign * one.value >= limit and n not in kept)
        return {n: LostPlace(sign * limit, total) for n in lost}

    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        most = f"the {self.best} {self._most(loss.among)} of {loss.among} {where} end at {loss.threshold:g}"
        detail = f"{self.by} {value:g}; {most}"
        return Breach(named(self.by, "not_in_top"), value, loss.threshold, detail)


class Quantile(Ranked):
    """What lies between two quantiles of a measure; equals have one fate."""

    min: float | None = Field(None, ge=0, le=1)
    """The share of the lowest that is dropped: 0.1."""
    max: float | None = Field(None, ge=0, le=1)
    """The share, from the lowest on, that is kept: 0.9 drops the highest tenth."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min or max, shares from 0 to 1")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"nothing can be kept: min {self.min:g} is not less than max {self.max:g}")
        return self

    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        values, total = sorted(one.value for one in candidates), len(candidates)
        if not total:
            return {}
        low, high = values[0], values[-1]
        if self.min is not None:
            low = values[min(total - 1, math.floor(self.min * total + ALMOST))]
        if self.max is not None:
            high = values[max(0, math.ceil(self.max * total - ALMOST) - 1)]
        return {
            n: LostPlace(low if one.value < low else high, total)
            for n, one in enumerate(candidates)
            if one.value < low or one.value > high
        }

    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        below = value < loss.threshold
        fault, word, share = ("below_quantile", "below", self.min) if below else ("above_quantile", "above", self.max)
        detail = f"{self.by} {value:g} is {word} {loss.threshold:g}, the quantile {share:g} of {loss.among} {where}"
        return Breach(named(self.by, fault), value, loss.threshold, detail)


class Balance(Selection):
    """As many of each text, or number, of a measure. Which of them are kept, a hash of their ids decides."""

    count: int | None = Field(None, ge=1)
    """How many of each are kept at most; none: as many of each as the rarest has."""

    def value(self, by: Measure, video: Timeline, span: Span) -> Any:
        text = by.text(video, span)
        return None if text is None else plain(text)

    def mismatch(self, kind: str) -> str:
        return ""

    def told(self, candidates: Sequence[ComparedSpan]) -> dict[str, float]:
        sizes = Counter(one.value for one in candidates)
        return {"values": float(len(sizes)), "each": float(self.count or min(sizes.values(), default=0))}

    def summary(self, totals: Mapping[str, float]) -> str:
        if not totals.get("values"):
            return ""
        why = "" if self.count else ", as many as the rarest has"
        return f"{int(totals['values'])} values of {self.by}, of each at most {int(totals['each'])}{why}."

    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        groups: dict[Any, list[int]] = {}
        for n, one in enumerate(candidates):
            groups.setdefault(one.value, []).append(n)
        most = self.count or min(map(len, groups.values()), default=0)
        lost: dict[int, LostPlace] = {}
        for members in groups.values():
            if len(members) > most:
                kept = set(_drawn(members, candidates, seed, most))
                lost |= {n: LostPlace(float(most), len(members)) for n in members if n not in kept}
        return lost

    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        detail = f"{self.by} {value!r} is had by {loss.among} {where}, of which {loss.threshold:g} are kept"
        return Breach(named(self.by, "over_balance"), float(loss.among), loss.threshold, detail)


def _drawn(places: Sequence[int], candidates: Sequence[ComparedSpan], seed: int, count: int) -> list[int]:
    """*count* of the candidates at *places*, drawn by a hash of their ids."""
    if count >= len(places):
        return list(places)
    return sorted(places, key=lambda n: make_id(seed, candidates[n].video, candidates[n].place))[:count]
