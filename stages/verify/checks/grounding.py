"""Do the words of a teacher come from what it cites?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import ClassVar

from ....rules.figures import numbers, values
from ....rules.lane_kinds import fold, kind_of
from ....rules.lazy_pattern import lazy
from ....rules.negations import denies
from ....rules.stamps import holds_time
from ....rules.video_parts import parts
from ....schemas import Sample, Span
from ..finding import (
    PASS,
    Facts,
    Finding,
    asks_for,
    assistant_text,
    by_rule,
    cited_words,
    failure,
    unseen_words,
    unsure,
)
from ..mentions import content
from ..questions import asked_time, asks_length, asks_order
from .check import RuleCheck
from .count import ASKS

LEAST = 0.25
"""The share of an answer's own words that what is cited must have."""
CLEARLY = 2
"""Words in common with another span, and none with the cited ones, from which a question speaks of the other."""
MOMENT_NOT_TOLD = "moment_not_told"
_NEUTRAL = (
    "person people someone somebody something anyone anything man men woman women thing things way get got use used "
    "using make made take put happen video clip scene moment part start begin end because would could so that also "
    "very really now here them him yes no not say read spell letter word text sign title line tell hear"
)
NEUTRAL = frozenset(_NEUTRAL.split())
"""Words that any text may have, and that tell nothing of what it is about."""
_MEN = "he him his man men boy boys gentleman father son brother husband grandfather"
_WOMEN = "she her hers woman women girl girls lady mother daughter sister wife grandmother"
MEN, WOMEN = frozenset(_MEN.split()), frozenset(_WOMEN.split())
_DENIES = lazy(
    r"\b(?:no|not|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|lacks?|free of|\w+n['’]t)\b", re.I
)
_SENTENCE = lazy(r"(?<=[.!?;])\s+|\n+")
_SUPPOSES = lazy(
    r"\b(?:would|could|might|should|if|unless|suppos\w+|imagin\w+|likely|probabl[ey]|perhaps|predict\w*|expect\w*)\b",
    re.IGNORECASE,
)
"""Words of a question whose answer goes beyond what is there: ``What would happen if …``, ``What may come next?``."""
_CLOSED = lazy(r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.IGNORECASE)


