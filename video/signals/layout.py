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

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]

ROWS = 8
AREAS, LIKE = 21, 0.12
"""A change is one of the whole picture when so many of the 72 areas see at least that share of the greatest change."""
BLOCK = 2048
FAINT = 4.0
"""Spread of the grid's values that is noise rather than contrast."""


def layouts(signals: Signals) -> F4:
    """The grid of each frame (n, 72) less its mean and over its spread, so that light and contrast do not count."""
    layout = np.empty(signals.grid.shape, np.float32)
    for block in blocks(len(signals)):
        grid = signals.grid[block].astype(np.float32)
        layout[block] = (grid - grid.mean(1, keepdims=True)) / (grid.std(1, keepdims=True) + FAINT)
    return layout


def blocks(count: int) -> list[slice]:
    """Slices of *count* rows that are worked on one after the other, so that long videos need little memory."""
    return [slice(low, min(count, low + BLOCK)) for low in range(0, count, BLOCK)]


def apart(layout: F4, one: Any, two: Any) -> F8:
    """How far the layouts of frames *one* and *two* (broadcast) are apart: 0 for the same, about 1.2 for unrelated."""
    return np.asarray(np.sqrt(((layout[one] - layout[two]) ** 2).mean(-1)), np.float64)


@dataclass(frozen=True, slots=True)
class Flash:
    """Frames after *before* and before *after* that interrupt a picture, which then goes on."""

    before: int
    after: int


def bridge(values: NDArray[Any], flashes: list[Flash]) -> None:
    """Replace what lies within *flashes* in *values* (n, k) by a straight line across them."""
    for flash in flashes:
        inner = np.arange(flash.before + 1, flash.after)
        share = ((inner - flash.before) / (flash.after - flash.before))[:, None]
        values[inner] = values[flash.before] * (1 - share) + values[flash.after] * share


def widespread(change: NDArray[Any], noise: float) -> NDArray[np.bool_]:
    """Where a *change* of the grid (n, 72), less that of the light, is one of more than a few areas and of *noise*.

    Words on the screen or a small thing are not.
    """
    own = np.sort(np.abs(change - np.median(change, axis=1, keepdims=True)), axis=1)
    return np.asarray(own[:, -AREAS] >= np.maximum(noise, LIKE * own[:, -1]))
