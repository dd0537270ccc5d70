"""The settings of the stage verify that its checks read."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ..prompting.frame_choice import Look

Mode = Literal["no_video", "one_frame", "shuffled"]


class CheckSettings(BaseModel):
    """What the checks of verify can be told."""

    captions: list[str] = Field(["captions"])
    """Lanes of captions that are checked too: for refusals, quoted words and claims."""
    words_in: list[str] = Field(["texts", "speech"])
    """Lanes that hold word by word what can be read and heard."""
    tolerance: float = Field(1.0, ge=0)
    """Seconds by which a time in prose may differ from that of the cited span; more where it is written coarsely."""
    alike: float = Field(85.0, gt=0, le=100)
    """How much alike a quoted word and one in the evidence must be (0..100), for what OCR misreads."""
    look: Look = Field(default_factory=Look)
    """Which frames of each span the teacher is shown: {count: 8, size: 512}."""
    second: str = ""
    """For ``agreement``: the teacher that is asked, when it is another one."""
    again: int = Field(1, ge=1)
    """For ``agreement``: how many answers are drawn."""
    min_agreement: float = Field(0.5, gt=0, le=1)
    """For ``agreement``: the share of them that must be the sample's answer."""
    blind: list[Mode] = Field(["no_video"], min_length=1)
    """For ``blind``: what is shown instead of the video. Right answers from any of them count."""
    chance: float = Field(0.05, gt=0, lt=1)
    """For ``blind``: a multiple choice counts as answered when guessing would do as well with this probability."""
    rounds: int = Field(2, ge=1)
    """For ``review``: revisions at most."""
