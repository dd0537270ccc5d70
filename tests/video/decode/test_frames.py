"""Single frames by time: they are what decoding from the start to the end shows."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Failed
from vdata.video.decode import frames


def all_frames(path: Path) -> tuple[Any, list[Any]]:
    """Every frame's time from the container's start, and every picture as stored."""
    import av

    with av.open(str(path)) as container:
        start = (container.start_time or 0) / 1e6
        shown = [(frame.time - start, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    return np.array([time for time, _ in shown]), [picture for _, picture in shown]


def check(path: Path, times: list[float]) -> None:
    known, pictures = all_frames(path)
    got = frames.fetch(str(path), times)
    assert len(got) == len(times)
    for time, picture in zip(times, got, strict=True):
        wanted = pictures[max(0, int(np.searchsorted(known, time + 1e-3, "right")) - 1)]
        assert picture.dtype == np.uint8
        assert picture.shape == wanted.shape
        assert np.abs(picture.astype(int) - wanted).mean() < 0.5, time


@pytest.mark.parametrize(
    "name",
    [
        "bikes",
        "carphone_pristine",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("bigbuckbunny", "carphone_distorted")),
    ],
)
def test_real_clips_as_decoded_from_the_start(clips: Path, name: str) -> None:
    path = clips / f"{name}.mp4"
    known, _ = all_frames(path)
    random = np.random.default_rng(3)
    times = [*random.choice(known, 8), *random.uniform(0, known[-1], 8), 0.0, known[-1], known[-1] + 10, -1.0]
    check(path, times)


def test_variable_frame_rate(make_videos: ModuleType, tmp_path: Path) -> None:
    path = make_videos.variable(tmp_path / "variable.mp4")
    times = [0.5, 4.99, 5.0, 5.01, 7.5, 9.99, 10.0, 10.9, 13.9]
    check(path, times)
    mean = [picture.reshape(-1, 3).mean(axis=0) for picture in frames.fetch(str(path), times)]
    assert [int(colour.argmax()) for colour in mean] == [0, 0, 1, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("suffix", ["mkv", "ts", "avi", "webm"])
def test_other_containers(make_videos: ModuleType, tmp_path: Path, suffix: str) -> None:
    codec = {"avi": "mpeg4", "webm": "libvpx"}.get(suffix, "libx264")
    path = make_videos.plain(tmp_path / f"clip.{suffix}", 200, codec=codec, options={"g": "20"})
    check(path, [7.9, 0.0, 3.3, 3.34, 6.0, 1.99])


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_upright(make_videos: ModuleType, tmp_path: Path, turn: int) -> None:
    path = make_videos.plain(tmp_path / "turned.mp4", 10, rotation=turn)
    _, pictures = all_frames(path)
    (got,) = frames.fetch(str(path), [0.2])
    wanted = np.rot90(pictures[5], -turn // 90)
    assert got.shape == wanted.shape
    assert np.abs(got.astype(int) - wanted).mean() < 0.5


def test_width_order_and_repeats(make_videos: ModuleType, tmp_path: Path) -> None:
    path = make_videos.plain(tmp_path / "plain.mp4")
    late, early, again = frames.fetch(str(path), [1.0, 0.0, 1.0], width=96)
    assert late.shape == early.shape == (54, 96, 3)
    assert np.array_equal(late, again)
    assert not np.array_equal(late, early)
    assert frames.fetch(str(path), [0.0], width=4000)[0].shape == (108, 192, 3)
    assert frames.fetch(str(path), []) == []


def test_errors_have_their_reason(make_videos: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a video")
    for name, reason in [("text.mp4", "not_a_video"), ("absent.mp4", "not_found")]:
        with pytest.raises(Failed) as caught:
            frames.fetch(str(tmp_path / name), [0.0])
        assert caught.value.reason == reason
    with pytest.raises(Failed) as caught:
        frames.fetch(str(make_videos.bomb(tmp_path / "bomb.mp4")), [0.0], mib=512)
    assert caught.value.reason == "no_frames"
