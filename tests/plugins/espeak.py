"""Speech with times that are known, made by eSpeak NG (package espeakng-loader brings it, without a system's own)."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16000
SYNCHRONOUS, WORD_EVENT, SPEED, PITCH = 2, 1, 1, 3
Sound = NDArray[np.float32]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass
class Spoken:
    """What was said: the sound (16 kHz, mono, -1..1), and when each word begins, seconds."""

    sound: Sound
    words: list[tuple[str, float]]


@cache
def _library() -> tuple[Any, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    return library, rate


def say(text: str, voice: str = "en-us", speed: int = 160, pitch: int = 50) -> Spoken:
    """Speak *text*, with so many words a minute."""
    library, rate = _library()
    pieces: list[NDArray[np.int16]] = []
    words: list[tuple[str, float]] = []

    def take(samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        n = 0
        while events[n].type:
            if events[n].type == WORD_EVENT:
                at = events[n].text_position - 1
                words.append((text[at : at + events[n].length], events[n].audio_position / 1000))
            n += 1
        return 0

    callback = _Callback(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(SPEED, speed, 0)
    library.espeak_SetParameter(PITCH, pitch, 0)
    given = text.encode()
    library.espeak_Synth(given, len(given) + 1, 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    sound = np.concatenate(pieces).astype(np.float32) / 32768
    at = np.arange(int(len(sound) * RATE / rate)) * rate / RATE
    return Spoken(np.interp(at, np.arange(len(sound)), sound).astype(np.float32), words)