class GroundingCheck(RuleCheck):
    """What a teacher says in words is not what it cites.

    ``words_not_in_evidence``: most words of an answer, but for those of its question, are in nothing that is cited, or
    those of a caption in none of the spoken lines that it was made from; ``value``: the share that is.
    ``other_person``: it speaks of a man where only women are spoken of, or the other way round.
    ``nothing_asked``: the question says all that its span says. ``asks_no_time``: the answer is a time, and the
    question asks for none. ``moment_not_named``: such a question has words of another span, and,
    with its explanation, none of what is cited or else told of that time; ``moment_not_told``: it has words of no span,
    and a person may know what is meant. ``number_not_in_lines``: a caption has a number that the lines have not.

    Of words it is unsure where the teacher was shown frames or sound, where the answer is to be concluded (``inferred``
    of a family), and where the question asks what would be, or should.
    """

    name = "grounding"
    position = 75
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = {
        **dict.fromkeys(("words_not_in_evidence", "other_person", "nothing_asked", "asks_no_time"), "drop"),
        "moment_not_named": "drop",
        MOMENT_NOT_TOLD: "tag",
        "number_not_in_lines": "drop",
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        cited = cited_words(sample)
        if not sample.teacher or by_rule(sample) or not cited:
            return None
        asks, wanted = sample.question, asks_for(sample)
        if wanted == "window":
            return _check_moment(sample, cited, facts)
        if wanted != sample.task or asked_time(asks) or asks_length(asks) or asks_order(asks) or ASKS.search(asks):
            return None
        answer = assistant_text(sample)
        if _DENIES.search(answer) or denies(answer) or _CLOSED.search(asks) or holds_time([answer], None):
            return None
        if parts(answer, facts.duration, asked=True):
            return None  # in which part of the video it is
        if unseen := unseen_words(sample):
            return unseen
        if _SUPPOSES.search(asks):
            return unsure("what is only supposed, or advised, stands in no line")
        if own_words(cited) and own_words(cited) <= shared_words(own_words(cited), [asks]):
            return failure("nothing_asked", f"{asks[:120]!r} says all of {cited[:120]!r}")
        return _check_person(f"{asks}\n{answer}", cited) or _check_words(answer, cited, asks)

    def check_caption(self, caption: Span, facts: Facts) -> Finding | None:
        """Only of captions that were made from lines of speech or screen text, which they name."""
        lines = _sources(caption, facts)
        if not lines:
            return None
        cited = "\n".join(lines)
        known = values(numbers(cited))
        for number in numbers(caption.text or ""):
            if number.word not in ("one", "zero") and number.value not in known:
                return failure("number_not_in_lines", f"{number.value:g} is not in {cited[:120]!r}", number.value)
        return _check_sentences(caption.text or "", cited) or _check_words(caption.text or "", cited, "")


def _check_moment(sample: Sample, cited: str, facts: Facts) -> Finding:
    asks = sample.question
    if not asked_time(asks) and not asks_length(asks):
        return failure("asks_no_time", asks[:200])
    if unseen := unseen_words(sample):
        return unseen
    near = [span.words for item in sample.evidence for span in _told(facts, item.start, item.end)]
    named = own_words(f"{asks} {sample.rationale}")
    if shared_words(named, [cited, *near]):
        return PASS
    for span in _told(facts, -math.inf, math.inf):
        if len(shared_words(content(asks), [span.words])) >= CLEARLY:
            return failure("moment_not_named", f"{asks[:120]!r} speaks of {span.words[:80]!r}, not of {cited[:80]!r}")
    return Finding("unsure", MOMENT_NOT_TOLD, detail=f"{asks[:120]!r} has no word of any span")


def _check_person(text: str, told: str) -> Finding | None:
    said, known = set(fold(text).split()), set(fold(told).split())
    for here, there in ((MEN, WOMEN), (WOMEN, MEN)):
        if said & here and not said & there and known & there and not known & here:
            return failure(
                "other_person", f"{min(said & here)!r}, where {told[:120]!r} tells of {min(known & there)!r}"
            )
    return None


def _check_sentences(text: str, cited: str) -> Finding | None:
    """A sentence of a caption that has several words of its own, and none of *cited*."""
    for sentence in _SENTENCE.split(text):
        words = own_words(sentence)
        if len(words) >= CLEARLY and own_words(cited) and not shared_words(words, [cited]):
            return failure("words_not_in_evidence", f"{sentence[:120]!r} is not in {cited[:120]!r}", 0.0, LEAST)
    return None


def _check_words(text: str, cited: str, asked: str) -> Finding | None:
    said = own_words(text)
    words = {word for word in said if not _in(word, own_words(asked))} or said or own_words(text, frozenset())
    if not words or not own_words(cited):
        return None
    shared = shared_words(words, [cited])
    share = round(len(shared) / len(words), 3)
    if share >= LEAST:
        return Finding("pass", "", share)
    strangers = ", ".join(sorted(words - shared))
    return failure("words_not_in_evidence", f"{strangers[:120]} not in {cited[:120]!r}", share, LEAST)


def own_words(text: str, neutral: frozenset[str] = NEUTRAL) -> frozenset[str]:
    """The words of *text* that tell what it is about, without endings; no numbers."""
    return frozenset(word for word in content(text) if word.isalpha() and word not in neutral)


def shared_words(words: Iterable[str], texts: Iterable[str]) -> set[str]:
    """Those of *words* that one of *texts* has in some form."""
    known = frozenset(word for text in texts for word in content(text))
    return {word for word in words if _in(word, known)}


def _in(word: str, known: frozenset[str]) -> bool:
    """Whether *word* is one of *known*, or may be a form or a compound of one: they share four letters at the start."""
    return word in known or (len(word) > 3 and any(other[:4] == word[:4] for other in known))


def _told(facts: Facts, start: float, end: float) -> list[Span]:
    return [
        span
        for lane, spans in facts.video.lanes.items()
        if kind_of(lane, spans) not in (None, "question")
        for span in spans
        if span.words and span.start < end and span.end > start
    ]


def _sources(span: Span, facts: Facts) -> list[str]:
    """What the lines of speech and screen text say that *span* was made from, itself or what it was made from."""
    found = []
    for key in span.attrs.get("of", "").split():
        held = ((lane, facts.span(lane, key)) for lane in facts.video.lanes)
        lane, source = next(((lane, one) for lane, one in held if one is not None), ("", None))
        if source is not None and lane in facts.settings.word_lanes:
            found.append(source.words)
        elif source is not None and fold(source.words) == fold(span.words):
            found += _sources(source, facts)
    return found
