"""Cutting a stretch out of a video: the renderer of made videos, with one more way of copying."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from ...schemas import Media, Timeline
from ..base import Failed
from ..haystack.edit import Edit, Piece
from ..haystack.render import Render

USUAL_FPS = 25.0


class Cutter(Render):
    """``make`` tries the smart way, which encodes what an edge cuts through, then copying alone, for what is no H.264;
    then everything is encoded."""

    ways: ClassVar[tuple[str, ...]] = (*Render.ways, f"{__package__}._copying:copy")

    def make(self, edit: Edit, staging: str) -> tuple[str, str, str, dict[str, float], Media]:
        try:
            return super().make(edit, staging)
        except Failed as failure:
            if failure.reason != "odd_size":
                raise
        return super().make(replace(edit, width=edit.width // 2 * 2, height=edit.height // 2 * 2), staging)


def cut(video: Timeline, start: float, end: float, *, sound: bool) -> Edit:
    """The stretch from *start* to *end* (seconds) of *video* as a video of its own."""
    media = video.media
    assert media is not None
    piece = Piece(0.0, round(end - start, 6), video.uri, video.file, media.sha256, begin=start, finish=end)
    return Edit((piece,), (), media.width, media.height, media.fps or USUAL_FPS, sound)
