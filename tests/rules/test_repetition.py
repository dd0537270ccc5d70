"""Repetition: labels and texts that tell of several times, and verbs in the third person, which do not."""

from __future__ import annotations

from random import Random

import pytest

from vdata.rules.clock import make_clock
from vdata.rules.family import find_families
from vdata.rules.lane_view import View
from vdata.rules.repetition import are_verbs, repetition
from vdata.schemas import Span


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("goals", "", "goals"),
        ("corner kicks", "", "corner kicks"),
        ("jumps", "", "jumps"),
        ("jumps", "three jumps in a row", "jumps"),
        ("jumps", "a series of jumps", "jumps"),
        ("jumps", "a girl does high jumps", "jumps"),
        ("jumps", "A girl jumps over the fence.", ""),
        ("runs", "There is a dog that runs to the door; it runs fast.", ""),
        ("physics", "", ""),
        ("turning", "a star turns around itself twice", "twice"),
    ],
)
def test_a_plural_tells_of_several_times_and_a_verb_does_not(label: str, text: str, words: str) -> None:
    assert repetition(label, text) == words


def test_one_verb_says_that_the_labels_beside_it_are_verbs() -> None:
    assert are_verbs(["jumps", "runs", "opens the door"])
    assert not are_verbs(["jumps", "runs", "goals"])
    assert repetition("jumps", verbs=True) == ""
    assert repetition("washes hands", verbs=True) == ""
    assert repetition("blinking", verbs=True) == "blinking"


def test_labels_in_the_third_person_are_counted() -> None:
    labels = ["jumps", "sits down", "jumps", "runs", "jumps"]
    spans = [Span(5.0 * n, 5.0 * n + 3, label=label, id=str(n)) for n, label in enumerate(labels)]
    view, counting = View("acts", "label", spans, 60.0), find_families()["counting"]
    asks = counting.ask(view, Random(1), 9, make_clock("seconds", 60.0, 100, "<{}>"))
    assert {ask.params["of"]: len(ask.cited) for ask in asks if ask.params["of"] == "jumps"} == {"jumps": 3}
    assert counting.left_out(view) == {}
    alone = View("acts", "label", [span for span in spans if span.label == "jumps"], 60.0)
    assert counting.left_out(alone) == {'"jumps"': "the label itself tells of several times"}
