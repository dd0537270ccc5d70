"""Boxes and masks of a picture that is shown in another shape: as large as fits, in the middle, on black."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..schemas import Box
from . import masks

Size = tuple[float, float]
"""Width and height."""


def fitted(boxes: Iterable[Box], size: Size, into: Size) -> list[Box]:
    """*boxes* of a picture of *size*, as shares of one of the size *into* that shows it on black."""
    wide, high = room(size, into)
    if (wide, high) == (1.0, 1.0):
        return list(boxes)
    left, top = (1 - wide) / 2, (1 - high) / 2
    return [
        replace(
            box,
            left=round(left + box.left * wide, 6),
            top=round(top + box.top * high, 6),
            right=round(left + box.right * wide, 6),
            bottom=round(top + box.bottom * high, 6),
            mask=_padded(box.mask, wide, high) if box.mask else "",
        )
        for box in boxes
    ]


def room(size: Size, into: Size) -> Size:
    """The shares of the width and height of a picture of the size *into* that one of *size* takes in it; 1 where the
    shapes differ by less than a pixel."""
    if min(*size, *into) <= 0:
        return 1.0, 1.0
    scale = min(into[0] / size[0], into[1] / size[1])
    taken = size[0] * scale, size[1] * scale
    return tuple(  # type: ignore[return-value]
        1.0 if whole - part < 1 else part / whole for part, whole in zip(taken, into, strict=True)
    )


def _padded(mask: str, wide: float, high: float) -> str:
    """*mask* with black around it, of which it takes the shares *wide* and *high*."""
    import numpy as np

    grid = masks.read(mask)
    rows, columns = (max(0, round(n / share) - n) for n, share in zip(grid.shape, (high, wide), strict=True))
    around = (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    return masks.written(np.pad(grid, around))
