"""What can be measured of a span from the scan's table, and which earlier span it repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas import COLOURS
from ...schemas.rounding import FRAME_ROUNDING
from .camera_moves import plausible_motion
from .frame_ranges import flat, mean, ranges, total
from .hashes import hamming
from .layout import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals, Span

    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

SAMPLES = 8
"""Pictures of a span that are compared with those of another, at equal shares of their lengths."""
BLOCK = 16
"""Spans that are compared with all before them at a time; bounds the memory."""
STANDS = 0.4
"""Seconds for which a picture must not change to stand still."""
REFINED = 4.5
"""Change of the pixels in a second (mean |ΔY|, 0..255) up to which it may be the codec's work alone, in the median."""
RADIUS = 0.3
"""How far the pixels of a picture are from its centre on average, of its width: what a zoom moves them by."""


def measures(signals: Signals, spans: Sequence[Span], still: int = 1) -> dict[str, F8]:
    """Every measure by name, one value a span. *still* is that of ``standing``.

    The change from the frame before the span to its first frame is not the span's own and is left out.
    """
    low, high = ranges(signals, spans)
    inner = np.minimum(low + 1, high)
    frames = high - inner
    passed = signals.time[high - 1] - signals.time[low]
    passed = np.where(passed > 0, passed, 1.0)
    frozen = mean(standing(signals, still), inner, high)
    dx, dy, zoom, things = plausible_motion(signals)
    travel = np.hypot(dx, dy) + RADIUS * np.abs(zoom)
    motion = total(things, inner, high) / passed
    shares = mean(signals.colours, low, high) / 255
    return {
        "seconds": np.array([span.seconds for span in spans]),
        "brightness": mean(signals.luma, low, high),
        "contrast": mean(signals.contrast, low, high),
        "sharpness": medians(signals.sharpness, low, high),
        "frozen": np.where(frames > 0, frozen, 1.0),
        "border": border(signals, low, high),
        "black": shares[:, COLOURS.index("black")],
        "white": shares[:, COLOURS.index("white")],
        "motion": motion,
        "movement": motion + total(travel, inner, high) / passed,
    }


def standing(signals: Signals, still: int) -> NDArray[np.bool_]:
    """Whether each frame (n) is of a stretch of STANDS seconds in which the picture stands still.

    It does when no area of the grid changes by more than *still* steps (0..255) from one end to the other, and the
    pixels change by no more than a codec makes them that refines what it showed before, which is at times as much as
    a small thing that moves does.
    """
    count = len(signals)
    until = np.searchsorted(signals.time, signals.time + STANDS - FRAME_ROUNDING)
    first = np.flatnonzero(until < count)
    starts, steps = np.zeros(count + 1, np.int64), np.zeros(count, bool)
    for block in blocks(len(first)):
        one = first[block]
        same = (np.abs(signals.grid[one].astype(np.int16) - signals.grid[until[one]]) <= still).all(1)
        np.add.at(starts, one[same] + 1, 1)
        np.add.at(starts, until[one[same]] + 1, -1)
    for block in blocks(count - 1):
        one = np.arange(count - 1)[block]
        steps[one + 1] = (np.abs(signals.grid[one].astype(np.int16) - signals.grid[one + 1]) <= still).all(1)
    stands: NDArray[np.bool_] = (np.cumsum(starts)[:count] > 0) & steps
    edges = np.flatnonzero(np.diff(stands, prepend=False, append=False))
    for begin, end in edges.reshape(-1, 2).tolist():
        if np.median(signals.difference[begin:end]) > REFINED * signals.frame_seconds:
            stands[begin:end] = False
    return stands


def medians(column: NDArray[Any], low: Index, high: Index) -> F8:
    """The median of column[low:high] for every span."""
    return np.array([np.median(column[a:b]) for a, b in zip(low.tolist(), high.tolist(), strict=True)])


def border(signals: Signals, low: Index, high: Index) -> F8:
    """The share of the picture (0..1) that is dark border in the usual frame of every span: the median of each side."""
    frames, owner, begin = flat(low, high)
    sides = np.empty((len(low), 4))
    middle = begin + (high - low) // 2
    for side in range(4):
        column = signals.border[frames, side]
        order = np.lexsort((column, owner))
        sides[:, side] = column[order][middle]
    top, bottom, left, right = sides.T / 100
    share: F8 = 1 - np.clip(1 - top - bottom, 0, 1) * np.clip(1 - left - right, 0, 1)
    return share


def novelty(signals: Signals, spans: Sequence[Span], keep: Callable[[int, float, int], bool]) -> None:
    """Compare every span with the ones before it that are kept.

    ``keep(n, value, twin)`` is told how far span *n* is from the most similar kept span before it, number *twin*
    (-1: there is none): the median share of differing dhash bits over SAMPLES aligned pictures, 0 (same) to 1. It
    answers whether *n* is kept.
    """
    low, high = ranges(signals, spans)
    at = (np.arange(SAMPLES) + 0.5) / SAMPLES
    pictures = signals.dhash[low[:, None] + ((high - low)[:, None] * at).astype(np.intp)]
    kept = np.zeros(len(spans), bool)
    for first in range(0, len(spans), BLOCK):
        block = pictures[first : first + BLOCK]
        apart = np.sort(hamming(pictures[None, : first + len(block)], block[:, None]), axis=2)
        distance = (apart[..., SAMPLES // 2 - 1] + apart[..., SAMPLES // 2]) / 2 / 64  # the median
        for n, row in enumerate(distance, first):
            value, twin = 1.0, -1
            before = np.flatnonzero(kept[:n])
            if len(before):
                nearest = int(np.argmin(row[before]))
                value, twin = float(row[before[nearest]]), int(before[nearest])
            kept[n] = keep(n, value, twin)
