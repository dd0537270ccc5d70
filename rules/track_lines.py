"""The boxes of an object as lines of text, and which of its boxes stand for times."""

from __future__ import annotations

import math
from bisect import bisect_left
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
    found = (nearest(boxes, n * every, min(NEAR, every / 2)) for n in _multiples(start, end, every))
    return list({box.time: box for box in found if box is not None and start - 1e-6 <= box.time <= end + 1e-6}.values())


def missing(boxes: Sequence[Box], start: float, end: float, every: float) -> int:
    """At how many multiples of *every* seconds from *start* to *end* ``each`` finds no box."""
    return len(_multiples(start, end, every)) - len(each(boxes, start, end, every))


def spread(boxes: Sequence[Box], count: int) -> list[Box]:
    """At most *count* of *boxes* in equal steps of time from the first one on: as many as there can be, to the second
    half of the time at least, and then as far as they go. None where there are not three; but two, of two in all."""
    if len(boxes) < 3:
        return list(boxes[:count])
    times = [box.time for box in boxes]
    ends = [time for time in reversed(times) if time - times[0] >= (times[-1] - times[0]) / 2]
    for many in range(min(count, len(boxes)), 2, -1):
        for end in ends:
            if found := _in_steps(boxes, times, end, many):
                return found
    return []


def _in_steps(boxes: Sequence[Box], times: Sequence[float], end: float, count: int) -> list[Box]:
    """*count* of *boxes*, which are at *times*, each near its even one up to *end*; none where one is not there."""
    step = (end - times[0]) / (count - 1)
    within = min(NEAR, step / 5) + 1e-9
    found: list[Box] = []
    for n in range(count):
        even = times[0] + n * step
        after = bisect_left(times, even)
        near = min(range(max(0, after - 1), min(after + 1, len(times))), key=lambda k: abs(times[k] - even))
        if abs(times[near] - even) > within:
            return []
        found.append(boxes[near])
    return found


def _multiples(start: float, end: float, every: float) -> range:
    """The whole numbers whose products with *every* lie from *start* to *end*."""
    return range(math.ceil(start / every - 1e-9), math.floor(end / every + 1e-9) + 1)
