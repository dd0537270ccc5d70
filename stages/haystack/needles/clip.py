"""Needles that are clips: labelled stretches of other videos."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ....video.edit.edit_list import Piece
from .needle import Candidate, NeedleKind

if TYPE_CHECKING:
    from ..hide_settings import Needle
    from ..pool import PoolVideo


class ClipNeedle(NeedleKind):
    """A labelled stretch of another video, with frames of its own."""

    name = "clip"
    questions: ClassVar = {
        "retrieve": "A short clip from elsewhere was put into this video. What happens in it?",
        "order": "Several short clips from elsewhere were put into this video. In which order?",
        "count": "Short clips from elsewhere were put into this video. In how many of them does this happen: {thing}",
    }

    def candidates(self, needle: Needle, clips: Iterable[PoolVideo]) -> list[Candidate]:
        return [_clip(video, *label, needle.seconds) for video in clips for label in video.labels]

    def check(self, needle: Needle) -> None:
        if not needle.lane:
            raise ValueError("clips need lane: the lane that says what happens in them")

    def inserted(self, needle: Needle) -> bool:
        return True

    def lanes(self, needle: Needle) -> set[str]:
        return {needle.lane}

    def class_name(self, candidate: Candidate) -> str:
        return candidate.text


def _clip(video: PoolVideo, start: float, end: float, text: str, most: float) -> Candidate:
    end = min(end, start + most, video.seconds)
    piece = Piece(0.0, round(end - start, 6), video.uri, content=video.content, begin=start, finish=end)
    return Candidate(text, text, clip=piece)
