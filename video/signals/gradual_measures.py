"""What is measured on a window of frames in which one picture may become another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .layout import ROWS, apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

STEPS = 8
"""Parts of a window, between which its way is measured."""
COLUMNS = 9
BACK, BACK_LOOKS = 1.6, 10
"""Seconds after a window in which the old picture may be back, and how many frames are looked at there."""
LATE = 2, 6
"""Frames before and after a window at which its colours are read, which are measured five times a second."""


def measures(
    signals: Signals, layout: F4, grid: NDArray[np.uint8], passed: F8,
    a: Index, b: Index, since: Index, until: Index, shot: tuple[int, int],
) -> dict[str, F8]:  # fmt: skip
    """What is measured on windows of frames *a* to *b*, beside which *since* to *a* and *b* to *until* are seen.

    *passed*: the sums of the change of the pictures in full; *shot*: the first frame between two cuts, and the one
    after the last.
    """
    at = [np.rint(a + (b - a) * k / STEPS).astype(np.intp) for k in range(STEPS + 1)]
    found = {"size": np.log((b - a) * signals.frame_seconds)}
    found |= _ends(signals, layout, passed, a, b, since, until)
    found["back"] = _back(signals, layout, a, b, shot) / (found["net"] + 0.01)
    found |= _light(signals, at)
    found |= _way(grid[np.stack(at)].astype(np.float32))
    return found | _camera(signals, a, b, since, until)


def _ends(signals: Signals, layout: F4, passed: F8, a: Index, b: Index, since: Index, until: Index) -> dict[str, F8]:
    """How the picture differs between the ends, and how much it rests before and after."""
    size, middle = b - a, (a + b) // 2
    net, old, new = apart(layout, a, b), apart(layout, since, a), apart(layout, b, until)
    contrast, luma = signals.contrast.astype(np.float64), signals.luma.astype(np.float64)
    scale = (contrast[a] + contrast[b]) / 2 + np.abs(luma[a] - luma[b]) / 2 + 1
    inner = (passed[b + 1] - passed[a + 1]) / scale
    left = (passed[a + 1] - passed[since + 1]) / np.maximum(a - since, 1) * size / scale
    right = (passed[until + 1] - passed[b + 1]) / np.maximum(until - b, 1) * size / scale
    shares, chroma = signals.colours.astype(np.float64) / 255, signals.chroma.astype(np.float64)
    two = np.maximum(since, a - LATE[0]), np.minimum(until, b + LATE[1])
    return {
        "net": np.minimum(net, 1.2),
        "far": apart(layout, since, until),
        "half": np.minimum(apart(layout, a, middle), apart(layout, middle, b)),
        "less drift": np.minimum(old, new) / net,
        "drift": np.maximum(old, new),
        "seen beside": np.minimum(a - since, until - b) / np.maximum(2, size // 2),
        # a moving camera stays among the same colours
        "colours": np.abs(shares[two[0]] - shares[two[1]]).sum(1) / 2,
        "chroma": np.log(np.abs(chroma[a] - chroma[b]).sum(1) + 1),
        # pixels change once; where the camera or a thing moves they change over and over
        "finer than beside": np.clip(inner - (left + right) / 2, -3, 3),
        "most beside": np.log(np.maximum(left, right) + 0.1),
    }


def _back(signals: Signals, layout: F4, a: Index, b: Index, shot: tuple[int, int]) -> F8:
    """How near the picture comes to the old one soon after, as when a thing crossed it, or was to the new before."""
    nearest = np.full(len(a), 9.0)
    for k in range(1, BACK_LOOKS + 1):
        off = round(BACK / signals.frame_seconds * k / BACK_LOOKS)
        later, sooner = np.minimum(b + off, shot[1] - 1), np.maximum(a - off, shot[0])
        nearest = np.minimum(nearest, np.minimum(apart(layout, a, later), apart(layout, sooner, b)))
    return nearest


def _light(signals: Signals, at: list[Index]) -> dict[str, F8]:
    """Contrast and light on the way; two pictures at once have less contrast than either."""
    contrast, luma = (column[np.stack(at)].astype(np.float64) for column in (signals.contrast, signals.luma))
    return {
        "dip": np.clip(contrast[STEPS // 2] / ((contrast[0] + contrast[-1]) / 2 + 1), 0, 2),
        "lowest": np.log((contrast[1:-1].min(0) + 1) / (np.minimum(contrast[0], contrast[-1]) + 1)),
        "contrast": np.abs(np.log((contrast[0] + 1) / (contrast[-1] + 1))),
        "luma": np.abs(luma[0] - luma[-1]),
    }


def _way(values: F4) -> dict[str, F8]:
    """How the grid (STEPS + 1, n, 72) goes from one end to the other."""
    steps, whole = np.diff(values, axis=0), values[-1] - values[0]
    size, far = np.abs(steps), np.abs(whole).sum(1) + whole.shape[1]
    along = (steps * whole).sum(2) / (np.sqrt((steps**2).sum(2) * (whole**2).sum(1)) + 30)
    gone = ((values - values[0]) * whole).sum(2) / ((whole**2).sum(1) + 30)
    # when each area changes, how long that takes, and whether it goes through the picture from side to side
    parts, all_ = np.arange(STEPS)[:, None, None], size.sum(0) + 1e-3
    when = (size * parts).sum(0) / all_
    share = np.abs(whole) / (np.abs(whole).sum(1, keepdims=True) + 1)
    lasts = np.sqrt((size * (parts - when) ** 2).sum(0) / all_)
    late = when - (when * share).sum(1, keepdims=True)
    return {
        "detour": np.log(np.clip(size.sum((0, 2)) / far, 0.5, 20)),
        "least along": np.sort(along, axis=0)[1],
        "uneven": np.diff(gone, axis=0).max(0),
        "off the middle": np.abs(gone[STEPS // 2] - 0.5),
        "switched": (size.max(0) / all_ * np.abs(whole)).sum(1) / far,
        "lasts": (lasts * share).sum(1),
        "across": _towards(np.tile(np.arange(COLUMNS) - (COLUMNS - 1) / 2, ROWS), late, share),
        "down": _towards(np.repeat(np.arange(ROWS) - (ROWS - 1) / 2, COLUMNS), late, share),
    }


def _towards(place: Any, late: F4, share: F4) -> F8:
    """The correlation of *place* (72,) with how *late* each area (n, 72) changes, weighed by its *share*."""
    off = place - (share * place).sum(1, keepdims=True)
    both, spread = (share * off * late).sum(1), (share * off**2).sum(1) * (share * late**2).sum(1)
    return np.asarray(np.abs(both) / np.sqrt(spread + 1e-3), np.float64)


def _camera(signals: Signals, a: Index, b: Index, since: Index, until: Index) -> dict[str, F8]:
    """What a camera that moves would account for."""

    def inside(column: Any, low: Index, high: Index) -> F8:
        sums = np.cumsum(column.astype(np.float64))
        return np.asarray(sums[high] - sums[low])

    agreed = inside(signals.agreement, a, b) / (b - a)
    shift = np.abs(inside(signals.dx, a, b)) + np.abs(inside(signals.dy, a, b))
    before, after = ((inside(signals.agreement, one, two) + 1e-3) / (two - one + 1e-3) for one, two in
                     ((since, a), (b, until)))  # fmt: skip
    return {
        "agreed": agreed,
        "agreed beside": np.minimum(before, after),
        "shift": np.log(shift * agreed + 0.01),
        "flow": np.log(inside(signals.motion, a, b) + 0.003),
        "histogram": np.log(np.maximum(0, inside(1 - signals.histogram, a, b)) + 0.02),
        "hash": np.log(inside(signals.hash_distance, a, b) + 0.05),
    }
