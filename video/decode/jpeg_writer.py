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
from .frame_readers import Walk
from .marked_regions import Outline, cut_out, marked
from .open import open_video
from .picture import TURNS
from .pulse import beat
from .spoil import spoil

ENLARGED = 2.0
"""By how much what is cut out is enlarged, where it stays within the size."""


def write(
    uri: str,
    wanted: list[tuple[float, list[str]]],
    edits: dict[str, str],
    size: int,
    quality: int,
    max_pixels: int,
    marks: dict[str, Marks],
    outline: Outline,
) -> dict[str, tuple[str, int]]:
    """Write the picture that a player shows at each of the *wanted* times (seconds, rising) to the files beside it.

    Args:
        edits: how the pictures of some files are spoiled, as in ``spoil``, or cut out, as in ``cut_edit``.
        size: pixels of the longer side, at most.
        quality: of JPEG, 1 to 100.
        marks: how regions are shown in the pictures of some files, and which.
        outline: gives the bitmap of the mask of a region.

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
            written: dict[tuple[str, Marks], bytes] = {}
            for file in files:
                how = edits.get(file, ""), marks.get(file, UNMARKED)
                data = written[how] = written.get(how) or _jpeg(frame, size, quality, *how, outline)
                with open(file, "wb") as target:
                    target.write(data)
                done[file] = hashlib.sha256(data).hexdigest(), len(data)
            beat()
    return done


def _jpeg(frame: Any, size: int, quality: int, edit: str, marks: Marks, outline: Outline) -> bytes:
    picture = frame.to_ndarray(format="bgr24")
    if angle := clockwise(frame):
        picture = cv2.rotate(picture, TURNS[angle])
    region = region_of(edit)
    if region is not None:
        picture = cut_out(picture, 0.0, [region])
    height, width = picture.shape[:2]
    scale = min(size / max(height, width), 1.0 if region is None else ENLARGED)
    if scale != 1:
        sides = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, sides, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    spoiled = spoil(picture[..., ::-1], "" if region is not None else edit)  # of RGB, as what is marked
    picture = np.ascontiguousarray(marked(spoiled, marks[0], 0.0, marks[1], outline)[..., ::-1])
    written, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        raise Failed("no_frames", "a picture could not be encoded as JPEG")
    return bytes(data.tobytes())
