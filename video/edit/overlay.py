"""Words and pictures over frames, and stills; heavy imports, so that stages import it late.

Frames are RGB arrays (height, width, 3); a *patch* is an RGBA array (height, width, 4), not premultiplied.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageOps

from ...schemas import Failed
from ..art.catalogue import PREFIX
from ..decode.source import named_errors, open_bytes
from .edit_list import Overlay
from .font import load_font, missing_letters

Picture = NDArray[np.uint8]

WIDEST = 0.9
"""Share of the frame's width that words or a picture may take."""
OUTLINE = 0.1
"""Width of the outline of letters, as a share of their size."""
LINES = 1.25
"""From line to line, as a share of the letters' size."""
BACKDROP = (236, 232, 224)
"""Behind a drawing, or a picture with transparent parts, that fills the frame."""
MARGIN = 0.08
"""Of the frame's height, kept free above and below such a picture."""
DARK = 110
"""Letters of a colour darker than this (0..255) have a white outline, others a black one."""


def apply(overlays: Iterable[Overlay], picture: Picture) -> Picture:
    """*picture* with *overlays* drawn on it in order; a new array unless there are none.

    What would be cut by an edge of the frame is moved inwards.

    Raises:
        Failed: as ``load``; ``no_glyph``: the font lacks a character of the words; as ``load_font``.
    """
    shown = picture
    for one in overlays:
        if shown is picture:
            shown = picture.copy()
        height, width = picture.shape[:2]
        patch = patch_of(one, width, height)
        top, left = corner(one.x, one.y, patch, width, height)
        _blend(shown[top : top + patch.shape[0], left : left + patch.shape[1]], patch, one.opacity)
    return shown


def box(overlay: Overlay, width: int, height: int) -> tuple[int, int, int, int]:
    """Where *overlay* is drawn in a frame of *width* × *height*: left, top, right, bottom in pixels."""
    patch = patch_of(overlay, width, height)
    top, left = corner(overlay.x, overlay.y, patch, width, height)
    return left, top, left + patch.shape[1], top + patch.shape[0]


def still(picture: str, width: int, height: int) -> Picture:
    """*picture* as a whole frame (height, width, 3).

    A photograph is fitted in, on black; a drawing, or a picture with transparent parts, lies on a light backdrop.

    Raises:
        Failed: as ``load``.
    """
    patch = load(picture, height)
    clear = bool((patch[..., 3] < 255).any())
    frame = np.full((height, width, 3), BACKDROP if clear else 0, np.uint8)
    room = (1 - 2 * MARGIN) if clear else 1.0
    scale = min(room * width / patch.shape[1], room * height / patch.shape[0])
    patch = load(picture, max(1, round(patch.shape[0] * scale)))
    patch = _resized(patch, min(width, patch.shape[1]), min(height, patch.shape[0]))
    top, left = corner(0.5, 0.5, patch, width, height)
    _blend(frame[top : top + patch.shape[0], left : left + patch.shape[1]], patch, 1.0)
    return frame


@lru_cache(64)
def load(picture: str, height: int) -> Picture:
    """The patch of *picture* (``drawn:NAME``, a path or an address), so many pixels high.

    Raises:
        Failed: ``no_such_drawing``, ``not_found``, ``unreadable``, ``not_an_image``.
    """
    if picture.startswith(PREFIX):
        from ..art.drawing import draw

        return draw(picture.removeprefix(PREFIX), height)
    image = _opened(picture)
    return _resized(image, max(1, round(image.shape[1] * height / image.shape[0])), height)


def patch_of(overlay: Overlay, width: int, height: int) -> Picture:
    """What *overlay* shows, at the size that it has in frames of *width* × *height*."""
    return _patch(overlay.text, overlay.picture, overlay.size, overlay.colour, overlay.font, width, height)


@lru_cache(256)
def _patch(text: str, picture: str, size: float, colour: str, font: str, width: int, height: int) -> Picture:
    if text:
        return words(text, max(4, round(size * height)), colour, int(WIDEST * width), int(WIDEST * height), font)
    patch = load(picture, max(2, min(height, round(size * height))))
    if patch.shape[1] > WIDEST * width:
        patch = load(picture, max(1, int(patch.shape[0] * WIDEST * width / patch.shape[1])))
    return patch


