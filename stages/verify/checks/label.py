"""Does the rationale alone lead to the answer? (Video-STaR's verifier.)"""

from __future__ import annotations

import math
from typing import ClassVar

from ....rules.solve import rule_of
from ....rules.stamps import stamps
from ....schemas import Demand, Sample
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import Finding, failure
from ..same_answer import SAME_ANSWER, Answer, Choice, compare_answers, letter_of
from ..video_teacher import VideoTeacher, question_text
from .check import TeacherCheck, requests

ROLE = "You read what someone thought about a question, and say what answer it leads to."
READ = "Which answer follows from the reasoning? Use nothing but the reasoning; if none follows, say so."
LISTED = "The reasoning speaks of the video without its times. These are known of it, in seconds:"
MOST = 80
"""Spans that the reader is told of."""


class LabelCheck(TeacherCheck):
    """``label_lost``: the answer that a reader of the rationale gives is another one.

    Equal words, a number within 10 %, times with an IoU over 0.5, the right letter, or else the teacher's judgement
    that both say the same. Where the answer is a time and the rationale names none, the reader is told what the lane
    says at which time.
    """

    reads_rationales: ClassVar = True

    name = "label"
    position = 20
    reasons: ClassVar = {"label_lost": "drop"}
    prompts: ClassVar = {
        "label": PromptSpec(
            "Says what answer a rationale leads to, in a JSON.",
            "question explanation lines",
            "question explanation",
            writes=False,
        ),
        **SAME_ANSWER,
    }

    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        if not sample.rationale.strip():
            return None
        question, reasoning = material("question", question_text(sample)), material("reasoning", sample.rationale)
        parts, lines = [READ, question, reasoning], ""
        family = rule_of(sample.task, sample.params)
        if family is not None and family.answers == "window" and not stamps(sample.rationale):
            lines = material("spans of the video", _timed(sample, teacher))
            parts += [LISTED, lines]
        schema = Choice if sample.options else Answer
        asked = teacher.request(
            "label",
            *parts,
            role=ROLE,
            schema=schema,
            known={"question": question, "explanation": reasoning, "lines": lines},
        )
        (reply,) = await teacher.ask([asked])
        if sample.options:
            answer = Choice.model_validate(reply.value).letter
            holds = letter_of(answer) == sample.answer_index
        else:
            answer = Answer.model_validate(reply.value).answer
            (holds,) = await compare_answers(sample, [answer], teacher)
        if holds:
            return Finding("pass", "", 1.0)
        return failure("label_lost", f"the rationale leads to {answer[:120]!r}", 0.0, 1.0)

    def needs_frames(self, settings: CheckSettings) -> bool:
        return False

    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        return requests(samples)


def _timed(sample: Sample, teacher: VideoTeacher) -> str:
    """What the lanes of the evidence say, a span a line with its times in seconds."""
    spans = [span for lane in dict.fromkeys(item.lane for item in sample.evidence) for span in teacher.video.lane(lane)]
    lines = [f"{span.start:.1f}-{span.end:.1f}: {' '.join(span.words.split())}" for span in spans if span.words]
    return "\n".join(lines[:: math.ceil(len(lines) / MOST) or 1])
