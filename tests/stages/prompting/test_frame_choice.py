"""Which frames are shown."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import Failed, Frames, Media, Span, Timeline
from vdata.stages.prompting.frame_choice import Look, frames_of, times_of
from vdata.stages.prompting.together import together


def video(*keyframes: float, fps: float = 25.0) -> Timeline:
    made = Timeline("v.mp4", "v", 20.0, Media(sha256="5ha", duration=20.0, fps=fps), path="/v.mp4")
    made.put("keyframes", [Span(time, time) for time in keyframes])
    return made


def test_frames_are_given_by_reference() -> None:
    look = Look(count=2, size=256, columns=2)
    assert frames_of(video(), 4, 8, look, "blurred") == Frames("/v.mp4", "5ha", (5.0, 7.0), 256, 2, "blurred")
    with pytest.raises(Failed, match="no_media"):
        frames_of(Timeline("v.mp4", "v"), 4, 8, look)


def test_keyframes_of_the_stretch_are_thinned_evenly() -> None:
    points = video(*range(20))
    look = Look(which="keyframes", count=3)
    assert times_of(points, 4, 7, look) == [4, 5, 6]
    assert times_of(points, 0, 20, look) == [3, 10, 16]
    assert times_of(points, 4.2, 4.8, look) == pytest.approx([4.3, 4.5, 4.7])
    assert times_of(points, 5, 5, look) == [5]


def test_percents_stay_within_the_stretch() -> None:
    look = Look(which="percent", percent=[100, 0, 50, 50])
    assert times_of(video(), 4, 8, look) == [4, 6, 7.96]
    assert times_of(video(fps=0), 4, 8, look)[-1] == 7.96
    assert times_of(video(), 4, 4.01, look) == [4]
    assert (look.frames(), look.images(), Look(count=9, columns=3).images()) == (3, 1 * 3, 1)


@given(
    st.floats(0, 1000),
    st.floats(0, 600),
    st.sampled_from(["keyframes", "uniform", "percent"]),
    st.integers(1, 40),
    st.lists(st.floats(0, 1600), max_size=30),
    st.lists(st.floats(0, 100), min_size=1, max_size=9),
)
def test_times_rise_within_the_stretch(
    start: float, seconds: float, which: str, count: int, points: list[float], percent: list[float]
) -> None:
    look = Look.model_validate({"which": which, **({"percent": percent} if which == "percent" else {"count": count})})
    times = times_of(video(*points), start, start + seconds, look)
    assert 1 <= len(times) <= look.frames()
    assert times == sorted(set(times))
    assert start - 1e-5 <= times[0]
    assert times[-1] <= start + seconds + 1e-5


def test_all_jobs_are_seen_through_before_the_first_error_is_raised() -> None:
    ended: list[str] = []

    async def job(name: str, error: str = "") -> str:
        await asyncio.sleep(0.01 if error else 0.02)
        ended.append(name)
        if error:
            raise Failed(error)
        return name

    assert asyncio.run(together(job(name) for name in "abc")) == ["a", "b", "c"]
    with pytest.raises(Failed, match="second"):
        asyncio.run(together([job("x"), job("y", "second"), job("z", "third")]))
    assert ended == ["a", "b", "c", "y", "z", "x"]
