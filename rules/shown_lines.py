"""Lines of a video's lanes in the user's turn of a sample: where they stand, and which would give the answer away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..schemas import Evidence, Sample, Span
from .clock import Clock, clock_of
from .figures import WORDS
from .lane_kinds import fold
from .solve import rule_of
from .stamps import holds_time

ASKED = "asked"
"""The parameter of a sample with lines in its question that holds the question without them."""
READING = "reading"
"""The parameter of a sample whose lines are the text that it asks about: they may hold the answer."""
EITHER = frozenset({"yes", "no", "true", "false", "both", "neither", "none", "left", "right"})
"""Answers that are one of two or three words: a line that holds one of them tells nothing."""
FEW = 3
"""A line of so many words or more that stands in an answer is a part of it."""
ALIKE = 80.0
"""A cited line that is like the answer to this degree (0..100, normalised edit similarity) is the answer."""


def bare(sample: Sample) -> Sample:
    """*sample* without the lines that were put into its question; the same object where there are none."""
    asked = sample.params.get(ASKED)
    if asked is None:
        return sample
    turns = [replace(turn, content=turn.content.replace(sample.question, asked, 1)) for turn in sample.messages]
    return replace(sample, question=asked, messages=turns)


def lines_shown(sample: Sample) -> list[str]:
    """The lines that were put into the question of *sample*."""
    if (asked := sample.params.get(ASKED)) is None:
        return []
    return [line for line in sample.question.replace(asked, "", 1).split("\n") if line.strip()]


def answers_of(sample: Sample) -> list[str]:
    """What no line may give away, folded: the answer, every option, so that none is told by what is missing, the worse
    reply of a pair, and every reply of a dialogue. Numbers and words such as yes are left out: any line holds them."""
    replies = [turn.content for turn in sample.messages if turn.role == "assistant"]
    texts = [sample.answer, *sample.options, sample.rejected, *(replies if len(replies) > 1 else ())]
    folded = dict.fromkeys(fold(text) for text in texts)
    return [text for text in folded if not all(map(_common, text.split()))]


def gives_away(line: str, answers: Iterable[str]) -> bool:
    """Whether the words of *line* hold one of the *answers* (folded), or are a part of one."""
    words = fold(line)
    return any(_within(answer, words) or (_long(words) and _within(words, answer)) for answer in answers)


def is_answer(line: str, answers: Iterable[str]) -> bool:
    """Whether the words of *line*, which an answer rests on, are nearly those of one of the *answers* (folded)."""
    from rapidfuzz import fuzz

    words = fold(line)
    return any(fuzz.ratio(words, answer) >= ALIKE for answer in answers)


def tells_time(sample: Sample) -> bool:
    """Whether an answer to *sample* is a time, or holds one: it can be read off lines that have theirs."""
    replies = [turn.content for turn in sample.messages if turn.role == "assistant"]
    texts = [sample.answer, *sample.options, sample.rejected, *replies]
    return asks_when(sample) or holds_time(texts, _clock(sample))


def asks_when(sample: Sample) -> bool:
    """Whether *sample* asks where in the video something is: lines of its stretch alone would tell."""
    family = rule_of(sample.task, sample.params)
    if family is None:
        return "grounded" in sample.params or holds_time([sample.answer], _clock(sample))
    return family.answers == "window" or "grounded" in sample.params


def by_evidence(sample: Sample) -> bool:
    """Whether the answer follows by rule from the evidence: who is shown that can work it out."""
    return rule_of(sample.task, sample.params) is not None


def cites(evidence: Iterable[Evidence], lane: str, span: Span) -> bool:
    """Whether *span* of *lane* is among the *evidence*."""
    return any(
        item.lane == lane and (item.span == span.id if item.span else (item.start, item.end) == (span.start, span.end))
        for item in evidence
    )


def _clock(sample: Sample) -> Clock:
    return clock_of(sample.params, float(sample.params.get("duration", "inf")))


def _common(word: str) -> bool:
    return word.isdigit() or word in WORDS or word in EITHER


def _within(one: str, other: str) -> bool:
    if not one:
        return False
    return f" {one} " in f" {other} " if one.isascii() else one in other  # not every writing parts its words


def _long(words: str) -> bool:
    return len(words.split()) >= FEW or (not words.isascii() and len(words) >= 2 * FEW)
