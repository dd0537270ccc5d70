"""Drawing on decoded frames as they lie, in Y, U and V, and frames made of RGB pictures.

A frame is never turned into RGB and back: what is laid over it is turned into YUV once, and blended in. Blending is
linear, and so is the change of colours, so that the result is that of drawing in RGB but for rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from ..decode.picture import FULL_RANGE, planes
from .edit_list import Overlay
from .gops import PictureFormat
from .overlay import corner, patch_of

F4 = NDArray[np.float32]

WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
"""Shares of red and blue in luma, by the number of the matrix in H.264; for others, and when it is not said, BT.601's,
as libav takes it."""
BT601 = 0.299, 0.114


class Canvas:
    """Draws on frames of one look."""

    def __init__(self, look: PictureFormat) -> None:
        self.look = look
        blank = av.VideoFrame(look.width, look.height, look.pixels)
        *parts, self.depth = planes(blank)
        self.shapes = [part.shape for part in parts]
        self.affine = np.column_stack(_matrix(look, self.depth))
        self.layers = lru_cache(8)(self._layers)

    def drawn(self, frame: Any, overlays: list[Overlay]) -> Any:
        """A copy of *frame* with *overlays* on it in order."""
        made = av.VideoFrame(self.look.width, self.look.height, self.look.pixels)
        parts = planes(made)[:3]
        for part, shown in zip(parts, planes(frame)[:3], strict=True):
            part[:] = shown
        for one in overlays:
            for part, (top, left, keep, add) in zip(parts, self.layers(one), strict=True):
                under = part[top : top + keep.shape[0], left : left + keep.shape[1]]
                under[:] = np.rint(under * keep + add)
        return self._named(made)

    def frame(self, picture: Any) -> Any:
        """A frame that shows the upright RGB *picture* (height, width, 3), which is of its size."""
        yuv = self._yuv(np.rot90(picture, self.look.turn // 90))
        made = av.VideoFrame(self.look.width, self.look.height, self.look.pixels)
        for n, part in enumerate(planes(made)[:3]):
            part[:] = np.rint(_reduced(yuv[..., n], self.shapes[0], self.shapes[n]))
        return self._named(made)

    def _layers(self, overlay: Overlay) -> list[tuple[int, int, F4, F4]]:
        """For each plane: top, left, and the arrays by which to multiply what is there and which to add."""
        width, height = self.look.size
        patch = patch_of(overlay, width, height)
        top, left = corner(overlay.x, overlay.y, patch, width, height)
        patch = patch[: height - top, : width - left]
        top, left = self._stored(top, left, patch.shape[0], patch.shape[1])
        patch = np.rot90(patch, self.look.turn // 90)
        high, wide = self.shapes[1]
        ys, xs = round(self.look.height / high), round(self.look.width / wide)
        t, l = top - top % ys, left - left % xs  # noqa: E741 - the corner of the block of pixels with one chroma sample
        b, r = top + patch.shape[0], left + patch.shape[1]
        rows, columns = -(-(b - t) // ys) * ys, -(-(r - l) // xs) * xs
        room = np.zeros((rows, columns, 4), np.float32)
        room[top - t : b - t, left - l : r - l] = patch
        alpha = room[..., 3] * np.float32(overlay.opacity / 255)
        yuv = self._yuv(room[..., :3]) * alpha[..., None]
        layers = []
        for n, shape in enumerate(self.shapes):
            dy, dx = (1, 1) if n == 0 else (ys, xs)
            size = room.shape[0] // dy, room.shape[1] // dx
            cover, add = (_mean(part, dy, dx) for part in (alpha, yuv[..., n]))
            y, x = t // dy, l // dx
            inside = np.s_[: min(size[0], shape[0] - y), : min(size[1], shape[1] - x)]
            layers.append((y, x, 1 - cover[inside], add[inside]))
        return layers

    def _yuv(self, picture: Any) -> F4:
        rgb = np.ascontiguousarray(picture, np.float32)
        made = np.asarray(cv2.transform(rgb, self.affine), np.float32)
        return np.clip(made, 0, (1 << self.depth) - 1, out=made)

    def _stored(self, top: int, left: int, high: int, wide: int) -> tuple[int, int]:
        """Top and left, in the stored picture, of the box that is there in the upright one."""
        width, height = self.look.size
        right, bottom = width - left - wide, height - top - high
        return {0: (top, left), 90: (right, top), 180: (bottom, right), 270: (left, bottom)}[self.look.turn]

    def _named(self, frame: Any) -> Any:
        """*frame*, its colours named as the source's are."""
        if self.look.full:
            frame.color_range = FULL_RANGE
        frame.colorspace = self.look.colours[2]
        return frame


def _matrix(look: PictureFormat, depth: int) -> tuple[F4, F4]:
    """The matrix (3, 3) and the offset (3,) that turn RGB of 0..255 into samples of *depth* bits."""
    red, blue = WEIGHTS.get(look.colours[2], BT601)
    luma = np.array([red, 1 - red - blue, blue])
    rows = np.stack([luma, (np.eye(3)[2] - luma) / (2 - 2 * blue), (np.eye(3)[0] - luma) / (2 - 2 * red)])
    steps = 1 << (depth - 8)
    top = ((steps << 8) - 1) / 255
    scale = np.full(3, top) if look.full else np.array([219, 224, 224]) / 255 * steps
    offset = np.array([0 if look.full else 16 * steps, 128 * steps, 128 * steps])
    return (rows * scale[:, None]).astype(np.float32), offset.astype(np.float32)


def _reduced(plane: F4, whole: tuple[int, int], shape: tuple[int, int]) -> F4:
    """*plane* at the size *shape* of a plane of chroma, each sample the mean of those that it stands for."""
    ys, xs = -(-whole[0] // shape[0]), -(-whole[1] // shape[1])
    below, right = shape[0] * ys - whole[0], shape[1] * xs - whole[1]
    if below or right:
        plane = np.pad(plane, ((0, below), (0, right)), mode="edge")
    return _mean(plane, ys, xs)


def _mean(plane: F4, ys: int, xs: int) -> F4:
    if ys == xs == 1:
        return plane
    size = plane.shape[1] // xs, plane.shape[0] // ys
    return np.asarray(cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_AREA), np.float32)
