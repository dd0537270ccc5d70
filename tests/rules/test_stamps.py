"""Times in English: what is written in any notation is read back, alone and as a range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.stamps import Asked, durations, stamps

NOTATIONS = {
    "{n} seconds": 0.05, "{n}s": 0.05, "{n} sec": 0.05, "t={n}s": 0.05, "{ms} ms": 0.001, "{ms} milliseconds": 0.001,
    "{m}:{r:02}": 1, "{m}m{r:02}s": 1, "{m} min {r} s": 1, "{m}′{r:02}″": 1, "{m} minutes and {r} seconds": 1,
    "second {i}": 1,
    "0:{m:02}:{r:02}": 1, "the {i}-second mark": 1,
}  # fmt: skip
"""Each with the most by which it misses the time."""
LINKS = (
    "from {} to {}",
    "between {} and {}",
    "{} – {}",
    "{} → {}",
    "[{} - {}]",
    "({} to {})",
    "from {} up to {}",
    "{} until {}",
)


def write(notation: str, time: float) -> str:
    whole = int(time)
    return notation.format(n=f"{time:.1f}", i=whole, m=whole // 60, r=whole % 60, ms=round(time * 1000))


@given(st.floats(2, 3500), st.sampled_from(sorted(NOTATIONS)))
def test_a_time_is_read_back(time: float, notation: str) -> None:
    found = stamps(f"It starts at {write(notation, time)}.")
    assert [one.start for one in found] == [pytest.approx(time, abs=NOTATIONS[notation] + 0.001)]
    assert found[0].point


@given(st.floats(2, 1500), st.floats(2, 1500), st.sampled_from(sorted(NOTATIONS)), st.sampled_from(LINKS))
def test_a_range_is_read_back(start: float, length: float, notation: str, link: str) -> None:
    ends = start, start + length
    found = stamps(f"He sings {link.format(*(write(notation, time) for time in ends))}.")
    assert len(found) == 1
    assert (found[0].start, found[0].end) == pytest.approx(ends, abs=NOTATIONS[notation] + 0.001)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("seconds 12.0 to 15.5", [(12, 15.5)]),
        ("sec. 12–15", [(12, 15)]),
        ("[3.0 - 9.5]", [(3, 9.5)]),
        ("start = 3.0, end = 9.0", [(3, 9)]),
        ("half a minute in", [(30, 30)]),
        ("close to the one-and-a-half-minute mark", [(90, 90)]),
        ("two and a half minutes in", [(150, 150)]),
        ("three quarters of a minute in", [(45, 45)]),
        ("a quarter of a minute from the start", [(15, 15)]),
        ("at one hundred and five seconds", [(105, 105)]),
        ("two minutes five", [(125, 125)]),
        ("2, 3, 1", []),
        ("[1, 2]", []),
        ("it lasts a minute and a half", []),
    ],
)
def test_forms(text: str, found: list[tuple[float, float]]) -> None:
    assert [(one.start, one.end) for one in stamps(text)] == found


def test_durations() -> None:
    assert [one.named for one in durations("It goes on for 12.5 seconds, until 0:40.")] == [12.5]
    assert [one.named for one in durations("Its length is half a minute.")] == [30]
    assert durations("in 5 seconds") == []
    assert [one.named for one in durations("12 seconds", asked=True)] == [12]
    assert [one.named for one in durations("From 3 to 12 seconds", asked=True)] == [3, 12]
    (bounded,) = durations("It lasts just under half a minute.")
    assert (bounded.named, bounded.most) == (30, 38)
    assert bounded.least == pytest.approx(15)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("It lasts more than 20 seconds.", 20, float("inf")),
        ("It lasts at most 20 seconds.", 0, 20),
        ("It lasts between 20 and 30 seconds.", 20, 30),
        ("It lasts a shade over 20 seconds.", 20, 25),
        ("It extends over 20 seconds.", 20, 20),
    ],
)
def test_a_length_may_be_bounded(text: str, least: float, most: float) -> None:
    found = durations(text, asked=True)[0]
    assert found.least == pytest.approx(least, abs=5)
    assert found.most == pytest.approx(most, abs=8)


@pytest.mark.parametrize(
    ("text", "asked", "points"),
    [
        ("It takes 40 seconds before it starts.", "time", [40.0]),
        ("You have to wait for 0:40 until it starts.", "time", [40.0]),
        ("The video has been running for 40 s when it starts.", "time", [40.0]),
        ("Nothing of the kind for 40 seconds; then it starts.", "time", [40.0]),
        ("It takes 40 seconds to cook.", "time", []),
        ("It takes 40 seconds before it starts.", "", []),
    ],
)
def test_lengths_that_go_by_before_something_are_points(text: str, asked: Asked, points: list[float]) -> None:
    assert [mark.start for mark in stamps(text, None, asked)] == points
