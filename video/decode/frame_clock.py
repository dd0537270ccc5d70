"""The times of frames, made to rise whatever a container says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...schemas.rounding import ROUNDING

STEP = 0.04
"""Seconds from frame to frame until more is known."""
JUMP = 1.0
"""Seconds by which a time may go backwards and still be one stray frame; more is a new clock."""
LEAP = 10.0
"""Seconds by which a time may pass the declared end at once; more is a new clock."""
LEAP_SHARE = 0.1
"""The same as a share of the declared length, or JUMP if that is more: the least of both counts."""
NEAR = 4
"""A frame that goes on where the frames before a stray one were comes within so many steps, or within JUMP."""


def leap(end: float) -> float:
    """Seconds by which a time may pass *end*, the declared one, at once and still be one of the same clock."""
    return min(LEAP, max(JUMP, LEAP_SHARE * end))


class FrameClock:
    """Times of frames, seconds from the container's start, strictly rising.

    A frame with no time, or with one that is not after the last, is put half a step after the last. So is a stray one,
    if it is known that the frame after it goes on where those before it were. When the times jump back by over a
    second, or far past the declared end, and go on there, a new clock is taken to start one step later.
    """

    def __init__(self, start: float, end: float) -> None:
        self.shift, self.end = -start, end
        self.last: float | None = None
        self.step = STEP
        self.repaired = 0
        """Frames that had no usable time."""
        self.strange = 0
        """Those of them that had a wrong one, and not none."""

    def tell(self, pts: float | None, after: float | None = None) -> float:
        """The time of the next frame, whose PTS is *pts* seconds; *after*: that of the one after it, if it is known."""
        if self.last is None:
            self.last = self._first(pts, after)
            return self.last
        time = self.last + self.step if pts is None else pts + self.shift
        if pts is None:
            self.repaired += 1
        elif after is not None and self._is_stray(time, after + self.shift):
            time = self.last + min(self.step, (after + self.shift - self.last) / 2)
            self._mend()
        elif time < self.last - JUMP or self._leaps(time):
            self.shift += self.last + self.step - time
            time = self.last + self.step
            self._mend()
        elif time > self.last:
            self.step = min(max(time - self.last, ROUNDING), 1.0)
        if time <= self.last:
            time = self.last + self.step / 2
            self._mend()
        self.last = time
        return time

    def timed(self, frames: Iterator[tuple[Any, float | None, bool]]) -> Iterator[tuple[Any, float, bool]]:
        """*frames*, each with its PTS (seconds) and a mark, with their times in place of the PTS."""
        held = next(frames, None)
        while held is not None:
            coming = next(frames, None)
            frame, pts, mark = held
            yield frame, self.tell(pts, None if coming is None else coming[1]), mark
            held = coming

    def _first(self, pts: float | None, after: float | None) -> float:
        if pts is None:
            return 0.0
        if after is not None and after < pts - JUMP:  # the first is the stray one
            self._mend()
            return max(0.0, after + self.shift - self.step)
        return pts + self.shift

    def _is_stray(self, time: float, after: float) -> bool:
        """Whether *time* is not between the last frame and *after*, which goes on where the last frame was."""
        assert self.last is not None
        near = max(JUMP, NEAR * self.step)
        return self.last < after <= self.last + near and not self.last < time < after

    def _leaps(self, time: float) -> bool:
        assert self.last is not None
        return bool(self.end) and time > max(self.end, self.last) + leap(self.end)

    def _mend(self) -> None:
        self.repaired += 1
        self.strange += 1
