"""What a teacher is told when it is to write wrong options, to answer by itself, and to judge wrong options."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...prompting.material import RULES
from ...prompting.own_words import PromptSpec

SYSTEM = f"You write wrong options for multiple-choice questions about videos.\n{RULES}"
ANSWERER = f"You answer questions about a video.\n{RULES}"
JUDGE = (
    "You check multiple-choice questions about videos: exactly one option may be right. You are strict, and in doubt "
    f"you say so.\n{RULES}"
)
SHOWN = "Frames of the video, in the order of time:"
QUESTION, ANSWER, LISTED = "The question:", "The right answer:", "Other options, numbered:"
WRITE = (
    "Write {n} wrong options that somebody who has not watched closely would believe. Each must be wrong for this "
    "video beyond doubt, no matter how it is read, and differ from the right answer in what it says and not only in "
    "its words. Make them alike to the right answer in form and in length: about {length} characters, some shorter, "
    "some longer. No letters in front, and no options such as 'all of the above'."
)
TELL = "Answer the question in a few words. If you cannot tell, say what is most likely."
JUDGED = (
    "Judge each of the numbered options. wrong: it is not a right answer to the question. right_too: it is right as "
    "well, in whole or in part, or says the same as the right answer. unclear: it cannot be told."
)

_STRICT = ConfigDict(extra="forbid")


class WrittenOptions(BaseModel):
    """Wrong options."""

    model_config = _STRICT

    options: list[str] = Field(description="The wrong options, one text each", min_length=1)


class OwnAnswer(BaseModel):
    """An answer in words."""

    model_config = _STRICT

    answer: str = Field(description="The answer, in a few words")


class JudgedOption(BaseModel):
    """What is held of one option."""

    model_config = _STRICT

    number: int = Field(description="The number of the option", ge=1)
    verdict: Literal["wrong", "right_too", "unclear"]


class JudgedOptions(BaseModel):
    """What is held of each option."""

    model_config = _STRICT

    judgements: list[JudgedOption] = Field(min_length=1)


WRITE_SPEC = PromptSpec(
    "Writes wrong options with the key known, in a JSON.", "frames question answer n", "question answer n"
)
TELL_SPEC = PromptSpec("Answers the question by itself; wrong answers become options.", "frames question", "question")
JUDGE_SPEC = PromptSpec(
    "Judges whether options are right as well, in a JSON.",
    "frames question answer options",
    "question answer options",
    writes=False,
)
