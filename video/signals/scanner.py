"""The one decoding pass over a video, which makes its table of signals; runs in a child process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import cv2

from ...schemas import Failed
from ...schemas.rounding import FRAME_ROUNDING
from ...schemas.signal_table import Signals
from ..decode.container import declared_seconds
from ..decode.frame_clock import FrameClock
from ..decode.open import open_video
from ..decode.packets import decode
from ..decode.picture import Shrinker, upright
from .frame_signals import SignalRows
from .scene_detectors import FedDetector

SHARP = 0.06
"""Seconds for which a measured sharpness holds: it reads full-size rows, which makes it the dearest column."""


Fed = tuple[str, str, dict[str, Any], int | None]
"""A detector that is fed: the key of its results, its class, the arguments of that, the longer side of its frames."""


def scan(
    uri: str, max_pixels: int, loop_filter: bool, min_decoded: float, max_corrupt: float, fed: Sequence[Fed] = ()
) -> Signals:
    """The signals of every frame of *uri*, and what the detectors *fed* found.

    Raises:
        Failed: as ``open_video``; ``no_frames``; ``truncated`` when less than *min_decoded* of the declared time could
            be decoded; ``corrupt`` when more than *max_corrupt* of the packets or of the times are bad;
            ``detector_failed`` when one of *fed* raises something.
    """
    cv2.setNumThreads(1)
    with open_video(uri, max_pixels) as (container, stream):
        if not loop_filter:
            stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
        declared = _declared(container, stream)
        start = container.start_time / 1e6 if container.start_time is not None else None
        clock: FrameClock | None = None
        table: SignalRows | None = None
        detectors: dict[str, FedDetector] = {}
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
                detectors = _detectors(fed, stream)
            assert table is not None
            time = clock.tell(pts)
            if time - measured >= SHARP - FRAME_ROUNDING:
                measured, sharpness = time, None
            sharpness = shrink(frame, table.room(), sharpness)
            table.add(time, sharpness)
            if detectors:
                picture = upright(frame)
                for detector in detectors.values():
                    detector.take(picture, time)
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
        signals.detected = {key: detector.finish() for key, detector in detectors.items()}
        return signals


def _detectors(fed: Sequence[Fed], stream: Any) -> dict[str, FedDetector]:
    rate = Fraction(stream.guessed_rate or stream.average_rate or 25)
    return {
        key: FedDetector(name, arguments, max_side, rate, Fraction(stream.time_base))
        for key, name, arguments, max_side in fed
    }


def _declared(container: Any, stream: Any) -> float:
    """Seconds that the video stream is said to last: by itself, by its DURATION tag (Matroska), by the container."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    tag = re.match(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    return declared_seconds(container, stream)
