"""The settings of the stage verify that its checks read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ...schemas.settings_model import Condition, OnlyWith
from ..prompting.frame_choice import Look
from ..prompting.hearing import Hearing

Mode = Literal["no_video", "one_frame", "shuffled"]


RULES = "rules"
"""Among the checks: all that are made by rule."""


class AsksTeacher(Condition):
    """The key counts only where a check asks a teacher."""

    def holds(self, settings: Any) -> bool:
        return bool(settings.teacher_checks())

    def complaint(self, settings: BaseModel) -> str:
        return "has no effect without a check that asks a teacher"

    def words(self, model: type[BaseModel]) -> str:
        return "with a check that asks a teacher"


BLIND = OnlyWith(checks="blind") | OnlyWith("teacher", checks=None)


class CheckSettings(Hearing):
    """What the checks of verify can be told."""

    captions: list[str] = Field(["captions"])
    """Lanes of captions that are checked too: for refusals, quoted words and claims."""
    word_lanes: list[str] = Field(["texts", "speech"])
    """Lanes that hold word by word what can be read and heard."""
    language: str | None = None
    """What samples and captions are written in, by its English name: German. By default that is recognised, sample by
    sample. There is a grammar for English alone: elsewhere the rules of words abstain, and clock times such as 1:05
    are checked still. A teacher that rewrites something is told to write it."""
    tolerance: Annotated[float, OnlyWith(checks=(None, RULES, "times", "numbers"))] = Field(1.0, ge=0)
    """Seconds by which a time in prose may differ from that of the cited span; more where it is written coarsely."""
    min_similarity: Annotated[float, OnlyWith(checks=(None, RULES, "words"))] = Field(85.0, gt=0, le=100)
    """How much alike a quoted word and one in the evidence must be (0..100), for what OCR misreads."""
    look: Annotated[Look | None, AsksTeacher()] = Field(default_factory=Look)
    """Which frames of each span the teacher is shown: {count: 8, size: 512}. null: none. It is told
    instead, with times, what ``word_lanes`` and the lanes that a sample cites say there; where they say nothing, a
    check is unsure."""
    sound: Annotated[bool, AsksTeacher()] = False
    """Send the sound of these spans too, mono at 16 kHz, to teachers that hear (``hears: true``); not where a question
    is asked without the video. A video without sound is checked without it, and that is said."""
    second_teacher: Annotated[str, OnlyWith(checks="agreement")] = ""
    """The teacher that is asked, when it is another one."""
    draws: Annotated[int, OnlyWith(checks="agreement")] = Field(1, ge=1)
    """How many answers are drawn."""
    min_agreement: Annotated[float, OnlyWith(checks="agreement")] = Field(0.5, gt=0, le=1)
    """The share of them that must be the sample's answer."""
    blind: Annotated[list[Mode], BLIND] = Field(["no_video"], min_length=1)
    """What is shown instead of the video. Right answers from any of them count."""
    significance: Annotated[float, BLIND] = Field(0.05, gt=0, lt=1)
    """A multiple choice counts as answered when guessing would do as well with this probability."""
    blind_teachers: Annotated[list[str], BLIND] = Field(default_factory=list)
    """The teachers that are asked without the video, each in the same way; by default that of the stage."""
    max_blind_right: Annotated[int, OnlyWith("blind_teachers")] = Field(0, ge=0)
    """The most of them that may answer: a question that more of them answer is blind_answerable."""
    easy_draws: Annotated[int, OnlyWith(checks="too_easy")] = Field(4, ge=2)
    """How often the question is answered from the video; it is too easy when every reply is right. Options are turned
    from reply to reply."""
    easy_teacher: Annotated[str, OnlyWith(checks="too_easy")] = ""
    """The teacher that answers, when it is another one: a weak one tells what is too easy for strong ones too."""
    rounds: Annotated[int, OnlyWith(checks="review")] = Field(2, ge=1)
    """Revisions at most."""

    def images(self) -> int:
        """Images that are sent for one stretch at most."""
        return self.look.images() if self.look is not None else 0
