"""The one decoding pass over a video, which makes its table of signals; runs in a child process."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import cv2
import numpy as np

from ...schemas import Failed
from ...schemas.rounding import FRAME_ROUNDING
from ...schemas.signal_table import Signals
from ...schemas.timeline import STILL_SECONDS
from ..decode.frame_clock import FrameClock
from ..decode.lengths import picture_ends
from ..decode.open import open_video
from ..decode.packets import Decoder, complaints
from ..decode.picture import Shrinker, upright
from ..decode.pulse import through
from ..decode.source import open_bytes
from ..decode.sparse import SparseDecoder
from .damage import FaultLimits, judge, stretches
from .filling import filled
from .frame_signals import SignalRows

SHARP = 0.06
"""Seconds for which a measured sharpness holds: it reads full-size rows, which makes it the dearest column. It holds
twice as long where frames are left out."""


Fed = tuple[str, str, dict[str, Any]]
"""What is fed with frames: the key of its results, its class as ``module:Class`` of this room, the arguments of that.

It is made with the video's ``rate`` (frames a second) and ``tick`` (seconds) besides, takes each frame (``take``), and
at the end gives the times at which it saw cuts, or a score for each frame as an array (``finish``)."""


def scan(
    uri: str,
    max_pixels: int,
    loop_filter: bool,
    min_decoded: float,
    max_corrupt: float,
    fed: Sequence[Fed] = (),
    frames: str = "all",
) -> Signals:
    """The signals of every frame of *uri*, and what those that are *fed* found.

    *frames*: which are decoded, ``all``, ``reference`` or ``guided``. The rows of the others are filled in.

    Raises:
        Failed: as ``open_video``; ``no_frames``; ``truncated`` when less than *min_decoded* of the declared time could
            be decoded; ``corrupt`` when more than *max_corrupt* of the pictures are damaged or missing, or of the
            times bad; ``detector_failed`` when one of *fed* cannot do its work.
    """
    cv2.setNumThreads(1)
    said = complaints()
    with open_video(uri, max_pixels) as (container, stream), open_bytes(uri) as file:
        if not loop_filter:
            stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
        ends = picture_ends(container, stream)
        tick = float(stream.time_base)
        sparse = frames != "all"
        decoder = (
            SparseDecoder(container, stream, said, frames == "guided") if sparse else Decoder(container, stream, said)
        )
        given = ((frame, None if pts is None else pts * tick, damaged) for frame, pts, damaged in decoder.shown())
        first = next(given, None)
        if first is None:
            word = f" ({decoder.wrong})" if decoder.wrong else ""
            raise Failed("no_frames", f"{uri}: no picture could be decoded{word}")
        start = (first[1] or 0.0) if container.start_time is None else container.start_time / 1e6
        length = max(ends[0], default=0.0)
        clock = FrameClock(start, length)
        shrink = Shrinker(first[0])
        table = SignalRows(shrink.width, shrink.height)
        detectors = _detectors(fed, stream)
        measured, sharp = -1.0, SHARP
        sharpness: float | None = None
        times: list[float] = []
        marks: list[bool] = []
        every: list[float] = []
        decoded: list[bool] = []
        last: Any = None
        for frame, time, damaged in clock.timed(chain([first], given)):
            if sparse:
                every.append(time)
                decoded.append(frame is not None)
                if frame is None:
                    table.thin()
                    sharp = 2 * SHARP
                    continue
            if time - measured >= sharp - FRAME_ROUNDING:
                measured, sharpness = time, None
            sharpness = shrink(frame, table.room(), sharpness)
            table.add(time, sharpness)
            through(time / length if length else 0.0)
            last = frame
            if damaged or marks:
                times.append(time)
                marks.append(damaged)
            if detectors:
                picture = upright(frame)
                for detector in detectors.values():
                    detector.take(picture, time)
        signals = table.signals()
        if not all(decoded):
            signals = filled(signals, np.array(every), np.array(decoded))
        signals.last_seconds = float((last.duration or 0) * stream.time_base)
        signals.damaged = stretches(times, marks, signals.end)
        if len(signals) == 1 and not length and not container.streams.audio:
            signals.last_seconds = STILL_SECONDS  # a picture, as ``look`` has it
        judge(uri, file, container, stream, decoder, clock, signals, ends, FaultLimits(min_decoded, max_corrupt))
        found = {key: detector.finish() for key, detector in detectors.items()}
        signals.detected = {key: result for key, result in found.items() if isinstance(result, list)}
        signals.scores = {key: result for key, result in found.items() if not isinstance(result, list)}
        return signals


def _detectors(fed: Sequence[Fed], stream: Any) -> dict[str, Any]:
    rate, tick = Fraction(stream.guessed_rate or stream.average_rate or 25), Fraction(stream.time_base)
    found = {}
    for key, place, arguments in fed:
        module, _, name = place.partition(":")
        cls = getattr(importlib.import_module(f".{module}", __package__), name)
        found[key] = cls(**arguments, rate=rate, tick=tick)
    return found
