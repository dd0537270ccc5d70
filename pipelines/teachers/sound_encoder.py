"""Sound for a teacher: a stretch as 16 kHz mono WAV."""

from __future__ import annotations

import base64
import io
import wave

from ...schemas import Failed, Sound
from ...video.decode.sound import read_sound

RATE = 16_000
MOST = 600.0
"""Seconds; longer stretches are refused: no model hears them out."""


def encode(sound: Sound) -> tuple[str]:
    """*sound* as base64 of a WAV file, in a tuple.

    Raises:
        Failed: ``sound_too_long``, ``no_sound``, or it cannot be decoded.
    """
    if sound.end - sound.start > MOST:
        raise Failed("sound_too_long", f"{sound.end - sound.start:.0f} s of sound; at most {MOST:.0f} s can be sent")
    heard = read_sound(sound.file, RATE)[round(sound.start * RATE) : round(sound.end * RATE)]
    if not len(heard):
        raise Failed("no_sound", f"{sound.file}: no sound from {sound.start:g} to {sound.end:g} s")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(heard.tobytes())
    return (base64.b64encode(file.getvalue()).decode(),)
