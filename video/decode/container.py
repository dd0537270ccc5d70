"""What a container says of its video; runs in a child process."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ...schemas import Dropped, Failed, Media
from ...schemas.timeline import STILL_SECONDS
from .lengths import declared_seconds
from .open import open_video

PACKETS = 2000
"""Packets whose times are looked at, from the start, to tell a variable frame rate."""
FIRST_PACKETS = 300
"""Packets in which the first picture must come."""
STEADY = 0.25
"""A step between frames is usual when it is within this share of the median step."""
FULL_TURN = 360
UNSTEADY_SHARE = 0.02
"""A frame rate is variable when unusual steps fill more than this share of the time."""


def look(uri: str, max_seconds: float, max_pixels: int) -> Media:
    """The media facts of *uri* without its size and hash. Limits are checked before a picture is decoded.

    Raises:
        Dropped: ``too_many_pixels``, ``too_long``.
        Failed: as ``open_video``, and ``no_frames``.
    """
    with open_video(uri, max_pixels, header=True) as (_, stream):
        _check_pixels(stream.codec_context, uri, max_pixels)
    with open_video(uri, max_pixels) as (container, stream):
        context = stream.codec_context
        _check_pixels(context, uri, max_pixels)
        duration = declared_seconds(container, stream)
        if duration > max_seconds:
            raise Dropped("too_long", value=duration, threshold=max_seconds)
        times = _packet_times(container, stream, PACKETS if duration else None)
        one = len(times) == 1 and not container.streams.audio
        duration = duration or (times[-1] - times[0] + _median_step(times) if len(times) > 1 else 0.0)
        if duration > max_seconds:
            raise Dropped("too_long", value=duration, threshold=max_seconds)
        still = one and not duration
        media = Media(
            container=container.format.name.split(",")[0],
            duration=STILL_SECONDS if still else duration,
            frames=1 if one else stream.frames or 0,
            fps=1 / STILL_SECONDS if still else float(stream.average_rate or stream.guessed_rate or 0),
            variable_fps=is_variable(times[:PACKETS]),
            codec=context.name,
        )
        for sound in container.streams.audio[:1]:
            media.has_audio = True
            if sound.codec_context is not None:
                media.audio_codec = sound.codec_context.name
                media.audio_rate = sound.codec_context.sample_rate or 0
                media.audio_channels = sound.codec_context.channels or 0
    with open_video(uri, max_pixels) as (container, stream):
        frame = _first_frame(container, stream, uri)
        media.rotation = clockwise(frame)
        media.width, media.height = frame.width, frame.height
        if media.rotation in (90, 270):
            media.width, media.height = frame.height, frame.width
        media.pixel_format = frame.format.name
        media.bit_depth = max(part.bits for part in frame.format.components)
        media.interlaced = bool(frame.interlaced_frame)
    return media


def _check_pixels(context: Any, uri: str, max_pixels: int) -> None:
    pixels = context.width * context.height
    if pixels > max_pixels:
        size = f"{uri}: {context.width} x {context.height} pixels"
        raise Dropped("too_many_pixels", value=pixels, threshold=max_pixels, detail=size)


def clockwise(frame: Any) -> int:
    """Degrees, 0, 90, 180 or 270, by which *frame* is to be turned clockwise to stand upright (no mirroring).

    0 for a display matrix of zeros, from which libav calculates no angle at all.
    """
    angle = frame.rotation
    return int(round(-angle / 90) % 4 * 90) if abs(angle) <= FULL_TURN else 0


def is_variable(times: list[float]) -> bool:
    """Whether steps that differ from the median step by more than a quarter fill over 2 % of the time."""
    if len(times) < 3:
        return False
    usual = _median_step(times)
    unusual = sum(b - a for a, b in pairwise(times) if abs(b - a - usual) > STEADY * usual)
    return unusual > UNSTEADY_SHARE * (times[-1] - times[0])


def _median_step(times: list[float]) -> float:
    steps = sorted(b - a for a, b in pairwise(times))
    return steps[len(steps) // 2]


def _packet_times(container: Any, stream: Any, limit: int | None) -> list[float]:
    """Presentation times of the first *limit* packets (of all, when None), rising, seconds. Nothing is decoded."""
    times = []
    for packet in container.demux(stream):
        if packet.pts is not None and not packet.is_discard:
            times.append(float(packet.pts * stream.time_base))
        if len(times) == limit:
            break
    return sorted(set(times))


def _first_frame(container: Any, stream: Any, uri: str) -> Any:
    import av

    wrong: Exception | None = None
    for n, packet in enumerate(container.demux(stream)):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError as error:
            wrong = wrong or error
            continue
        if frames:
            return frames[0]
        if n == FIRST_PACKETS:
            break
    hint = f" ({wrong})" if wrong else ""
    raise Failed("no_frames", f"{uri}: no picture could be decoded{hint}")
