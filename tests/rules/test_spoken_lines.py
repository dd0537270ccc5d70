"""Lines of speech belong to the stretch in which their middle lies; all else to all that it shares time with."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.spoken_lines import belongs, lines_within
from vdata.schemas import Span

ACROSS = Span(31.0, 33.4, "And this is the next step.")


def test_a_line_across_a_cut_is_of_the_side_that_has_its_middle() -> None:
    for lane in ("speech", "subtitles", "narration", "transcript", "words"):
        assert not belongs(lane, ACROSS.start, ACROSS.end, 14.0, 32.0)
        assert belongs(lane, ACROSS.start, ACROSS.end, 32.0, 40.0)
    assert belongs("texts", ACROSS.start, ACROSS.end, 14.0, 32.0)  # what can be read there is there
    assert belongs("events", 0.0, 60.0, 14.0, 32.0)
    assert lines_within([ACROSS], 14.0, 32.0) == []
    assert lines_within([ACROSS], 32.0, 40.0) == [ACROSS.text]


@pytest.mark.parametrize("lane", ["speech", "texts"])
def test_to_a_point_belongs_what_lies_at_it(lane: str) -> None:
    assert belongs(lane, 10.0, 20.0, 12.0, 12.0)
    assert belongs(lane, 12.0, 12.0, 12.0, 12.0)
    assert not belongs(lane, 10.0, 12.0, 12.0, 12.0)
    assert not belongs(lane, 13.0, 20.0, 12.0, 12.0)


@given(
    begin=st.floats(0, 99),
    lasts=st.floats(0, 30),
    cuts=st.lists(st.floats(0.1, 130), max_size=6, unique=True),
)
def test_of_stretches_that_follow_one_another_each_line_is_in_one(
    begin: float, lasts: float, cuts: list[float]
) -> None:
    edges = [0.0, *sorted(cuts), 200.0]
    stretches = list(pairwise(edges))
    held = [belongs("speech", begin, begin + lasts, start, end) for start, end in stretches]
    line = Span(begin, begin + lasts, "said")
    assert held.count(True) == 1
    assert [lines_within([line], start, end) == ["said"] for start, end in stretches] == held
