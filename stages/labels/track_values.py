"""Boxes and masks as label files write them: four numbers or four columns, run lengths or polygons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...rules import masks
from .label_import import seconds

Sides = tuple[float, float, float, float]
"""Left, top, right and bottom."""
CORNERS = (
    ("left", "top", "right", "bottom"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
)
SIZES = (("x", "y", "w", "h"), ("left", "top", "width", "height"), ("bb_left", "bb_top", "bb_width", "bb_height"))
BOX = ("box", "bbox")
MASK = ("segmentation", "mask", "rle")


class Unreadable(ValueError):
    """A box or a mask that cannot be read; the text says why."""


def sides_of(numbers: Any, *, corners: bool) -> Sides:
    """Four *numbers* as sides: two *corners*, or the upper left one with width and height.

    Raises:
        Unreadable: they are not four finite numbers.
    """
    wanted = "[left, top, right, bottom]" if corners else "[left, top, width, height]"
    values = [seconds(one) if not isinstance(one, str) or ":" not in one else None for one in _listed(numbers)]
    known = [one for one in values if one is not None]
    if len(values) != 4 or len(known) != 4:
        raise Unreadable(f"{str(numbers)[:80]} is not {wanted}")
    left, top, third, fourth = known
    return (left, top, third, fourth) if corners else (left, top, left + third, top + fourth)


def box_in(row: Mapping[str, Any], *, corners: bool) -> tuple[Sides | None, tuple[str, ...]]:
    """The sides that *row* says, in one column or in four, and the columns that say them; None: it says none.

    Raises:
        Unreadable: they are not four finite numbers.
    """
    for name in BOX:
        if row.get(name) not in (None, "", []):
            value = row[name]
            if isinstance(value, Mapping):
                sides, _ = box_in(value, corners=corners)
                if sides is None:
                    raise Unreadable(f"{name} has none of the names {', '.join(CORNERS[1])}")
                return sides, (name,)
            return sides_of(value, corners=corners), (name,)
    for columns, are_corners in (*((one, True) for one in CORNERS), *((one, False) for one in SIZES)):
        if all(row.get(name) not in (None, "") for name in columns):
            return sides_of([row[name] for name in columns], corners=are_corners), columns
    return None, ()


def outline(told: Any, size: tuple[int, int] | None) -> tuple[str, list[list[float]]]:
    """The mask that *told* says, as text, or else the polygons; a polygon of one ring may stand alone.

    *size*: width and height of the picture, for run lengths that do not say theirs.

    Raises:
        Unreadable: it is neither.
    """
    if isinstance(told, str) and "x" in told.partition(":")[0]:  # as vdata writes it
        try:
            masks.read(told)
        except ValueError as error:
            raise Unreadable(f"a mask that is {error}") from None
        return told, []
    if isinstance(told, Mapping):
        height, width = _size(told, size)
        try:
            return masks.of_counts(told.get("counts") or "", height, width), []
        except ValueError as error:
            raise Unreadable(f"a mask whose run lengths are wrong: {error}") from None
    if isinstance(told, Sequence) and not isinstance(told, str):
        rings = told if told and isinstance(told[0], Sequence) else [told]
        if rings and isinstance(rings[0], Sequence) and rings[0] and isinstance(rings[0][0], Sequence):
            rings = [[value for point in ring for value in point] for ring in rings]
        polygons = [[value for one in ring if (value := seconds(one)) is not None] for ring in rings]
        if any(len(polygon) != len(ring) or len(ring) < 6 for polygon, ring in zip(polygons, rings, strict=True)):
            raise Unreadable("a polygon that is no list of three points or more")
        return "", polygons
    raise Unreadable(f"a mask in no known form: {str(told)[:60]}")


def _size(told: Mapping[str, Any], size: tuple[int, int] | None) -> tuple[int, int]:
    """The height and width that the run lengths *told* are of."""
    said = told.get("size")
    if isinstance(said, Sequence) and len(said) == 2 and all(isinstance(one, int) and one > 0 for one in said):
        return said[0], said[1]
    if size is None:
        raise Unreadable("a mask of run lengths without size [height, width]")
    return size[1], size[0]


def _listed(numbers: Any) -> list[Any]:
    if isinstance(numbers, str):
        return numbers.strip("[]() ").replace(",", " ").split()
    return list(numbers) if isinstance(numbers, Sequence) else [numbers]
