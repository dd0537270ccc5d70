"""Which videos are joined in which order, and where a joined video begins and ends."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from ...schemas.rounding import ROUNDING

NAMED = 3
"""The most parts that a message names."""

TRIES = 50
"""How many parts in another order are passed over for one that fits."""
Band = tuple[float, float]
"""The least and the most seconds of a joined video."""


@dataclass(frozen=True, slots=True)
class JoinPart:
    """A stretch, *begin* to *finish* seconds, of an incoming video that is to be joined."""

    id: str
    uri: str
    content: str
    begin: float
    finish: float
    width: int
    height: int
    fps: float
    """0 when it varies."""
    sound: bool
    place: tuple[str, ...] = ()
    """What the columns say by which parts are ordered."""
    count: str = ""
    """How many parts its group has, as its manifest says."""

    @property
    def seconds(self) -> float:
        return round(self.finish - self.begin, 6)

    @property
    def look(self) -> tuple[int, int, float]:
        """What parts must agree in to be shown one after the other as they are."""
        return self.width, self.height, round(self.fps, 2)

    @property
    def plain(self) -> dict[str, Any]:
        """What a plan holds of it."""
        return {name: value for name, value in asdict(self).items() if name not in ("place", "count")}


@dataclass(frozen=True, slots=True)
class JoinProblem:
    """Why parts are not joined: *reason* in snake_case, with what was measured."""

    reason: str
    detail: str
    value: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class JoinRun:
    """Parts that become one video, or do not for a *problem*."""

    parts: Sequence[JoinPart]
    band: Band | None = None
    problem: JoinProblem | None = None


@dataclass(slots=True)
class JoinGroup:
    """The parts that belong together, in the order of the inputs, and the uris of those that do not come."""

    parts: list[JoinPart] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def natural(text: str) -> tuple[Any, ...]:
    """A key that sorts *text* as people number things: 9 before 10, clip_9 before clip_10."""
    try:
        return (0, float(text), ())
    except ValueError:
        pieces = re.split(r"(\d+)", text)
        return (1, 0.0, tuple((1, int(one), "") if one.isdecimal() else (0, 0, one) for one in pieces if one))


def in_order(parts: Sequence[JoinPart]) -> list[JoinPart]:
    """*parts* by their place; those of one video in the order of time."""
    return sorted(parts, key=lambda part: tuple(natural(text) for text in part.place))


def fault(
    group: JoinGroup, *, least: int, refuse_missing: bool, refuse_differing: bool, ordered: bool
) -> JoinProblem | None:
    """Why *group* as a whole cannot be joined; None when it can."""
    parts = group.parts
    if refuse_missing and group.lost:
        return JoinProblem(
            "part_missing", f"{_named(group.lost)} ended before", len(parts), len(parts) + len(group.lost)
        )
    videos = {part.id for part in parts}
    if counts := sorted({part.count for part in parts if part.count}):
        said = f"the manifest says {' and '.join(counts)}, and {len(videos)} came"
        if counts != [str(len(videos))]:
            known = float(counts[0]) if len(counts) == 1 and counts[0].isdecimal() else None
            return JoinProblem("part_missing", said, len(videos), known)
    if len(parts) < least:
        return JoinProblem(
            "group_of_one" if len(parts) == 1 else "too_few_parts", _named_parts(parts), len(parts), least
        )
    if ordered:
        places: dict[tuple[Any, ...], JoinPart] = {}
        for part in parts:
            first = places.setdefault(tuple(map(natural, part.place)), part)
            if first.id != part.id:
                return JoinProblem("same_place", f"{first.uri} and {part.uri} are both {', '.join(part.place)}")
    looks = {part.look: part for part in parts}
    if refuse_differing and len(looks) > 1:
        one, other = list(looks.values())[:2]
        reason = "different_size" if one.look[:2] != other.look[:2] else "different_rate"
        return JoinProblem(reason, f"{_looks(one)}; {_looks(other)}; differing: scale, or apart, joins them")
    return None


def packed(parts: Sequence[JoinPart], band: Band, least: int, rng: Random, *, ordered: bool) -> Iterator[JoinRun]:
    """*parts* in runs of *band* seconds, each up to a length that is drawn from it.

    Of *ordered* parts each run is of neighbours; of others, one that does not fit is tried in the next run. What is in
    no run comes as one with its problem.
    """
    waiting, run, aim = deque(parts), list[JoinPart](), rng.uniform(*band)
    later: list[JoinPart] = []
    while waiting:
        part = waiting.popleft()
        if part.seconds > band[1] + ROUNDING:
            if ordered:
                yield from _left(run, band, least)
                run = []
            detail = f"{part.uri} alone is longer"
            yield JoinRun([part], band, JoinProblem("longer_than_band", detail, part.seconds, band[1]))
        elif seconds(run) + part.seconds <= band[1] + ROUNDING:
            run.append(part)
        elif ordered or len(later) >= TRIES:  # the run would be done if it could be
            yield from _left(run, band, least)
            run = [part]
        else:
            later.append(part)
        followed = waiting[0].seconds if waiting else 0.0
        full = seconds(run) >= aim - ROUNDING or seconds(run) + followed > band[1] + ROUNDING
        if seconds(run) >= band[0] - ROUNDING and len(run) >= least and full:
            yield JoinRun(run, band)
            waiting.extendleft(reversed(later))
            later, run, aim = [], [], rng.uniform(*band)
        elif not waiting and later:
            yield from _left(run, band, least)
            waiting, later, run = deque(later), [], []
    yield from _left(run, band, least)


def seconds(parts: Sequence[JoinPart]) -> float:
    """How long *parts* are together."""
    return round(sum(part.seconds for part in parts), 6)


def _left(parts: Sequence[JoinPart], band: Band, least: int) -> Iterator[JoinRun]:
    """The run of *parts* that come to nothing, or that are a video all the same since no more follow."""
    if not parts:
        return
    whole = seconds(parts)
    if len(parts) >= least and band[0] - ROUNDING <= whole <= band[1] + ROUNDING:
        yield JoinRun(parts, band)
    elif len(parts) < least and whole >= band[0] - ROUNDING:
        reason = "group_of_one" if len(parts) == 1 else "too_few_parts"
        yield JoinRun(parts, band, JoinProblem(reason, _named_parts(parts), len(parts), least))
    else:
        yield JoinRun(parts, band, JoinProblem("band_not_reached", _named_parts(parts), whole, band[0]))


def _named_parts(parts: Sequence[JoinPart]) -> str:
    return _named([part.uri for part in parts])


def _named(uris: Sequence[str]) -> str:
    names = list(dict.fromkeys(uris))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _looks(part: JoinPart) -> str:
    rate = f"{part.fps:g} frames a second" if part.fps else "a variable frame rate"
    return f"{part.uri} is {part.width} x {part.height} at {rate}"
