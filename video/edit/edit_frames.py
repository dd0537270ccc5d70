"""A few frames of a made video that has no file, for those who must see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..decode import sandbox
from ..decode.frames import BASE_SECONDS, SECONDS_EACH
from .edit_list import Edit
from .renderer import local

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SILENCE, MIB = 120.0, 4096


def fetch(
    edit: Edit, times: Sequence[float], longest: int | None = None, *, width: int | None = None
) -> list[NDArray[np.uint8]]:
    """The pictures that a player of *edit* would show at *times* (seconds), as ``decode.frames.fetch`` gives them.

    *longest*: shrink larger ones to so many pixels on the longest side; *width*: to so many across. Decodes in a child
    process.

    Raises:
        Failed: a source or a picture cannot be read, or decoding crashed, hung or ran out of memory.
    """
    if not times:
        return []
    if width:
        longest = round(width * max(1.0, edit.height / edit.width))
    limits: dict[str, Any] = {"seconds": BASE_SECONDS + SECONDS_EACH * len(times), "mib": MIB, "silence": SILENCE}
    with local(edit) as there:
        pictures: list[Any] = sandbox.call(
            "vdata.video.edit.edit_reader:pictures_at", there, list(times), longest, **limits
        )
    return pictures
