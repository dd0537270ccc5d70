"""The times of frames: those that the file tells where they rise, and sensible ones where they do not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vdata.video.decode.frame_clock import FrameClock


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([0.0, 0.1, 0.2], [0.0, 0.1, 0.2]),
        ([0.0, 0.1, None, 0.3], [0.0, 0.1, 0.2, 0.3]),
        ([0.0, 0.1, 0.1, 0.2], [0.0, 0.1, 0.15, 0.2]),
        ([0.0, 0.1, 0.05, 0.2], [0.0, 0.1, 0.15, 0.2]),
        ([5.0, 5.1, 0.0, 0.1], [5.0, 5.1, 5.2, 5.3]),
        ([0.0, 0.1, 95000.0, 95000.1], [0.0, 0.1, 0.2, 0.3]),
    ],
)
def test_clock(given: list[float | None], told: list[float]) -> None:
    clock = FrameClock(0.0, 10.0)
    assert [clock.tell(pts) for pts in given] == pytest.approx(told)


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50), st.floats(-10, 10), st.sampled_from([0.0, 10.0]))
@settings(max_examples=100)
@example([262145.0, 0.4, 0.4, 0.0], -1.5825981444034554, 0.0)
def test_times_always_rise(given: list[float | None], start: float, end: float) -> None:
    clock = FrameClock(start, end)
    told = [clock.tell(pts) for pts in given]
    assert all(a < b for a, b in pairwise(told))
