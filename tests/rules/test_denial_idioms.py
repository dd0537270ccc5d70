"""Idioms of denial are read as plain ones, and what looks like them is left alone."""

import pytest

from vdata.rules.denial_idioms import without_idioms
from vdata.rules.negations import denies


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("She has no intention of singing.", "She does not singing."),
        ("He holds back from diving.", "He does not diving."),
        ("He does everything except dive.", "He does not dive."),
        ("Not for a second does he dive.", "not does he dive."),
        ("If you are waiting for him to dive, you will be disappointed.", "not him to dive."),
        ("It didn't never rain.", "It didn't rain."),
        ("It does not rain and never will.", "It does not rain and will."),
        ("She comes close to winning.", "She does not winning."),
        ("Oddly enough, it rains.", " it rains."),
        ("It rains, sadly.", "It rains ."),
        ("She keeps the ball away from the dog.", "She keeps the ball away from the dog."),
        ("He does not say that nobody came.", "He does not say that nobody came."),
        ("She skips a turn.", "She skips a turn."),
    ],
)
def test_idioms(text: str, plain: str) -> None:
    assert without_idioms(text) == plain


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("He forgoes diving.", True),
        ("Well, no, it did not rain.", True),
        ("Zero frames show rain.", True),
        ("He doesn't refrain from diving.", False),
    ],
)
def test_denials(text: str, negative: bool) -> None:
    assert denies(text) is negative
