"""Which regions of pictures are marked: at which times there are boxes, and where they are."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas import Box
from ...schemas.rounding import FRAME_ROUNDING
from ...schemas.teaching import COLOURS, Region

Boxes = Sequence[Sequence[Box]]
"""Where things are that are to be marked: the boxes of each. As many are marked as there are colours."""


def box_times(boxes: Boxes, start: float, end: float) -> list[float]:
    """The times of those of *boxes* that lie from *start* to *end*, all in seconds, rising."""
    low, high = start - FRAME_ROUNDING, end + FRAME_ROUNDING
    return sorted({box.time for each in boxes[: len(COLOURS)] for box in each if low <= box.time <= high})


def nearest(times: Sequence[float], time: float) -> float:
    """The one of *times* that is the nearest to *time*."""
    return min(times, key=lambda one: (abs(one - time), one))


def regions_at(boxes: Boxes, time: float, frame: float) -> tuple[Region, ...]:
    """The regions of the picture at *time* (seconds): of each thing the box within half a *frame* of it, if any."""
    found = []
    for number, each in enumerate(boxes[: len(COLOURS)]):
        box = min(each, key=lambda one: abs(one.time - time), default=None)
        if box is not None and abs(box.time - time) <= frame / 2 + FRAME_ROUNDING:
            found.append(Region(box.left, box.top, box.right, box.bottom, box.mask, number))
    return tuple(found)
