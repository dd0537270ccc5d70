"""Keyframes: each rule takes the frames it says, at their true times."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.schemas import Failed, Signals, Span, Timeline
from vdata.stages.media.keyframes import Keyframes

MakeSignals = Callable[..., Signals]
MakeVideo = Callable[..., Timeline]


def times(video: Timeline, **settings: Any) -> list[float]:
    return [span.start for span in Keyframes.model_validate(settings).run(video).lane("keyframes")]


def test_points_name_their_shot(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    video = Keyframes(count=2).run(make_video(make_signals(200, sharpness=np.arange(200)), (0, 4), (4, 8)))
    points = video.lane("keyframes")
    assert [point.start for point in points] == [1, 3, 5, 7]
    assert all(point.start == point.end for point in points)
    first, second = (shot.id for shot in video.lane("shots"))
    assert [point.attrs["shot"] for point in points] == [first, first, second, second]
    assert [point.values["sharpness"] for point in points] == [25, 75, 125, 175]
    assert len({point.id for point in points}) == 4


def test_uniform(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    signals = make_signals(250)
    assert times(make_video(signals), count=5) == [1, 3, 5, 7, 9]
    assert times(make_video(signals), every=2.5) == [0, 2.48, 5, 7.48]  # there is no frame at 2.5 s
    assert times(make_video(signals, (1, 2), (6, 9)), every=2) == [1, 6, 8]
    assert times(make_video(signals), every=0.04, max_count=3) == pytest.approx([1.64, 4.96, 8.32], abs=0.05)


def test_percent_by_length(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    signals = make_signals(25 * 100)
    shots = (0, 5), (5, 15), (20, 60)
    assert times(make_video(signals, *shots), method="percent") == pytest.approx([1, 2.48, 4, 7, 10, 13, 28, 40, 52])
    table = {0: [20, 50, 80], 6: [15, 40, 60, 85], 30: [15, 30, 50, 70, 85]}  # Vript's
    found = times(make_video(signals, *shots), method="percent", percent=table)
    wanted = [1, 2.5, 4, 6.5, 9, 11, 13.5, 26, 32, 40, 48, 54]
    assert found == pytest.approx(wanted, abs=0.041)
    assert times(make_video(signals, (0, 4)), method="percent", percent={10: [50]}) == [2]  # shorter than any key
    assert times(make_video(signals, (0, 4)), method="percent", percent=[0, 100]) == [0, pytest.approx(3.96)]


def test_change_of_hash_is_against_the_last_one_taken(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """One more bit every tenth frame: no step is large, but they add up. Back at 0 it has changed by 8 again."""
    hashes = np.array([(1 << (n // 10)) - 1 for n in range(100)] + [0] * 50, np.uint64)
    video = make_video(make_signals(150, dhash=hashes))
    assert times(video, method="change", bits=4) == pytest.approx([0, 40 / 25, 80 / 25, 100 / 25])
    assert times(video, method="change", bits=20) == [0]


def test_change_among_frames_a_step_apart(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """A flash of 0.4 s between two looks is not seen, the first frame is kept, each is compared with the last kept."""
    hashes = np.zeros(250, np.uint64)
    hashes[30:40] = (1 << 20) - 1
    hashes[100:] = 0xF
    hashes[150:] = 0xFF
    ssim = np.full(250, 0.99)
    video = make_video(make_signals(250, dhash=hashes, ssim=ssim))
    assert times(video, method="change", bits=4, every=2) == [0, 4, 6]
    assert times(video, method="change", bits=6, every=2) == [0, 6]
    assert times(video, method="change", bits=6, every=2, last=True) == [0, 6, 249 / 25]
    assert times(video, method="change", bits=4, every=4, last=True) == [0, 4, 8]  # 8 s is 2 s before the end
    assert times(video, method="change", bits=60, every=20, last=True) == [0, 249 / 25]
    found = times(video, method="change", measure="ssim", change=0.6, every=1)
    assert found == [0, 3, 6, 9]  # 0.25 a second


def test_plain_frames_at_the_start_are_passed_over(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    contrast = np.full(100, 30.0)
    contrast[:10] = 0.5
    video = make_video(make_signals(100, contrast=contrast))
    assert times(video, method="change", every=2) == [0]
    assert times(video, method="change", every=2, min_contrast=2) == [10 / 25]
    assert times(video, method="change", every=2, min_contrast=90) == [0]


def test_change_of_ssim_adds_up(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    ssim = np.full(150, 1.0)
    ssim[:100] = 0.98
    ssim[120] = 0.1
    video = make_video(make_signals(150, ssim=ssim))
    found = times(video, method="change", measure="ssim", change=0.5)
    assert found == pytest.approx([0, 1, 2, 3, 120 / 25])
    # what led to the shot's first frame is not counted
    assert times(make_video(make_signals(150, ssim=ssim), (4.8, 6)), method="change", measure="ssim") == [4.8]


def test_sharpest_of_each_window(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    sharpness = np.full(100, 10.0)
    sharpness[[3, 40, 41, 99]] = [50, 60, 70, 20]
    video = make_video(make_signals(100, sharpness=sharpness))
    assert times(video, method="sharpest", count=1) == [pytest.approx(41 / 25)]
    assert times(video, method="sharpest", count=3) == pytest.approx([3 / 25, 41 / 25, 99 / 25])
    assert times(video, method="sharpest", every=2) == pytest.approx([41 / 25, 99 / 25])


def test_times_are_true_frame_times(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """A slide that stands for 8 s is the frame at 1 s, whenever it is looked at."""
    signals = make_signals(time=[0.0, 1.0, 9.0])
    assert times(make_video(signals, (0, 10)), count=4) == [1.0]
    assert times(make_video(signals, (0, 9)), count=3) == [1.0]
    assert times(make_video(signals, (4, 6)), count=3) == [1.0]


def test_the_whole_video(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    stage = Keyframes(of=None, count=1)
    assert stage.lanes_read() == {"signals"}
    video = stage.run(Timeline("made up", id="a", signals=make_signals(100)))
    (point,) = video.lane("keyframes")
    assert (point.start, point.attrs) == (2, {})


def test_one_frame_no_shots_no_table(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    for method in ("uniform", "percent", "change", "sharpest"):
        assert times(make_video(make_signals(1)), method=method) == [0]
    video = make_video(make_signals(10))
    video.put("shots", [])
    assert times(video) == []
    with pytest.raises(Failed) as caught:
        Keyframes().run(Timeline("made up", id="a"))
    assert caught.value.reason == "no_signals"


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": [120]},
        {"percent": []},
        {"percent": {}},
        {"percent": {-1: [50]}},
        {"of": ""},
        {"every": 0},
        {"bits": 65},
    ],
)
def test_wrong_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Keyframes.model_validate(wrong)


@given(
    st.lists(st.floats(1e-3, 2), min_size=0, max_size=60),
    st.lists(st.floats(0, 1), min_size=0, max_size=4),
    st.sampled_from(["uniform", "percent", "change", "sharpest"]),
    st.sampled_from(["hash", "ssim"]),
    st.none() | st.floats(0.05, 5),
    st.none() | st.integers(1, 4),
    st.integers(0, 99),
)
@settings(max_examples=100)
def test_every_shot_has_frames_of_its_own(
    make_signals: MakeSignals,
    steps: list[float],
    marks: list[float],
    method: str,
    measure: str,
    every: float | None,
    max_count: int | None,
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    time = np.concatenate([[0.0], np.cumsum(steps)])
    signals = make_signals(
        time=time,
        ssim=random.uniform(-1, 1, len(time)),
        sharpness=random.uniform(0, 9, len(time)),
        dhash=random.integers(0, 1 << 63, len(time), dtype=np.uint64),
    )
    edges = sorted({0.0, signals.end, *[float(time[int(mark * (len(time) - 1))]) for mark in marks]})
    video = Timeline("made up", id="a", signals=signals)
    shots = video.put("shots", [Span(a, b) for a, b in pairwise(edges)])
    chosen: dict[str, Any] = {"method": method, "max_count": max_count}
    chosen |= {"measure": measure} if method == "change" else {"every": every} if method != "percent" else {}
    Keyframes.model_validate(chosen).run(video)
    for shot in shots:
        own = [p.start for p in video.lane("keyframes") if p.attrs["shot"] == shot.id]
        assert own
        assert own == sorted(set(own))
        assert max_count is None or len(own) <= max_count
        assert all(shot.start - 1e-6 <= t < shot.end for t in own)
        assert all(np.abs(time - t).min() < 1e-6 for t in own)


def test_a_ten_minute_table_takes_milliseconds(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    from time import process_time

    random = np.random.default_rng(1)
    signals = make_signals(
        15_000, dhash=random.integers(0, 1 << 63, 15_000, dtype=np.uint64), ssim=random.uniform(0.9, 1, 15_000)
    )
    for chosen in ({}, {"method": "percent"}, {"method": "sharpest"}, {"method": "change", "measure": "ssim"},
                   {"method": "change", "bits": 40}):  # fmt: skip
        stage, took = Keyframes.model_validate(chosen), []
        for _ in range(3):
            video = make_video(signals, *[(2.0 * n, 2.0 * n + 2) for n in range(300)])
            begun = process_time()
            stage.run(video)
            took.append(process_time() - begun)
        assert min(took) < 0.05, chosen


def test_where_more_moves_frames_are_closer(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    moved = np.repeat([0.0, 0.002, 0.02], 100).astype(np.float32)  # widths a frame, at 25 frames a second
    video = make_video(make_signals(300, motion=moved), (0, 4), (4, 8), (8, 12))
    table = {0: 2, 0.02: 1, 0.3: 0.5}
    assert times(video, every=table) == pytest.approx([0, 2, *range(4, 8), *(8 + n / 2 for n in range(8))], abs=0.041)
    with pytest.raises(ValidationError, match="greater than 0"):
        Keyframes(every={0: 0})
