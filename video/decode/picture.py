"""Small pictures from decoded frames, without converting whole frames: each plane is shrunk where it lies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .container import clockwise

LONG_SIDE = 144
SHARP_SIDE = 1280
"""Sharpness is measured at the native size, but no larger than this, so that 720p and 4K compare."""
STRIPS = (0.25, 0.5, 0.75)
"""Heights at which it is measured, as shares of the picture: inside the usual bars at top and bottom."""
STRIP_ROWS = 8
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
PLANAR = re.compile(r"yuva?j?4\d\dp(?:(\d\d)le)?$")
SEMI = {"nv12": 0, "nv21": 1}
"""Which of the interleaved samples is U."""
FULL_RANGE = 2

Picture = NDArray[np.uint8]


class Shrinker:
    """Turns frames into upright I420 pictures of one small size, BT.601 limited range, 144 on the long side."""

    def __init__(self, frame: Any) -> None:
        """The size is that of *frame*; later frames of other sizes are brought to it too."""
        scale = LONG_SIDE / max(frame.width, frame.height)
        wide, high = (max(16, 2 * round(side * scale / 2)) for side in (frame.width, frame.height))
        self.stored = (wide, high), (wide // 2, high // 2), (wide // 2, high // 2)
        self.width, self.height = (high, wide) if clockwise(frame) in (90, 270) else (wide, high)
        level = np.arange(256)
        chroma = np.rint(128 + (level - 128) * 224 / 255).astype(np.uint8)
        self.to_limited = np.rint(16 + level * 219 / 255).astype(np.uint8), chroma, chroma

    def __call__(self, frame: Any, room: Sequence[Picture], sharp: float | None = None) -> float:
        """Put the picture's Y, U and V into *room*.

        Returns *sharp*, or when that is None the sharpness of full-range Y at its native size.
        """
        *parts, depth = planes(frame)
        full = frame.color_range == FULL_RANGE or "yuvj" in frame.format.name
        if sharp is None:
            sharp = sharpness(parts[0], depth) * (1.0 if full else (255 / 219) ** 2)
        angle = clockwise(frame) if frame.rotation else 0
        if depth == 8 and not full and not angle:
            for part, size, out in zip(parts, self.stored, room, strict=True):
                cv2.resize(part, size, dst=out)
            return sharp
        for part, size, out, limited in zip(parts, self.stored, room, self.to_limited, strict=True):
            small = _eight(cv2.resize(part, size), depth)
            small = cv2.LUT(small, limited) if full else small
            small = cv2.rotate(small, TURNS[angle]) if angle else small
            out[:] = small if small.shape == out.shape else cv2.resize(small, out.shape[::-1])
        return sharp


def upright(frame: Any) -> Picture:
    """The whole of *frame*, (height, width, 3) BGR, the way up that it is shown."""
    picture: Picture = frame.to_ndarray(format="bgr24")
    angle = clockwise(frame) if frame.rotation else 0
    return np.ascontiguousarray(cv2.rotate(picture, TURNS[angle])) if angle else picture


def planes(frame: Any) -> tuple[Any, Any, Any, int]:
    """Views of the Y, U and V planes, and the bits of a sample; other formats are converted to yuv420p first."""
    name = frame.format.name
    depth = _planar_depth(name)
    if depth:
        y, u, v = (_view(plane, depth) for plane in frame.planes[:3])
        return y, u, v, depth
    if name in SEMI:
        y, pairs = (_view(plane, 8) for plane in frame.planes[:2])
        chroma = cv2.split(np.ascontiguousarray(pairs).reshape(pairs.shape[0], -1, 2))
        return y, chroma[SEMI[name]], chroma[1 - SEMI[name]], 8
    return planes(frame.reformat(format="yuv420p", dst_color_range="MPEG"))


@cache
def _planar_depth(name: str) -> int:
    found = PLANAR.match(name)
    return int(found[1] or 8) if found else 0


def _view(plane: Any, depth: int) -> Any:
    """The samples of *plane* where they lie. Its rows are longer than the picture is wide."""
    samples = np.frombuffer(plane, np.uint8 if depth == 8 else np.uint16)
    rows = samples.reshape(-1, plane.line_size // samples.itemsize)
    return rows[: plane.height, : plane.width]


def _eight(part: Any, depth: int) -> Any:
    return part if depth == 8 else (part >> (depth - 8)).astype(np.uint8)


def sharpness(y: Any, depth: int = 8) -> float:
    """Variance of the Laplacian over strips of luma, 8-bit scale (its mean is 0 but for the edges)."""
    high, wide = y.shape
    scale = max(1.0, max(high, wide) / SHARP_SIDE)
    rows = round(STRIP_ROWS * scale)
    strips = [y[top : top + rows] for top in (round(high * at) for at in STRIPS)] if high >= 4 * rows else [y]
    if scale > 1:
        size = round(wide / scale), STRIP_ROWS
        strips = [cv2.resize(strip, size, interpolation=cv2.INTER_AREA) for strip in strips]
    rows = len(strips[0])
    edges = cv2.Laplacian(_eight(np.concatenate(strips), depth), cv2.CV_16S)
    inner = [edges[n * rows + 1 : (n + 1) * rows - 1] for n in range(len(strips))]  # a strip's last row meets the next
    total = sum(float(cv2.norm(part, cv2.NORM_L2SQR)) for part in inner)
    return total / max(1, len(strips) * int(inner[0].size))
