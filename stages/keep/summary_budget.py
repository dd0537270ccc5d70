"""Which are kept when there is a budget of seconds: the summary that is worth most by weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from ...schemas import Span, Timeline, make_id
from ...schemas.settings_model import OnlyWith, Settings
from .condition import Breach
from .measure import Measure
from .selection import ALMOST, ComparedSpan, LostPlace, MeasureName, Selection
from .stated import plain


class SummaryWeights(Settings):
    """What a summary is worth: the weighted sum of three terms, each a share, 0..1, of the whole lane's."""

    importance: float = Field(0.0, ge=0)
    """Of the sum of the ratings of the spans."""
    continuity: float = Field(0.0, ge=0)
    """Of events that are kept whole: the greatest rating in each, times the square of the share of its seconds that is
    taken."""
    diversity: float = Field(0.0, ge=0)
    """Of different kinds: the greatest rating that is taken of each."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.importance, self.continuity, self.diversity)):
            raise ValueError("says nothing: give importance, continuity or diversity a weight above 0")
        return self


class RatedSpan(NamedTuple):
    """What of a span counts for a summary."""

    seconds: float
    rating: float
    event: str
    """The event that it is part of; empty: none."""
    kind: str
    """What those share that are alike; empty: it is like no other."""
    budget: float
    """The seconds that the whole summary may have."""


class SummaryBudget(Selection):
    """The spans of a video that are worth most together within a budget of seconds.

    Chosen greedily, by the gain per second and once more by the gain alone, and the better of both is kept: alone,
    importance and diversity so reach at least (1 - 1/e) / 2 of the most that there is (Khuller, Moss and Naor 1999; for
    summaries Lin and Bilmes 2010); with continuity, whose gain grows with what is taken, the rest of an event is tried
    as one choice too, and nothing is promised. The terms are those of VISIOCITY (Kaushal et al. 2020). Of equals, a
    hash of their ids decides.
    """

    seconds: float | None = Field(None, gt=0)
    """How long those that are kept may be together."""
    share: float | None = Field(None, gt=0, le=1)
    """Which share of the video that is, in the place of ``seconds``: 0.15."""
    by: MeasureName | None = None
    """The measure that rates a span: ``score``; below 0 counts as 0. None: each is rated 1."""
    weights: SummaryWeights = SummaryWeights(importance=1.0)
    """What counts in a summary: {importance: 1, continuity: 0.5, diversity: 2}."""
    events: Annotated[MeasureName | None, OnlyWith("weights__continuity")] = None
    """The measure in which the spans of one event agree: ``attr.event``, ``label.events``. One of which it is not known
    is part of none."""
    kinds: Annotated[MeasureName | None, OnlyWith("weights__diversity")] = None
    """The measure in which spans agree that are alike: ``label``, ``cluster``. One of which it is not known is like no
    other."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.seconds is None) == (self.share is None):
            raise ValueError("give seconds or share" if self.seconds is None else "give seconds or share, not both")
        for term, key in (("continuity", "events"), ("diversity", "kinds")):
            if getattr(self.weights, term) and getattr(self, key) is None:
                raise ValueError(f"weights.{term}: say with {key} by which measure")
        return self

    @property
    def within_videos(self) -> bool:
        return True

    @property
    def measures(self) -> dict[str, str]:
        return {key: name for key in ("by", "events", "kinds") if (name := getattr(self, key))}

    def value(self, measures: Mapping[str, Measure], video: Timeline, span: Span) -> RatedSpan | None:
        rating = measures["by"].number(video, span) if "by" in measures else 1.0
        if rating is None:
            return None
        event, kind = (
            plain((measures[key].text(video, span) if key in measures else None) or "") for key in ("events", "kinds")
        )
        most = self.seconds if self.seconds is not None else (self.share or 0.0) * video.seconds
        return RatedSpan(span.seconds, max(0.0, rating), event, kind, most)

    def lost_in_group(self, candidates: Sequence[ComparedSpan], seed: int) -> dict[int, LostPlace]:
        order = sorted(range(len(candidates)), key=lambda n: make_id(seed, candidates[n].video, candidates[n].place))
        spans: list[RatedSpan] = [candidates[n].value for n in order]
        if not spans:
            return {}
        most = spans[0].budget
        tries = [_greedy(spans, self.weights, most, rate) for rate in (_per_second, _alone)]
        best = max(tries, key=lambda one: round(one.worth, 9))
        return {
            order[n]: LostPlace(most, len(spans), round(best.gain([n]), 6))
            for n in range(len(spans))
            if n not in best.taken
        }

    def breach(self, value: RatedSpan, loss: LostPlace, where: str) -> Breach:
        gain = loss.value or 0.0
        said = f"rated {value.rating:g}, {value.seconds:g} s; compared with {loss.among} {where}"
        if not gain:
            return Breach("adds_nothing", gain, 0.0, f"{said}: it adds nothing to those that are kept")
        return Breach("over_budget", value.seconds, loss.threshold, f"{said}: {loss.threshold:g} s are kept at most")


