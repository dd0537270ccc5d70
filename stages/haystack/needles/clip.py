"""Needles that are clips: labelled stretches of other videos."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ....video.edit.edit_list import Piece
from .needle import Candidate, NeedleKind

if TYPE_CHECKING:
    from ..hide_settings import Needle
    from ..pool import ClipLabel, PoolVideo


class ClipNeedle(NeedleKind):
    """A labelled stretch of another video, with frames of its own or instead of others."""

    name = "clip"
    questions: ClassVar = {
        "retrieve": "A short clip from elsewhere was put into this video. What happens in it?",
        "order": "Several short clips from elsewhere were put into this video. In which order?",
        "count": "Short clips from elsewhere were put into this video. In how many of them does this happen: {thing}",
    }

    def candidates(self, needle: Needle, clips: Iterable[PoolVideo]) -> list[Candidate]:
        found = [_clip(video, label, needle) for video in clips for label in video.labels if label.lane == needle.lane]
        return [one for one in found if one.text and one.group]

    def check(self, needle: Needle) -> None:
        if not needle.lane:
            raise ValueError("clips need lane: the lane that says what happens in them")

    def lanes(self, needle: Needle) -> set[str]:
        return {needle.lane}

    def class_name(self, candidate: Candidate) -> str:
        return candidate.group


def _clip(video: PoolVideo, label: ClipLabel, needle: Needle) -> Candidate:
    end = min(label.end, label.start + needle.seconds, video.seconds)
    length = round(end - label.start, 6)
    piece = Piece(0.0, length, video.uri, content=video.content, begin=label.start, finish=end)
    said = label.facts.get(needle.says, "")
    return Candidate(said, label.facts.get(needle.group or needle.says, ""), clip=piece, facts=label.facts)
