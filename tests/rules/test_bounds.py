"""Bounds of time, ranks and repeats in English, generated."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.bounds import bounds
from vdata.rules.orders import told_pairs
from vdata.rules.stamps import stamps
from vdata.stages.verify.checks.count import stated_amount

FILM = 600.0
LOWER = (
    "after the {}-second mark",
    "no earlier than {} seconds in",
    "more than {} seconds in",
    "not before {} seconds in",
    "once {} seconds have passed",
    "{} seconds or more in",
)
UPPER = (
    "before the {}-second mark",
    "no later than {} seconds in",
    "less than {} seconds in",
    "not even {} seconds in",
    "before {} seconds have passed",
    "within {} seconds of the start",
)
THINGS = ("the dog barking", "the cat sleeping")
RANKED = (
    "{0} comes first, {1} second.",
    "{1} comes later, {0} earlier.",
    "The earlier of the two is {0}, the later {1}.",
    "{0} at an earlier time; at a later time {1}.",
    "{0}, not {1}, comes first.",
    "{1}, rather than {0}, comes last.",
    "{1}. Earlier than that, {0}.",
    "{0}. Later than that, {1}.",
    "{1} had to wait for {0}.",
    "{1} started later, so {0} leads.",
    "Before: {0}. After: {1}.",
    "{0}; after a while, {1}.",
)
LOOKS = ("I watched this part twice: {}.", "We went through it three times, and it is {}.", "Not once but {}.")


def bound(text: str) -> tuple[float, float]:
    found = bounds(text, stamps(text, None, "time"), True, FILM)
    assert len(found) == 1, found
    return found[0].start, found[0].end


@given(st.integers(4, 300), st.sampled_from(LOWER))
def test_a_lower_bound_is_open_above(seconds: int, said: str) -> None:
    start, end = bound(f"It starts {said.format(seconds)}.")
    assert seconds - 2.5 <= start <= seconds
    assert end == math.inf


@given(st.integers(4, 300), st.sampled_from(UPPER))
def test_an_upper_bound_begins_with_the_video(seconds: int, said: str) -> None:
    start, end = bound(f"It starts {said.format(seconds)}.")
    assert start == 0
    assert seconds <= end <= seconds + 2.5


@given(st.permutations(THINGS), st.sampled_from(RANKED))
def test_ranks_and_comparisons_tell_the_same_order(things: list[str], said: str) -> None:
    first, second = things
    text = said.format(first, second)
    places = sorted((text.index(one), text.index(one) + len(one)) for one in things)
    pair = told_pairs(text, places, True)[0]
    assert pair is not None
    assert [text[slice(*places[n])] for n in pair] == [first, second]


@given(st.integers(2, 50), st.sampled_from(LOOKS))
def test_how_often_somebody_looked_is_not_counted(count: int, said: str) -> None:
    amount = stated_amount(said.format(f"{count} times"), "How often does the dog bark?")
    assert amount is not None
    assert (amount.least, amount.most) == (count, count)


@pytest.mark.parametrize("note", ["(hh:mm:ss)", "(mm:ss)", "(seconds)", "[hh:mm:ss.ms]"])
def test_a_note_on_the_format_does_not_part_a_range(note: str) -> None:
    found = stamps(f"from 00:01:07 {note} to 00:01:10 {note}")
    assert [(one.start, one.end) for one in found] == [(67, 70)]
