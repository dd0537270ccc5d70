"""Which frames of a span to show: each rule gives frame numbers of the table."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.rounding import ROUNDING

if TYPE_CHECKING:
    from ...schemas import Signals


SUM_ERROR = 1e-5
"""What a sum of 32-bit numbers may lack."""


def frames_on_screen(signals: Signals, times: list[float], low: int, high: int) -> list[int]:
    """The frames on the screen at *times*, of low..high-1, each once."""
    found = np.searchsorted(signals.time, np.array(times) + ROUNDING, side="right") - 1
    return sorted(set(np.clip(found, low, high - 1).tolist()))


def percents(row: list[float], start: float, end: float) -> list[float]:
    """Times at percents 0..100 of the stretch."""
    return [start + (end - start) * share / 100 for share in row]


def row_for(table: dict[float, list[float]], seconds: float) -> list[float]:
    """The row of the greatest key that is not above *seconds*; the first row where all are above it."""
    keys = sorted(table)
    return table[max([key for key in keys if key <= seconds + ROUNDING], default=keys[0])]


def even(count: int, start: float, end: float) -> list[float]:
    """The middles of *count* equal parts of the stretch."""
    return [start + (end - start) * (n + 0.5) / count for n in range(count)]


def every(step: float, start: float, end: float) -> list[float]:
    """Times *step* apart, from *start* on, before *end*."""
    return np.arange(start, max(end - ROUNDING, start + 1e-9), step).tolist()


def first_with(signals: Signals, low: int, high: int, contrast: float) -> int:
    """The first frame of low..high-1 with at least that *contrast*; without one, *low*."""
    found = np.flatnonzero(signals.contrast[low:high] >= contrast)
    return low + int(found[0]) if len(found) else low


def by_hash(signals: Signals, frames: list[int], bits: int) -> list[int]:
    """The first of *frames*, and each that differs from the last one taken in at least *bits* of its dhash."""
    hashes = signals.dhash[frames].tolist()
    last, taken = hashes[0], [frames[0]]
    for frame, value in zip(frames, hashes, strict=True):
        if (value ^ last).bit_count() >= bits:
            last = value
            taken.append(frame)
    return taken


def by_ssim(signals: Signals, frames: list[int], change: float) -> list[int]:
    """The first of *frames*, and each by which the sum of 1 - ssim since the last one taken has reached *change*."""
    low = frames[0]
    steps = np.maximum(1.0 - signals.ssim[low : frames[-1] + 1].astype(np.float64), 0.0)
    steps[0] = 0.0
    sums = np.cumsum(steps)[np.array(frames) - low]
    taken, at = [low], int(np.searchsorted(sums, change - SUM_ERROR))
    while at < len(sums):
        taken.append(frames[at])
        at = max(int(np.searchsorted(sums, sums[at] + change - SUM_ERROR)), at + 1)
    return taken


def sharpest(signals: Signals, low: int, high: int, edges: list[float]) -> list[int]:
    """The sharpest frame (the first of equals) of low..high-1 between each two *edges*; an empty window has none."""
    parts = np.clip(np.searchsorted(signals.time, np.array(edges) - ROUNDING), low, high).tolist()
    parts[0], parts[-1] = low, high
    return [a + int(np.argmax(signals.sharpness[a:b])) for a, b in pairwise(parts) if b > a]


def thin(frames: list[int], most: int) -> list[int]:
    """At most *most* of *frames*, evenly spread over them."""
    if len(frames) <= most:
        return frames
    picked = np.round((np.arange(most) + 0.5) * len(frames) / most - 0.5).astype(int)
    return [frames[n] for n in picked.tolist()]
