"""Hard cuts: frames whose layout, or plain colour, is that of another picture than just before, and stays so.

What tells a cut from a flash, a thing that comes before the camera, a caption or a jerk of the camera is measured at
each frame that may be one (`cut_measures`), and small decision trees weigh it (Friedman 2001), which
`benchmarks/fit_cuts.py` fits to rendered videos and writes to ``cuts.json``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .cut_measures import BESIDE, candidates, cut_measures, usual
from .layout import Flash, apart, blocks, widespread
from .plain_pictures import FAR, plain_pictures, recoloured, tones
from .trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ...schemas import Signals

LEAST = 0.0
"""Score, as the logarithm of odds, that a cut has at least."""
STEP, OVER_MOTION = 0.13, 1.5
"""A change that may be a flash is farther from the frame before than the first, and that much more for the motion on
either side of it."""
SAME = 0.55
"""Two pictures are the same when they are less apart than this share of the change between them …"""
LEAST_FLASH = 0.08
"""… which is greater than this."""
VERY_SAME = 0.2
"""The first where it would be a cut by its score."""
BRIGHT, BRIGHT_SECONDS = 15.0, 0.6
"""Luma by which lightning exceeds the picture on both sides, and the seconds that it may take."""
UNEVEN = 1.5
"""Change of the grid, in more than a few areas, of a plain picture whose light does not change alone."""
NOISE = 4.0
"""Change of the grid in dark or heavily compressed video where nothing changes."""


def layout_cuts(
    signals: Signals, layout: NDArray[np.float32], flash: float, least: float
) -> tuple[list[tuple[int, float]], list[Flash]]:
    """The frames that begin a new picture, each with its strength (1 is just enough), and the flashes.

    A change is a flash when within *flash* seconds (lightning: 0.6) the picture of before is back. Of two cuts less
    than *least* seconds apart the stronger counts.
    """
    plain, tone, change = plain_pictures(layout), tones(signals), changes(layout)
    beside = max(3, round(BESIDE / signals.frame_seconds))
    sudden = change > STEP + OVER_MOTION * usual(change, beside)
    moved = np.flatnonzero(sudden)
    sudden[moved] = widespread(signals.grid[moved].astype(np.float32) - signals.grid[moved - 1], NOISE)
    coloured = recoloured(tone, plain, lambda column: usual(column, beside))
    scored, frames = np.zeros(len(signals)), candidates(signals, change)
    if len(frames):
        seen = cut_measures(signals, layout, change, frames, flash)
        trees = _trees()
        scored[frames] = 1 + trees.score(np.stack([seen[name] for name in trees.inputs], axis=1)) - LEAST
        even = plain[frames] & plain[frames - 1] & (seen["moved 9th"] < np.log1p(UNEVEN))
        scored[frames[even]] = 0  # there the colours tell

    def distance(one: Any, two: Any) -> NDArray[np.float64]:
        colours = np.linalg.norm(tone[one] - tone[two], axis=-1) / FAR
        return np.asarray(np.maximum(apart(layout, one, two), colours * (plain[one] & plain[two])))

    found: list[tuple[int, float]] = []
    flashes: list[Flash] = []
    for i in np.flatnonzero(sudden | (coloured > 1) | (scored > 1)).tolist():
        if between := _flash(signals, distance, i, flash, SAME if scored[i] <= 1 else VERY_SAME):
            flashes.append(between)
        elif max(scored[i], coloured[i]) > 1:
            found.append((i, float(max(scored[i], coloured[i]))))
    kept: list[tuple[int, float]] = []
    for i, strength in found:
        if not kept or signals.time[i] - signals.time[kept[-1][0]] >= least:
            kept.append((i, strength))
        elif strength > kept[-1][1]:
            kept[-1] = i, strength
    return kept, flashes


def changes(layout: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far the layout of each frame (n,) is from that of the frame before; 0 at frame 0."""
    change = np.zeros(len(layout))
    for block in blocks(len(layout) - 1):
        before = np.arange(block.start, block.stop)
        change[before + 1] = apart(layout, before, before + 1)
    return change


def _flash(signals: Signals, distance: Callable[[Any, Any], Any], i: int, flash: float, share: float) -> Flash | None:
    """The flash that changed the picture at frame *i*, if one did: what is left of the change is less than *share*."""
    most, luma = float(distance(i - 1, i)), signals.luma
    for seconds, brighter in ((flash, False), (BRIGHT_SECONDS, True)):
        reach = max(1, round(seconds / signals.frame_seconds))
        old, new = np.arange(max(0, i - 1 - reach), i), np.arange(i, min(len(signals), i + 1 + reach))
        between = distance(old[:, None], new[None])
        a, b = np.unravel_index(int(between.argmin()), between.shape)
        inner = luma[old[a] + 1 : new[b]]
        same = most > LEAST_FLASH and between[a, b] < share * most
        if same and (not brighter or inner.max(initial=0) > max(luma[old[a]], luma[new[b]]) + BRIGHT):
            return Flash(int(old[a]), int(new[b]))
    return None


@cache
def _trees() -> Trees:
    return Trees.read(Path(__file__).with_name("cuts.json"))
