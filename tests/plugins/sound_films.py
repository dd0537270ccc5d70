"""Videos of grey pictures with a sound that is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

SoundFilm = Callable[..., Path]
RATE = 48000


def beeps(seconds: float, at: Sequence[float], rate: int = RATE) -> Any:
    """Silence with a tone of 1 kHz for 0.2 s at each of *at* (seconds): float32."""
    time = np.arange(int(seconds * rate)) / rate
    loud = np.zeros(len(time), bool)
    for start in at:
        loud |= (time >= start) & (time < start + 0.2)
    return (np.sin(2 * np.pi * 1000 * time) * loud * 0.5).astype(np.float32)


@pytest.fixture
def sound_film(tmp_path: Path) -> SoundFilm:
    """``sound_film("a.mkv", sound, begins=…, gap=(at, seconds))``: grey pictures, 5 a second, with *sound* (48 kHz)."""

    def make(
        name: str,
        sound: Any = None,
        *,
        begins: float = 0.0,
        pictures_begin: float = 0.0,
        gap: tuple[float, float] = (0.0, 0.0),
        codec: str = "flac",
        seconds: float = 6.0,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as target:
            stream: Any = target.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.time_base = Fraction(1, 1000)
            voice: Any = target.add_stream(codec, rate=RATE, layout="mono") if sound is not None else None
            for n in range(int(seconds * 5)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
                frame.pts, frame.time_base = round((pictures_begin + n / 5) * 1000), Fraction(1, 1000)
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
            if sound is not None:
                kind = "s16" if codec == "flac" else "fltp"
                data = (sound * 32767).astype(np.int16) if kind == "s16" else sound
                for at in range(0, len(data) - 1023, 1024):
                    heard = av.AudioFrame.from_ndarray(data[None, at : at + 1024], format=kind, layout="mono")
                    late = gap[1] if at / RATE >= gap[0] else 0.0
                    heard.rate, heard.time_base = RATE, Fraction(1, RATE)
                    heard.pts = at + round((begins + late) * RATE)
                    target.mux(voice.encode(heard))
                target.mux(voice.encode(None))
        return path

    return make
