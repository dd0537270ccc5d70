"""How much of the picture is text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from ....schemas import Timeline
from ...keep.covered import share_of_picture
from .scorer import Over, Rating, Scorer, SpanFrames


class TextArea(Scorer):
    """The value ``text_area``: the share of the picture (0..1) that boxes of text cover, on average over the span.

    It reads the boxes that ``read_text`` laid, and sees nothing itself. ``keep`` can ask for the same without this
    stage, as ``area.texts``; here it becomes a value that goes into the data.
    """

    sees: ClassVar[bool] = False

    lane: str = Field("texts", min_length=1)
    """The lane of the boxes."""

    def lanes(self) -> set[str]:
        return {self.lane}

    def values(self) -> set[str]:
        return {"text_area"}

    def identity(self) -> str:
        return "1"

    def rate(self, video: Timeline, asked: Sequence[SpanFrames], over: Over | None, device: str) -> list[Rating]:
        lines = video.lane(self.lane)
        areas = [share_of_picture(one.span, lines) for one in asked]
        return [Rating({} if area is None else {"text_area": area}) for area in areas]
