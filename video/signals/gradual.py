"""Gradual transitions: stretches at whose ends the picture rests and between which it becomes another.

Windows of a quarter of a second to two seconds are looked at between the hard cuts. What tells a dissolve or a wipe
from a moving camera, a moving thing or a changing light is measured on the grids of the window (`_measures`), and a
logistic function weighs it, fitted to rendered videos (benchmarks/transitions.py; every part but ``apart``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .layout import Flash, apart, blocks, bridge, widespread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

SECONDS = 0.24, 0.34, 0.48, 0.68, 0.95, 1.35, 1.9
STEPS = 8
"""Parts of a window, between which its way is measured."""
OTHER = 0.3
"""How far apart the ends of a window are at least."""
NOISE = 2.5
"""Least change of the grid between the ends of a window."""
RESTLESS = 1.1
"""How much of that the picture may change beside the window."""
PAUSE = 0.2
"""Share of a better window that lies at least between it and another."""
SWITCHED = 0.4
"""In a wipe each area of the picture changes within one of the parts of the window, by this share of its change."""
WEIGHTS = {
    "one": -10.0, "net": 6.5, "drift": -4.94, "less drift": -4.86, "bent": 5.84, "detour": -6.54, "seen beside": 4.27,
    "least along": 4.21, "fine squared": -1.6, "finer than beside": 1.53, "most beside": 1.62, "dip": -2.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gradual:
    """A transition from frame *before*, still the old picture, to frame *after*, all new."""

    before: int
    after: int
    strength: float
    kind: str

    @property
    def middle(self) -> int:
        """The frame at which the new picture begins to prevail."""
        return (self.before + self.after + 1) // 2


def gradual(signals: Signals, layout: F4, cuts: list[int], flashes: list[Flash]) -> list[Gradual]:
    """The gradual transitions between the hard *cuts* (frames, rising), in time order.

    The flashes in *layout* are bridged.
    """
    before, after, measures = windows(signals, layout, cuts, flashes)
    if not len(before):
        return []
    score: F8 = np.sum([weight * measures[name] for name, weight in WEIGHTS.items()], axis=0)
    switched = measures["switched"]
    found: list[Gradual] = []
    for k in np.argsort(-score):
        if score[k] <= 0:
            break
        a, b = int(before[k]), int(after[k])
        if all(b <= one.before - _pause(one) or a >= one.after + _pause(one) for one in found):
            kind = "wipe" if switched[k] > SWITCHED else "dissolve"
            found.append(Gradual(a, b, 1 + float(score[k]), kind))
    return sorted(found, key=lambda one: one.before)


def _pause(one: Gradual) -> float:
    return PAUSE * (one.after - one.before)


def windows(signals: Signals, layout: F4, cuts: list[int], flashes: list[Flash]) -> tuple[Index, Index, dict[str, F8]]:
    """The first and last frames of the windows whose ends differ, and what is measured on each."""
    bridge(layout, flashes)
    grid = signals.grid.copy()
    bridge(grid, flashes)
    change = signals.difference.astype(np.float64)
    for flash in flashes:
        change[flash.before + 1 : flash.after + 1] = 0
    passed = np.concatenate([[0.0], np.cumsum(change)])
    found: list[tuple[Index, Index, dict[str, F8]]] = []
    for low, high in pairwise([0, *cuts, len(signals)]):
        for seconds in SECONDS:
            size = max(4, round(seconds / signals.frame_seconds))
            starts = np.arange(low, high - size, max(1, size // 12))
            for block in blocks(len(starts)):
                a = starts[block]
                b, net = a + size, apart(layout, a, a + size)
                since, until = np.maximum(low, a - max(2, size // 2)), np.minimum(high - 1, b + max(2, size // 2))
                some = np.flatnonzero(net > OTHER)
                some = some[widespread(grid[b[some]] - grid[a[some]].astype(np.float32), NOISE)]
                drift = np.maximum(apart(layout, since[some], a[some]), apart(layout, b[some], until[some]))
                some = some[drift < RESTLESS * net[some]]
                if len(some):
                    a, b, since, until = a[some], b[some], since[some], until[some]
                    found.append((a, b, _measures(signals, layout, grid, passed, a, b, since, until)))
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), {}
    measures = {name: np.concatenate([part[2][name] for part in found]) for name in found[0][2]}
    return np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found]), measures


def _measures(
    signals: Signals, layout: F4, grid: NDArray[np.uint8], passed: F8,
    a: Index, b: Index, since: Index, until: Index,
) -> dict[str, F8]:  # fmt: skip
    """What is measured on windows of frames *a* to *b*, beside which *since* to *a* and *b* to *until* are seen.

    *passed*: the sums of the change of the pictures in full.
    """
    size = b - a
    net, old, new = apart(layout, a, b), apart(layout, since, a), apart(layout, b, until)
    at = [np.rint(a + size * k / STEPS).astype(np.intp) for k in range(STEPS + 1)]
    way = np.sum([np.abs(layout[two] - layout[one]).sum(1) for one, two in pairwise(at)], axis=0)
    values = grid[np.stack(at)].astype(np.float32)
    steps, whole = np.diff(values, axis=0), values[-1] - values[0]
    far = np.abs(whole).sum(1) + whole.shape[1]
    along = (steps * whole).sum(2) / (np.sqrt((steps**2).sum(2) * (whole**2).sum(1)) + 30)
    contrast, luma = signals.contrast.astype(np.float64), signals.luma.astype(np.float64)
    scale = (contrast[a] + contrast[b]) / 2 + np.abs(luma[a] - luma[b]) / 2 + 1
    inner = (passed[b + 1] - passed[a + 1]) / scale
    left = (passed[a + 1] - passed[since + 1]) / np.maximum(a - since, 1) * size / scale
    right = (passed[until + 1] - passed[b + 1]) / np.maximum(until - b, 1) * size / scale
    return {
        "one": np.ones(len(a)),
        # the ends are different pictures, and before and after little changes
        "net": np.minimum(net, 1.2),
        "drift": np.maximum(old, new),
        "less drift": np.minimum(old, new) / net,
        "seen beside": np.minimum(a - since, until - b) / np.maximum(2, size // 2),
        # the way from one to the other is hardly longer than the straight one, and no part of it leads back
        "bent": np.log(np.clip(way / (np.abs(layout[b] - layout[a]).sum(1) + 1e-6), 1, 20)),
        "detour": np.log(np.clip(np.abs(steps).sum((0, 2)) / far, 0.5, 20)),
        "least along": np.sort(along, axis=0)[1],
        # pixels change once; where the camera or a thing moves they change over and over
        "fine squared": np.log(inner + 0.1) ** 2,
        "finer than beside": np.clip(inner - (left + right) / 2, -3, 3),
        "most beside": np.log(np.maximum(left, right) + 0.1),
        # two pictures at once have less contrast than either
        "dip": np.clip(contrast[(a + b) // 2] / ((contrast[a] + contrast[b]) / 2 + 1), 0, 2),
        # not weighed; it tells a wipe from a dissolve
        "switched": (np.abs(steps).max(0) / (np.abs(steps).sum(0) + 1e-3) * np.abs(whole)).sum(1) / far,
    }
