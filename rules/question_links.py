"""Chains of questions about one video, each of which takes up the last answer: what makes one of them untrue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..schemas import Sample
from .lane_kinds import fold
from .query_times import LINK
from .shown_lines import answers_of


def place_of(sample: Sample) -> int:
    """The place of *sample* in its chain, from 1; 0: it is in none."""
    place = sample.params.get(LINK, "")
    return int(place) if sample.group and place.isdigit() else 0


def links_before(sample: Sample, samples: Iterable[Sample]) -> list[Sample]:
    """Those of *samples* that are asked before *sample* in its chain, in order."""
    found = [one for one in samples if one.group == sample.group and 0 < place_of(one) < place_of(sample)]
    return sorted(found, key=place_of)


def broken(sample: Sample, earlier: Sequence[Sample]) -> str:
    """What is wrong with what *sample*, a question of a chain, stands on: an *earlier* question is not there, or the
    turns before it tell another answer to one. Empty: nothing is."""
    missing = set(range(1, place_of(sample))) - {place_of(one) for one in earlier}
    if missing:
        return f"question {min(missing)} of its chain was left out, and question {place_of(sample)} rests on it"
    turns = [turn.content for turn in sample.messages[:-1] if turn.role == "assistant"]
    for one in earlier:
        if not any(one.answer in turn for turn in turns):
            return f"the turns before it do not tell the answer to question {place_of(one)}, {one.answer[:80]!r}"
    return ""


def told_before(sample: Sample, earlier: Iterable[Sample]) -> str:
    """The words of an *earlier* question or answer that hold the answer to *sample*; empty: none do. Numbers and words
    such as yes tell nothing."""
    answer = fold(sample.answer)
    if not answer or answer not in answers_of(sample):
        return ""
    texts = (text for one in earlier for text in (one.question.partition("\n")[0], one.answer))
    return next((text for text in texts if f" {answer} " in f" {fold(text)} "), "")
