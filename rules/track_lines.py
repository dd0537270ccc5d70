"""The boxes of an object as lines of text, and which of its boxes stand for times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..schemas import Box
from .box_format import BoxFormat
from .clock import Clock

NEAR = 0.1
"""Seconds by which a box may be off the time that it stands for."""
PICTURE = "picture"
"""The parameter with the size of the video's picture, WIDTHxHEIGHT in pixels, of samples about boxes."""
SLACK = 1e-6
"""Seconds by which a box may lie outside of a stretch for want of places."""


def track_lines(boxes: Iterable[Box], form: BoxFormat, clock: Clock) -> str:
    """A line for each of *boxes* with its time: ``12.0: [0.125, 0.300, 0.450, 0.875]``."""
    return "\n".join(f"{clock.number(box.time)}: {form.write(box)}" for box in boxes)


def moved(boxes: Iterable[Box], start: float, end: float, by: float) -> list[Box]:
    """Those of *boxes* from *start* to *end* (seconds), at times that are *by* later."""
    inside = (box for box in boxes if start - SLACK <= box.time <= end + SLACK)
    return [replace(box, time=round(min(max(box.time, start), end) + by, 6)) for box in inside]


def nearest(boxes: Sequence[Box], time: float, within: float = NEAR) -> Box | None:
    """The one of *boxes* that is nearest to *time* (seconds), at most *within* away."""
    best = min(boxes, key=lambda box: abs(box.time - time), default=None)
    return best if best is not None and abs(best.time - time) <= within + 1e-9 else None


def each(boxes: Sequence[Box], start: float, end: float, every: float) -> list[Box]:
    """The boxes at every whole multiple of *every* seconds from *start* to *end*; a time without one is passed over."""
    first, last = math.ceil(start / every - 1e-9), math.floor(end / every + 1e-9)
    found = (nearest(boxes, n * every, min(NEAR, every / 2)) for n in range(first, last + 1))
    return list({box.time: box for box in found if box is not None and start - 1e-6 <= box.time <= end + 1e-6}.values())


def spread(boxes: Sequence[Box], count: int) -> list[Box]:
    """*count* of *boxes*, evenly from the first to the last in their times; all of them where there are no more."""
    if len(boxes) <= count or count < 2:
        return list(boxes[:count])
    start, length = boxes[0].time, boxes[-1].time - boxes[0].time
    chosen = {
        box.time: box
        for n in range(count)
        if (box := nearest(boxes, start + length * n / (count - 1), math.inf)) is not None
    }
    return list(chosen.values())
