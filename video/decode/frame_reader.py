"""The reader of single frames; it runs in a child process."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from ...schemas import Failed
from ...schemas.rounding import FRAME_ROUNDING
from .container import clockwise
from .open import open_video
from .packets import Decoder
from .picture import TURNS

AHEAD = 1.0
"""Seconds up to which decoding on is quicker than seeking."""
BACK = (0.0, 1.0, 5.0, 20.0)
"""Seconds before the wanted time at which seeking is tried, until a frame comes that is not after it."""


def read_frames(uri: str, times: list[float], width: int | None, max_pixels: int) -> list[Any]:
    """The pictures shown at *times*: seek to the keyframe before each time and decode on from there."""
    cv2.setNumThreads(1)
    found: dict[float, Any] = {}
    with open_video(uri, max_pixels) as (container, stream):
        walk = Walk(container, stream)
        for time in sorted(set(times)):
            frame = walk.to(time)
            if frame is None:
                raise Failed("no_frames", f"{uri}: no picture could be decoded")
            found[time] = _finish(frame.to_ndarray(format="rgb24"), clockwise(frame), width)
    return [found[time] for time in times]


class Walk:
    """Steps forward through a video, and seeks where that is quicker than decoding on."""

    def __init__(self, container: Any, stream: Any) -> None:
        self.container, self.stream = container, stream
        self.tick = float(stream.time_base)
        self.decoder = Decoder(container, stream)
        self.frames = self.decoder.frames()
        self.shown: Any = None
        self.coming: Any = next(self.frames, None)
        self.start: float = getattr(self.coming, "time", None) or 0.0
        if container.start_time is not None:
            self.start = container.start_time / 1e6

    def to(self, time: float) -> Any:
        """The frame shown at *time*; None when there is no frame at all."""
        if self.coming is not None and self._time(self.coming) < time - AHEAD and self._is_far(time):
            for back in BACK:
                self._seek(time - back)
                if self.coming is not None and self._time(self.coming) <= time + FRAME_ROUNDING:
                    break
            else:
                self._seek(0.0)
        while self.coming is not None and (self.shown is None or self._time(self.coming) <= time + FRAME_ROUNDING):
            self.shown, self.coming = self.coming, next(self.frames, None)
        return self.shown

    def _is_far(self, time: float) -> bool:
        """Whether the keyframe before *time* is still to come, as far as the container's index says."""
        index: Any = getattr(self.stream, "index_entries", ())
        at = index.search_timestamp(self._ticks(time)) if len(index) else -1
        return at < 0 or bool(index[at].timestamp * self.tick - self.start > self._time(self.coming))

    def _ticks(self, time: float) -> int:
        return int((max(time, 0.0) + self.start) / self.tick)

    def _seek(self, time: float) -> None:
        self.container.seek(self._ticks(time), stream=self.stream, backward=True)
        self.frames = self.decoder.frames()
        self.coming = next(self.frames, None)

    def _time(self, frame: Any) -> float:
        return float("-inf") if frame.pts is None else frame.pts * self.tick - self.start


def _finish(picture: Any, angle: int, width: int | None) -> Any:
    """*picture* turned upright, and shrunk to *width* if it is wider."""
    if angle:
        picture = cv2.rotate(picture, TURNS[angle])
    if width and width < picture.shape[1]:
        height = max(1, round(picture.shape[0] * width / picture.shape[1]))
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture)
