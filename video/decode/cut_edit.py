"""What is cut out of a picture, as the name of an edit: a rectangle in thousandths of the picture's sides."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas import Box
from ...schemas.teaching import Region

CUT = "cut"


def cut_edit(boxes: Sequence[Box]) -> str:
    """The edit that cuts out what holds all *boxes*: ``cut_100_200_350_400``, left, top, right, bottom."""
    first = min(one.left for one in boxes), min(one.top for one in boxes)
    last = max(one.right for one in boxes), max(one.bottom for one in boxes)
    sides = *first, *last
    return "_".join([CUT, *(str(round(1000 * side)) for side in sides)])


def region_of(edit: str) -> Region | None:
    """What *edit* cuts out; None: it is another edit."""
    if not edit.startswith(f"{CUT}_"):
        return None
    left, top, right, bottom = (int(side) / 1000 for side in edit.split("_")[1:])
    return Region(left, top, right, bottom)