class _Summary:
    """Spans that are taken, and what they are worth."""

    def __init__(self, spans: Sequence[RatedSpan], weights: SummaryWeights) -> None:
        self.spans = spans
        self.taken: set[int] = set()
        self.seconds = self.worth = 0.0
        self.kinds: dict[str, float] = {}
        """The greatest rating that is taken of each kind."""
        self.events: dict[str, float] = {}
        """The seconds that are taken of each event."""
        self.lengths: dict[str, float] = {}
        self.ratings: dict[str, float] = {}
        whole: dict[str, float] = {}
        for n, one in enumerate(spans):
            whole[self.kind(n)] = max(whole.get(self.kind(n), 0.0), one.rating)
            if one.event:
                self.lengths[one.event] = self.lengths.get(one.event, 0.0) + one.seconds
                self.ratings[one.event] = max(self.ratings.get(one.event, 0.0), one.rating)
        self.importance = _part(weights.importance, sum(one.rating for one in spans))
        self.continuity = _part(weights.continuity, sum(self.ratings.values()))
        self.diversity = _part(weights.diversity, sum(whole.values()))

    def kind(self, n: int) -> str:
        """What span *n* is like."""
        return self.spans[n].kind or f"\0{n}"

    def gain(self, places: Iterable[int]) -> float:
        """What the spans at *places*, all of one event where they are several, would add."""
        found, kinds, seconds, event = 0.0, dict[str, float](), 0.0, ""
        for n in places:
            one, kind = self.spans[n], self.kind(n)
            found += self.importance * one.rating
            kinds[kind] = max(kinds.get(kind, 0.0), one.rating)
            seconds, event = seconds + one.seconds, one.event
        for kind, rating in kinds.items() if self.diversity else ():
            found += self.diversity * max(0.0, rating - self.kinds.get(kind, 0.0))
        if self.continuity and event and self.lengths[event] > 0:
            before, length = self.events.get(event, 0.0), self.lengths[event]
            found += self.continuity * self.ratings[event] * ((before + seconds) ** 2 - before**2) / length**2
        return found

    def take(self, places: Iterable[int]) -> None:
        """Take the spans at *places*."""
        for n in places:
            one, kind = self.spans[n], self.kind(n)
            self.worth += self.gain([n])
            self.taken.add(n)
            self.seconds += one.seconds
            self.kinds[kind] = max(self.kinds.get(kind, 0.0), one.rating)
            if one.event:
                self.events[one.event] = self.events.get(one.event, 0.0) + one.seconds


def _part(weight: float, total: float) -> float:
    """What one unit of a term is worth, of which the whole lane has *total*."""
    return weight / total if total > 0 else 0.0


Rate = Callable[[float, float], float]


def _per_second(gain: float, seconds: float) -> float:
    return gain / max(seconds, ALMOST)


def _alone(gain: float, _seconds: float) -> float:
    return gain


def _greedy(spans: Sequence[RatedSpan], weights: SummaryWeights, most: float, rate: Rate) -> _Summary:
    """Take ever the choice that *rate* puts first, by gain and seconds, as long as one fits and adds anything."""
    summary = _Summary(spans, weights)
    events: dict[str, list[int]] = {}
    for n, one in enumerate(spans):
        if summary.continuity and one.event:
            events.setdefault(one.event, []).append(n)
    while True:
        left = [n for n in range(len(spans)) if n not in summary.taken]
        choices: list[list[int]] = [[n] for n in left]
        choices += [
            rest for all_of in events.values() if len(rest := [n for n in all_of if n not in summary.taken]) > 1
        ]
        best: list[int] = []
        first = 0.0
        for places in choices:
            seconds = sum(spans[n].seconds for n in places)
            if (
                summary.seconds + seconds <= most + ALMOST
                and (rated := round(rate(summary.gain(places), seconds), 12)) > first
            ):
                best, first = places, rated
        if not best:
            return summary
        summary.take(best)
