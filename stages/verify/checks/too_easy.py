"""Does a teacher that sees the video answer the question every time? Then it tells models apart no more."""

from __future__ import annotations

from typing import ClassVar

from ....schemas import Demand, Request, Sample
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


class TooEasyCheck(TeacherCheck):
    """``too_easy``: every one of ``easy_draws`` answers from frames of the whole video is right.

    ``value``: how many are; ``threshold``: how many are too many. Options are turned from answer to answer.
    """

    name = "too_easy"
    position = 45
    reasons: ClassVar = {"too_easy": "tag"}
    prompts: ClassVar = {
        "too_easy": PromptSpec(
            "Answers the question from the whole video.", "frames material question", "question", writes=False
        ),
        **SAME_ANSWER,
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        settings = teacher.settings
        if settings.look is None and not teacher.words_of_video(sample):
            return unsure(UNKNOWN)
        model = teacher.model.named(settings.easy_teacher) if settings.easy_teacher else teacher.model
        turns = min(max(1, len(sample.options)), settings.easy_draws)
        draws = [settings.easy_draws // turns + (n < settings.easy_draws % turns) for n in range(turns)]
        replies = await teacher.ask([_request(sample, n, count, teacher) for n, count in enumerate(draws)], model)
        if sample.options:
            size, right = len(sample.options), sample.answer_index or 0
            letters = [
                (letter_of(Choice.model_validate(value).letter), n)
                for n, reply in enumerate(replies)
                for value in reply.values
            ]
            hits = [0 <= letter < size and (letter + n) % size == right for letter, n in letters]
        else:
            answers = [Answer.model_validate(value).answer for reply in replies for value in reply.values]
            hits = await compare_answers(sample, answers, teacher)
        if not all(hits):
            return Finding("pass", "", sum(hits), len(hits))
        return failure("too_easy", f"all {len(hits)} answers from the video are right", len(hits), len(hits))

    def further_teachers(self, settings: CheckSettings) -> list[str]:
        return [settings.easy_teacher] if settings.easy_teacher else []

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples * settings.easy_draws, settings.images())


def _request(sample: Sample, turn: int, draws: int, teacher: VideoTeacher) -> Request:
    """The question with its options turned *turn* times, to be answered *draws* times."""
    start, end = teacher.whole(sample)
    said = teacher.words_of_video(sample)
    question = material("question", question_text(sample, sample.options[turn:] + sample.options[:turn]))
    asks = CHOOSE if sample.options else teacher.by(TELL, TELL_LINES)
    parts = [*teacher.frames(start, end, about=sample), *said, asks, question]
    return teacher.request(
        "too_easy",
        *parts,
        role=teacher.by(ROLE, ROLE_LINES),
        schema=Choice if sample.options else Answer,
        samples=draws,
        known={"question": question, "material": joined(said)},
    )
