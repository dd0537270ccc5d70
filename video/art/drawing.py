"""The project's own drawings, by name.

Each class of the catalogue is a file ``svg/KIND/CLASS.svg``, drawn by resvg in a dark outline and one colour:
``currentColor`` stands for the colour that is asked for, and veils of black or white over it make it darker or lighter.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from resvg_py import svg_to_bytes

from ...schemas import Failed
from .catalogue import COLOURS, class_of, colour_of, kinds

SMALLEST = 8
"""Pixels."""
HALO = 0.016
"""Width of the white rim around a drawing, as a share of its side, so that it stands out from any frame."""


@lru_cache(64)
def draw(name: str, size: int) -> NDArray[np.uint8]:
    """The drawing *name*, RGBA (size, size, 4).

    Raises:
        Failed: ``no_such_drawing``.
    """
    try:
        thing, colour = class_of(name), colour_of(name)
    except KeyError:
        raise Failed("no_such_drawing", f"there is no drawing {name!r}") from None
    return paint(thing, COLOURS[colour], max(SMALLEST, size))


def paint(thing: str, colour: tuple[int, int, int], size: int) -> NDArray[np.uint8]:
    """The class *thing* in *colour* (RGB) with its white rim, RGBA (size, size, 4)."""
    kind = next(kind for kind, members in kinds().items() if thing in members)
    png = svg_to_bytes(
        svg_string=files("vdata.video.art").joinpath("svg", kind, f"{thing}.svg").read_text(encoding="utf-8"),
        style_sheet=f"svg {{ color: rgb{colour} }}",
        width=size,
        height=size,
        skip_system_fonts=True,
    )
    bare = np.asarray(Image.open(BytesIO(png)).convert("RGBA"))
    reach = HALO * size
    y, x = np.mgrid[-math.ceil(reach) : math.ceil(reach) + 1, -math.ceil(reach) : math.ceil(reach) + 1]
    disc = (np.hypot(x, y) <= reach + 0.3).astype(np.uint8)
    alpha = bare[..., 3:].astype(np.float32) / 255
    on_white = np.rint(bare[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.dstack([on_white, cv2.dilate(bare[..., 3], disc)])
