"""Hard cuts: frames whose layout, or plain colour, is that of another picture than just before, and stays so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .layout import ROWS, Flash, apart, blocks, widespread
from .plain_pictures import FAR, plain_pictures, recoloured, tones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals

LEAST, OVER_MOTION = 0.13, 1.5
"""A cut is farther from the frame before than the first, and that much more for the motion on either side of it."""
BESIDE = 0.16
"""Seconds on either side of a frame in which the usual motion is measured."""
SAME = 0.55
"""Two pictures are the same when they are less apart than this share of the change between them …"""
LEAST_FLASH = 0.08
"""… which is greater than this."""
BRIGHT, BRIGHT_SECONDS = 15.0, 0.6
"""Luma by which lightning exceeds the picture on both sides, and the seconds that it may take."""
NOISE = 4.0
"""Change of the grid in dark or heavily compressed video where nothing changes."""
TEXT_SSIM, TEXT_HASH, TEXT_ROWS, TEXT_SHARE = 0.9, 0.1, 3, 0.15
"""A slide whose text alone is another: similarity and hash of the whole picture, and how many rows of the grid see at
least what share of the greatest change; a title that comes or goes takes fewer."""


def layout_cuts(
    signals: Signals, layout: NDArray[np.float32], flash: float, least: float
) -> tuple[list[tuple[int, float]], list[Flash]]:
    """The frames that begin a new picture, each with its change as a multiple of what is asked, and the flashes.

    A change is a flash when within *flash* seconds (lightning: 0.6) the picture of before is back. Of two cuts less
    than *least* seconds apart the stronger counts.
    """
    count, step = len(signals), signals.frame_seconds
    plain, tone, beside = plain_pictures(layout), tones(signals), max(3, round(BESIDE / step))
    change, seen = np.zeros(count), np.zeros(count, np.bool_)
    for block in blocks(count - 1):
        before = np.arange(block.start, block.stop)
        change[before + 1] = apart(layout, before, before + 1)
        seen[before + 1] = _seen(signals, before + 1)
    ratio = np.where(seen, change / (LEAST + OVER_MOTION * _motion(change, beside)), 0)
    ratio = np.maximum(ratio, recoloured(tone, plain, lambda column: _motion(column, beside)))

    def distance(one: Any, two: Any) -> NDArray[np.float64]:
        colours = np.linalg.norm(tone[one] - tone[two], axis=-1) / FAR
        return np.asarray(np.maximum(apart(layout, one, two), colours * (plain[one] & plain[two])))

    luma = signals.luma
    found: list[tuple[int, float]] = []
    flashes: list[Flash] = []
    for i in np.flatnonzero(ratio > 1).tolist():
        most = float(distance(i - 1, i))
        for seconds, brighter in ((flash, False), (BRIGHT_SECONDS, True)):
            reach = max(1, round(seconds / step))
            old, new = np.arange(max(0, i - 1 - reach), i), np.arange(i, min(count, i + 1 + reach))
            between = distance(old[:, None], new[None])
            a, b = np.unravel_index(int(between.argmin()), between.shape)
            inner = luma[old[a] + 1 : new[b]]
            same = most > LEAST_FLASH and between[a, b] < SAME * most
            if same and (not brighter or inner.max(initial=0) > max(luma[old[a]], luma[new[b]]) + BRIGHT):
                flashes.append(Flash(int(old[a]), int(new[b])))
                break
        else:
            found.append((i, float(ratio[i])))
    kept: list[tuple[int, float]] = []
    for i, strength in found:
        if not kept or signals.time[i] - signals.time[kept[-1][0]] >= least:
            kept.append((i, strength))
        elif strength > kept[-1][1]:
            kept[-1] = i, strength
    return kept, flashes


def _motion(change: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The usual change in the *width* frames before or after each frame, whichever is more."""
    padded = np.concatenate([np.zeros(width), change, np.zeros(width)])
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)
    return np.asarray(np.maximum(usual[: len(change)], usual[width + 1 : width + 1 + len(change)]))


def _seen(signals: Signals, frames: NDArray[np.intp]) -> NDArray[np.bool_]:
    """At which of *frames* the change is one of the whole picture, or of the text of a slide."""
    moved = signals.grid[frames].astype(np.float32) - signals.grid[frames - 1]
    rows = np.abs(moved - np.median(moved, axis=1, keepdims=True)).reshape(len(frames), ROWS, -1).max(2)
    least = np.maximum(1, TEXT_SHARE * rows.max(1, keepdims=True))
    text = (rows >= least).sum(1) >= TEXT_ROWS
    text &= (signals.ssim[frames] < TEXT_SSIM) & (signals.hash_distance[frames] > TEXT_HASH)
    return np.asarray(text | widespread(moved, NOISE))
