"""Does a teacher that is asked again, or another one, give the same answer?"""

from __future__ import annotations

from typing import ClassVar

from ....schemas import Demand, Sample
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import UNKNOWN, Finding, failure, unsure
from ..same_answer import SAME_ANSWER, Answer, Choice, compare_answers, letter_of
from ..video_teacher import VideoTeacher, joined, question_text
from .check import TeacherCheck, requests

ROLE = "You answer questions about a video from its frames."
CHOOSE = "Choose the right option."
TELL = "Answer the question from the frames and the material."
ROLE_LINES = "You answer questions about a video from what is known of it."
TELL_LINES = "Answer the question from the material."


class AgreementCheck(TeacherCheck):
    """``disagrees``: less than ``min_agreement`` of the answers given anew are the sample's. ``value``: that share."""

    name = "agreement"
    position = 30
    reasons: ClassVar = {"disagrees": "drop"}
    prompts: ClassVar = {
        "agreement": PromptSpec("Answers the question again.", "frames material question", "question", writes=False),
        **SAME_ANSWER,
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        settings = teacher.settings
        model = teacher.model.named(settings.second_teacher) if settings.second_teacher else teacher.model
        said = teacher.words_shown(sample)
        shown = [*teacher.frames(*teacher.stretch(sample), about=sample), *said]
        if not shown:
            return unsure(UNKNOWN)
        question = material("question", question_text(sample))
        schema = Choice if sample.options else Answer
        parts = [*shown, CHOOSE if sample.options else teacher.by(TELL, TELL_LINES), question]
        request = teacher.request(
            "agreement",
            *parts,
            role=teacher.by(ROLE, ROLE_LINES),
            schema=schema,
            samples=settings.draws,
            known={"question": question, "material": joined(said)},
        )
        (reply,) = await teacher.ask([request], model)
        if sample.options:
            letters = [letter_of(Choice.model_validate(value).letter) for value in reply.values]
            agree = [letter == sample.answer_index for letter in letters]
            answers = [str(value["letter"]) for value in reply.values]
        else:
            answers = [Answer.model_validate(value).answer for value in reply.values]
            agree = await compare_answers(sample, answers, teacher)
        share = sum(agree) / len(agree)
        if share >= settings.min_agreement:
            return Finding("pass", "", share)
        other = next(text for text, fits in zip(answers, agree, strict=True) if not fits)
        return failure("disagrees", f"asked again: {other[:120]!r}", round(share, 3), settings.min_agreement)

    def further_teachers(self, settings: CheckSettings) -> list[str]:
        return [settings.second_teacher] if settings.second_teacher else []

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples * settings.draws, settings.images())
