"""Which are kept when many are compared with one another: the best, those between two quantiles, so many of each.

All that is decided here hangs on the values and on hashes of ids alone, never on the order in which videos come.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from ...schemas import Span, Timeline, make_id
from ...schemas.settings_model import Settings, Without
from .condition import Breach, named
from .measure import Measure
from .stated import plain

ALMOST = 1e-9
"""Shares of a number of spans are rounded to so much, so that 0.3 of 10 is 3."""
CORPUS, VIDEO = "corpus", "video"
"""What ``per`` may be besides a measure."""
MeasureName = Annotated[str, StringConstraints(min_length=1)]


class ComparedSpan(NamedTuple):
    """A span, or a video, that is compared: the *place* of the span in its lane."""

    video: str
    place: int
    value: Any
    group: str = ""
    """What those agree in that are compared with one another."""


class LostPlace(NamedTuple):
    """One that is not kept: *threshold* is the limit, and *among* the number of those it was compared with."""

    threshold: float
    among: int
    value: float | None = None
    """What was found in the comparison, where that is no measure of the span itself …"""
    like: tuple[str, int] | None = None
    """… and in comparison with which: the video, and the place in its lane."""


class Selection(Settings, ABC):
    """A choice among spans, or videos, that are compared with one another."""

    by_vectors: ClassVar[bool] = False
    """Whether the vectors of spans are compared."""

    @property
    def within_videos(self) -> bool:
        """Whether the spans of each video are compared by themselves."""
        return False

    @property
    def measures(self) -> dict[str, str]:
        """The measures that it goes by: by the key that names them, ``by`` and ``per``."""
        given = {key: getattr(self, key, None) for key in ("by", "per")}
        return {key: name for key, name in given.items() if name and not (key == "per" and name in (CORPUS, VIDEO))}

    def value(self, measures: Mapping[str, Measure], video: Timeline, span: Span) -> Any:
        """The value by which *span* is compared, from *measures* by their keys; None when it is not known."""
        return measures["by"].number(video, span) if "by" in measures else 0.0

    def mismatch(self, key: str, kind: str) -> str:
        """What is wrong with naming a measure of *kind* under *key*; empty: nothing."""
        return "is a text, which has no order: compare by a number" if key == "by" and kind == "text" else ""

    def told(self, candidates: Sequence[ComparedSpan]) -> dict[str, float]:
        """Counts for the closing lines that no single video has."""
        return {}

    def summary(self, totals: Mapping[str, float]) -> str:
        """What the closing lines say of the comparison, from ``told``."""
        return ""

    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        """Those of *candidates* that are not kept, by their index."""
        lost: dict[int, LostPlace] = {}
        for places in _groups(candidates, lambda one: one.group).values():
            found = self.lost_in_group([candidates[n] for n in places], seed)
            lost |= {places[n]: loss for n, loss in found.items()}
        return lost

    def lost_in_group(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        """Those of *candidates*, all of one group, that are not kept, by their index."""
        raise NotImplementedError

    @abstractmethod
    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        """The breach of one with *value*; *where* says among what it was compared."""


class Ranked(Selection):
    """A choice by a number."""

    by: MeasureName
    """The measure that they are compared by, as in ``where``."""
    per: MeasureName = CORPUS
    """What is compared with what: over all videos (``corpus``), the spans of each ``video`` by themselves, or over all
    videos those that have the same text, or number, by this measure: ``attr.topic``, ``cluster``."""

    @property
    def within_videos(self) -> bool:
        return self.per == VIDEO


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

    def lost_in_group(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
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

    def lost_in_group(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
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
    """So many of each text, or number, of a measure. Which of them are kept, a hash of their ids decides."""

    by: MeasureName
    """The measure that they are counted by, as in ``where``."""
    count: Annotated[int, Field(ge=1)] | dict[str, Annotated[int, Field(ge=0)]] | None = None
    """How many of each are kept at most: 500, or a quota for each that is named: ``{cooking: 500, sport: 200, "*":
    50}``, in which ``*`` stands for each of the others, of which none are kept otherwise. None: as many of each as the
    rarest has."""
    total: Annotated[int | None, Without("count")] = Field(None, ge=1)
    """How many are kept in all, in the place of ``count``: as many of each as there is room for, where those that have
    fewer leave theirs to the others (max-min fairness)."""

    def value(self, measures: Mapping[str, Measure], video: Timeline, span: Span) -> Any:
        text = measures["by"].text(video, span)
        return None if text is None else plain(text)

    def mismatch(self, key: str, kind: str) -> str:
        return ""

    def _quotas(self, sizes: Mapping[Any, int], seed: int) -> dict[Any, int]:
        """How many are kept at most of each value, when there are so many of each."""
        if self.total is not None:
            return _fair(sizes, self.total, seed)
        if isinstance(self.count, dict):
            given = {plain(name): count for name, count in self.count.items()}
            return {value: given.get(value, given.get("*", 0)) for value in sizes}
        return dict.fromkeys(sizes, self.count or min(sizes.values(), default=0))

    def told(self, candidates: Sequence[ComparedSpan]) -> dict[str, float]:
        sizes = Counter(one.value for one in candidates)
        quotas = self._quotas(sizes, 0)
        short = {"kept": float(sum(min(quotas[value], size) for value, size in sizes.items()))}
        if isinstance(self.count, dict):
            wanted = ((plain(name), count) for name, count in self.count.items() if name != "*")
            short |= {f"short:{name} {sizes[name]} of {count}": 1.0 for name, count in wanted if sizes[name] < count}
        return {"values": float(len(sizes)), "each": float(max(quotas.values(), default=0)), **short}

    def summary(self, totals: Mapping[str, float]) -> str:
        if not totals.get("values"):
            return ""
        why = ", as many as the rarest has" if self.count is None and self.total is None else ""
        line = f"{int(totals['values'])} values of {self.by}, of each at most {int(totals['each'])}{why}"
        if self.total is not None or isinstance(self.count, dict):
            line += f"; {int(totals['kept'])} are kept"
        if self.total is not None and totals["kept"] < self.total:
            line += f" of the {self.total} asked for: there are no more"
        short = sorted(name.removeprefix("short:") for name in totals if name.startswith("short:"))
        return f"{line}. Too few: {', '.join(short)}." if short else f"{line}."

    def losses(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        groups = _groups(candidates, lambda one: one.value)
        quotas = self._quotas({value: len(members) for value, members in groups.items()}, seed)
        lost: dict[int, LostPlace] = {}
        for value, members in groups.items():
            most = quotas[value]
            if len(members) > most:
                kept = set(_drawn(members, candidates, seed, most))
                lost |= {n: LostPlace(float(most), len(members)) for n in members if n not in kept}
        return lost

    def breach(self, value: Any, loss: LostPlace, where: str) -> Breach:
        detail = f"{self.by} {value!r} is had by {loss.among} {where}, of which {loss.threshold:g} are kept"
        return Breach(named(self.by, "over_balance"), float(loss.among), loss.threshold, detail)


def _fair(sizes: Mapping[Any, int], total: int, seed: int) -> dict[Any, int]:
    """How many of each are kept when *total* are, so that none could have more without one that has as few having
    fewer. What is left over when all are equal goes one each to those that a hash draws."""
    quotas: dict[Any, int] = {}
    left, waiting = total, sorted(sizes, key=lambda value: -sizes[value])
    while waiting and sizes[waiting[-1]] <= left // len(waiting):
        value = waiting.pop()
        quotas[value] = sizes[value]
        left -= quotas[value]
    each, more = divmod(left, len(waiting)) if waiting else (0, 0)
    drawn = sorted(waiting, key=lambda value: make_id(seed, value))
    return quotas | {value: each + (n < more) for n, value in enumerate(drawn)}


def _groups(candidates: Sequence[ComparedSpan], key: Callable[[ComparedSpan], Any]) -> dict[Any, list[int]]:
    """The places of *candidates* by their *key*."""
    groups: dict[Any, list[int]] = {}
    for n, one in enumerate(candidates):
        groups.setdefault(key(one), []).append(n)
    return groups


def _drawn(places: Sequence[int], candidates: Sequence[ComparedSpan], seed: int, count: int) -> list[int]:
    """*count* of the candidates at *places*, drawn by a hash of their ids."""
    if count >= len(places):
        return list(places)
    return sorted(places, key=lambda n: make_id(seed, candidates[n].video, candidates[n].place))[:count]
