"""Writing frames of a made video that has no file as JPEG files; runs in a child process."""

from __future__ import annotations

import cv2

from ..decode.jpeg_writer import write_picture
from ..decode.jpegs import Jpegs
from .edit_list import Edit
from .edit_reader import pictures_at


def write(edit: Edit, wanted: list[tuple[float, list[str]]], how: Jpegs) -> dict[str, tuple[str, int]]:
    """As ``write`` of ``jpeg_writer``, of what a player of *edit* would show.

    Raises:
        Failed: a source or a picture cannot be read.
    """
    cv2.setNumThreads(1)
    done: dict[str, tuple[str, int]] = {}
    for time, files in wanted:
        (picture,) = pictures_at(edit, [time])
        done |= write_picture(picture, files, how)
    return done
