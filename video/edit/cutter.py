"""Cutting a stretch out of a video: an edit of one piece, with one more way of copying."""

from __future__ import annotations

from dataclasses import replace

from ...schemas import Failed, Timeline
from .edit_list import Edit, Piece
from .renderer import COPY, SMART, Renderer, Rendering

USUAL_FPS = 25.0
CUT_WAYS = (SMART, COPY)
"""The smart way encodes what an edge cuts through; copying alone is for what is no H.264."""


def make_cut(renderer: Renderer, edit: Edit, staging: str) -> Rendering:
    """Make the file of *edit* as ``Renderer.make`` does.

    A picture of an odd size, which H.264 cannot hold, loses its last row or column.
    """
    try:
        return renderer.make(edit, staging)
    except Failed as failure:
        if failure.reason != "odd_size":
            raise
    return renderer.make(replace(edit, width=edit.width // 2 * 2, height=edit.height // 2 * 2), staging)


def cut(video: Timeline, start: float, end: float, *, sound: bool) -> Edit:
    """The stretch from *start* to *end* (seconds) of *video* as a video of its own."""
    media = video.media
    assert media is not None
    piece = Piece(0.0, round(end - start, 6), video.uri, video.file, media.sha256, begin=start, finish=end)
    return Edit((piece,), (), media.width, media.height, media.fps or USUAL_FPS, sound)
