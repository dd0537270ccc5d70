"""What a container's packets say of the rate of frames."""

from __future__ import annotations

from vdata.video.decode.container import is_variable


def test_a_dropped_frame_or_milliseconds_do_not_make_a_rate_variable() -> None:
    steady = [n / 30 for n in range(300)]
    assert not is_variable(steady[:100] + steady[101:])
    assert not is_variable([round(time, 3) for time in steady])
    assert is_variable(steady[:150] + [5 + n / 15 for n in range(75)])
