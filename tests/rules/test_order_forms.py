"""Orders told by a whole sentence, and of events that nouns introduce: every head with every connective."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.orders import told_pairs

NAMED = ("Ann juggling", "Bob whistling")
HEADS = (
    "",
    "the shot of ",
    "the scene with ",
    "the part showing ",
    "the one in which we watch ",
    "that of ",
    "the footage of ",
    "the brief clip featuring ",
)
FORWARDS = (
    "{a} comes before {b}.",
    "{a} precedes {b}.",
    "{a} is followed by {b}.",
    "After {a} comes {b}.",
    "{b} follows {a}.",
    "{b} is preceded by {a}.",
    "Only after {a} do we see {b}.",
    "{b} is still to come when we see {a}.",
    "It is {a} that comes first, not {b}.",
    "Not {b} but {a} comes first.",
    "Which comes first, {b} or {a}? The latter.",
    "Which comes second, {b} or {a}? The former.",
    "As for {a} and {b}, the former precedes the latter.",
    "{b}, {a} having come first.",
    "{a}, then {b}, and not the reverse.",
)


def earlier(text: str) -> list[str]:
    """The name of the one that *text* tells first, of each pair that it tells."""
    places = sorted((found.start(), found.end()) for found in re.finditer("|".join(NAMED), text))
    return [text[slice(*places[pair[0]])] for pair in told_pairs(text, places, True) if pair]


@given(st.sampled_from(HEADS), st.sampled_from(HEADS), st.sampled_from(FORWARDS), st.permutations(NAMED))
def test_what_introduces_an_event_changes_no_order(one: str, two: str, form: str, names: list[str]) -> None:
    assert earlier(form.format(a=one + names[0], b=two + names[1])) == [names[0]]


@pytest.mark.parametrize(
    "text",
    [
        "If you pause at Ann juggling, you get to Bob whistling.",
        "Ann juggling, oddly unlike Bob whistling",
        "As for Ann juggling and Bob whistling, the latter is longer.",
    ],
)
def test_of_what_is_only_half_read_nothing_is_told(text: str) -> None:
    assert earlier(text) == []


def test_what_stands_around_one_thing_is_told_of_it() -> None:
    text = "In the middle we find B, with A before it and C after it."
    places = [(text.index(name), text.index(name) + 1) for name in ("B", "A", "C")]
    assert set(told_pairs(text, places, True)) == {(1, 0), (0, 2)}
