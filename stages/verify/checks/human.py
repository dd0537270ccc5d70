"""Does a caption contradict what a person wrote of the same stretch? (VideoGPT+: the human caption wins.)"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ....schemas import Demand, Sample, Span
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import PASS, Finding
from ..video_teacher import VideoTeacher
from .check import TeacherCheck, requests
from .claims import sentences

ROLE = "You compare a description of a video with what a person who watched it wrote. You are exact and fair."
COMPARE = (
    "Which numbered sentences of the description contradict what the person wrote? A sentence that only says more, or "
    "says it in other words, contradicts nothing. An empty list is a good reply."
)


class ContradictedSentence(BaseModel):
    """A sentence that cannot be true if the person is right."""

    model_config = ConfigDict(extra="forbid")

    sentence: int = Field(description="Its number")
    person: str = Field(description="What the person wrote instead, in a few words")


class ContradictedSentences(BaseModel):
    """The sentences that contradict what the person wrote."""

    model_config = ConfigDict(extra="forbid")

    contradicted: list[ContradictedSentence]


class HumanCheck(TeacherCheck):
    """``contradicts_human``: sentences of a caption contradict its human label. ``value``: the share that do not.

    Captions have one where the stage ``caption`` was told of a lane of human labels (``human``); others are not asked
    about, nor are samples.
    """

    name = "human"
    position = 5
    reasons: ClassVar = {"contradicts_human": "repair"}
    repairs = frozenset({"contradicts_human"})
    prompts: ClassVar = {
        "human": PromptSpec(
            "Says which sentences contradict a person, in a JSON.", "human sentences", "human sentences", writes=False
        )
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        return None

    async def check_caption(self, caption: Span, teacher: VideoTeacher) -> Finding | None:
        told, label = sentences(caption.text or ""), caption.attrs.get("human", "")
        if not told or not label:
            return None
        numbered = material("description", "\n".join(f"{n}. {text}" for n, text in enumerate(told, 1)))
        person = material("human label", label)
        asked = teacher.request(
            "human",
            COMPARE,
            person,
            numbered,
            role=ROLE,
            schema=ContradictedSentences,
            known={"human": person, "sentences": numbered},
        )
        (reply,) = await teacher.ask([asked])
        found = ContradictedSentences.model_validate(reply.value).contradicted
        wrong = {one.sentence: one.person for one in found if 1 <= one.sentence <= len(told)}
        if not wrong:
            return PASS
        left = " ".join(text for n, text in enumerate(told, 1) if n not in wrong)
        detail = "; ".join(f"{told[n - 1]} (the person: {person})" for n, person in sorted(wrong.items()))
        return Finding("fail", "contradicts_human", round(1 - len(wrong) / len(told), 3), 1.0, detail[:500], left)

    def needs_frames(self, settings: CheckSettings) -> bool:
        return False

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(captions)
