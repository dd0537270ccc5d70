"""How pictures are laid out, whatever the light: the grid of the scan's table, compared between any two frames.

A picture whose light changes as a whole keeps its layout; so does a dark one. Two unrelated pictures are about 1.2
apart, the same picture is about 0 apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

ROWS = 8
FAINT = 4.0
"""Spread of the grid's values that is noise rather than contrast."""


def layouts(signals: Signals) -> F8:
    """The grid of each frame (n, 72) less its mean and over its spread, so that light and contrast do not count."""
    grid = signals.grid.astype(np.float64)
    return np.asarray((grid - grid.mean(1, keepdims=True)) / (grid.std(1, keepdims=True) + FAINT))


def apart(layout: F8, one: Any, two: Any) -> F8:
    """How far the layouts of frames *one* and *two* (broadcast) are apart: 0 for the same, about 1.2 for unrelated."""
    return np.asarray(np.sqrt(((layout[one] - layout[two]) ** 2).mean(-1)))


@dataclass(frozen=True, slots=True)
class Flash:
    """Frames after *before* and before *after* that interrupt a picture, which then goes on."""

    before: int
    after: int


def bridged(values: F8, flashes: list[Flash]) -> F8:
    """*values* (n, k) with what lies within *flashes* replaced by a straight line across them."""
    values = values.copy()
    for flash in flashes:
        inner = np.arange(flash.before + 1, flash.after)
        share = ((inner - flash.before) / (flash.after - flash.before))[:, None]
        values[inner] = values[flash.before] * (1 - share) + values[flash.after] * share
    return values
