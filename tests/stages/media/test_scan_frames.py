"""Scans that do not decode every frame: what is left out, what stays exact, and what is said of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Span, Timeline
from vdata.schemas.signal_table import Signals
from vdata.stages.media.camera import Camera
from vdata.stages.media.probe import Probe
from vdata.stages.media.quality import Quality
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots
from vdata.video.signals.filling import filled
from vdata.video.signals.signal_stream import from_bytes, to_bytes

FRAMES, CUTS = 160, [41, 78, 107]
B_FRAMES = {"bf": "3", "preset": "fast"}
FIXED = {"bf": "3", "sc_threshold": "0", "g": "40", "preset": "fast"}
X265 = {"preset": "fast", "x265-params": "log-level=none"}
SPARING = {
    "h264": ("film.mp4", "libx264", B_FRAMES),
    "h264 without scene cuts": ("film.mp4", "libx264", FIXED),
    "h264 without a pyramid": ("film.mp4", "libx264", {**FIXED, "x264-params": "b-pyramid=0:b-adapt=0"}),
    "h264 with open groups": ("film.mp4", "libx264", {**FIXED, "x264-params": "open-gop=1"}),
    "h264 in a transport stream": ("film.ts", "libx264", FIXED),
    "hevc": ("film.mp4", "libx265", X265),
    "hevc in matroska": ("film.mkv", "libx265", {**X265, "x265-params": "log-level=none:scenecut=0:keyint=50"}),
    "hevc in a transport stream": ("film.ts", "libx265", X265),
}
WHOLE = {
    "h264 without b-frames": ("film.mp4", "libx264", {"bf": "0"}),
    "h264 in an AVI": ("film.avi", "libx264", B_FRAMES),
    "mpeg4": ("film.mp4", "mpeg4", {}),
    "vp9": ("film.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    "mjpeg": ("film.mov", "mjpeg", {}),
}


def film(make_videos: ModuleType, path: Path, codec: str, options: dict[str, str], pictures: Any = None) -> Path:
    """Four scenes that move, cut at CUTS."""
    noise = np.random.default_rng(5)
    scenes = [noise.integers(0, 256, (14, 24, 3)).repeat(16, 0).repeat(16, 1).astype(np.uint8) for _ in range(4)]

    def picture(n: int) -> Any:
        number = sum(n >= cut for cut in CUTS)
        return np.ascontiguousarray(scenes[number][20 + n // 2 : 20 + n // 2 + 108, 30 + n : 30 + n + 192])

    shown = ((Fraction(n, 25), (pictures or picture)(n)) for n in range(FRAMES))
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    made: Path = make_videos.encode(path, shown, codec=codec, pixels=pixels, options=options)
    return made


def scanned(path: Path, frames: Any = "all", **settings: Any) -> Timeline:
    return Scan(frames=frames, **settings).run(Probe().run(Timeline(str(path))))


def table(video: Timeline) -> Signals:
    assert video.signals is not None
    return video.signals


def cuts(signals: Signals) -> list[float]:
    return [shot.start for shot in Shots().run(Timeline("", signals=signals)).lane("shots")[1:]]


@pytest.mark.parametrize("name", SPARING)
def test_frames_that_no_other_needs_are_left_out(make_videos: ModuleType, tmp_path: Path, name: str) -> None:
    file, codec, options = SPARING[name]
    path = film(make_videos, tmp_path / file, codec, options)
    exact = table(scanned(path))
    assert exact.measured is None
    assert cuts(exact) == pytest.approx([exact.time[cut] for cut in CUTS])
    for frames in ("reference", "guided"):
        video = scanned(path, frames)
        signals = table(video)
        assert signals.measured is not None
        assert 0.2 < signals.measured.mean() < 0.85
        assert np.array_equal(signals.time, exact.time)  # the times of those left out are known as well
        assert signals.end == pytest.approx(exact.end)
        for column in ("grid", "texture", "luma", "contrast", "dhash"):  # those decoded are the same pictures
            same = getattr(signals, column)[signals.measured], getattr(exact, column)[signals.measured]
            assert np.array_equal(*same), (frames, column)
        assert np.abs(signals.grid.astype(int) - exact.grid).mean() < 4
        found = cuts(signals)
        assert len(found) == len(CUTS)
        assert np.abs(np.array(found) - exact.time[CUTS]).max() < 0.041  # a frame
        assert signals.faults == exact.faults
        left_out = video.rejects[-1]
        assert left_out.reason == "not_decoded"
        assert left_out.value == pytest.approx(1 - signals.measured.mean())
        assert "motion and freezes are less exact" in left_out.detail
        share = 100 * int(signals.measured.sum()) / len(signals)
        said = Scan(frames=frames).summary(video.report)
        assert said is not None
        assert said.startswith(f"scan: frames: {frames} decoded {share:.0f} % of the frames of 1 video")


@pytest.mark.parametrize("name", WHOLE)
def test_where_nothing_can_be_left_out_the_table_is_the_exact_one(
    make_videos: ModuleType, tmp_path: Path, name: str
) -> None:
    file, codec, options = WHOLE[name]
    path = film(make_videos, tmp_path / file, codec, options)
    video = scanned(path, "reference")
    assert to_bytes(table(video)) == to_bytes(table(scanned(path)))
    assert video.rejects == []
    told = Scan(frames="reference").summary(video.report)
    assert told == (
        "scan: frames: reference decoded 100 % of the frames of 1 video; in 1 video no frame could be left out"
    )


def test_interlaced_video_and_fed_detectors_are_decoded_whole(make_videos: ModuleType, tmp_path: Path) -> None:
    pictures = ((Fraction(n, 25), make_videos.scene(n)) for n in range(60))
    path = make_videos.encode(tmp_path / "fields.mp4", pictures, options=B_FRAMES, interlaced=True)
    assert to_bytes(table(scanned(path, "guided"))) == to_bytes(table(scanned(path)))
    path = film(make_videos, tmp_path / "film.mp4", "libx264", B_FRAMES)
    detector = Shots.model_validate({"detector": {"scenedetect": "HashDetector"}})
    video = Scan(frames="guided").feeding(detector.feeds()).run(Probe().run(Timeline(str(path))))
    assert table(video).measured is None
    assert list(table(video).detected.values())


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4", "libvpx-vp9"])
def test_guided_decodes_the_groups_in_which_something_changes(
    make_videos: ModuleType, tmp_path: Path, codec: str
) -> None:
    """Eight groups of 20 frames of a picture in which little moves; within the fifth it becomes another."""

    def picture(n: int) -> Any:
        page = make_videos.scene(0 if n < 90 else 60).copy()
        if n >= 90:
            page = np.ascontiguousarray(page[::-1, :, ::-1])
        page[80:88, 20 + n % 8 : 28 + n % 8] = 250
        return page

    options: dict[str, dict[str, str]] = {
        "libx264": {"g": "20", "sc_threshold": "0"},
        "libx265": {"x265-params": "log-level=none:scenecut=0:keyint=20:min-keyint=20:open-gop=0"},
        "mpeg4": {"g": "20", "sc_threshold": "1000000000", "qmin": "5", "qmax": "5"},
        "libvpx-vp9": {"g": "20", "keyint_min": "20", "deadline": "realtime", "cpu-used": "8"},
    }
    file = "film.webm" if codec == "libvpx-vp9" else "film.mp4"
    path = film(make_videos, tmp_path / file, codec, options[codec], picture)
    signals = table(scanned(path, "guided"))
    assert signals.measured is not None
    groups = signals.measured.reshape(8, 20)
    assert groups[:, 0].all()  # the keyframes
    assert groups[4].sum() > 5
    assert groups[[0, 1, 2, 5, 6, 7], 1:].sum() == 0
    exact = table(scanned(path))
    assert np.array_equal(signals.time, exact.time)
    assert np.array_equal(signals.grid[signals.measured], exact.grid[signals.measured])
    assert np.abs(np.array(cuts(signals)) - exact.time[[90]]).max() < 0.041
    more = table(scanned(path, "reference"))
    assert more.measured is None or more.measured.sum() > signals.measured.sum()


def test_a_table_with_gaps_is_kept_and_said_on_the_lanes(make_videos: ModuleType, tmp_path: Path) -> None:
    path = film(make_videos, tmp_path / "film.mp4", "libx264", B_FRAMES)
    stage, video = Scan(frames="reference"), scanned(path, "reference")
    other = Timeline("other")
    stage.thaw(other, stage.freeze(video))
    assert table(other).measured is not None
    assert np.array_equal(table(other).measured, table(video).measured)  # type: ignore[arg-type]
    assert [one.reason for one in other.rejects] == ["not_decoded"]
    assert other.report == video.report
    part = table(video).between(1.0, 2.0)
    assert part.measured is not None
    assert len(part.measured) == len(part) == 25
    whole = scanned(path)
    for each in (video, whole):
        Quality(max_frozen=None).run(Camera().run(Shots().run(each)))
    share = table(video).measured
    assert share is not None
    for shot in video.lane("shots"):
        within = (table(video).time >= shot.start - 1e-6) & (table(video).time < shot.end - 1e-6)
        assert shot.values["decoded"] == pytest.approx(share[within].mean(), abs=1e-4)
    assert video.lane("camera")
    assert all(0 < span.values["decoded"] < 1 for span in video.lane("camera"))
    assert not any("decoded" in span.values for lane in ("shots", "camera") for span in whole.lane(lane))


def test_the_cache_tells_the_ways_apart_and_keeps_exact_tables() -> None:
    keys = {
        frames: Scan.model_validate({"frames": frames}).cache_settings() for frames in ("all", "reference", "guided")
    }
    assert len(set(keys.values())) == 3
    assert keys["all"] == '{"loop_filter":false,"min_decoded":0.95,"max_corrupt":0.05,"max_pixels":35389440}'


def test_a_file_that_begins_within_a_group_keeps_its_first_frame(make_videos: ModuleType, tmp_path: Path) -> None:
    """Cut off a transport stream's head: the frames before the first keyframe are shown by neither way."""
    path = film(make_videos, tmp_path / "film.ts", "libx264", FIXED)
    data = path.read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(data[: 188 * 3] + data[188 * (len(data) // 188 // 3) :])
    settings = {"min_decoded": 0.1, "max_corrupt": 0.9}
    exact, sparse = table(scanned(cut, **settings)), table(scanned(cut, "reference", **settings))
    assert sparse.time[0] == exact.time[0]
    assert abs(len(sparse) - len(exact)) <= 1


def test_even_changes_are_spread_and_sudden_ones_are_not(make_signals: Any) -> None:
    decoded = np.ones(40, bool)
    decoded[1::2] = False
    grid = np.tile(np.linspace(120, 200, 72), (20, 1))
    grid[10:] = grid[10:, ::-1]
    difference = np.full(20, 1.0)
    difference[10] = 60.0
    sparse = make_signals(20, time=np.arange(20) / 12.5, grid=grid, difference=difference, dx=0.02, luma=np.arange(20))
    sparse.ssim[10] = 0.1
    signals = filled(sparse, np.arange(40) / 25, decoded)
    assert len(signals) == 40
    assert signals.luma[:6] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    assert signals.dx[1:39].sum() == pytest.approx(19 * 0.02)
    jump = [n for n in range(1, 40) if (signals.grid[n] != signals.grid[n - 1]).any()]
    assert len(jump) == 1
    assert jump[0] in (19, 20)
    assert signals.difference[jump[0]] == 60
    assert np.delete(signals.difference[1:39], jump[0] - 1).max() < 1.0
    assert signals.difference[39] == 0  # nothing tells what comes after the last frame that was decoded
    assert from_bytes(to_bytes(signals)).measured is not None


def test_spans_without_gaps_say_nothing(make_signals: Any) -> None:
    video = Timeline("", signals=make_signals(50))
    video.put("shots", [Span(0.0, 2.0)])
    assert "decoded" not in Quality().run(video).lane("shots")[0].values
