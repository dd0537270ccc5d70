"""Can the answer be recovered from the rationale alone? (Video-STaR's verifier.)"""

from __future__ import annotations

from ....schemas import Sample
from ...prompting.material import material
from ..finding import Finding, fails
from ..same_answer import Answer, Choice, letter_of, same
from ..teacher_checks import Asking, asked

ROLE = "You read what someone thought about a question, and say what answer it leads to."
READ = "Which answer follows from the reasoning? Use nothing but the reasoning; if none follows, say so."


async def check(sample: Sample, asking: Asking) -> Finding | None:
    """``label_lost``: the answer that a reader of the rationale gives is another one.

    Equal words, a number within 10 %, times with an IoU over 0.5, the right letter, or else the teacher's judgement
    that both say the same.
    """
    if not sample.rationale.strip():
        return None
    parts = [READ, material("question", asked(sample)), material("reasoning", sample.rationale)]
    schema = Choice if sample.options else Answer
    (reply,) = await asking.ask([asking.request(*parts, role=ROLE, schema=schema)])
    if sample.options:
        told = Choice.model_validate(reply.value).letter
        holds = letter_of(told) == sample.answer_index
    else:
        told = Answer.model_validate(reply.value).answer
        (holds,) = await same(sample, [told], asking)
    if holds:
        return Finding("pass", "", 1.0)
    return fails("label_lost", f"the rationale leads to {told[:120]!r}", 0.0, 1.0)
