"""Where the content changes: what the shot detectors share, as arithmetic on the columns of the scan's table.

Frame i stands for the change from frame i-1 to frame i. Times are seconds, lengths are compared as times, so that
a video whose frame rate varies is cut by what a viewer sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.rounding import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from ...schemas import Signals

    F8 = NDArray[np.float64]


NEAR = 0.1
"""Seconds within which the alarms of several detectors are one boundary."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A boundary. The shot before ends at *before*, the shot after begins at *after*; one time if it is a hard cut."""

    before: float
    after: float
    strength: float
    """What was measured, as a multiple of what was asked for; 1 is just enough."""
    kind: str = "cut"
    detector: str = ""
    first: float = 0.0
    """Between *first* and *last* the picture is neither shot: a fade, a dissolve."""
    last: float = 0.0
    darkest: float | None = None
    """When a fade is darkest."""


def hard_cuts(signals: Signals, frames: Iterable[int], strength: F8, detector: str) -> list[Cut]:
    """Cuts at *frames*; *strength* holds a value for every frame of the video."""
    return [Cut(t, t, float(strength[i]), "cut", detector, t, t) for i in frames for t in [float(signals.time[i])]]


def as_seconds(signals: Signals, least: int | float) -> float:
    """*least* (an int counts frames, a float seconds) as seconds, less a hair so that a length just met is met."""
    if isinstance(least, int):
        return max(0.0, (least - 0.5) * signals.frame_seconds)
    return max(0.0, least - ROUNDING)


def content_score(signals: Signals, weights: tuple[float, float, float]) -> F8:
    """PySceneDetect's content score: the weighted mean of the changes of hue, saturation and luma (n,), 0..255."""
    import numpy as np

    columns = np.stack([signals.hue, signals.saturation, signals.luma_change]).astype(np.float64)
    score: F8 = np.asarray(weights) @ columns / np.abs(weights).sum()
    return score


def space_out(time: F8, met: NDArray[np.bool_], least: float) -> list[int]:
    """The frames of *met*, in order, that come at least *least* seconds after the one taken before (or frame 0)."""
    import numpy as np

    taken, last = [], float(time[0])
    for i in np.flatnonzero(met).tolist():
        if time[i] - last >= least:
            taken.append(i)
            last = float(time[i])
    return taken


def union(found: list[list[Cut]], share: float, sure: float) -> list[Cut]:
    """The boundaries of several detectors in time order, by a vote: *found* has the cuts of each.

    What they see within ``NEAR`` seconds is one boundary: the cut that takes up more time, or else that of the detector
    named first. It counts when more than *share* of the detectors see it, or one with a strength of at least *sure*.
    """
    if len(found) == 1:
        return found[0]
    alarms = sorted(
        ((cut.first, rank, cut) for rank, cuts in enumerate(found) for cut in cuts), key=lambda one: one[:2]
    )
    groups: list[list[tuple[int, Cut]]] = []
    until = 0.0
    for first, rank, cut in alarms:
        if not groups or first > until + NEAR:
            groups.append([])
            until = cut.last
        groups[-1].append((rank, cut))
        until = max(until, cut.last)
    kept: list[Cut] = []
    for group in groups:
        votes = len({rank for rank, _ in group})
        if votes > share * len(found) or max(cut.strength for _, cut in group) >= sure:
            kept.append(min(group, key=lambda one: (one[1].first - one[1].last, one[0]))[1])
    return sorted(kept, key=lambda cut: cut.after)
