"""Orders told in English, read by the words around and between two things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.orders import told_pairs
from vdata.rules.ranks import list_marks
from vdata.stages.verify.questions import asks_order

THINGS = {"Ann": "Ann runs", "Bob": "Bob falls", "Cem": "Cem sleeps"}


def told(text: str, ordered: bool = False) -> list[str | None]:
    """The pairs that *text* tells, as ``Ann Bob`` for Ann before Bob."""
    for start, end in list_marks(text):
        text = text[:start] + " " * (end - start) + text[end:]
    found = sorted(
        (text.index(said), text.index(said) + len(said), name) for name, said in THINGS.items() if said in text
    )
    pairs = told_pairs(text, [(start, end) for start, end, _ in found], ordered)
    return [None if pair is None else " ".join(found[n][2] for n in pair) for pair in pairs]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("First Ann runs, then Bob falls, and finally Cem sleeps.", ["Ann Bob", "Bob Cem"]),
        ("Ann runs. Then Bob falls. Lastly, Cem sleeps.", ["Ann Bob", "Bob Cem"]),
        ("Ann runs before Bob falls.", ["Ann Bob"]),
        ("Ann runs right after Bob falls.", ["Bob Ann"]),
        ("After Bob falls, Ann runs.", ["Bob Ann"]),
        ("Before Bob falls, Ann runs.", ["Ann Bob"]),
        ("By the time Bob falls, Ann runs already.", ["Ann Bob"]),
        ("Ann runs, followed by Bob falls.", ["Ann Bob"]),
        ("Ann runs, preceded by Bob falls.", ["Bob Ann"]),
        ("Ann runs, but not until Bob falls.", ["Bob Ann"]),
        ("Ann runs until Bob falls.", ["Ann Bob"]),
        ("No sooner does one see that Ann runs than Bob falls.", ["Ann Bob"]),
        ("Ann runs. After that, Bob falls.", ["Ann Bob"]),
        ("Ann runs. Before that, Bob falls.", ["Bob Ann"]),
        ("Ann runs. After Bob falls, Cem sleeps.", [None, "Bob Cem"]),
        ("Ann runs → Bob falls → Cem sleeps", ["Ann Bob", "Bob Cem"]),
        ("Ann runs. Bob falls.", [None]),
        ("Ann runs while Bob falls.", [None]),
        ("Ann runs, Bob falls.", [None]),
    ],
)
def test_connectives(text: str, pairs: list[str | None]) -> None:
    assert told(text) == pairs


MARKS = (
    "1. 2. 3.",
    "a) b) c)",
    "- - -",
    "* * *",
    "• • •",
    "(i) (ii) (iii)",
    "#1 #2 #3",
    "One: Two: Three:",
    "Step 1 2 3",
)


@given(st.permutations(["Ann", "Bob", "Cem"]), st.sampled_from(MARKS), st.sampled_from([" ", "; ", ". ", "\n"]))
def test_every_list_that_answers_a_question_for_an_order_tells_one(names: list[str], marks: str, between: str) -> None:
    every = marks.split(" ") if not marks.startswith("Step") else ["Step one:", "Step two:", "Step three:"]
    text = between.join(f"{mark} {THINGS[name]}" for mark, name in zip(every, names, strict=True))
    assert told(text, ordered=True) == [f"{names[0]} {names[1]}", f"{names[1]} {names[2]}"]


def test_the_numbers_of_a_list() -> None:
    assert [("1. a 2. b"[start:end]) for start, end in list_marks("1. a 2. b")] == ["1.", "2."]
    assert len(list_marks("Step one: a; step two: b")) == 2
    assert list_marks("At 7: a. 8. b") == []
    assert asks_order("In which order do they come?")
    assert not asks_order("What does he do?")


@pytest.mark.parametrize(
    "text",
    [
        "Between A and C there is B.",
        "B comes in the middle; A precedes it and C follows it.",
        "Last: C. First: A. In between: B.",
        "The last is C, the first is A, and the second is B.",
    ],
)
def test_what_is_in_the_middle_is_told_of_both(text: str) -> None:
    places = [(at, at + 1) for at, letter in enumerate(text) if letter in "ABC" and not text[at + 1].isalpha()]
    order = [text[start] for start, _ in places]
    told = {(order[one], order[two]) for one, two in filter(None, told_pairs(text, places, True))}
    assert told
    assert told <= {("A", "B"), ("B", "C"), ("A", "C")}
    assert len(told) >= 2
