"""Which way something has moved in the picture, by its first and last box."""

from __future__ import annotations

from collections.abc import Sequence

from ..schemas import Box

CLEAR = 0.1
"""The share of the picture by which the middle of a box has clearly moved."""
STILL = 0.03
"""The share up to which it has stayed where it was."""
WAYS = ("to the left", "to the right", "upwards", "downwards")
STAYS = "it hardly moves"


def movement(boxes: Sequence[Box]) -> str:
    """One of ``WAYS``, or ``STAYS``.

    Raises:
        ValueError: it cannot be said for sure.
    """
    (x, y), (left, top) = _middle(boxes[-1]), _middle(boxes[0])
    across, down = x - left, y - top
    if max(abs(across), abs(down)) <= STILL:
        if all(max(abs(u - left), abs(v - top)) <= STILL for u, v in map(_middle, boxes)):
            return STAYS
        raise ValueError("it comes back to where it was")
    if max(abs(across), abs(down)) < CLEAR or min(abs(across), abs(down)) > max(abs(across), abs(down)) / 2:
        raise ValueError("it moves in no clear way")
    if abs(across) > abs(down):
        return WAYS[0] if across < 0 else WAYS[1]
    return WAYS[2] if down < 0 else WAYS[3]


def farthest(boxes: Sequence[Box]) -> float:
    """The most by which a side of one of *boxes* is off that of the first, as a share of the picture."""
    sides = [(box.left, box.top, box.right, box.bottom) for box in boxes]
    return max(abs(now - first) for one in sides for now, first in zip(one, sides[0], strict=True))


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
