"""The one decoding pass over a video, which makes its table of signals; runs in a child process."""

from __future__ import annotations

import re
from typing import Any

import cv2

from ...schemas import Failed
from ...schemas.rounding import FRAME_ROUNDING
from ...schemas.signal_table import Signals
from ..decode.container import declared_seconds
from ..decode.frame_clock import FrameClock
from ..decode.open import open_video
from ..decode.packets import decode
from ..decode.picture import Shrinker
from .frame_signals import SignalRows

SHARP = 0.06
"""Seconds for which a measured sharpness holds: it reads full-size rows, which makes it the dearest column."""


def scan(uri: str, max_pixels: int, loop_filter: bool, min_decoded: float, max_corrupt: float) -> Signals:
    """The signals of every frame of *uri*.

    Raises:
        Failed: as ``open_video``; ``no_frames``; ``truncated`` when less than *min_decoded* of the declared time could
            be decoded; ``corrupt`` when more than *max_corrupt* of the packets or of the times are bad.
    """
    cv2.setNumThreads(1)
    with open_video(uri, max_pixels) as (container, stream):
        if not loop_filter:
            stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
        declared = _declared(container, stream)
        start = container.start_time / 1e6 if container.start_time is not None else None
        clock: FrameClock | None = None
        table: SignalRows | None = None
        tick = float(stream.time_base)
        frames = packets = bad = 0
        measured = -1.0
        sharpness: float | None = None
        wrong: Exception | None = None
        for frame, error in decode(container, stream):
            if error is not None:
                bad += 1
                wrong = wrong or error
                continue
            if frame is None:
                packets += 1
                continue
            frames += 1
            pts = None if frame.pts is None else frame.pts * tick
            if clock is None:
                clock = FrameClock((pts or 0.0) if start is None else start, declared)
                shrink = Shrinker(frame)
                table = SignalRows(shrink.width, shrink.height)
            assert table is not None
            time = clock.tell(pts)
            if time - measured >= SHARP - FRAME_ROUNDING:
                measured, sharpness = time, None
            sharpness = shrink(frame, table.room(), sharpness)
            table.add(time, sharpness)
        said = f" ({wrong})" if wrong else ""
        if table is None or clock is None:
            raise Failed("no_frames", f"{uri}: no picture could be decoded{said}")
        signals = table.signals()
        seconds = signals.end - float(signals.time[0])
        if seconds < min_decoded * declared - signals.frame_seconds:
            what = f"{uri}: {seconds:.2f} of {declared:.2f} seconds could be decoded{said}"
            raise Failed("truncated", what, value=seconds / declared)
        if bad > max_corrupt * packets:
            raise Failed("corrupt", f"{uri}: {bad} of {packets} packets cannot be decoded{said}", value=bad / packets)
        if clock.repaired > max(1, max_corrupt * frames):
            what = f"{uri}: {clock.repaired} of {frames} frames have no usable time"
            raise Failed("corrupt", what, value=clock.repaired / frames)
        return signals


def _declared(container: Any, stream: Any) -> float:
    """Seconds that the video stream is said to last: by itself, by its DURATION tag (Matroska), by the container."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    tag = re.match(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    return declared_seconds(container, stream)
