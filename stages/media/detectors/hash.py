"""Cuts where the perceptual hash changes (PySceneDetect's HashDetector)."""

from __future__ import annotations

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds, hard_cuts, space_out
from .detector import CutDetector, Length


class Hash(CutDetector):
    """Cuts where the perceptual hash changes (PySceneDetect HashDetector)."""

    threshold: float = Field(0.35, gt=0, le=1)
    """Least share of the hash's bits that change."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""

    def cuts(self, signals: Signals) -> list[Cut]:
        distance = signals.hash_distance.astype("f8")
        met = distance >= self.threshold
        met[0] = False
        frames = space_out(signals.time, met, as_seconds(signals, self.min_scene_len))
        return hard_cuts(signals, frames, distance / self.threshold, self.name())
