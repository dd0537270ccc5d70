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


@pytest.mark.parametrize(
    ("given", "told", "strange"),
    [
        ([0.0, 0.04, 9.24, 0.12, 0.16], [0.0, 0.04, 0.08, 0.12, 0.16], 1),
        ([0.0, 1.0, 2.0, 0.5, 4.0], [0.0, 1.0, 2.0, 3.0, 4.0], 1),
        ([9.2, 0.04, 0.08], [0.0, 0.04, 0.08], 1),
        ([0.0, 0.04, 0.08, 9.28], [0.0, 0.04, 0.08, 0.12], 1),
        ([0.0, 0.04, 2.0, 2.04], [0.0, 0.04, 2.0, 2.04], 0),
    ],
)
def test_one_stray_time_moves_nothing_else(given: list[float], told: list[float], strange: int) -> None:
    """Of a video that is said to last 2.4 s. What was made 11.6 s long by one bad time stays as long as it is."""
    clock = FrameClock(0.0, 2.4)
    timed = list(clock.timed(((n, pts, False) for n, pts in enumerate(given))))
    assert [time for _, time, _ in timed] == pytest.approx(told)
    assert [n for n, _, _ in timed] == list(range(len(given)))
    assert clock.strange == strange


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50), st.floats(-10, 10), st.sampled_from([0.0, 10.0]))
@settings(max_examples=100)
@example([262145.0, 0.4, 0.4, 0.0], -1.5825981444034554, 0.0)
def test_times_always_rise(given: list[float | None], start: float, end: float) -> None:
    clock = FrameClock(start, end)
    told = [clock.tell(pts) for pts in given]
    assert all(a < b for a, b in pairwise(told))
