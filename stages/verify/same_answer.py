"""Is another answer the same as the sample's? By rule where a rule can tell, or else by the teacher."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ...rules.answer_match import match_answer, rules_decide
from ...rules.figures import numbers
from ...rules.lane_kinds import fold
from ...rules.letters import LETTERS
from ...schemas import Request, Sample
from ..prompting.material import material
from ..prompting.own_words import PromptSpec
from .video_teacher import VideoTeacher

ROLE = "You compare answers to questions about videos."
COMPARE = "Do the two answers to this question say the same, even if in other words or at other length?"
SAME_ANSWER = {
    "same_answer": PromptSpec(
        "Says whether two answers say the same, in a JSON.",
        "question answer other",
        "question answer other",
        writes=False,
    )
}
"""The prompt of the checks that compare answers in words."""
LIKENESS = 90.0
"""From this likeness of their words on, 0..100, two answers are the same without asking."""


class Choice(BaseModel):
    """A choice among options."""

    model_config = ConfigDict(extra="forbid")

    letter: str = Field(description="The letter of the option that is right")


class Answer(BaseModel):
    """An answer in words."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(description="The answer, as short as it can be")


class Same(BaseModel):
    """Whether two answers agree."""

    model_config = ConfigDict(extra="forbid")

    same: bool


def compare_words(sample: Sample, other: str) -> bool | None:
    """Whether *other* is the sample's answer: letters, numbers, times (IoU over 0.5), equal words; None: unclear."""
    if match_answer(sample, other) is not None:
        return True
    if rules_decide(sample):
        return False
    from rapidfuzz import fuzz

    one, two = fold(sample.answer), fold(other)
    if {number.value for number in numbers(sample.answer)} != {number.value for number in numbers(other)}:
        return None
    return True if one and two and fuzz.ratio(one, two) >= LIKENESS else None


async def compare_answers(sample: Sample, others: list[str], teacher: VideoTeacher) -> list[bool]:
    """For each of *others* whether it is the sample's answer; what rules leave open is asked, all at once.

    Raises:
        Unanswered: the teacher failed.
    """
    found = [compare_words(sample, other) for other in others]
    unclear = [other for other, known in zip(others, found, strict=True) if known is None]
    replies = await teacher.ask([_compare(sample, other, teacher) for other in unclear]) if unclear else []
    verdicts = iter(Same.model_validate(reply.value).same for reply in replies)
    return [next(verdicts) if known is None else known for known in found]


def _compare(sample: Sample, other: str, teacher: VideoTeacher) -> Request:
    shown = [material("question", sample.question), material("answer", sample.answer), material("answer", other)]
    known = dict(zip(("question", "answer", "other"), shown, strict=True))
    return teacher.request("same_answer", COMPARE, *shown, role=ROLE, schema=Same, known=known)


def letter_of(text: str) -> int:
    """Which option a letter names, from 0; -1 for none."""
    letter = text.strip().strip("().").upper()[:1]
    return LETTERS.find(letter) if letter else -1
