"""Koala-36M's transition detector."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut
from .detector import CutDetector

WEIGHTS = 4.61480465, 3.75211168, -5.485968377115124
"""Koala-36M's line between "cut" and "no cut": weights of the histogram and of the edges, and the offset."""


class Koala(CutDetector):
    """Koala-36M's rule on colour histograms and edges, for cuts and for slow transitions, which belong to no shot.

    Its shots are trimmed: `compare` needs ``gap: 1.2`` to take what lies between two of them for one boundary, or else
    counts both ends. On the film of the example it then finds 13 of 14 and one too many, since it sees pictures of 144
    pixels; at the published sizes, with Canny's edges and SSIM at every pixel, the rule finds all.
    """

    alone: ClassVar[frozenset[str]] = frozenset({"min_frames", "trim_frames"})

    cutoff: float = 0.75
    """A slow transition has a smoothed score below this …"""
    deviations: float = Field(3.0, ge=0)
    """… and this many standard deviations (of at least 0.2) below the mean of the scores before it."""
    past: int = Field(8, ge=2)
    """How many scores before it are looked at; the lowest and highest fifth of them do not count."""
    min_frames: int = Field(8, ge=0)
    """A shot of this many frames or fewer is dropped, where ``koala`` is the only detector."""
    trim_frames: int = Field(4, ge=0)
    """Frames taken off both ends of every shot, where ``koala`` is the only detector."""

    def shortest(self) -> int:
        return self.min_frames

    def margin(self) -> int:
        return self.trim_frames

    def cuts(self, signals: Signals) -> list[Cut]:
        """A hard cut where the score is below 0, a soft one where it falls out of the range of those before it."""
        import numpy as np
        from numpy.lib.stride_tricks import sliding_window_view

        colour, edges, offset = WEIGHTS
        score = colour * signals.koala_histogram[1:].astype(np.float64) + edges * signals.koala_ssim[1:] + offset
        found, past = score < 0, self.past
        if len(score) > past:
            smooth = score.copy()
            smooth[1:-1] = (score[:-2] + score[1:-1] + score[2:]) / 3
            low = np.flatnonzero(smooth[past:] < self.cutoff)
            before = np.sort(sliding_window_view(smooth, past)[low], axis=1)[:, int(past * 0.2) : int(past * 0.8)]
            limit = before.mean(1) - self.deviations * np.maximum(0.2, before.std(1))
            found[low + past] |= smooth[low + past] < limit
        cuts = []
        edge = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(np.int8), [0]])))
        for low, high in zip(edge[::2].tolist(), edge[1::2].tolist(), strict=True):
            first, last = float(signals.time[low + 1]), float(signals.time[high])
            strength = 1 + max(0.0, float(-score[low:high].min()))
            # smoothing spreads a hard cut to its neighbours: it is one where the score itself is below 0 once
            kind = "cut" if np.count_nonzero(score[low:high] < 0) == 1 else "transition"
            cuts.append(Cut(first, last, strength, kind, self.name(), first, last))
        return cuts
