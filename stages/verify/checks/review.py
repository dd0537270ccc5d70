"""A reviewer criticises the answer, and it is revised, until nothing is left to criticise."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ....rules.solve import rule_of
from ....schemas import Demand, Sample
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import UNKNOWN, Finding, unsure
from ..video_teacher import VideoTeacher, joined
from .check import TeacherCheck, requests

ROLE = "You review answers to questions about a video. You are strict about facts and do not mind the style."
CRITICISE = "List what is wrong or not to be seen in this answer. An empty list means that it can stay as it is."
CRITICISE_LINES = (
    "List what is wrong in this answer, or not said in the material. An empty list means that it can stay as it is."
)
REVISE = "Rewrite the answer so that none of these faults remains. Keep what is right; add nothing that is not shown."


class Critique(BaseModel):
    """The faults of an answer."""

    model_config = ConfigDict(extra="forbid")

    faults: list[str] = Field(description="Each fault in one sentence; empty when there is none")


class Revision(BaseModel):
    """A better answer."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(description="The rewritten answer")


class ReviewCheck(TeacherCheck):
    """``criticised``: the answer has faults. ``value``: how many at first. Not for answers that follow by rule."""

    name = "review"
    position = 50
    reasons: ClassVar = {"criticised": "repair"}
    repairs = frozenset({"criticised"})
    prompts: ClassVar = {
        "revise": PromptSpec(
            "Rewrites an answer without its faults, in a JSON.",
            "frames material question answer faults",
            "question answer faults",
        ),
        "criticise": PromptSpec(
            "Lists the faults of an answer, in a JSON.",
            "frames material question answer",
            "question answer",
            writes=False,
        ),
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        if rule_of(sample.task, sample.params) is not None or sample.options:
            return None
        rounds = teacher.settings.rounds if teacher.policy.get("criticised", "repair") == "repair" else 0
        if teacher.settings.look is None and not teacher.words_for(sample):
            return unsure(UNKNOWN)
        faults, better = await review(sample, teacher, rounds)
        if not faults:
            return Finding("pass", "", 0.0, 0.0)
        return Finding("fail", "criticised", float(len(faults)), 0.0, "; ".join(faults)[:500], better)

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples * (1 + settings.rounds), settings.images())


async def review(sample: Sample, teacher: VideoTeacher, rounds: int) -> tuple[list[str], str]:
    """The faults found at first, and the answer after at most *rounds* revisions; empty when it still has faults.

    Raises:
        Unanswered: the teacher failed.
    """
    said = teacher.words_for(sample)
    shown = [*teacher.frames_for(sample), *said]
    question = material("question", sample.question)
    answer, first = sample.answer, None
    for turn in range(rounds + 1):
        known = {"question": question, "answer": material("answer", answer), "material": joined(said)}
        parts = [*shown, question, known["answer"]]
        asks = teacher.by(CRITICISE, CRITICISE_LINES)
        asked = teacher.request("criticise", *parts, asks, role=ROLE, schema=Critique, known=known)
        (reply,) = await teacher.ask([asked])
        faults = [fault for fault in Critique.model_validate(reply.value).faults if fault.strip()]
        first = faults if first is None else first
        if not faults:
            return first, answer
        if turn < rounds:
            listed = material("faults", "\n".join(faults))
            known["faults"] = listed
            asked = teacher.request("revise", *parts, listed, REVISE, role=ROLE, schema=Revision, known=known)
            (reply,) = await teacher.ask([asked])
            answer = Revision.model_validate(reply.value).answer.strip() or answer
    return first or [], ""
