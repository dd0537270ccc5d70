"""The project's own drawings, by name; each class of ``pictures`` is one function of the modules ``_draw_KIND``."""

from __future__ import annotations

import importlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...schemas import Failed
from .catalogue import class_of, colour_of, kinds

SMALLEST = 8
"""Pixels."""


@lru_cache(64)
def draw(name: str, size: int) -> NDArray[np.uint8]:
    """The drawing *name*, RGBA (size, size, 4).

    Raises:
        Failed: ``no_such_drawing``.
    """
    from .pen import COLOURS, Pen

    try:
        thing, colour = class_of(name), colour_of(name)
    except KeyError:
        raise Failed("no_such_drawing", f"there is no drawing {name!r}") from None
    kind = next(kind for kind, members in kinds().items() if thing in members)
    pen = Pen(max(SMALLEST, size), COLOURS[colour])
    getattr(importlib.import_module(f"vdata.video.art.draw_{kind}"), thing)(pen)
    return pen.finished()
