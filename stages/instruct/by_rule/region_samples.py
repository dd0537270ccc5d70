"""A question about a region as a sample: its words, its answer, and the boxes that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from ....rules.box_format import BoxFormat
from ....rules.clock import Clock, opened
from ....rules.family import find_families
from ....rules.in_english import QUESTION
from ....rules.language_words import IN_ENGLISH, Language
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


def written(ask: RegionAsk, plain: RegionAsk, lane: str, clock: Clock, form: BoxFormat, rng: Random) -> Sample:
    """The open question that *ask* is, with its answer; *plain* is the same in English."""
    span = ask.span
    words = span.label if ask.form in ("box", "boxes", "movement") and span.label else span.words
    evidence = [Evidence(span.start, span.end, lane, ask.text or words, span.id, ask.boxes)]
    params = {**clock.params(), "rule": RULE, "ask": ask.form, **form.params(), **ask.params}
    answer = find_families()[RULE].solve(evidence, params, clock)
    share = rng.random()
    question = _question(ask, form, clock.language, share)
    if not clock.language.english:
        params[QUESTION] = _question(plain, form, IN_ENGLISH, share)
    messages = [Message("user", question), Message("assistant", answer)]
    return Sample(ask.task, question, answer, span.start, span.end, evidence, params, messages=messages)


def _question(ask: RegionAsk, form: BoxFormat, language: Language, share: float) -> str:
    """One of the phrasings of *ask*, which *share* (0..1) says; where people have asked it (slot ``asked``), theirs."""
    if "asked" in ask.slots:
        question = ask.slots["asked"]
    else:
        texts = find_families()[RULE].asked_in(language, "", ask.wording)
        question = opened(texts[int(share * len(texts))].format(**ask.slots, q=ask.slots.get("it", "")))
    if "[" in question or ask.form in ("box", "boxes", "tube", "rest"):
        question = f"{question}{language.answers.space}{form.note_in(language)}"
    return question
