"""Ids and seeds depend on content alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import make_id, seeded

parts = st.lists(st.text(st.characters()) | st.integers() | st.floats(allow_nan=False), max_size=4)


@given(parts, parts)
def test_ids_differ_when_the_parts_do(one: list[object], other: list[object]) -> None:
    same = list(map(str, one)) == list(map(str, other))
    assert (make_id(*one) == make_id(*other)) == same


def test_ids_are_the_same_on_every_machine() -> None:
    assert make_id("video", 1, 2.5) == "34ab4ac34f822a0778bcbd70"
    assert seeded("a", 0).random() == 0.25177160050512415


def test_the_border_between_parts_counts() -> None:
    assert make_id("ab", "c") != make_id("a", "bc")
