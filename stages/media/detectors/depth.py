"""SceneTilling's depth score (VideoLLaMB)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ....schemas import Signals
from ....schemas.rounding import ROUNDING
from ....video.signals.cuts import Cut, content_score
from .detector import CutDetector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    F8 = NDArray[np.float64]


class Depth(CutDetector):
    """A few long scenes: SceneTilling's depth score (VideoLLaMB) on pictures taken at a low rate."""

    fps: float = Field(1.0, gt=0)
    """Pictures a second that are compared."""
    similarity: Literal["both", "colours", "structure"] = "both"
    """What makes two pictures alike: their colours, their structure (difference hash), or the mean of both."""
    deviations: float = Field(0.5, ge=0)
    """A boundary is this many standard deviations deeper than the mean."""
    min_depth: float = Field(0.0, ge=0)
    """A boundary is at least this deep; depths are 0..2."""
    max_segments: int = Field(15, ge=1)
    """Keep the deepest boundaries, so that there are at most so many shots."""

    def cuts(self, signals: Signals) -> list[Cut]:
        """Boundaries where the depth score is more than its mean and ``deviations`` standard deviations."""
        import numpy as np

        times = np.arange(float(signals.time[0]), signals.end, 1 / self.fps)
        frames = np.unique(np.searchsorted(signals.time, times + ROUNDING, side="right") - 1)
        if len(frames) < 3:
            return []
        deep = depth(self._likeness(signals, frames))
        limit = max(float(deep.mean() + self.deviations * deep.std(ddof=1)), self.min_depth)
        found = np.flatnonzero((deep > limit) & (deep > 1e-9))
        found = np.sort(found[np.argsort(-deep[found], kind="stable")][: self.max_segments - 1])
        change = content_score(signals, (1.0, 1.0, 1.0))
        cuts = []
        for i in found.tolist():
            low, high = int(frames[i]) + 1, int(frames[i + 1]) + 1
            when = float(signals.time[low + int(np.argmax(change[low:high]))])
            cuts.append(Cut(when, when, float(deep[i]) / max(limit, 1e-9), "valley", self.name(), when, when))
        return cuts

    def _likeness(self, signals: Signals, frames: NDArray[np.intp]) -> F8:
        """How alike each of *frames* (m,) is to the next (m-1,), 0..1: cosine of colour shares, share of equal bits."""
        import numpy as np

        from ....video.signals.hashes import hamming

        hashes, colours = signals.dhash[frames], signals.colours[frames].astype(np.float64)
        colours /= np.maximum(np.linalg.norm(colours, axis=1, keepdims=True), 1e-9)
        tint = (colours[1:] * colours[:-1]).sum(1)
        shape = 1 - hamming(hashes[1:], hashes[:-1]) / 64
        alike: F8 = {"colours": tint, "structure": shape, "both": (tint + shape) / 2}[self.similarity]
        return alike


def depth(similarity: F8) -> F8:
    """How deep the valley is at each point: the peaks climbed to on its left and right, less twice the point itself."""
    return _climb(similarity) + _climb(similarity[::-1])[::-1] - 2 * similarity


def _climb(similarity: F8) -> F8:
    """The height reached by walking left from each point for as long as it does not go down."""
    peaks = similarity.copy()
    for i in range(1, len(peaks)):
        if similarity[i - 1] >= similarity[i]:
            peaks[i] = peaks[i - 1]
    return peaks
