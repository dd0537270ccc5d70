"""Sound for a teacher: a stretch as 16 kHz mono WAV. Decoded by PyAV in a child process."""

from __future__ import annotations

import base64
import io
import wave

from ...schemas import Sound
from ...stages import Failed
from ...stages.media import sandbox, source

RATE = 16_000
MOST = 600.0
"""Seconds; longer stretches are refused: no model hears them out."""


def encode(sound: Sound) -> tuple[str]:
    """*sound* as base64 of a WAV file, in a tuple.

    Raises:
        Failed: it cannot be decoded, holds no sound there, or is too long.
    """
    if sound.end - sound.start > MOST:
        raise Failed("sound_too_long", f"{sound.end - sound.start:.0f} s of sound; at most {MOST:.0f} s can be sent")
    with source.reachable(sound.file) as file:
        samples: bytes = sandbox.call(f"{__name__}:decode", file, sound.start, sound.end, seconds=120.0)
    if not samples:
        raise Failed("no_sound", f"{sound.file}: no sound from {sound.start:g} to {sound.end:g} s")
    return (base64.b64encode(_wav(samples)).decode(),)


def decode(file: str, start: float, end: float) -> bytes:
    """Samples from *start* to *end* seconds: 16 bit, mono, 16 kHz; empty where there are none. Runs in the child."""
    import av

    out = bytearray()
    with av.open(file) as container:
        if not container.streams.audio:
            return b""
        stream = container.streams.audio[0]
        container.seek(max(0, int((start - 1) * 1_000_000)))
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        begun: float | None = None
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= end:
                break
            if frame.time is not None and frame.time + frame.samples / frame.sample_rate < start - 0.5:
                continue
            if begun is None:
                begun = frame.time or 0.0
            frame.pts = None  # gaps and jumps in the file's times must not end the resampling
            for part in resampler.resample(frame):
                out += part.to_ndarray().tobytes()
    first = max(0, round((start - (begun or 0.0)) * RATE)) * 2
    last = max(0, round((end - (begun or 0.0)) * RATE)) * 2
    return bytes(out[first:last])


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples)
    return file.getvalue()
