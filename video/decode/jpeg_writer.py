"""Writing frames of a video as JPEG files, in one pass; runs in a child process."""

from __future__ import annotations

import hashlib
from typing import Any

import cv2
import numpy as np

from ...schemas import Failed
from ...schemas.teaching import UNMARKED, Marks
from .container import clockwise
from .cut_edit import region_of
from .frame_reader import Walk
from .jpegs import Jpegs
from .marked_regions import cut_out, marked
from .open import open_video
from .picture import TURNS
from .pulse import beat
from .spoil import spoil

Picture = Any
"""(height, width, 3), RGB, 8 bit."""
ENLARGED = 2.0
"""By how much what is cut out is enlarged, where it stays within the size."""


def write(uri: str, wanted: list[tuple[float, list[str]]], how: Jpegs, max_pixels: int) -> dict[str, tuple[str, int]]:
    """Write the picture that a player shows at each of the *wanted* times (seconds, rising) to the files beside it.

    Returns:
        SHA-256 and bytes of each file.

    Raises:
        Failed: as ``open_video``, and ``no_frames``.
    """
    cv2.setNumThreads(1)
    done: dict[str, tuple[str, int]] = {}
    with open_video(uri, max_pixels) as (container, stream):
        walk = Walk(container, stream)
        for time, files in wanted:
            frame = walk.to(time)
            if frame is None:
                raise Failed("no_frames", f"{uri}: no picture could be decoded")
            picture = frame.to_ndarray(format="bgr24")
            if angle := clockwise(frame):
                picture = cv2.rotate(picture, TURNS[angle])
            done |= write_picture(np.ascontiguousarray(picture[..., ::-1]), files, how)
            beat()
    return done


def write_picture(picture: Picture, files: list[str], how: Jpegs) -> dict[str, tuple[str, int]]:
    """Write *picture* to each of *files*, and tell SHA-256 and bytes of each."""
    done: dict[str, tuple[str, int]] = {}
    written: dict[tuple[str, Marks], bytes] = {}
    for file in files:
        own = how.edits.get(file, ""), how.marks.get(file, UNMARKED)
        data = written[own] = written.get(own) or _coded(picture, how, *own)
        with open(file, "wb") as target:
            target.write(data)
        done[file] = hashlib.sha256(data).hexdigest(), len(data)
    return done


def _coded(picture: Picture, how: Jpegs, edit: str, marks: Marks) -> bytes:
    region = region_of(edit)
    if region is not None:
        picture = cut_out(picture, 0.0, [region])
    height, width = picture.shape[:2]
    scale = min(how.size / max(height, width), 1.0 if region is None else ENLARGED)
    if scale != 1:
        sides = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, sides, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    spoiled = spoil(picture, "" if region is not None else edit)
    shown = np.ascontiguousarray(marked(spoiled, marks[0], 0.0, marks[1], how.outline)[..., ::-1])
    written, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, how.quality])
    if not written:
        raise Failed("no_frames", "a picture could not be encoded as JPEG")
    return bytes(data.tobytes())
