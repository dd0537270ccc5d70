"""The times of frames, made to rise whatever a container says."""

from __future__ import annotations

from ...schemas.rounding import ROUNDING

STEP = 0.04
"""Seconds from frame to frame until more is known."""
JUMP = 1.0
"""Seconds by which a time may go backwards and still be one stray frame; more is a new clock."""
LEAP = 10.0
"""Seconds by which a time may pass the declared end; more is a new clock."""


class FrameClock:
    """Times of frames, seconds from the container's start, strictly rising.

    A frame with no time, or with one that is not after the last, is put half a step after the last. When the times
    jump back by over a second, or past the declared end by over ten, a new clock is taken to start one step later.
    """

    def __init__(self, start: float, end: float) -> None:
        self.shift, self.end = -start, end
        self.last: float | None = None
        self.step = STEP
        self.repaired = 0

    def tell(self, pts: float | None) -> float:
        """The time of the next frame, whose PTS is *pts* seconds."""
        if self.last is None:
            self.last = 0.0 if pts is None else pts + self.shift
            return self.last
        time = self.last + self.step if pts is None else pts + self.shift
        if time < self.last - JUMP or (self.end and time > max(self.end, self.last) + LEAP):
            self.shift += self.last + self.step - time
            time = self.last + self.step
            self.repaired += 1
        elif time <= self.last:
            time = self.last + self.step / 2
            self.repaired += 1
        elif pts is None:
            self.repaired += 1
        else:
            self.step = min(max(time - self.last, ROUNDING), 1.0)
        self.last = time
        return time
