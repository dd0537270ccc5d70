"""A reviewer criticises the answer, and it is revised, until nothing is left to criticise."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ....rules.solve import rule_of
from ....schemas import Sample
from ...prompting.material import material
from ..finding import Finding
from ..teacher_checks import Asking

ROLE = "You review answers to questions about a video. You are strict about facts and do not mind the style."
CRITICISE = "List what is wrong or not to be seen in this answer. An empty list means that it can stay as it is."
REVISE = "Rewrite the answer so that none of these faults remains. Keep what is right; add nothing that is not shown."


class Critique(BaseModel):
    """The faults of an answer."""

    model_config = ConfigDict(extra="forbid")

    faults: list[str] = Field(description="Each fault in one sentence; empty when there is none")


class Revision(BaseModel):
    """A better answer."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(description="The rewritten answer")


async def check(sample: Sample, asking: Asking) -> Finding | None:
    """``criticised``: the answer has faults. ``value``: how many at first. Not for answers that follow by rule."""
    if rule_of(sample.task, sample.params) is not None or sample.options:
        return None
    faults, better = await review(sample, asking, asking.rounds)
    if not faults:
        return Finding("pass", "", 0.0, 0.0)
    return Finding("fail", "criticised", float(len(faults)), 0.0, "; ".join(faults)[:500], better)


async def review(sample: Sample, asking: Asking, rounds: int) -> tuple[list[str], str]:
    """The faults found at first, and the answer after at most *rounds* revisions; empty when it still has faults.

    Raises:
        Unanswered: the teacher failed.
    """
    shown = [*asking.frames_for(sample), *asking.heard(sample.start, sample.end)]
    question = material("question", sample.question)
    answer, first = sample.answer, None
    for turn in range(rounds + 1):
        told = [*shown, question, material("answer", answer)]
        (reply,) = await asking.ask([asking.request(*told, CRITICISE, role=ROLE, schema=Critique)])
        faults = [fault for fault in Critique.model_validate(reply.value).faults if fault.strip()]
        first = faults if first is None else first
        if not faults:
            return first, answer
        if turn < rounds:
            listed = material("faults", "\n".join(faults))
            (reply,) = await asking.ask([asking.request(*told, listed, REVISE, role=ROLE, schema=Revision)])
            answer = Revision.model_validate(reply.value).answer.strip() or answer
    return first or [], ""
