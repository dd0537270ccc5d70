"""Boundaries where the picture fades out and comes back (PySceneDetect's ThresholdDetector)."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field

from ....schemas import Signals
from ....video.signals.cuts import Cut, as_seconds
from .detector import CutDetector, Length


class Fade(CutDetector):
    """One boundary for each fade to black and back, or to white and back (PySceneDetect ThresholdDetector)."""

    threshold: int = Field(12, ge=1, le=255)
    """The picture has faded out where the mean of its pixels passes this, 0..255."""
    method: Literal["floor", "ceiling"] = "floor"
    """``floor``: faded out below the threshold (black). ``ceiling``: faded out from the threshold upwards (white)."""
    fade_bias: float = Field(0.0, ge=-1, le=1)
    """Where within the fade the boundary lies: -1 where the picture is gone, 1 where it is back."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one fade-in to the next: frames (a whole number) or seconds (with a decimal point)."""
    min_out_length: Length = Field(0, ge=0)
    """Least time that the picture is gone: frames (a whole number) or seconds (with a decimal point)."""
    add_final_scene: bool = False
    """Also put a boundary where the picture fades out and does not come back."""

    def cuts(self, signals: Signals) -> list[Cut]:
        import numpy as np

        time, mean = signals.time, signals.mean.astype(np.float64)
        threshold, ceiling = self.threshold, self.method == "ceiling"
        least, out = as_seconds(signals, self.min_scene_len), as_seconds(signals, self.min_out_length)
        faded = mean >= threshold if ceiling else mean < threshold
        flips = [0, *(np.flatnonzero(np.diff(faded.astype(np.int8))) + 1).tolist(), len(mean)]
        cuts: list[Cut] = []
        last = float(time[0])
        for low, high in pairwise(flips):
            if not faded[low]:
                continue
            ending = high == len(mean)
            start, end = float(time[low]), signals.end if ending else float(time[high])
            if (ending and not self.add_final_scene) or end - last < least or end - start < out:
                continue
            deepest = low + int(np.argmax(mean[low:high]) if ceiling else np.argmin(mean[low:high]))
            limit = 255.0 - threshold if ceiling else threshold
            strength = 1 + abs(mean[deepest] - threshold) / max(limit, 1e-9)
            when = float(time[low if ending else self._split(signals, low, high)])
            cuts.append(Cut(when, when, float(strength), "fade", self.name(), start, end, float(time[deepest])))
            last = end
        return cuts

    def _split(self, signals: Signals, low: int, high: int) -> int:
        """The frame from *low* to *high* that is nearest to where the boundary lies; half a frame rounds to even."""
        import numpy as np

        time = signals.time
        when = time[low] + (time[high] - time[low]) * ((1 + self.fade_bias) / 2)
        return low + round(round(float(np.interp(when, time[low : high + 1], np.arange(high - low + 1))), 6))
