"""Sound for a teacher: a stretch as 16 kHz mono WAV."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

from ...schemas import Failed, Sound
from ...schemas.sound_limits import MOST_SECONDS
from ...video.decode.sound import read_stretch

RATE = 16_000


def encode(sound: Sound) -> tuple[str]:
    """*sound* as base64 of a WAV file, in a tuple.

    Raises:
        Failed: ``sound_too_long``, ``no_sound``, or it cannot be decoded.
    """
    if (seconds := sound.end - sound.start) > MOST_SECONDS:
        raise Failed("sound_too_long", f"{seconds:.0f} s of sound; at most {MOST_SECONDS:.0f} s can be sent")
    heard = _heard(sound)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(heard.tobytes())
    return (base64.b64encode(file.getvalue()).decode(),)


def _heard(sound: Sound) -> Any:
    """The samples, those of a made video that has no file too."""
    if sound.plan is None:
        return read_stretch(sound.file, sound.start, sound.end, RATE)
    from ...video.edit.edit_heard import read_edit
    from ...video.edit.edit_list import Edit

    assert isinstance(sound.plan, Edit)
    return read_edit(sound.plan, sound.start, sound.end, RATE)