def words(text: str, size: int, colour: str, widest: int, highest: int, font: str = "") -> Picture:
    """The patch of *text* in letters of *size* pixels with an outline, made smaller until it fits *widest*, *highest*.

    Raises:
        Failed: ``no_glyph``; as ``load_font``.
    """
    if missing := missing_letters(text, font):
        what = f"{font or 'the font that is built in'} cannot write {' '.join(map(repr, missing))} of {text!r}"
        raise Failed("no_glyph", f"{what}: set font: of hide to one that can")
    while True:
        drawn, stroke = load_font(font, size), max(1, round(size * OUTLINE))
        left, top, right, bottom = _extent(text, drawn, stroke, size)
        wide, high = right - left, bottom - top
        if size <= 4 or (wide <= widest and high <= highest):
            break
        size = max(4, min(size - 1, int(size * min(widest / wide, highest / high))))
    image = Image.new("RGBA", (max(1, wide), max(1, high)))
    ink = ImageColor.getrgb(colour)[:3]
    edge = "white" if np.dot(ink, (0.299, 0.587, 0.114)) < DARK else "black"
    image.paste(Image.new("RGB", image.size, edge))
    mask, inner = Image.new("L", image.size), Image.new("L", image.size)
    for layer, around in ((mask, 255), (inner, 0)):
        ImageDraw.Draw(layer).multiline_text(
            (-left, -top),
            text,
            255,
            drawn,
            align="center",
            spacing=LINES * size - size,
            stroke_width=stroke,
            stroke_fill=around,
        )
    image.paste(Image.new("RGB", image.size, ink), mask=inner)
    image.putalpha(mask)
    return np.array(image.crop(mask.getbbox()))


def corner(x: float, y: float, patch: Picture, width: int, height: int) -> tuple[int, int]:
    """Top and left of *patch* with its middle at the shares *x*, *y* of the frame, and all of it inside."""
    high, wide = patch.shape[:2]
    left = min(max(0, round(x * width - wide / 2)), max(0, width - wide))
    top = min(max(0, round(y * height - high / 2)), max(0, height - high))
    return top, left


def _blend(under: Picture, patch: Picture, opacity: float) -> None:
    patch = patch[: under.shape[0], : under.shape[1]]
    alpha = patch[..., 3:].astype(np.float32) * (opacity / 255)
    under[:] = np.rint(under + (patch[..., :3] - under.astype(np.float32)) * alpha).astype(np.uint8)


def _extent(text: str, font: Any, stroke: int, size: int) -> tuple[int, int, int, int]:
    pen = ImageDraw.Draw(Image.new("L", (1, 1)))
    spacing = round(size * (LINES - 1))
    left, top, right, bottom = pen.multiline_textbbox(
        (0, 0), text, font=font, stroke_width=stroke, align="center", spacing=spacing
    )
    return int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom))


@lru_cache(16)
def _opened(picture: str) -> Picture:
    """An image file, upright, as RGBA."""
    with named_errors(picture), open_bytes(picture) as file:
        try:
            with Image.open(file) as image:
                image.load()
                upright = ImageOps.exif_transpose(image)
        except (Image.DecompressionBombError, SyntaxError, ValueError, OSError) as error:
            raise Failed("not_an_image", f"{picture}: {error}") from None
    if upright.mode.startswith(("I", "F")):  # 16 bits and more
        deep = np.asarray(upright, np.float64)
        top = 65535.0 if deep.max(initial=0) > 255 else 255.0
        upright = Image.fromarray(np.rint(deep / top * 255).clip(0, 255).astype(np.uint8))
    return np.array(upright.convert("RGBA"))


def _resized(patch: Picture, width: int, height: int) -> Picture:
    if patch.shape[:2] == (height, width):
        return patch
    # Premultiplied, or colours of transparent pixels would bleed in at the edges.
    image = Image.fromarray(patch).convert("RGBa").resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.array(image.convert("RGBA"))
