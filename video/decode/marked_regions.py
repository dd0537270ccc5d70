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
DIGITS = 1 / 28
"""Height of a number that is written at a region, as a share of the longest side."""
BRIGHT = 380
"""Red, green and blue together from which a colour takes black numbers, and not white ones."""
Place = tuple[int, int, int, int]
"""Left, top, right and bottom, pixels."""
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
    placed: list[Place] = []
    for region in regions:
        if region.tag:
            placed.append(_number(drawn, region, list(COLOURS.values())[region.number % len(COLOURS)], placed))
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


def _number(picture: Picture, region: Region, colour: tuple[int, int, int], placed: Sequence[Place]) -> Place:
    """Write the number of *region* at it, on its colour, where none of *placed* is; returns where it stands."""
    height, width = picture.shape[:2]
    thick = line_width(picture)
    scale = max(height, width) * DIGITS / 22  # the face is 22 pixels high
    (wide, high), _ = cv2.getTextSize(str(region.tag), cv2.FONT_HERSHEY_SIMPLEX, scale, max(1, thick // 2))
    wide, high = wide + 2 * thick, high + 2 * thick
    left, right = round(region.left * width), round(region.right * width)
    top, bottom = round(region.top * height), round(region.bottom * height)
    corners = [
        *((left - thick, top - thick - high), (right + thick - wide, top - thick - high)),
        *((left - thick, bottom + thick), (right + thick - wide, bottom + thick)),
        *((left - thick - wide, top), (right + thick, top), (left, top)),
    ]
    places = [(x, y, x + wide, y + high) for x, y in corners]
    inside = [one for one in places if one[0] >= 0 and one[1] >= 0 and one[2] <= width and one[3] <= height]
    free = [one for one in inside if not any(_touch(one, other) for other in placed)]
    x, y, *_ = place = (free or inside or places[-1:])[0]
    cv2.rectangle(picture, place[:2], (place[2] - 1, place[3] - 1), colour, -1)
    ink = (0, 0, 0) if sum(colour) > BRIGHT else (255, 255, 255)
    foot = x + thick, y + high - thick
    cv2.putText(picture, str(region.tag), foot, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, max(1, thick // 2), cv2.LINE_AA)
    return place


def _touch(one: Place, other: Place) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


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
