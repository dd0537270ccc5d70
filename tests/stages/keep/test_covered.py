"""How much of a span other spans take up, of its time and of its picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import Span
from vdata.stages.keep.covered import LaneIndex, overlapping, share_of_picture, share_of_time


def box(start: float, end: float, *sides: float) -> Span:
    return Span(start, end, values=dict(zip(("x0", "y0", "x1", "y1"), sides, strict=False)))


def test_time_is_counted_once_and_cut_at_the_edges() -> None:
    others = [Span(-3, 1), Span(0.5, 2), Span(6, 6), Span(9, 20)]
    assert share_of_time(Span(0, 10), others) == pytest.approx(0.3)
    assert share_of_time(Span(0, 10), []) == 0.0
    assert share_of_time(Span(6, 6), others) == 1.0
    assert share_of_time(Span(7, 7), others) == 0.0
    assert share_of_time(Span(2, 6), others) == 0.0, "what ends where it begins is not seen in it"
    assert overlapping(Span(2, 6), others) == [], "a point at its end is in what comes after it"
    assert overlapping(Span(6, 9), others) == [others[2]]


def test_boxes_that_lie_over_one_another_are_counted_once() -> None:
    whole, half = box(0, 10, 0, 0, 0.5, 0.5), box(5, 10, 0.25, 0.25, 0.75, 0.75)
    assert share_of_picture(Span(0, 10), [whole]) == pytest.approx(0.25)
    assert share_of_picture(Span(0, 10), [whole, half]) == pytest.approx((0.25 + 0.4375) / 2)
    assert share_of_picture(Span(20, 30), [whole, half]) == 0.0
    assert share_of_picture(Span(7, 7), [whole, half]) == pytest.approx(0.4375)


def test_an_area_is_not_known_where_a_box_is_missing() -> None:
    assert share_of_picture(Span(0, 10), [box(0, 1, 0, 0, 1, 1), Span(2, 3)]) is None
    assert share_of_picture(Span(0, 1.5), [box(0, 1, 0, 0, 1, 1), Span(2, 3)]) == pytest.approx(1 / 1.5)


TIMES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=12)


@given(TIMES, st.integers(0, 20), st.integers(0, 9))
def test_an_index_finds_what_looking_at_all_finds(found: list[tuple[int, int]], start: int, length: int) -> None:
    spans = [Span(begin / 10, (begin + seconds) / 10) for begin, seconds in found]
    span = Span(start / 10, (start + length) / 10)
    near = LaneIndex(spans).overlapping(span)
    assert sorted(map(id, near)) == sorted(map(id, overlapping(span, spans)))


GRID = st.integers(0, 8)
STRETCHES = st.lists(st.tuples(GRID, st.integers(1, 4), GRID, st.integers(1, 4), GRID, st.integers(1, 4)), max_size=5)


@given(STRETCHES)
def test_shares_are_those_of_a_count_of_cells(found: list[tuple[int, ...]]) -> None:
    """Times and sides are whole numbers of tenths, so that counting cells is exact."""
    spans = [box(t, t + d, x / 10, y / 10, min(10, x + w) / 10, min(10, y + h) / 10) for t, d, x, w, y, h in found]
    cells = {
        (time, left, top)
        for t, d, x, w, y, h in found
        for time in range(t, min(t + d, 10))
        for left in range(x, min(x + w, 10))
        for top in range(y, min(y + h, 10))
    }
    assert share_of_picture(Span(0, 10), spans) == pytest.approx(len(cells) / 1000)
    assert share_of_time(Span(0, 10), spans) == pytest.approx(len({time for time, _, _ in cells}) / 10)
