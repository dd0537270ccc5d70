"""Gradual transitions: stretches at whose ends the picture rests and between which it becomes another.

Windows of a quarter of a second to two seconds are looked at between the hard cuts. What tells a dissolve or a wipe
from a moving camera, a moving thing or a changing light is measured on the grids of the window (`_measures`), and a
logistic function, fitted to rendered videos (benchmarks/transitions.py, part ``tune``), weighs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .layout import Flash, apart, bridged, layouts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

SECONDS = 0.24, 0.34, 0.48, 0.68, 0.95, 1.35, 1.9
STEPS = 8
"""Parts of a window, between which its way is measured."""
OTHER = 0.3
"""How far apart the ends of a window are at least."""
RESTLESS = 1.1
"""How much of that the picture may change beside the window."""
OVERLAP = 0.25
"""Share of a better window that another may cover."""
SWITCHED = 0.4
"""In a wipe each area of the picture changes within one of the parts of the window, by this share of its change."""
WEIGHTS = {
    "one": -10.92, "net": 6.76, "drift": -4.73, "less drift": -4.5, "bent": 5.17, "detour": -5.18, "seen beside": 4.14,
    "least along": 4.38, "fine squared": -1.87, "finer than beside": 1.66, "most beside": 1.6, "dip": -1.91,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gradual:
    """A transition from frame *before*, still the old picture, to frame *after*, all new."""

    before: int
    after: int
    strength: float
    kind: str


def gradual(signals: Signals, cuts: list[int], flashes: list[Flash]) -> list[Gradual]:
    """The gradual transitions between the hard *cuts* (frames, rising), in time order."""
    before, after, measures = windows(signals, cuts, flashes)
    if not len(before):
        return []
    score = sum(weight * measures[name] for name, weight in WEIGHTS.items())
    switched = measures["switched"]
    found: list[Gradual] = []
    for k in np.argsort(-score):
        if score[k] <= 0:
            break
        a, b = int(before[k]), int(after[k])
        if all(b <= one.before + _share(one) or a >= one.after - _share(one) for one in found):
            kind = "wipe" if switched[k] > SWITCHED else "dissolve"
            found.append(Gradual(a, b, 1 + float(score[k]), kind))
    return sorted(found, key=lambda one: one.before)


def _share(one: Gradual) -> float:
    return OVERLAP * (one.after - one.before)


def windows(signals: Signals, cuts: list[int], flashes: list[Flash]) -> tuple[Index, Index, dict[str, F8]]:
    """The first and last frames of the windows whose ends differ, and what is measured on each."""
    layout = bridged(layouts(signals), flashes)
    grid = bridged(signals.grid.astype(np.float64), flashes)
    change = signals.difference.astype(np.float64)
    for flash in flashes:
        change[flash.before + 1 : flash.after + 1] = 0
    passed = np.concatenate([[0.0], np.cumsum(change)])
    parts = []
    for low, high in pairwise([0, *cuts, len(signals)]):
        for seconds in SECONDS:
            size = max(4, round(seconds / signals.frame_seconds))
            a = np.arange(low, high - size, max(1, size // 12))
            net = apart(layout, a, a + size)
            a, net = a[net > OTHER], net[net > OTHER]
            b, beside = a + size, max(2, size // 2)
            since, until = np.maximum(low, a - beside), np.minimum(high - 1, b + beside)
            old, new = apart(layout, since, a), apart(layout, b, until)
            rests = np.maximum(old, new) < RESTLESS * net
            if rests.any():
                parts.append([column[rests] for column in (a, b, since, until, net, old, new)])
    if not parts:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), {}
    a, b, since, until, net, old, new = (np.concatenate(column) for column in zip(*parts, strict=True))
    return a, b, _measures(signals, layout, grid, passed, a, b, since, until, net, old, new)


def _measures(
    signals: Signals, layout: F8, grid: F8, passed: F8,
    a: Index, b: Index, since: Index, until: Index, net: F8, old: F8, new: F8,
) -> dict[str, F8]:  # fmt: skip
    """What is measured on windows of frames *a* to *b*, beside which *since* to *a* and *b* to *until* are seen."""
    size = b - a
    at = [np.rint(a + size * k / STEPS).astype(np.intp) for k in range(STEPS + 1)]
    moves = np.stack([layout[two] - layout[one] for one, two in pairwise(at)])
    steps = np.stack([grid[two] - grid[one] for one, two in pairwise(at)])
    whole = grid[b] - grid[a]
    far = np.abs(whole).sum(1) + grid.shape[1]
    # no way back: as long as the straight way for dissolves and wipes
    bent = np.log(np.clip(np.abs(moves).sum((0, 2)) / (np.abs(layout[b] - layout[a]).sum(1) + 1e-6), 1, 20))
    detour = np.log(np.clip(np.abs(steps).sum((0, 2)) / far, 0.5, 20))
    # between the two pictures everywhere
    lower, upper = np.minimum(grid[a], grid[b]), np.maximum(grid[a], grid[b])
    outside = sum((np.maximum(0, grid[t] - upper) + np.maximum(0, lower - grid[t])).sum(1) for t in at[1:-1])
    strange = np.minimum(outside / (STEPS - 1) / (far + grid.shape[1]), 0.5) * 10
    along = (steps * whole).sum(2) / (np.sqrt((steps**2).sum(2) * (whole**2).sum(1)) + 30)
    switched = (np.abs(steps).max(0) / (np.abs(steps).sum(0) + 1e-3) * np.abs(whole)).sum(1) / far
    # the change of the picture in full, within the window and beside it at the same length
    contrast, luma = signals.contrast.astype(np.float64), signals.luma.astype(np.float64)
    scale = (contrast[a] + contrast[b]) / 2 + np.abs(luma[a] - luma[b]) / 2 + 1
    inner = (passed[b + 1] - passed[a + 1]) / scale
    left = (passed[a + 1] - passed[since + 1]) / np.maximum(a - since, 1) * size / scale
    right = (passed[until + 1] - passed[b + 1]) / np.maximum(until - b, 1) * size / scale
    fine, drift = np.log(inner + 0.1), np.maximum(old, new)
    return {
        "one": np.ones(len(a)),
        "net": np.minimum(net, 1.2),
        "drift": drift,
        "more drift": drift / net,
        "less drift": np.minimum(old, new) / net,
        "bent": bent,
        "bent and net": bent * net,
        "bent and drift": bent * drift / net,
        "bent and strange": bent * strange,
        "detour": detour,
        "detour squared": detour**2,
        "detour and drift": detour * drift / net,
        "strange": strange,
        "leap": np.minimum(np.sqrt((moves**2).mean(2)).max(0) / net, 3),
        "seen beside": np.minimum(a - since, until - b) / np.maximum(2, size // 2),
        "far": np.log(far / grid.shape[1] + 1),
        "along": along.mean(0),
        "least along": np.sort(along, axis=0)[1],
        "switched": switched,
        "switched squared": switched**2,
        "switched along": switched * along.mean(0),
        "fine": fine,
        "fine squared": fine**2,
        "finer than beside": np.clip(inner - (left + right) / 2, -3, 3),
        "most beside": np.log(np.maximum(left, right) + 0.1),
        "least beside": np.log(np.minimum(left, right) + 0.1),
        "dip": np.clip(contrast[(a + b) // 2] / ((contrast[a] + contrast[b]) / 2 + 1), 0, 2),
    }
