"""How much of a stretch of video the spans of a lane take up: of its time, and of its picture."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ...schemas import Span
from ...schemas.rounding import ROUNDING

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, shares of the picture."""
SIDES = ("x0", "y0", "x1", "y1")
"""The values of a span that are its box."""


class LaneIndex:
    """The spans of a lane, from which those near another span are taken without looking at all of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans, key=lambda span: span.start)
        self.starts = [span.start for span in self.spans]
        self.longest = max((span.seconds for span in self.spans), default=0.0) + ROUNDING

    def overlapping(self, span: Span) -> list[Span]:
        """Those that are seen at some time in *span*, in the order of their starts."""
        first = bisect_left(self.starts, span.start - self.longest)
        return overlapping(span, self.spans[first : bisect_right(self.starts, span.end)])


def overlapping(span: Span, spans: Iterable[Span]) -> list[Span]:
    """Those of *spans* that are seen at some time in *span*; either may be a point."""
    return [
        one
        for one in spans
        if (one.start < span.end and span.start < one.end)
        or (one.start == one.end and span.start <= one.start < span.end)
        or (span.start == span.end and (one.start <= span.start < one.end or one.start == span.start))
    ]


def share_of_time(span: Span, spans: Iterable[Span]) -> float:
    """The share of *span*, 0..1, in which any of *spans* is there; of a point, 0 or 1."""
    others = overlapping(span, spans)
    if span.seconds <= 0:
        return float(bool(others))
    return _length((max(one.start, span.start), min(one.end, span.end)) for one in others) / span.seconds


def share_of_picture(span: Span, spans: Iterable[Span]) -> float | None:
    """The mean over *span* of the share of the picture, 0..1, that the boxes of *spans* cover together.

    None when one that is seen in it has no box.
    """
    others = overlapping(span, spans)
    boxes = [_box(one) for one in others]
    known = [box for box in boxes if box is not None]
    if len(known) < len(boxes):
        return None
    if span.seconds <= 0:
        return _area(known)
    times = (time for one in others for time in (one.start, one.end))
    edges = sorted({span.start, span.end, *(min(max(time, span.start), span.end) for time in times)})
    total = 0.0
    for low, high in pairwise(edges):
        there = [box for one, box in zip(others, known, strict=True) if one.start <= low and high <= one.end]
        total += (high - low) * _area(there)
    return total / span.seconds


def _box(span: Span) -> Box | None:
    sides = [span.values.get(side) for side in SIDES]
    left, top, right, bottom = sides
    return None if left is None or top is None or right is None or bottom is None else (left, top, right, bottom)


def _area(boxes: Sequence[Box]) -> float:
    """The area that *boxes* cover together."""
    edges = sorted({edge for left, _, right, _ in boxes for edge in (left, right)})
    return sum(
        (high - low) * _length((top, bottom) for left, top, right, bottom in boxes if left <= low and high <= right)
        for low, high in pairwise(edges)
    )


def _length(stretches: Iterable[tuple[float, float]]) -> float:
    """The length that *stretches* cover together."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(stretches):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
