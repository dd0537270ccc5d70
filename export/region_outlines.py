"""The things in a picture that a sample is about, for formats that say where they are."""

from __future__ import annotations

import math
from typing import Any

from ..rules.region_slots import things_in
from ..schemas import Box
from .format import ExportItem, Unsupported

EARLY = 0.01
"""Of a frame: a time that lies before it by less still means it, for times are rounded."""


def outlines_of(item: ExportItem) -> list[dict[str, Any]]:
    """Where each thing is that *item* is about, by the numbers of frames from 0, as VideoRefer has it.

    Raises:
        Unsupported: ``no_region``: it is about none; ``frame_rate_unknown``, ``picture_size_unknown``.
    """
    things = things_in(item.sample.evidence)
    if not things:
        raise Unsupported("no_region")
    return [
        {str(frame_number(box.time, item)): {"segmentation": segmentation(box, item)} for box in thing}
        for thing in things
    ]


def frame_number(time: float, item: ExportItem) -> int:
    """The number, from 0, of the frame that is shown at *time* (seconds)."""
    if item.fps <= 0:
        raise Unsupported("frame_rate_unknown")
    return max(0, math.floor(time * item.fps + EARLY))


def segmentation(box: Box, item: ExportItem) -> dict[str, Any] | list[list[float]]:
    """The outline of *box*: COCO's run lengths; of one without an outline the polygon of its corners, in pixels."""
    if box.mask:
        size, _, counts = box.mask.partition(":")
        return {"size": [int(side) for side in size.split("x")], "counts": counts}
    width, height = item.size
    if not width or not height:
        raise Unsupported("picture_size_unknown")
    left, right = round(box.left * width, 2), round(box.right * width, 2)
    top, bottom = round(box.top * height, 2), round(box.bottom * height, 2)
    return [[left, top, right, top, right, bottom, left, bottom]]
