"""A few frames of a video by their times, for those who must see them: teachers, text recognition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import sandbox, source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BASE_SECONDS, SECONDS_EACH = 60.0, 20.0
"""Limit of time of a fetch: this, and this for each frame."""
MAX_PIXELS = 8192 * 4320


def fetch(
    uri: str,
    times: Sequence[float],
    width: int | None = None,
    *,
    max_pixels: int = MAX_PIXELS,
    mib: int = 2048,
) -> list[NDArray[np.uint8]]:
    """The pictures that a player shows at *times* (seconds), upright RGB (height, width, 3), in the order asked for.

    Before the first frame that is the first one, after the last one the last. Runs in a child process.

    Args:
        uri: a path or address.
        width: shrink to this many pixels across, by area; None, or more than there are, keeps the size.
        max_pixels: refuse larger pictures.
        mib: limit of memory, MiB.

    Raises:
        Failed: the file cannot be opened or holds no picture, or decoding crashed, hung or ran out of memory.
    """
    if not times:
        return []
    with source.reachable(uri, part=True) as file:
        pictures: list[Any] = sandbox.call(
            "vdata.video.decode.frame_reader:read_frames",
            file,
            [float(time) for time in times],
            width,
            max_pixels,
            seconds=BASE_SECONDS + SECONDS_EACH * len(times),
            mib=mib,
        )
    return pictures
