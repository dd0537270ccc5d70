"""Cuts where the content score stands out (PySceneDetect's AdaptiveDetector)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds, hard_cuts, space_out
from .content_score import ContentScore
from .detector import Length

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Adaptive(ContentScore):
    """Cuts where the content score stands out from its neighbours (PySceneDetect AdaptiveDetector)."""

    adaptive_threshold: float = Field(3.0, gt=0)
    """How many times the mean of its neighbours a score must be."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""
    window_width: int = Field(2, ge=1)
    """Frames on either side that are the neighbours."""
    min_content_val: float = Field(15.0, ge=0)
    """Least content score of a cut, 0..255."""

    def cuts(self, signals: Signals) -> list[Cut]:
        score = self.score(signals)
        ratio = self._ratio(score)
        met = (ratio >= self.adaptive_threshold) & (score >= self.min_content_val)
        frames = space_out(signals.time, met, as_seconds(signals, self.min_scene_len))
        return hard_cuts(signals, frames, ratio / self.adaptive_threshold, self.name())

    def _ratio(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each score over the mean of its neighbours on either side, 0..255; 0 at the ends."""
        import numpy as np

        width = self.window_width
        out = np.zeros(len(score))
        if len(score) <= 2 * width:
            return out
        inner = score[width : len(score) - width]
        around = np.zeros(len(inner))
        for shift in range(2 * width + 1):
            if shift != width:
                around += score[shift : shift + len(inner)]
        around /= 2 * width
        nothing = np.abs(around) < 1e-5
        quotient = np.minimum(inner / np.where(nothing, 1.0, around), 255.0)
        alone = np.where(inner >= self.min_content_val, 255.0, 0.0)
        out[width : len(score) - width] = np.where(nothing, alone, quotient)
        return out
