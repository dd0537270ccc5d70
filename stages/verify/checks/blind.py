"""Can the question be answered without the video, or without its order? (MMStar's filter, with MMBench's rotations.)"""

from __future__ import annotations

import math
from typing import ClassVar

from ....schemas import Demand, Part, Request, Sample
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ...prompting.together import together
from ...stage import Teacher
from ..check_settings import CheckSettings, Mode
from ..finding import Finding, failure
from ..same_answer import SAME_ANSWER, Answer, Choice, compare_answers, letter_of
from ..video_teacher import VideoTeacher, question_text
from .check import TeacherCheck, requests

ROLE = "You answer questions about a video, even when you see little or nothing of it: then guess as well as you can."
WITHOUT = "You cannot see the video. Answer from the question alone."
WITH = "Answer from what you are shown."


class BlindCheck(TeacherCheck):
    """``blind_answerable``: right without the video, from one frame, or from frames out of order.

    Multiple choice is asked once for every rotation of its options, and is answerable when as many replies are right
    as guessing reaches with a probability of ``chance`` at most (all of them, where no number is that unlikely). An
    open question is asked once. ``value``: the share of right replies; ``threshold``: the share that is too many. With
    ``blind_teachers``, each is asked so, and ``value`` is how many of them answer, more than ``max_blind_right`` being
    too many.
    """

    name = "blind"
    position = 40
    reasons: ClassVar = {"blind_answerable": "tag"}
    prompts: ClassVar = {
        "blind": PromptSpec("Answers without the video, or with too little.", "frames question", "question", False),
        **SAME_ANSWER,
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        settings = teacher.settings
        if not settings.blind_teachers:
            mode, right, asks, limit = await _blindly(sample, teacher, teacher.model)
            share = round(right / asks, 3)
            if right < limit:
                return Finding("pass", "", share, limit / asks)
            detail = f"{mode}: {right} of {asks} replies are right{_guessing(sample)}"
            return failure("blind_answerable", detail, share, limit / asks)
        models = [teacher.model.named(name) for name in settings.blind_teachers]
        found = await together(_blindly(sample, teacher, model) for model in models)
        named = zip(settings.blind_teachers, found, strict=True)
        told = [f"{name} ({mode}: {right} of {asks})" for name, (mode, right, asks, limit) in named if right >= limit]
        if len(told) <= settings.max_blind_right:
            return Finding("pass", "", len(told), settings.max_blind_right + 1)
        detail = f"{len(told)} of {len(models)} teachers answer it{_guessing(sample)}: {', '.join(told)}"
        return failure("blind_answerable", detail, len(told), settings.max_blind_right + 1)

    def further_teachers(self, settings: CheckSettings) -> list[str]:
        return settings.blind_teachers

    def needs_frames(self, settings: CheckSettings) -> bool:
        return settings.blind != ["no_video"]

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples * 4 * len(settings.blind) * max(1, len(settings.blind_teachers)))


async def _blindly(sample: Sample, teacher: VideoTeacher, model: Teacher) -> tuple[str, int, int, int]:
    """How *model* answers: with what it is right most often, how many replies are right then, of how many, and how many
    are too many."""
    modes = modes_of(teacher)
    turns = range(len(sample.options)) if sample.options else range(1)
    questions = [_request(sample, mode, turn, teacher) for mode in modes for turn in turns]
    replies = await teacher.ask(questions, model)
    if sample.options:
        size, right = len(sample.options), sample.answer_index or 0
        letters = [letter_of(Choice.model_validate(reply.value).letter) for reply in replies]
        hits = [(letters[n] + n % size) % size == right and 0 <= letters[n] < size for n in range(len(letters))]
        limit = limit_of_replies(size, size, teacher.settings.significance)
    else:
        hits = await compare_answers(sample, [Answer.model_validate(reply.value).answer for reply in replies], teacher)
        limit = 1
    counts = {mode: sum(hits[n * len(turns) : (n + 1) * len(turns)]) for n, mode in enumerate(modes)}
    mode = max(counts, key=lambda name: counts[name])
    return mode, counts[mode], len(turns), limit


def modes_of(teacher: VideoTeacher) -> list[Mode]:
    """How the question is asked blindly: an image has no order, and its one frame is all of it."""
    asked, medium = teacher.settings.blind, teacher.prompter.medium
    if medium is None:
        return asked
    senseless = {"shuffled"} if medium.members else {"shuffled", "one_frame"}
    return [mode for mode in asked if mode not in senseless] or ["no_video"]


def _guessing(sample: Sample) -> str:
    return f", by guessing 1 of {len(sample.options)}" if sample.options else ""


def limit_of_replies(asks: int, options: int, chance: float) -> int:
    """The least number of right replies that guessing reaches with probability *chance* at most; *asks* if none is."""
    odds = 1 / options
    tail = 0.0
    for right in range(asks, 0, -1):
        tail += math.comb(asks, right) * odds**right * (1 - odds) ** (asks - right)
        if tail > chance:
            return min(right + 1, asks)
    return 1


def _request(sample: Sample, mode: str, turn: int, teacher: VideoTeacher) -> Request:
    shown: list[Part] = [WITHOUT]
    start, end = teacher.stretch(sample)
    if mode == "one_frame":
        shown = [*teacher.frame((start + end) / 2, sample), WITH]
    elif mode == "shuffled":
        shown = [*teacher.frames(start, end, "shuffled", sample), WITH]
    options = sample.options[turn:] + sample.options[:turn]
    schema = Choice if sample.options else Answer
    question = material("question", question_text(sample, options))
    return teacher.request("blind", *shown, question, role=ROLE, schema=schema, known={"question": question})
