"""Rows of a table, logs of editors and parts of minutes are read as times."""

import pytest

from vdata.rules.stamps import stamps
from vdata.rules.video_parts import parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("14.0,32.2,the dog runs", [(14.0, 32.2)]),
        ("| 14.0 | 32.2 | the dog runs |\n| 40.5 | 41.5 | it sits |", [(14.0, 32.2), (40.5, 41.5)]),
        ("14.0\t32.2\tthe dog runs", [(14.0, 32.2)]),
        ("3.5, 4.5 and 7.5 litres", []),
        ("IN 0:12 OUT 0:20 the dog runs", [(12, 20)]),
        ("Lower boundary 12 s, upper boundary 20 s.", [(12, 20)]),
        ("It walks in 0:12 and is out 0:20", [(12, 12), (20, 20)]),
        ("It lasts `8.5s` to `45.1s`.", [(8.5, 45.1)]),
        ("Trim to second 22-second 38.", [(22, 38)]),
        ("at the three-quarter-minute mark", [(45, 45)]),
    ],
)
def test_times(text: str, found: list[tuple[float, float]]) -> None:
    assert [(one.start, one.end) for one in stamps(text)] == found


def test_a_good_minute_is_more_than_one() -> None:
    [good] = stamps("It begins after a good minute.")
    assert good.start - good.slack < 60 < 80 < good.start + good.slack


def test_by_the_end_of_a_part() -> None:
    assert [(one.start, one.end) for one in parts("by the end of the first half-minute", 200.0)] == [(0.0, 30.0)]
