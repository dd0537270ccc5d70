"""Regions of pictures, pointed out: rectangles, cut-outs, and tinted outlines. Pictures are RGB, upright, uint8."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from ...schemas.teaching import COLOURS, Mark, Region

Picture = Any
"""(height, width, 3), RGB, 8 bit."""
Outline = Callable[[str], Any]
"""Gives the bitmap (height, width) of the mask of a ``Box``."""
LINE = 1 / 160
"""Thickness of a line as a share of the longest side, at least two pixels."""
TINT = 0.15
"""How much of the colour an outlined region has: little, so that its own colours are told right."""
LEAST = 32
"""Pixels that a cut-out has each way at least, as far as the picture has them: models refuse smaller pictures."""


def marked(picture: Picture, mark: Mark, margin: float, regions: Sequence[Region], outline: Outline) -> Picture:
    """*picture* with *regions* pointed out by *mark*; as it is where there are none.

    Lines stand around a region, and cover nothing of it: but where it reaches the picture's edge they lie on it.
    """
    if not mark or not regions:
        return picture
    if mark == "crop":
        return cut_out(picture, margin, regions)
    drawn = picture.copy()
    for region in regions:
        colour = list(COLOURS.values())[region.number % len(COLOURS)]
        if mark == "mask" and region.mask:
            _tint(drawn, outline(region.mask), colour)
        else:
            _frame(drawn, region, colour)
    return drawn


def cut_out(picture: Picture, margin: float, regions: Sequence[Region]) -> Picture:
    """The part of *picture* that holds all *regions*, with *margin* of its width and height on each side."""
    height, width = picture.shape[:2]
    left, right = min(one.left for one in regions), max(one.right for one in regions)
    top, bottom = min(one.top for one in regions), max(one.bottom for one in regions)
    columns = _stretch(left, right, margin, width)
    rows = _stretch(top, bottom, margin, height)
    return np.ascontiguousarray(picture[slice(*rows), slice(*columns)])


def _stretch(low: float, high: float, margin: float, size: int) -> tuple[int, int]:
    """From *low* to *high*, shares of *size* pixels, with *margin* on each side, in whole pixels of the picture."""
    more = max((high - low) * margin, (LEAST / size - (high - low)) / 2, 0.0)
    first = max(0, math.floor((low - more) * size + 0.01))
    last = min(size, math.ceil((high + more) * size - 0.01))
    if last - first < LEAST:  # it lies at the picture's edge
        first, last = max(0, min(first, size - LEAST)), min(size, max(last, LEAST))
    return first, last


def line_width(picture: Picture) -> int:
    """How thick lines are in *picture*, pixels."""
    height, width = picture.shape[:2]
    return max(2, round(max(int(height), int(width)) * LINE))


def _frame(picture: Picture, region: Region, colour: tuple[int, int, int]) -> None:
    """Draw a rectangle around *region*: its inner edge is the region's."""
    height, width = picture.shape[:2]
    thick = line_width(picture)
    left, right = round(region.left * width), round(region.right * width)
    top, bottom = round(region.top * height), round(region.bottom * height)
    outer = max(0, left - thick), max(0, top - thick), min(width, right + thick), min(height, bottom + thick)
    inner = (
        max(left, outer[0] + thick),
        max(top, outer[1] + thick),
        min(right, outer[2] - thick),
        min(bottom, outer[3] - thick),
    )
    ring = np.zeros((height, width), bool)
    ring[outer[1] : outer[3], outer[0] : outer[2]] = True
    if inner[0] < inner[2] and inner[1] < inner[3]:
        ring[inner[1] : inner[3], inner[0] : inner[2]] = False
    picture[ring] = colour


def _tint(picture: Picture, bitmap: Any, colour: tuple[int, int, int]) -> None:
    """Tint the pixels of *bitmap*, which is brought to the size of *picture*, and draw a line around them."""
    height, width = picture.shape[:2]
    inside: Any = np.asarray(bitmap, np.uint8)
    if inside.shape != (height, width):
        inside = cv2.resize(inside, (width, height), interpolation=cv2.INTER_NEAREST)
    thick = line_width(picture)
    around = cv2.dilate(inside, np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)) > inside
    held = inside > 0
    picture[held] = np.rint(picture[held] * (1 - TINT) + np.array(colour) * TINT).astype(np.uint8)
    picture[around] = colour
