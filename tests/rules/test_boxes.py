"""Boxes: how they are written and read back, what a cut leaves of them, and where they are in another picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules import masks
from vdata.rules.box_fit import fitted, room
from vdata.rules.box_format import BoxFormat, BoxUnit, box_format_of, outside
from vdata.rules.box_overlap import box_iou
from vdata.rules.movement import STAYS, movement
from vdata.rules.track_lines import each, moved, nearest, spread
from vdata.schemas import Box

FORMATS = [BoxFormat("shares"), BoxFormat("thousandths"), BoxFormat("pixels", 640, 360)]
SHARE = st.floats(0, 1, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (left, right), (top, bottom) = (sorted(draw(st.tuples(SHARE, SHARE))) for _ in range(2))
    return Box(draw(st.floats(0, 100)), left, top, right, bottom)


def row(*times: float) -> list[Box]:
    """A box at each of *times* that moves to the right, a hundredth of the picture each second."""
    return [Box(time, time / 100, 0.4, time / 100 + 0.1, 0.6) for time in times]


@given(boxes(), st.sampled_from(FORMATS))
def test_boxes_are_read_back(box: Box, form: BoxFormat) -> None:
    text = f"It is in {form.write(box)} and [nowhere, 1]."
    ((left, top, right, bottom),) = form.read(text)
    step = {"shares": 0.001, "thousandths": 0.001, "pixels": 1 / 360}[form.unit]
    assert (left, top, right, bottom) == pytest.approx((box.left, box.top, box.right, box.bottom), abs=step)
    assert box_format_of(form.params()) == form
    assert str(form.height or "") in form.note


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("shares", "[0.100, 0.250, 0.200, 1.000]"),
        ("thousandths", "[100, 250, 200, 1000]"),
        ("pixels", "[64, 90, 128, 360]"),
    ],
)
def test_units(unit: BoxUnit, text: str) -> None:
    assert BoxFormat(unit, 640, 360).write(Box(0, 0.1, 0.25, 0.2, 1)) == text


def test_what_leaves_the_picture() -> None:
    assert outside([(0, 0, 1, 1), (0.2, 0.2, 0.4, 0.4)]) == []
    wrong = [(-0.1, 0, 1, 1), (0, 0, 1.01, 1), (0.4, 0, 0.4, 1), (0, 0.5, 1, 0.4)]
    assert outside([(0, 0, 1, 1), *wrong]) == wrong
    with pytest.raises(ValueError, match="unknown format of boxes 'feet'"):
        box_format_of({"box_format": "feet"})


def test_a_cut_moves_times_and_leaves_out_what_is_outside() -> None:
    assert [box.time for box in moved(row(1, 2, 3, 4), 2, 3, 10)] == [12, 13]
    assert moved(row(1, 4), 2, 3, 0) == []


@given(st.tuples(*[st.integers(8, 200)] * 4))
def test_a_picture_on_black_has_its_boxes_where_it_lies(sizes: tuple[int, int, int, int]) -> None:
    size, into = sizes[:2], sizes[2:]
    (box,) = fitted([Box(0, 0, 0, 1, 1)], size, into)
    assert (box.right - box.left, box.bottom - box.top) == pytest.approx(room(size, into), abs=1e-5)
    assert box.left + box.right == pytest.approx(1, abs=1e-5)
    assert box.top + box.bottom == pytest.approx(1, abs=1e-5)
    shown = (box.right - box.left) * into[0], (box.bottom - box.top) * into[1]
    assert shown[0] / shown[1] == pytest.approx(size[0] / size[1], rel=0.15)


def test_a_mask_on_black_is_that_of_its_box() -> None:
    grid = np.zeros((100, 100), bool)
    grid[20:40, 10:30] = True
    (box,) = fitted([Box(0, 0.1, 0.2, 0.3, 0.4, masks.written(grid))], (100, 100), (200, 100))
    assert (box.left, box.right, box.top, box.bottom) == (0.3, 0.4, 0.2, 0.4)
    assert masks.size_of(box.mask) == (200, 100)
    assert masks.bounds(box.mask) == pytest.approx((0.3, 0.2, 0.4, 0.4))


def test_boxes_at_times() -> None:
    track = row(0.96, 2.04, 3.5, 5.0)
    assert nearest(track, 1.0) == track[0]
    assert nearest(track, 4.0) is None
    assert [box.time for box in each(track, 0.9, 5.0, 1.0)] == [0.96, 2.04, 5.0]
    assert [box.time for box in each(track, 1.0, 4.9, 1.0)] == [2.04]  # 0.96 lies before the start
    assert [box.time for box in spread(row(*range(11)), 3)] == [0, 5, 10]
    assert [box.time for box in spread(row(*range(4)), 9)] == [0, 1, 2, 3]
    assert spread(track, 9) == [], "which come in no equal steps"


@pytest.mark.parametrize(
    ("end", "told"),
    [((0.8, 0.5), "to the right"), ((0.2, 0.5), "to the left"), ((0.5, 0.2), "upwards"), ((0.5, 0.9), "downwards")],
)
def test_which_way(end: tuple[float, float], told: str) -> None:
    def at(time: float, x: float, y: float) -> Box:
        return Box(time, x - 0.05, y - 0.05, x + 0.05, y + 0.05)

    assert movement([at(0, 0.5, 0.5), at(1, *end)]) == told
    assert movement([at(0, 0.5, 0.5), at(1, 0.51, 0.5)]) == STAYS
    for unclear in ((0.56, 0.5), (0.7, 0.7)):
        with pytest.raises(ValueError, match="no clear way"):
            movement([at(0, 0.5, 0.5), at(1, *unclear)])
    with pytest.raises(ValueError, match="comes back"):
        movement([at(0, 0.5, 0.5), at(1, *end), at(2, 0.5, 0.5)])


def test_iou() -> None:
    assert box_iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert box_iou((0, 0, 1, 1), (2, 2, 3, 3)) == box_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0
