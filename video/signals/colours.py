"""Shares of named colours in a picture, from a coarse HSV histogram."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.signal_table import COLOURS

BINS = [36, 8, 8]
RANGES = [0, 180, 0, 256, 0, 256]
"""Hue in 36 bins of 10 degrees, saturation and value in 8 bins each, as OpenCV scales them."""


def name(hue: float, saturation: float, value: float) -> str:
    """The name of a colour of *hue* degrees, *saturation* and *value* 0..1."""
    if value < 0.19:
        return "black"
    if saturation < 0.13 or (saturation < 0.26 and value < 0.38):
        return "white" if value > 0.8 else "grey"
    if hue < 15 or hue >= 345:
        if value > 0.75 and saturation < 0.6:
            return "pink"
        return "brown" if 0.13 < saturation < 0.7 and value < 0.6 else "red"
    if hue < 45:
        return "brown" if value < 0.69 or (saturation < 0.5 and value < 0.8) else "orange"
    if hue < 70:
        return "yellow" if value > 0.45 else "brown" if hue < 50 else "green"
    for limit, word in ((165, "green"), (195, "cyan"), (255, "blue"), (295, "purple")):
        if hue < limit:
            return word
    return "pink" if value > 0.5 else "purple"


def _table() -> NDArray[np.float32]:
    """(bins, colours): 255 where the middle of the bin has that name."""
    table = np.zeros((BINS[0] * BINS[1] * BINS[2], len(COLOURS)), np.float32)
    for n, (h, s, v) in enumerate(product(*(range(size) for size in BINS))):
        table[n, COLOURS.index(name((h + 0.5) * 10, (s + 0.5) / 8, (v + 0.5) / 8))] = 255
    return table


TABLE = _table()


def shares(histogram: Any) -> NDArray[np.uint8]:
    """The share of each of COLOURS, 0..255, from *histogram* of BINS."""
    flat = histogram.ravel()
    result: NDArray[np.uint8] = np.rint(flat @ TABLE / max(flat.sum(), 1)).astype(np.uint8)
    return result
