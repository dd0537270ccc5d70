"""Edges that stay where they are while everything else in the picture changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.float32]

CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
WIDTH, HEIGHT = 384, 216
STRONG = 12.0
"""The least gradient of an edge, levels of grey from a pixel to the next."""
STEADY = 0.5
"""The most by which the gradient differs from its median in half of the pictures, as a share of that median."""
ACROSS = 0.4
"""A row or column of a corner with so great a share of such edges is a border."""
STILL = 0.02
"""With so great a share of such edges in its middle, a video shows the same thing all the time."""


def grey(picture: NDArray[np.uint8]) -> Grey:
    """*picture* (height, width, 3; RGB) in 216 by 384 levels of grey."""
    import cv2
    import numpy as np

    small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def lasting_edges(pictures: Sequence[Grey], corner: float) -> list[float] | None:
    """The share (0..1) of each corner, *corner* of the picture wide and high, that is edges which stay the same.

    None when the middle has such edges, too.
    """
    import numpy as np

    stack = np.stack(pictures)
    lasting = np.zeros(stack.shape[1:], bool)
    for axis in (1, 2):
        slope = np.gradient(stack, axis=axis)
        median = np.median(slope, axis=0)
        lasting |= (np.abs(median) >= STRONG) & (np.median(np.abs(slope - median), axis=0) <= STEADY * np.abs(median))
    high, wide = round(HEIGHT * corner), round(WIDTH * corner)
    middle = lasting[HEIGHT // 3 : HEIGHT - HEIGHT // 3, WIDTH // 3 : WIDTH - WIDTH // 3]
    if middle.mean() >= STILL:
        return None
    rows, columns = (slice(0, high), slice(HEIGHT - high, HEIGHT)), (slice(0, wide), slice(WIDTH - wide, WIDTH))
    return [round(_without_lines(lasting[row, column]), 4) for row in rows for column in columns]


def _without_lines(edges: NDArray[np.bool_]) -> float:
    """The share of a corner that is *edges*, without rows and columns that are borders, and those beside them."""
    import numpy as np

    edges = edges.copy()
    for axis in (0, 1):
        border = np.flatnonzero(edges.mean(axis=1 - axis) >= ACROSS)
        for n in (-1, 0, 1):
            at = np.clip(border + n, 0, edges.shape[axis] - 1)
            edges[(at, slice(None)) if axis == 0 else (slice(None), at)] = False
    return float(edges.mean())
