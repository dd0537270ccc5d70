"""Cuts where the luma histogram changes (PySceneDetect's HistogramDetector)."""

from __future__ import annotations

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds, hard_cuts, space_out
from .detector import CutDetector, Length


class Histogram(CutDetector):
    """Cuts where the luma histogram changes (PySceneDetect HistogramDetector)."""

    threshold: float = Field(0.20, gt=0, le=1)
    """Least change: 1 minus the correlation of the histograms."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""

    def cuts(self, signals: Signals) -> list[Cut]:
        correlation = signals.histogram.astype("f8")
        met = correlation <= 1.0 - self.threshold
        met[0] = False
        frames = space_out(signals.time, met, as_seconds(signals, self.min_scene_len))
        return hard_cuts(signals, frames, (1 - correlation) / self.threshold, self.name())
