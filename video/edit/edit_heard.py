"""The sound of a made video that has no file, taken from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas import Failed
from ..decode.sound import read_stretch
from .cutter import excerpt
from .edit_list import Edit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_edit(edit: Edit, start: float, end: float, rate: int = 16000) -> NDArray[np.int16]:
    """The sound of *edit* from *start* to *end* (seconds), mono, 16 bit, *rate* samples a second.

    Each part's begins at its first sample there. Silent is what ``render`` makes silent: stills, what is faster,
    backwards or in halves, and parts that have no sound. What lies behind the end is left out.

    Raises:
        Failed: ``no_sound``: there is none at all; otherwise as ``read_stretch``.
    """
    import numpy as np

    end = min(end, edit.duration)
    if end <= start:
        raise Failed("no_sound", f"it ends at {edit.duration:g} s, and there is no sound from {start:g} s on")
    heard, some = np.zeros(round((end - start) * rate), np.int16), False
    for piece in excerpt(edit, start, end).pieces if edit.sound else ():
        if not piece.plain:
            continue
        try:
            found = read_stretch(piece.file, piece.begin, piece.finish, rate)
        except Failed as failure:
            if failure.reason != "no_sound":
                raise
            continue
        at = round(piece.start * rate)
        found = found[: min(round(piece.end * rate), len(heard)) - at]
        heard[at : at + len(found)], some = found, True
    if not some:
        raise Failed("no_sound", "none of its parts has a sound there that can be decoded")
    return heard
