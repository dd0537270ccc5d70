"""Windows of one length."""

from __future__ import annotations

from pydantic import Field

from ....schemas import Signals, Span
from ....schemas.rounding import ROUNDING
from .detector import ShotDetector


class Fixed(ShotDetector):
    """Windows of one length, whatever is in the picture."""

    seconds: float = Field(10.0, gt=0)
    """Length of a window; the last one ends with the video."""
    stride: float | None = Field(None, gt=0)
    """Seconds from the start of one window to the next; none: windows follow one another."""

    count: int | None = Field(None, ge=1)
    """At most so many windows, from the start of the video on; what comes after them is in no shot."""

    def shots(self, signals: Signals) -> list[Span]:
        start, end = float(signals.time[0]), signals.end
        stride = self.stride or self.seconds
        spans = []
        for n in range(int((end - start) / stride) + 1):
            low = start + n * stride
            if low < end - ROUNDING:
                attrs = {"begins": "window", "detector": self.name()}
                spans.append(Span(low, min(low + self.seconds, end), source="measured", attrs=attrs))
            if low + self.seconds >= end - ROUNDING or len(spans) == self.count:
                break
        return spans
