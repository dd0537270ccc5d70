"""Pictures for a teacher: fetched, spoilt when asked to, regions marked, tiled, encoded. Imports OpenCV and NumPy."""

from __future__ import annotations

import base64
import math
from typing import Any

import cv2
import numpy as np

from ...rules import masks
from ...schemas import Frames, seeded
from ...video.decode.frames import fetch
from ...video.decode.marked_regions import marked
from ...video.decode.spoil import spoil

GAP = 4
"""Pixels between the pictures of a grid, black."""

Picture = Any
"""(height, width, 3), RGB, 8 bit."""


def encode(frames: Frames, form: str, quality: int) -> tuple[str, ...]:
    """*frames* as data URIs of *form* (jpeg, png, webp)."""
    return tuple(data_uri(picture, form, quality) for picture in load(frames))


def load(frames: Frames) -> list[Picture]:
    """The pictures of *frames*, as they are shown."""
    cut = frames.mark == "crop"  # a part of the picture is made small, not of the small picture a part
    found = _fetched(frames, None if cut else frames.size)
    if cut:
        found = _marked(frames, found)
    shown = [spoil(shrink(picture, frames.size), frames.edit) for picture in found]
    if not cut:
        shown = _marked(frames, shown)
    if frames.edit == "shuffled":
        shown = [shown[n] for n in order(frames)]
    return [tile(shown, frames.columns)] if frames.columns and shown else shown


def _marked(frames: Frames, pictures: list[Picture]) -> list[Picture]:
    """*pictures* with the regions of each pointed out."""
    if not frames.mark:
        return pictures
    found = zip(pictures, frames.regions, strict=True)
    return [marked(picture, frames.mark, frames.margin, regions, masks.read) for picture, regions in found]


def _fetched(frames: Frames, size: int | None) -> list[Picture]:
    """The pictures, those of a made video that has no file too; with a *size*, larger ones so many pixels across."""
    if frames.plan is None:
        return fetch(frames.file, frames.times, width=size)
    from ...video.edit import edit_frames as look
    from ...video.edit.edit_list import Edit

    assert isinstance(frames.plan, Edit)
    return look.fetch(frames.plan, frames.times, size)


def order(frames: Frames) -> list[int]:
    """The order in which shuffled frames are shown: always the same, and never the right one."""
    right = list(range(len(frames.times)))
    mixed = right.copy()
    random = seeded("shuffled", frames.content, frames.times)
    while mixed == right and len(right) > 1:
        random.shuffle(mixed)
    return mixed


def shrink(picture: Picture, size: int) -> Picture:
    """*picture* with its longest side at most *size* pixels, by area."""
    height, width = picture.shape[:2]
    scale = size / max(height, width)
    if scale >= 1:
        return picture
    wanted = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, wanted, interpolation=cv2.INTER_AREA)


def tile(pictures: list[Picture], columns: int) -> Picture:
    """All in one, row by row from the top left, cells as large as the largest picture."""
    columns = min(columns, len(pictures))
    high, wide = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    rows = math.ceil(len(pictures) / columns)
    whole = np.zeros((rows * (high + GAP) - GAP, columns * (wide + GAP) - GAP, 3), np.uint8)
    for n, picture in enumerate(pictures):
        top, left = n // columns * (high + GAP), n % columns * (wide + GAP)
        whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole


def data_uri(picture: Picture, form: str, quality: int) -> str:
    flags = {"jpeg": [cv2.IMWRITE_JPEG_QUALITY, quality], "webp": [cv2.IMWRITE_WEBP_QUALITY, quality]}
    done, data = cv2.imencode(f".{form}", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), flags.get(form, []))
    assert done
    return f"data:image/{form};base64,{base64.b64encode(data.tobytes()).decode()}"
