"""Sets, bounds and vague numbers, and negations, in English."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.figures import WORDS, digits, value_of
from vdata.rules.negations import clauses, denies, is_negative
from vdata.rules.quantities import amounts
from vdata.rules.video_parts import parts

ONES = [*WORDS][:20]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelt(n: int, joint: str) -> str:
    if n < 100:
        return ONES[n] if n < 20 else TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    size, name = next((size, name) for size, name in ((1000, "thousand"), (100, "hundred")) if n >= size)
    rest = n % size
    return f"{spelt(n // size, joint)} {name}" + (f"{joint if rest < 100 else ' '}{spelt(rest, joint)}" if rest else "")


@given(st.integers(0, 999_999), st.sampled_from([" ", " and "]))
def test_number_words_are_read_back(n: int, joint: str) -> None:
    assert value_of(spelt(n, joint)) == n
    text = f"We saw {spelt(n, joint)} of them"
    written = digits(text)
    assert written.text == f"We saw {n:g} of them"
    start = written.text.index(" of")
    assert text[written.place(7) : written.place(start, end=True)] == spelt(n, joint)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("half a dozen eggs", (6, 6)),
        ("two dozen eggs", (24, 24)),
        ("a pair of shoes", (2, 2)),
        ("at least three", (3, math.inf)),
        ("more than 5", (6, math.inf)),
        ("fewer than four", (0, 3)),
        ("between three and five", (3, 5)),
        ("a handful of nuts", (2, 10)),
        ("a single nut", (1, 1)),
        ("several dozen nuts", (24, 150)),
        ("≥ 5 nuts", (5, math.inf)),
        ("quite a few (more than seven) nuts", (8, 50)),
    ],
)
def test_amounts(text: str, ends: tuple[float, float]) -> None:
    assert [(one.least, one.most) for one in amounts(text)] == [ends]


def test_plain_numbers_are_no_amounts() -> None:
    assert amounts("three eggs in 2 bowls") == []


@pytest.mark.parametrize(
    ("clause", "negative"),
    [
        ("The dog never obeys", True),
        ("It isn't the case that the dog obeys", True),
        ("It is not true that the dog doesn't obey", False),
        ("The dog fails to obey", True),
        ("Not only the dog obeys", False),
        ("no fewer than three dogs obey", False),
        ("The dog obeys", False),
    ],
)
def test_denials(clause: str, negative: bool) -> None:
    assert denies(clause) is negative


def test_clauses_have_a_polarity_each() -> None:
    assert [denies(clause) for clause in clauses("The dog barks, but the cat does not move. It rains")] == [
        False,
        True,
        False,
    ]
    assert [is_negative(word) for word in ("not", "dont", "note", "want")] == [True, True, False, False]


def test_parts_of_a_video() -> None:
    def found(text: str) -> list[tuple[float, float]]:
        return [(part.start, part.end) for part in parts(text, 240.0)]

    assert found("in the first thirty seconds") == [(0, 30)]
    assert found("in the course of the second minute") == [(60, 120)]
    assert found("within the last half minute") == [(210, 240)]
    assert found("in the second half of the video") == [(120, 240)]
    assert found("in the first minute of the song") == []
    assert parts("in the last minute", math.inf) == []
