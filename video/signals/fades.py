"""Fades: the picture goes slowly to black or white, and another comes slowly back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .layout import apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

REACH = 0.9
"""Seconds from the deepest frame to where the picture is whole, at most."""
DEEP = 0.4
"""The contrast left at the deepest frame, as a share of that on both sides."""
SUDDEN = 0.6
"""A change of contrast of this share at one frame is no fade."""
OTHER = 0.3
"""How far apart the pictures before and after are: less is the same picture after a blink."""
LEAST_CONTRAST, BLACK = 2.0, 2.0


@dataclass(frozen=True, slots=True)
class FadeThrough:
    """The frames *first* to *last* that are neither picture, and the frame that is deepest."""

    first: int
    last: int
    deepest: int
    strength: float


def fades(signals: Signals, layout: NDArray[np.float32]) -> list[FadeThrough]:
    """The fades through black or white, in time order."""
    count, step = len(signals), signals.frame_seconds
    contrast, luma = signals.contrast.astype(np.float64), signals.luma.astype(np.float64)
    reach, near = round(REACH / step), round(REACH / step) // 3
    padded = np.pad(contrast, near, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).min(1)
    found: list[FadeThrough] = []
    for m in np.flatnonzero(contrast <= lowest).tolist():
        if m < 2 or m >= count - 2 or (found and m <= found[-1].last):
            continue
        pause = max(3, 0.12 / step)
        a, b = _top(contrast, m, -1, reach, pause), _top(contrast, m, 1, reach, pause)
        side = min(contrast[a], contrast[b])
        if side < LEAST_CONTRAST or contrast[m] > DEEP * side or min(m - a, b - m) < 3:
            continue
        black = luma[m] - BLACK <= 1.2 * DEEP * min(luma[a], luma[b])
        white = 255 - luma[m] <= 1.2 * DEEP * (255 - max(luma[a], luma[b]))
        down, up = np.abs(np.diff(contrast[a : m + 1])), np.abs(np.diff(contrast[m : b + 1]))
        sudden = down.max() > SUDDEN * (contrast[a] - contrast[m]) or up.max() > SUDDEN * (contrast[b] - contrast[m])
        if (black or white) and not sudden and float(apart(layout, a, b)) >= OTHER:
            found.append(FadeThrough(a + 1, b - 1, m, float(DEEP * side / max(contrast[m], 1.0))))
    return found


def _top(contrast: NDArray[np.float64], start: int, way: int, reach: int, pause: float) -> int:
    """Where the contrast stops rising, going *way* from frame *start*; it may rest for *pause* frames."""
    at = best = start
    while 0 <= at + way < len(contrast) and abs(at + way - start) <= reach:
        at += way
        if contrast[at] > contrast[best]:
            best = at
        elif abs(at - best) > pause:
            break
    return best
