"""Does the last answer of a chain of questions go with the earlier ones, and is it news?"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ....rules.question_links import links_before, place_of
from ....schemas import Demand, Sample
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import Finding, failure
from ..video_teacher import VideoTeacher, question_text
from .chain import TOLD
from .check import TeacherCheck, requests

ROLE = "You read questions about a video, asked one after another while it ran, with their answers."
READ = (
    "Judge the last question and its answer by the earlier ones, and by nothing else. Each answer is about its own "
    "time, and things may have changed since: two answers contradict one another only if both cannot have been true, "
    "each at its time, or if they say different things of the same moment. The last answer is told if somebody who "
    "knows the earlier turns, and has not seen the video, need not guess any more."
)


class ChainJudgement(BaseModel):
    """How the last answer of a chain goes with the earlier ones."""

    model_config = ConfigDict(extra="forbid")

    contradicts: int = Field(description="Number of an earlier question whose answer the last one contradicts; 0: none")
    told: int = Field(description="Number of the earlier question that, with its answer, tells the last one; 0: none")
    why: str = Field(description="What speaks for that, in a few words; empty when both are 0")


class ConsistentCheck(TeacherCheck):
    """Samples of ``question_chain``, each behind the questions and answers before it. ``contradicts_earlier``: its
    answer and an earlier one cannot both be true; ``told_before``: who knows the earlier turns can tell it without the
    video. What stands on a question that is dropped so is found by the check ``chain``.
    """

    name = "consistent"
    position = 60
    reasons: ClassVar = {"contradicts_earlier": "drop", TOLD: "drop"}
    prompts: ClassVar = {
        "consistent": PromptSpec(
            "Judges whether the last answer of a chain goes with the earlier ones, in a JSON.",
            "lines question answer",
            "lines question answer",
            writes=False,
        )
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        if not place_of(sample):
            return None
        earlier = links_before(sample, teacher.video.samples)
        if not earlier:
            return None
        lines = "\n".join(f"{n}. {one.question}\n{one.answer}" for n, one in enumerate(earlier, 1))
        known = {
            "lines": material("earlier questions", lines),
            "question": material("question", question_text(sample)),
            "answer": material("answer", sample.answer),
        }
        request = teacher.request("consistent", READ, *known.values(), role=ROLE, schema=ChainJudgement, known=known)
        (reply,) = await teacher.ask([request])
        found = ChainJudgement.model_validate(reply.value)
        for reason, number in (("contradicts_earlier", found.contradicts), (TOLD, found.told)):
            if 1 <= number <= len(earlier):
                return failure(reason, f"{earlier[number - 1].answer[:120]!r}: {found.why}"[:500], float(number))
        return Finding("pass")

    def needs_frames(self, settings: CheckSettings) -> bool:
        return False

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples)
