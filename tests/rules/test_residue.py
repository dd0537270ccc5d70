"""Words beside a time that no pattern took in."""

from __future__ import annotations

import pytest

from vdata.rules.residue import unread


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It starts a fraction past 12 seconds", "fraction"),
        ("It starts anywhere but 12 seconds in", "but"),
        ("It starts 12 seconds short of the end", "short"),
        ("It starts at 12 seconds", ""),
        ("It kicks off at 12 seconds", ""),
        ("It does not set in until 12 seconds", ""),
        ("It gets under way after about 12 seconds", ""),
        ("Nothing before that. It starts at 12 seconds", ""),
    ],
)
def test_words_that_may_move_a_time(text: str, word: str) -> None:
    at = text.index("12 seconds")
    assert unread(text, at, at + len("12 seconds")) == word
