"""Pictures spoiled on purpose, for blind tests and for the worse reply of a preference pair."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
TINY = 20
"""Pixels of the shorter side that are left of a picture that is made tiny (STIC)."""
BLUR = 0.04
"""Standard deviation of the blur, as a share of the longest side."""


def spoil(picture: Picture, edit: str) -> Picture:
    """*picture* (RGB) ``blurred``, ``tiny`` (shrunk and enlarged again) or ``recoloured``; else as it is."""
    height, width = picture.shape[:2]
    match edit:
        case "blurred":
            return cv2.GaussianBlur(picture, (0, 0), max(1.0, BLUR * max(height, width)))
        case "tiny":
            scale = min(1.0, TINY / min(height, width))
            small = max(1, round(width * scale)), max(1, round(height * scale))
            little = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
            return cv2.resize(little, (width, height), interpolation=cv2.INTER_LINEAR)
        case "recoloured":  # every colour becomes another one, grey as well
            return np.dstack([255 - picture[..., 1], picture[..., 2], picture[..., 0]])
    return picture
