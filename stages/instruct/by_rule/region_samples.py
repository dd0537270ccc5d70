"""A question about a region as a sample: its words, its answer, and the boxes that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from ....rules.box_format import BoxFormat
from ....rules.clock import Clock, opened
from ....rules.family import find_families
from ....rules.region_words import WORDS
from ....schemas import Evidence, Message, Sample, Span
from .region_asks import RegionAsk, RegionTask

RULE = "regions"
"""The family by which the answers follow from the boxes."""
CHAIN = ("chain_what", "chain_when", "chain_where")


@dataclass(frozen=True, slots=True)
class AskedRegion:
    """A question, the group to which it belongs, and what may be seen where it is asked at a time (seconds)."""

    ask: RegionAsk
    group: str = ""
    seen: tuple[float, float] | None = None


def tasks_of(task: RegionTask) -> tuple[str, ...]:
    """The tasks of the samples that *task* makes."""
    return CHAIN if task == "chain" else (task,)


def until(span: Span, time: float) -> Span:
    """*span* as far as it is known at *time* (seconds)."""
    return replace(span, end=min(span.end, time), boxes=[box for box in span.boxes if box.time <= time])


def written(ask: RegionAsk, lane: str, clock: Clock, form: BoxFormat, rng: Random) -> Sample:
    """The open question that *ask* is, with its answer."""
    span = ask.span
    words = span.label if ask.form in ("box", "boxes", "movement") and span.label else span.words
    evidence = [Evidence(span.start, span.end, lane, ask.text or words, span.id, ask.boxes)]
    params = {**clock.params(), "rule": RULE, "ask": ask.form, **form.params(), **ask.params}
    answer = find_families()[RULE].solve(evidence, params, clock)
    question = _question(ask.wording, ask.slots, rng)
    if "[" in question or ask.form in ("box", "boxes", "tube", "rest"):
        question = f"{question} {form.note}"
    messages = [Message("user", question), Message("assistant", answer)]
    return Sample(ask.task, question, answer, span.start, span.end, evidence, params, messages=messages)


def _question(wording: str, slots: Mapping[str, str], rng: Random) -> str:
    """One of the phrasings of *wording*; where people have asked it (slot ``asked``), their own."""
    if "asked" in slots:
        return slots["asked"]
    return opened(rng.choice(WORDS[wording]).format(**slots))
