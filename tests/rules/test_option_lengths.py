"""Lengths of options: which tell the right one, and which wrong ones are taken."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.option_lengths import choose_by_length, told_by_length


def test_an_option_that_is_by_far_the_longest_or_shortest_is_told_by_its_length() -> None:
    assert told_by_length(["x" * 45, "x" * 30, "x" * 9], 0) == 1.5
    assert told_by_length(["x" * 44, "x" * 30, "x" * 9], 0) is None
    assert told_by_length(["x" * 10, "x" * 25, "x" * 40], 0) == 2.5
    assert told_by_length(["x" * 10, "x" * 24, "x" * 40], 0) is None  # too few characters
    assert told_by_length(["3", "11", "7"], 1) is None
    assert told_by_length(["x" * 90], 0) is None


@given(st.text(min_size=1, max_size=40), st.lists(st.text(max_size=60), max_size=12), st.integers(0, 3))
def test_as_many_are_shorter_as_can_be(answer: str, wrongs: list[str], shorter: int) -> None:
    chosen = choose_by_length(answer, wrongs, 3, shorter)
    assert len(chosen) == min(3, len(wrongs))
    assert not Counter(chosen) - Counter(wrongs)
    below = sum(len(wrong) < len(answer) for wrong in wrongs)
    if len(wrongs) > 3:
        possible = range(max(0, 3 - (len(wrongs) - below)), min(3, below) + 1)
        assert sum(len(wrong) < len(answer) for wrong in chosen) == min(possible, key=lambda n: abs(n - shorter))


def test_those_not_far_off_in_length_come_first() -> None:
    wrongs = ["x" * 80, "y" * 22, "z" * 24, "w" * 3, "v" * 18]
    assert choose_by_length("a" * 20, wrongs, 2, 1) == ["y" * 22, "v" * 18]
    assert choose_by_length("a" * 20, wrongs, 3, 0) == ["x" * 80, "y" * 22, "z" * 24]
