"""The rows of frames that were not decoded, filled in from those before and after them.

Where a picture changes evenly, its change is spread over the frames between. Where it changes at once, which the
changes beside tell, one of the frames between begins the new picture: in the middle, so that it is within a frame of
where it is where three frames or fewer lie between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.signal_table import Signals, column_names
from .layout import layouts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    B1 = NDArray[np.bool_]
    F8 = NDArray[np.float64]
    Index = NDArray[np.intp]

ALIKE = "histogram", "koala_histogram", "koala_ssim", "ssim"
"""Likenesses to the frame before: 1 where nothing changes."""
CHANGES = "hue", "saturation", "luma_change", "hash_distance", "difference"
"""Changes to the frame before: 0 where nothing does."""
SHARES = "dx", "dy", "zoom", "motion"
"""Motion since the frame before, which adds up."""
GROWTH = 0.6
"""A change over k frames is k to this power times that over one: what moves goes on, and noise does not."""
SUDDEN, OVER, LEAST = 2.0, 1.2, 0.03
"""A change is sudden that is so many times what is usual over as many frames on the calmer side, so many times what is
on the other, and more than the least."""
LONG = 8
"""Frames from one that was decoded to the next, over which no change is taken for a sudden one."""
FAINT = 3.0
"""Contrast that is noise."""


def filled(signals: Signals, time: F8, measured: B1) -> Signals:
    """*signals*, a row for each *measured* frame, with a row for each of the n frames at *time*.

    *measured* (n,) is true for the first frame.
    """
    decoded, number = np.flatnonzero(measured), np.arange(len(time))
    before = np.searchsorted(decoded, number, side="right") - 1  # the row of the last frame that was decoded, and …
    after = np.minimum(before + 1, len(decoded) - 1)  # … of the next
    steps = np.diff(decoded, prepend=decoded[0] - 1)  # frames from the row before to each row
    since, ended = number - decoded[before], after == before
    into = np.where(since == 0, before, after)  # the row to which the change lasts that a frame is in
    sudden = _sudden(signals, steps)
    begins = steps // 2 + 1  # frames after the row before: of a sudden change, where the new picture begins
    newest = np.where(sudden[after], since >= begins[after], since / np.maximum(1, decoded[after] - decoded[before]))
    newest[ended] = 0.0
    leads = sudden[into] & (np.where(since == 0, steps[into], since) == begins[into])
    beside = _calm(sudden)[into]
    columns: dict[str, Any] = {"time": np.asarray(time, np.float64)}
    for name in column_names()[1:]:
        values = getattr(signals, name)
        if name in ALIKE or name in CHANGES:
            change = (1 - values if name in ALIKE else values).astype(np.float64)
            each = change / steps**GROWTH
            found = np.where(leads, change[into], each[np.where(sudden[into], beside, into)])
            found[ended & (since > 0)] = 0.0
            found = 1 - found if name in ALIKE else found
        elif name in SHARES:
            found = (values / steps)[into]
            found[ended & (since > 0)] = 0.0
        elif name == "dhash":
            found = values[np.where(newest > 0.5, after, before)]
        else:
            part = newest.reshape(-1, *[1] * (values.ndim - 1))
            old, new = values[before].astype(np.float64), values[after].astype(np.float64)
            found = np.rint(old + (new - old) * part) if values.dtype == np.uint8 else old + (new - old) * part
        columns[name] = found.astype(values.dtype)
        kept = since == 0 if name not in ALIKE + CHANGES + SHARES else (since == 0) & (steps[into] == 1) & ~sudden[into]
        columns[name][kept] = values[before[kept]]
    return Signals(**columns, measured=np.asarray(measured, bool))


def share_measured(signals: Signals, low: Index, high: Index) -> list[float]:
    """The share of the frames low..high-1 of each span that was decoded; empty where all were."""
    if signals.measured is None:
        return []
    sums = np.concatenate([[0], np.cumsum(signals.measured)])
    shares: list[float] = np.round((sums[high] - sums[low]) / np.maximum(1, high - low), 4).tolist()
    return shares


def _sudden(signals: Signals, steps: Index) -> B1:
    """Whether the change to each row (m) from the row before, so many *steps* earlier, happens from one frame to the
    next."""
    layout = layouts(signals)
    change = np.zeros(len(layout))
    change[1:] = np.sqrt(np.square(np.diff(layout, axis=0)).mean(1))
    found = np.zeros(len(layout), bool)
    for column in (change, 1 - signals.ssim.astype(np.float64), signals.difference / (signals.contrast + FAINT)):
        each = column / steps**GROWTH
        padded = np.pad(each, 2, mode="edge")
        sooner, later = (np.minimum(padded[k : k + len(each)], padded[k + 1 : k + 1 + len(each)]) for k in (0, 3))
        calm, busy = np.minimum(sooner, later), np.maximum(sooner, later)
        found |= (column > LEAST) & (each > SUDDEN * calm) & (each > OVER * busy)
    found &= (steps > 1) & (steps <= LONG)
    found[:1] = False
    return found


def _calm(sudden: B1) -> Index:
    """For each row (m) one near it that does not end a sudden change."""
    calm = np.flatnonzero(~sudden)
    return np.asarray(calm[np.minimum(np.searchsorted(calm, np.arange(len(sudden))), len(calm) - 1)])
