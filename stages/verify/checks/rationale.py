"""Does the rationale keep to what it cites? Each of its steps is checked by rule like an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from ....rules.clock import Clock, clock_of
from ....rules.figures import numbers
from ....rules.lazy_pattern import lazy
from ....rules.stamps import stamps
from ....schemas import Evidence, Message, Sample, Span
from ..finding import PASS, Facts, Finding, cited_words, failure, unsure
from .check import RuleCheck
from .evidence import EvidenceCheck
from .grounding import own_words, shared_words
from .names import NamesCheck
from .negation import NegationCheck
from .numbers import NumbersCheck
from .order import OrderCheck
from .text import TextCheck
from .times import TimesCheck
from .words import WordsCheck

PREFIX = "rationale_"
CITATION = "rationale_unknown_span"
STRANGE = "rationale_not_in_evidence"
_STEP = lazy(r"^(\d+)\.\s+")
_OBJECTS = lazy(r"^Key objects: ")
_BEHIND = lazy(r"\s*\(([^()]*)\)$")
_NAME = lazy(r"\b[A-Z]\w+")
_ASKING = lazy(r"\b(?:How|Count|Number|Duration|Length)\b")
"""Words of questions that other checks would take for a question here."""
CLOCK_PARAMS = ("time_format", "duration", "tokens", "token")
_KINDS = (TextCheck, TimesCheck, OrderCheck, NumbersCheck, NegationCheck, WordsCheck, NamesCheck)


class RationaleCheck(RuleCheck):
    """A step of the rationale is at odds with the spans that it cites: ``rationale_bad_time``,
    ``rationale_wrong_order``, ``rationale_wrong_number``, ``rationale_wrong_negation``, ``rationale_wrong_words``,
    ``rationale_unknown_name``, ``rationale_refused``; a step has no word of what it cites:
    ``rationale_not_in_evidence``; or a span is not there: ``rationale_unknown_span``,
    ``rationale_evidence_changed``. Whether the rationale leads to the answer is the business of ``label``.
    """

    name = "rationale"
    position = 120
    reasons: ClassVar = {
        CITATION: "drop",
        STRANGE: "drop",
        **{
            PREFIX + reason: "drop"
            for kind in (*_KINDS, EvidenceCheck)
            for reason in kind.reasons
            if reason not in ("no_evidence", "outside_stretch")
        },
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if not sample.rationale.strip():
            return None
        clock = clock_of(sample.params, float(sample.params.get("duration", facts.duration)))
        steps = [step for line in sample.rationale.split("\n") if (step := _read(line)) is not None]
        parts = []
        for text, place in steps:
            missing = [key for key in sample.params.get(place, "").split() if _find(key, facts) is None]
            if missing:
                return failure(CITATION, f"{text[:80]!r} cites {missing[0]}, which is in no lane")
            parts.append(_statement(sample, text, _cited(sample, place, text, facts, clock), clock))
        told = " ".join(part.answer for part in parts)
        whole = _statement(sample, told, [item for part in parts for item in part.evidence], clock)
        found = [_found(kind(), part, facts) for part in parts for kind in (EvidenceCheck, *_KINDS)]
        found.append(_found(OrderCheck(), whole, facts))
        other = facts.other_language(whole, ("statement", "evidence"))
        if not other and "step_1" in sample.params:
            found.append(_strange(parts, whole, sample))
        fine = unsure(f"there are no rules of words for {other}") if other else PASS
        return next((one for one in found if one is not None), fine)


def _strange(parts: list[Sample], whole: Sample, sample: Sample) -> Finding | None:
    """A step that has no word of what it cites; the last one may conclude, from what all cite and what is asked."""
    for n, part in enumerate(parts):
        known = [cited_words(part)]
        if n and n == len(parts) - 1:
            known = [cited_words(whole), sample.question, sample.answer]
        words = own_words(part.answer)
        if words and known[0] and not shared_words(words, known):
            return failure(STRANGE, f"{part.answer[:120]!r} has no word of {known[0][:120]!r}", 0.0)
    return None


def _found(check: RuleCheck, part: Sample, facts: Facts) -> Finding | None:
    """What *check* finds wrong with the statement *part*, under a reason of the rationale."""
    if isinstance(check, EvidenceCheck) and not all(item.span for item in part.evidence):
        return None
    other = facts.other_language(part, check.reads)
    found = check.check_figures(part, facts) if other else check.check(part, facts)
    if found is None or found.outcome != "fail":
        return None
    return replace(found, reason=PREFIX + found.reason, detail=f"{part.answer[:120]!r}: {found.detail}", better="")


def _read(line: str) -> tuple[str, str] | None:
    """What *line* of a rationale states, with the parameter that names its spans; None for a list of objects."""
    if not line.strip() or _OBJECTS.match(line):
        return None
    step = _STEP.match(line)
    return (line[step.end() :].strip(), f"step_{step[1]}") if step else (line.strip(), "key_spans")


def _find(key: str, facts: Facts) -> tuple[str, Span] | None:
    """The lane and the span with the id *key*."""
    found = ((lane, facts.span(lane, key)) for lane in facts.video.lanes)
    return next(((lane, span) for lane, span in found if span is not None), None)


def _cited(sample: Sample, place: str, text: str, facts: Facts, clock: Clock) -> list[Evidence]:
    """The spans that a step rests on: its own; without any the sample's, or parts of the video that it names."""
    found = []
    for key in sample.params.get(place, "").split():
        known = [item for item in sample.evidence if item.span == key]
        lane, span = _find(key, facts) or ("", Span(0.0, 0.0))
        start, end = max(span.start, 0.0), min(span.end, facts.duration)
        found.append(known[0] if known else Evidence(start, end, lane, span.words, key))
    if found or "rationale" not in sample.params:
        return found or list(sample.evidence)
    behind = _BEHIND.search(text)  # it was proposed by who saw frames of the video, and no spans
    marks = stamps(behind[1], clock) if behind else []
    return [Evidence(mark.start, mark.end, "video", "") for mark in marks] or [
        Evidence(sample.start, sample.end, "video", "")
    ]


def _statement(sample: Sample, text: str, evidence: list[Evidence], clock: Clock) -> Sample:
    """*text* as a sample of its own, without the times that ``reason`` put behind it, where they are right.

    Numbers and names of the question and the answer may stand in it, and what these quote.
    """
    behind = _BEHIND.search(text)
    times = "; ".join(dict.fromkeys(clock.when(item.start, item.end) for item in evidence))
    if behind and behind[1] == times:
        text = text[: behind.start()]
    elif text == f"Key moments: {times}.":
        text = ""
    given = [sample.question, sample.answer, *sample.options]
    known = [f"{number.value:g}" for one in given for number in numbers(one)] + _NAME.findall(" ".join(given))
    return Sample(
        "rationale",
        _ASKING.sub(" ", " ".join(known)) or "–",
        text or "–",
        min((item.start for item in evidence), default=sample.start),
        max((item.end for item in evidence), default=sample.end),
        evidence,
        {key: sample.params[key] for key in CLOCK_PARAMS if key in sample.params},
        given,
        messages=[Message("assistant", text or "–")],
        teacher=sample.teacher or "teacher",
    )
