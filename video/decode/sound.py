"""The sound of a video as samples, for speech recognition and for teachers that hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import sandbox, source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BASE_SECONDS, SHARE = 120.0, 0.5
"""Limit of time of a decoding: this, and this share of the video's length."""
SILENCE = 60.0
"""Seconds without a packet decoded after which decoding counts as hung."""
MIB, MIB_AN_HOUR = 1024, 512
"""Limit of memory: this, and this for each hour of the video."""


def read_sound(uri: str, rate: int = 16000, duration: float = 0.0) -> NDArray[np.int16]:
    """The first sound stream of *uri*, mono, 16 bit, *rate* samples a second, in a child process.

    Sample 0 is the start of the video (the container's start time, as for frames): a stream that begins later starts
    with silence, and gaps between packets are silence.

    Args:
        uri: a path or address.
        duration: the video's length in seconds, for the limits of time and memory.

    Raises:
        Failed: ``no_sound``: there is no such stream or nothing in it could be decoded; otherwise as when decoding
            pictures.
    """
    with source.reachable(uri) as file:
        samples: Any = sandbox.call(
            "vdata.video.decode.sound_decoder:read",
            file,
            rate,
            seconds=BASE_SECONDS + SHARE * duration,
            silence=SILENCE,
            mib=round(MIB + MIB_AN_HOUR * duration / 3600),
        )
    return samples  # type: ignore[no-any-return]


def read_stretch(uri: str, start: float, end: float, rate: int = 16000) -> NDArray[np.int16]:
    """The same from *start* to *end* (seconds of the video): so many samples, silent where there is no sound.

    What lies behind the end of the video is left out. No more than the stretch is held, and containers with an index
    are not decoded from their start.

    Raises:
        Failed: as ``read_sound``; ``no_sound`` also where the stretch begins behind the end.
    """
    with source.reachable(uri, part=True) as file:
        samples: Any = sandbox.call(
            "vdata.video.decode.sound_decoder:read_stretch",
            file,
            rate,
            start,
            end,
            seconds=BASE_SECONDS + SHARE * end,
            silence=SILENCE,
            mib=MIB,
        )
    return samples  # type: ignore[no-any-return]
