"""Time formats: what is written, that it reads back, and that it stays inside the video."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.clock import TIME_FORMATS, Clock, TimeFormat, clock_of, make_clock

HALF = {"seconds": 0.05, "fixed_width": 0.05, "mmss": 0.05}


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("seconds", "from 7.5 to 83.2 seconds"),
        ("mmss", "from 00:07.5 to 01:23.2"),
        ("fixed_width", "from 0007.5 to 0083.2 seconds"),
        ("tokens", "from <7> to <82>"),
        ("percent", "from 7.5% to 83.2%"),
    ],
)
def test_every_format_as_written(form: TimeFormat, written: str) -> None:
    assert Clock(form, 100.0).when(7.5, 83.2) == written


def test_hours_points_and_own_tokens() -> None:
    assert Clock("mmss", 7200.0).number(3661.2) == "1:01:01.2"
    assert [Clock("mmss", 7200.0).number(time) for time in (8.0, 8.5, 8.96, 59.99, 3600.04)] == [
        "00:08",
        "00:08.5",
        "00:09",
        "01:00",
        "1:00:00",
    ]
    assert Clock("mmss", 100.0).when(8.2, 8.7) == "from 00:08.2 to 00:08.7"  # not one and the same second
    assert Clock("seconds", 60.0).when(3.0, 3.01) == "at 3.0 seconds"
    assert Clock("seconds", 60.0).cap(3.0, 4.0) == "From 3.0 to 4.0 seconds"
    assert Clock("tokens", 60.0, 301, "<t{}>").number(30.0) == "<t150>"
    assert Clock("tokens", 60.0, 300, "[{}]").number(60.0) == "[299]"


def test_a_time_outside_the_video_is_brought_inside() -> None:
    clock = Clock("seconds", 9.96)
    assert (clock.number(-1.0), clock.number(9.96), clock.number(50.0)) == ("0.0", "9.9", "9.9")
    assert Clock("mmss", 59.7).number(59.7) == "00:59.7"
    assert Clock("tokens", 9.96).number(50.0) == "<99>"


@given(
    st.sampled_from(TIME_FORMATS),
    st.floats(0.5, 20_000),
    st.floats(0, 1),
    st.integers(2, 1000),
    st.sampled_from(["<{}>", "<t{}>", "[time {}]"]),
)
def test_reads_back_within_its_resolution(
    form: TimeFormat, duration: float, share: float, tokens: int, token: str
) -> None:
    clock = Clock(form, duration, tokens, token)
    time = share * duration
    back = clock.parse(clock.number(time))
    assert abs(back - time) <= clock.resolution + 1e-6
    assert 0 <= back <= duration + 1e-6
    if form in HALF and time < duration - clock.resolution:  # only the last step is rounded down
        assert abs(back - time) <= HALF[form] + 1e-6


@given(st.sampled_from(TIME_FORMATS), st.lists(st.floats(0, 500), min_size=2, max_size=2).map(sorted))
def test_order_is_kept(form: TimeFormat, times: list[float]) -> None:
    clock = Clock(form, 500.0)
    assert clock.parse(clock.number(times[0])) <= clock.parse(clock.number(times[1]))


def test_params_make_the_same_clock_again() -> None:
    for clock in (Clock("tokens", 12.34, 300, "<t{}>"), Clock("mmss", 12.34), Clock("seconds", math.inf)):
        params = clock.params()
        again = clock_of(params, float(params["duration"]))
        assert again.when(1.26, 7.77) == clock.when(1.26, 7.77)
    with pytest.raises(ValueError, match="unknown time format 'hours'"):
        make_clock("hours", 1.0, 100, "<{}>")
