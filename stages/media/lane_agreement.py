"""How well a lane agrees with a true one: points matched one to one, and the time for which both say the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ...schemas import Span
from ...schemas.rounding import ROUNDING

Window = tuple[float, float]
"""The first and last time, seconds, at which a point counts as found."""


def edges(spans: Iterable[Span], duration: float) -> list[float]:
    """Where spans start or end, each time once, without the start and the end of the video (*duration*, seconds)."""
    times = sorted({round(t, 3) for span in spans for t in (span.start, span.end)})
    return [t for t in times if 0.001 < t < duration - 0.001]


def gaps(spans: Iterable[Span], most: float) -> list[Span]:
    """What lies between one span and the next, where that is no longer than *most* seconds."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    between = [(one.end, two.start) for one, two in pairwise(ordered)]
    return [Span(end, start) for end, start in between if 0.001 < start - end <= most + ROUNDING]


def meeting(spans: Sequence[Span], between: Iterable[Span], most: float, duration: float) -> list[Span]:
    """*spans* that meet in the middle of the gaps *between* them, and begin and end with the video if they do so
    within *most* seconds (*duration*: of the video, seconds)."""
    moved = {t: (gap.start + gap.end) / 2 for gap in between for t in (gap.start, gap.end)}
    first, last = (min(span.start for span in spans), max(span.end for span in spans)) if spans else (0.0, duration)
    moved |= {first: 0.0} if first <= most + ROUNDING else {}
    moved |= {last: duration} if duration - last <= most + ROUNDING else {}
    return [Span(moved.get(span.start, span.start), moved.get(span.end, span.end)) for span in spans]


def windows(truth: Iterable[float], tolerance: float, soft: Iterable[Span] = ()) -> list[Window]:
    """For each true time, when it counts as found: within *tolerance*, or in the span of *soft* in which it lies."""
    stretches = [(span.start - tolerance, span.end + tolerance) for span in soft]
    found = []
    for t in truth:
        here = [(low, high) for low, high in stretches if low <= t <= high]
        found.append((min([t - tolerance, *(a for a, _ in here)]), max([t + tolerance, *(b for _, b in here)])))
    return found


def match(truth: Sequence[float], found: Sequence[float], allowed: Sequence[Window]) -> list[tuple[int, int]]:
    """Pairs (truth, found), in order and one to one: as many as can be, and of those the nearest.

    *truth* and *found* rise. A pair is possible when the found time lies in the true one's window.
    """
    ranges = [(bisect_left(found, low - ROUNDING), bisect_right(found, high + ROUNDING)) for low, high in allowed]
    pairs: list[tuple[int, int]] = []
    group: list[int] = []
    last = 0
    for n, (low, high) in enumerate(ranges):
        if low >= last and group:  # nothing before can want what this one may have
            pairs += _best(truth, found, ranges, group)
            group = []
        if high > low:
            group.append(n)
            last = max(last, high)
    return pairs + (_best(truth, found, ranges, group) if group else [])


def _best(
    truth: Sequence[float], found: Sequence[float], ranges: Sequence[tuple[int, int]], group: Sequence[int]
) -> list[tuple[int, int]]:
    """The best pairs among a few true times: the dynamic programme of sequence alignment."""
    begin, end = min(ranges[n][0] for n in group), max(ranges[n][1] for n in group)
    Cell = tuple[int, float, tuple[tuple[int, int], ...]]  # noqa: N806 - pairs, minus their error, and which
    row: list[Cell] = [(0, 0.0, ())] * (end - begin + 1)
    for n in group:
        new: list[Cell] = [row[0]]
        for j in range(begin, end):
            choices = [row[j - begin + 1], new[-1]]
            if ranges[n][0] <= j < ranges[n][1]:
                count, near, pairs = row[j - begin]
                choices.append((count + 1, near - abs(truth[n] - found[j]), (*pairs, (n, j))))
            new.append(max(choices, key=lambda cell: cell[:2]))
        row = new
    return list(row[-1][2])


def pieces(*lanes: Sequence[Span]) -> list[tuple[float, tuple[frozenset[str], ...]]]:
    """The pieces between all edges: the seconds of each, and for each lane the words of the spans that cover it.

    Words are compared without case and spacing; a span without words has an empty one.
    """
    cuts = sorted({t for lane in lanes for span in lane for t in (span.start, span.end)})
    at = {t: n for n, t in enumerate(cuts)}
    over: list[list[set[str]]] = [[set() for _ in lanes] for _ in cuts[1:]]
    for which, lane in enumerate(lanes):
        for span in lane:
            words = " ".join((span.label or span.text or "").casefold().split())
            for n in range(at[span.start], at[span.end]):
                over[n][which].add(words)
    return [(b - a, tuple(map(frozenset, sets))) for a, b, sets in zip(cuts, cuts[1:], over, strict=False)]
