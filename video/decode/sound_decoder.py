"""Decoding sound with PyAV; runs in a child process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from statistics import median
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ...schemas import Failed
from .frame_clock import JUMP, leap
from .open import open_video
from .pulse import beat

MAX_PIXELS = 8192 * 4320
INDEXED = ("mov", "matroska")
"""Containers with an index, in which a time is found by it."""
SLACK = 0.05
"""Seconds by which a frame's time may differ from where its samples would fall before it is moved there."""
EARLIER = 0.5
"""Seconds before a stretch at which decoding begins, for codecs whose frames lean on those before them."""
RUN = 16
"""Frames whose times are compared to find where the first of them begins."""


def read(uri: str, rate: int) -> NDArray[np.int16]:
    """The samples that ``sound.read_sound`` gives."""
    with open_video(uri, MAX_PIXELS) as (container, _):
        stream: Any = container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            raise Failed("no_sound", f"{uri}: no sound stream that can be decoded")
        start = container.start_time / 1e6 if container.start_time is not None else 0.0
        end = (container.duration or 0) / 1e6
        pieces: list[NDArray[np.int16]] = []
        size = 0
        for time, channels in resampled(container, stream, "s16", "mono", rate):
            samples = channels[0]
            if time is not None:
                at = round((time - start) * rate)
                if size and (at < size - JUMP * rate or at > max(end * rate, size) + leap(end) * rate):
                    at = size  # a new clock, as in ``scan``: the samples follow those before them
                if at - size > SLACK * rate:  # later than what came before it: silence between them
                    pieces.append(np.zeros(at - size, np.int16))
                    size = at
                elif size - at > SLACK * rate:  # it begins before the video, or overlaps what came before it
                    samples = samples[size - at :]
            pieces.append(samples)
            size += len(samples)
    if not any(len(piece) for piece in pieces):
        raise Failed("no_sound", f"{uri}: no sound could be decoded")
    return np.concatenate(pieces)


def read_stretch(uri: str, rate: int, begin: float, finish: float) -> NDArray[np.int16]:
    """The samples that ``sound.read_stretch`` gives. No more than the stretch is in memory."""
    with open_video(uri, MAX_PIXELS) as (container, _):
        stream: Any = container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            raise Failed("no_sound", f"{uri}: no sound stream that can be decoded")
        end = (container.duration or 0) / 1e6
        if end and begin >= end:
            raise Failed("no_sound", f"{uri}: ends at {end:g} s, and there is no sound from {begin:g} s on")
        wanted = round(((min(finish, end) if end else finish) - begin) * rate)
        heard, size = np.zeros(wanted, np.int16), 0
        for samples in stretch(container, stream, begin, finish, ("s16", "mono", rate)):
            run = samples[0][: wanted - size]
            heard[size : size + len(run)] = run
            size += len(run)
            if size >= wanted:
                break
    return heard


def stretch(
    container: Any, stream: Any, begin: float, finish: float, form: tuple[str, str, int]
) -> Iterator[NDArray[Any]]:
    """Runs of samples from *begin* to *finish* (seconds from the start of the video), silent where the source has gaps.

    The last run may go on beyond the stretch, and they may end before it. *form*: format, layout and samples a second,
    as of ``resampled``.
    """
    rate = form[2]
    origin = container.start_time / 1e6 if container.start_time is not None else 0.0
    if begin > EARLIER and container.format.name.startswith(INDEXED):
        ticks = int((begin - EARLIER + origin) / stream.time_base)
        container.seek(ticks, stream=stream, backward=True)
    size = at = 0  # samples given; where the next one lies, from the beginning of the stretch
    wanted = round((finish - begin) * rate)
    for time, samples in resampled(container, stream, *form):
        if time is not None:
            due = round((time - origin - begin) * rate)
            at = due if not size or due > size else size
        before, at = max(0, -at), at + samples.shape[1]
        if before >= samples.shape[1]:
            continue
        samples = samples[:, before:]
        late = min(at - samples.shape[1], wanted) - size
        for done in range(0, late, rate):
            yield np.zeros((samples.shape[0], min(rate, late - done)), samples.dtype)
        size += max(late, 0)
        if size >= wanted:
            return
        size += samples.shape[1]
        yield samples


def resampled(
    container: Any, stream: Any, form: str, layout: str, rate: int
) -> Iterator[tuple[float | None, NDArray[Any]]]:
    """Runs of samples (channels, samples) of the planar or mono format *form* and of *layout*, *rate* samples a second.

    Each comes with the time of its first sample, in seconds as the file counts them, where a stretch without a gap
    begins, and with None where it follows the run before it without a gap. A resampler holds samples back, so that the
    time of the frame that made it give some is not theirs.
    """
    resampler = av.AudioResampler(format=form, layout=layout, rate=rate)
    begin: float | None = None
    begun = False
    expected: float | None = None

    def given(frames: list[Any]) -> Iterator[tuple[float | None, NDArray[Any]]]:
        nonlocal begin
        for frame in frames:
            if frame.samples:
                yield begin, frame.to_ndarray()
                begin = None

    coming = decode_frames(container, stream)
    ahead = deque(islice(coming, RUN))
    while ahead:
        frame, now = ahead.popleft(), [*ahead]
        ahead.extend(islice(coming, 1))
        time = float(frame.pts * frame.time_base) if frame.pts is not None else None
        jumps = time is not None and (expected is None or abs(time - expected) > SLACK)
        if jumps:
            if begun:
                yield from given(resampler.resample(None))
                resampler = av.AudioResampler(format=form, layout=layout, rate=rate)
            begin = _start([frame, *now])
        if time is not None:
            expected = time
        expected = (expected or 0.0) + frame.samples / frame.sample_rate
        frame.pts = None  # the resampler is not to fill gaps by itself
        yield from given(resampler.resample(frame))
        begun = True
    if begun:
        yield from given(resampler.resample(None))


def _start(frames: list[Any]) -> float:
    """The time at which the first of *frames* begins (seconds): the median of what those that follow it tell.

    WebM's are rounded to a millisecond, and that of the first frame after seeking in Opus is half of one further off.
    """
    first = float(frames[0].pts * frames[0].time_base)
    told, after = [], 0.0
    for frame in frames:
        if frame.pts is not None:
            if abs(float(frame.pts * frame.time_base) - after - first) > SLACK:
                break
            told.append(float(frame.pts * frame.time_base) - after)
        after += frame.samples / frame.sample_rate
    return median(told)


def decode_frames(container: Any, stream: Any) -> Iterator[Any]:
    """Every frame that can be decoded; bad packets are passed over."""
    try:
        for packet in container.demux(stream):
            beat()
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                continue
    except (av.error.InvalidDataError, av.error.EOFError):  # the file ends within a packet
        return
