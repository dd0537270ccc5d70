"""Gradual transitions: stretches at whose ends the picture rests and between which it becomes another.

Windows of a quarter of a second to two seconds are looked at between the hard cuts. What tells a dissolve, a wipe or a
slide from a moving camera, a moving thing or a changing light is measured in each (`gradual_measures`), and small
decision trees weigh it (Friedman 2001), which `benchmarks/fit_gradual.py` fits to rendered videos and writes to
``gradual.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .gradual_measures import measures
from .layout import Flash, apart, blocks, bridge, widespread
from .trees import Trees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

    F4 = NDArray[np.float32]
    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

SECONDS = 0.24, 0.34, 0.48, 0.68, 0.95, 1.35, 1.9
OTHER = 0.25
"""How far apart the ends of a window are at least."""
NOISE = 2.5
"""Least change of the grid between the ends of a window."""
RESTLESS = 1.2
"""How much of that the picture may change beside the window."""
PAUSE = 0.2
"""Share of a better window that lies at least between it and another."""
SWITCHED = 0.4
"""In a wipe each area of the picture changes within one of the parts of the window, by this share of its change."""
LEAST = 0.8
"""Score, as the logarithm of odds, that a transition has at least."""


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
    before, after, seen = windows(signals, layout, cuts, flashes)
    if not len(before):
        return []
    trees = _trees()
    score = trees.score(np.stack([seen[name] for name in trees.inputs], axis=1))
    switched = seen["switched"]
    found: list[Gradual] = []
    for k in np.argsort(-score):
        if score[k] <= LEAST:
            break
        a, b = int(before[k]), int(after[k])
        if all(b <= one.before - _pause(one) or a >= one.after + _pause(one) for one in found):
            kind = "wipe" if switched[k] > SWITCHED else "dissolve"
            found.append(Gradual(a, b, 1 + float(score[k]) - LEAST, kind))
    return sorted(found, key=lambda one: one.before)


def _pause(one: Gradual) -> float:
    return PAUSE * (one.after - one.before)


@cache
def _trees() -> Trees:
    return Trees.read(Path(__file__).with_name("gradual.json"))


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
                    found.append((a, b, measures(signals, layout, grid, passed, a, b, since, until, (low, high))))
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), {}
    seen = {name: np.concatenate([part[2][name] for part in found]) for name in found[0][2]}
    return np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found]), seen
