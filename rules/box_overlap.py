"""How much two boxes share. Plain numbers: the copy of the scoring code that harnesses get has this file too."""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in whatever unit."""


def box_iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes; one without an area has none with any."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = sum(max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0) for box in (one, other))
    return both / (areas - both) if both else 0.0
