"""Where the things of a sample, or of a lane, stand in its thumbnails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..schemas.teaching import COLOURS

NEAR = 0.02
"""Seconds by which the box of another thing may be off and is drawn on the same thumbnail."""

Boxes = Sequence[dict[str, Any]]
"""The boxes of one thing, as they stand in the table."""


def pictured_boxes(cited: Sequence[dict[str, Any]], most: int) -> list[list[float]]:
    """What is drawn on the thumbnails of the evidence, or spans, *cited*: for *most* of the times of their boxes,
    spread evenly, the time, the number of the thing, and left, top, right and bottom as shares of the picture."""
    things: list[Boxes] = []
    for one in cited:
        boxes = one.get("boxes") or ()  # older data sets have none
        if boxes and boxes not in things and len(things) < len(COLOURS):
            things.append(boxes)
    times = sorted({round(box["time"], 3) for boxes in things for box in boxes})
    if len(times) > most:
        times = [times[int((n + 0.5) * len(times) / most)] for n in range(most)]
    found = []
    for time in times:
        for number, boxes in enumerate(things):
            box = min(boxes, key=lambda one: abs(one["time"] - time))
            if abs(box["time"] - time) <= NEAR:
                sides = (round(box[side], 4) for side in ("left", "top", "right", "bottom"))
                found.append([time, float(number), *sides])
    return found
