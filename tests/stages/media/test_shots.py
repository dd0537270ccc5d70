"""Shots: the published detectors are met cut by cut, and shots tile the video whatever the settings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.schemas import Failed, Signals, Span, Timeline
from vdata.stages.media.shots import Shots

MakeSignals = Callable[..., Signals]
MakeVideo = Callable[..., Timeline]
Scanned = Callable[[Path], Signals]
Truth = Callable[[str], list[Span]]


def lay(signals: Signals, **settings: Any) -> list[Span]:
    """The shots that ``adaptive`` finds, or the detector of *settings*."""
    return (
        Shots(**{"detector": "adaptive", **settings})
        .run(Timeline("made up", id="made-up", signals=signals))
        .lane("shots")
    )


def starts(signals: Signals, **settings: Any) -> list[float]:
    """When the shots begin, but for the first."""
    return [span.start for span in lay(signals, **settings)[1:]]


def bumps(size: int, *at: int, high: float = 90, low: float = 1) -> Any:
    column = np.full(size, low, np.float32)
    column[[0, *at]] = [0, *([high] * len(at))]
    return column


def changing(make_signals: MakeSignals, *at: int, size: int = 200, high: float = 90, **more: Any) -> Signals:
    """A table with a hard cut at the frames *at*."""
    column = bumps(size, *at, high=high)
    return make_signals(size, hue=column, saturation=column, luma_change=column, **more)


# PySceneDetect, run by itself on real pictures.

RUNS: list[tuple[str, dict[str, Any]]] = [
    ("adaptive", {}),
    ("adaptive", {"adaptive_threshold": 1.5, "min_scene_len": 5, "window_width": 3, "min_content_val": 5.0}),
    ("adaptive", {"luma_only": True, "min_scene_len": 0.4}),
    ("content", {}),
    ("content", {"threshold": 8.0, "min_scene_len": 30}),
    ("content", {"threshold": 4.0, "min_scene_len": 20}),
    ("content", {"threshold": 8.0, "min_scene_len": 1.0, "filter_mode": "suppress"}),
    ("content", {"threshold": 12.0, "min_scene_len": 0}),
    ("histogram", {}),
    ("histogram", {"threshold": 0.05, "min_scene_len": 4}),
    ("hash", {}),
    ("hash", {"threshold": 0.2, "min_scene_len": 25}),
    ("fade", {}),
    ("fade", {"threshold": 40, "fade_bias": -1.0, "min_scene_len": 3}),
    ("fade", {"threshold": 30, "fade_bias": 0.7, "min_out_length": 4}),
    ("fade", {"threshold": 100, "method": "ceiling", "min_scene_len": 10, "add_final_scene": True}),
]
METRICS = {
    "delta_hue": "hue",
    "delta_sat": "saturation",
    "delta_lum": "luma_change",
    "hist_diff [bins=128]": "histogram",
    "hash_dist [size=8 lowpass=2]": "hash_distance",
    "average_rgb": "mean",
}


def pyscenedetect(path: Path, *runs: tuple[str, dict[str, Any]]) -> tuple[list[list[float]], dict[str, Any]]:
    """The cuts (seconds) that PySceneDetect's detectors find in one pass over a file, and its metrics as columns."""
    from scenedetect import SceneManager, StatsManager, detectors, open_video
    from scenedetect.detector import FlashFilter

    class Recorder:
        """What the manager takes for a detector: hands everything to one, and keeps what it finds for itself."""

        event_buffer_length = 0
        stats_manager: Any = None

        def __init__(self, inner: Any, measured: bool) -> None:
            self.inner, self.measured = inner, measured
            self.cuts: list[Any] = []

        def get_metrics(self) -> list[str]:
            return []

        def process_frame(self, timecode: Any, frame_img: Any) -> list[Any]:
            self.inner.stats_manager = self.stats_manager if self.measured else None
            self.cuts += self.inner.process_frame(timecode, frame_img)
            return []

        def post_process(self, timecode: Any) -> list[Any]:
            self.cuts += self.inner.post_process(timecode)
            return []

    kind = {"adaptive": "Adaptive", "content": "Content", "histogram": "Histogram", "hash": "Hash", "fade": "Threshold"}
    stats = StatsManager()
    manager, recorders = SceneManager(stats_manager=stats), []
    for name, chosen in runs:
        settings = dict(chosen)
        if "filter_mode" in settings:
            settings["filter_mode"] = FlashFilter.Mode[settings["filter_mode"].upper()]
        if "method" in settings:
            settings["method"] = detectors.ThresholdDetector.Method[settings["method"].upper()]
        inner = getattr(detectors, f"{kind[name]}Detector")(**settings)
        recorders.append(Recorder(inner, measured=not chosen))
        manager.add_detector(recorders[-1])
    video = open_video(str(path), backend="pyav")
    frames = manager.detect_scenes(video)
    columns = {ours: [1.0 if ours == "histogram" else 0.0] * frames for ours in METRICS.values()}
    for number, row in stats._frame_metrics.items():
        for name in METRICS.keys() & row.keys():
            columns[METRICS[name]][number.frame_num] = float(row[name])
    # a cut at frame 0 parts nothing: PySceneDetect's list of scenes would begin with an empty one
    return [sorted({cut.seconds for cut in recorder.cuts} - {0.0}) for recorder in recorders], columns


@pytest.fixture(scope="module")
def theirs(medley: Path) -> tuple[list[list[float]], dict[str, Any]]:
    return pyscenedetect(medley, *RUNS)


@pytest.mark.parametrize("run", range(len(RUNS)), ids=lambda run: f"{RUNS[run][0]}-{run}")
def test_same_cuts_as_pyscenedetect(
    run: int, theirs: tuple[list[list[float]], dict[str, Any]], make_signals: MakeSignals
) -> None:
    """On the same numbers every cut is the same, to the frame."""
    cuts, columns = theirs
    name, settings = RUNS[run]
    signals = make_signals(len(columns["mean"]), **columns)
    assert len(cuts[run]) >= 3
    assert starts(signals, detector=name, **{name: settings}) == pytest.approx(cuts[run], abs=1e-4)


def test_cuts_are_found_by_time_when_the_frame_rate_varies(make_signals: MakeSignals) -> None:
    """Half a minute at 1 frame/s, then 60 frames/s: 0.6 s is less than one frame, then 36."""
    time = np.concatenate([np.arange(30), 30 + np.arange(1800) / 60])
    signals = changing(make_signals, 10, 12, 500, 520, 900, size=len(time), time=time)
    found = starts(signals, detector="content", content={"min_scene_len": 0.6, "filter_mode": "suppress"})
    assert found == pytest.approx([10, 12, time[500], time[900]], abs=1e-5)  # 520 comes 1/3 s after 500


# The others.


def koala_by_hand(score: Any) -> list[tuple[int, int]]:
    """Koala-36M's released rule spelled out: runs of frames a..b-1 between transitions; *score* i is frame i to i+1."""
    smooth = list(score)
    for i in range(1, len(score) - 1):
        smooth[i] = sum(score[i - 1 : i + 2]) / 3
    runs, first = [], 0
    for i in range(len(score)):
        hit = score[i] < 0
        if not hit and i >= 8 and smooth[i] < 0.75:
            middle = np.array(sorted(smooth[i - 8 : i])[1:6])
            hit = smooth[i] < middle.mean() - 3 * max(0.2, middle.std())
        if hit:
            runs.append((first, i + 1))
            first = i + 1
    return [(a, b) for a, b in [*runs, (first, len(score) + 1)] if b - a > 8]


@given(seed=st.integers(0, 10_000))
def test_koala_equals_the_rule_spelled_out(make_signals: MakeSignals, seed: int) -> None:
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 120))
    histogram, ssim = np.clip(random.normal((0.97, 0.9), (0.01, 0.03), (size, 2)), -1, 1).T.astype(np.float32)
    for _ in range(size // 25):  # a cut, or a dissolve of 12 frames
        at = int(random.integers(0, size))
        if random.random() < 0.5:
            histogram[at], ssim[at] = random.uniform(-0.1, 0.6, 2)
        else:
            ssim[at : at + 12] -= random.uniform(0.1, 0.6)
    histogram[0] = ssim[0] = 1
    signals = make_signals(size, koala_histogram=histogram, koala_ssim=ssim)
    score = 4.61480465 * histogram[1:].astype(float) + 3.75211168 * ssim[1:].astype(float) - 5.485968377115124
    shots = lay(signals, detector="koala", koala={"trim_frames": 0})
    assert [(round(s.start * 25), round(s.end * 25)) for s in shots] == koala_by_hand(score)


def test_koala_trims_and_leaves_slow_transitions_out(make_signals: MakeSignals) -> None:
    ssim = np.full(100, 0.95, np.float32)
    ssim[40:43] = 0.0  # three changes in a row: frames 40 and 41 are in no shot
    histogram = np.ones(100, np.float32)
    histogram[70], histogram[75] = -0.5, -0.5  # five frames between two hard cuts
    video = Timeline("made up", id="a", signals=make_signals(100, koala_histogram=histogram, koala_ssim=ssim))
    shots = Shots(detector="koala").run(video).lane("shots")
    assert [s.attrs["begins"] for s in shots] == ["start", "transition", "cut"]
    frames = [(round(s.start * 25), round(s.end * 25)) for s in shots]
    assert frames == [(4, 40 - 4), (42 + 4, 69 - 4), (75 + 4, 100 - 4)]  # the smoothed score falls at 69
    assert [(r.reason, r.value, r.threshold) for r in video.rejects] == [("too_short", 0.2, 0.32)]
    assert (video.rejects[0].stage, video.rejects[0].lane) == ("shots", "shots")


def test_fade_is_one_boundary_that_knows_when_it_is_darkest(make_signals: MakeSignals) -> None:
    mean = np.full(200, 100.0)
    mean[80:120] = np.abs(np.arange(80, 120) - 97) * 100 / 23
    column = bumps(200, 96, 150)
    signals = make_signals(200, mean=mean, hue=column, saturation=column, luma_change=column)
    shots = lay(signals, detector=["adaptive", "fade"])
    # darker than 12 in frames 95 to 99, back in frame 100; the cut at 96 is inside
    assert [s.start for s in shots] == pytest.approx([0, 97 / 25, 6])  # half of five frames rounds to two
    assert [s.attrs["begins"] for s in shots] == ["start", "fade", "cut"]
    assert [s.attrs.get("detector") for s in shots] == [None, "fade", "adaptive"]
    assert [s.values.get("darkest_at") for s in shots] == [None, pytest.approx(97 / 25), None]
    assert shots[1].score == 2.0  # all the way down to 0


def test_union_names_the_detector_that_stands_first(make_signals: MakeSignals) -> None:
    histogram = np.ones(200, np.float32)
    histogram[[60, 100]] = 0.1
    signals = changing(make_signals, 60, 140, histogram=histogram)
    shots = lay(signals, detector=["histogram", "adaptive"])
    assert [(round(s.start * 25), s.attrs["detector"]) for s in shots[1:]] == [
        (60, "histogram"), (100, "histogram"), (140, "adaptive"),
    ]  # fmt: skip
    assert shots[1].score == pytest.approx(0.9 / 0.2, abs=1e-4)


def test_detectors_take_a_vote_and_what_two_see_is_one_boundary(make_signals: MakeSignals) -> None:
    histogram, distance = np.ones(300, np.float32), np.zeros(300, np.float32)
    histogram[[60, 100, 200]] = 0.72  # 1.4 times what is asked for
    histogram[250] = 0.1
    distance[[102, 150]] = 0.4
    signals = changing(make_signals, 61, size=300, histogram=histogram, hash_distance=distance)

    def found(**settings: Any) -> list[tuple[int, str | None]]:
        shots = lay(signals, detector=["histogram", "hash", "adaptive"], **settings)
        return [(round(shot.start * 25), shot.attrs.get("detector")) for shot in shots[1:]]

    two, one, every = [(60, "histogram"), (100, "histogram")], [(250, "histogram")], [(150, "hash"), (200, "histogram")]
    assert found() == two + one
    assert found(sure=9) == two
    assert found(sure=1) == two + every + one
    assert found(majority=0.7, sure=99) == []


def test_a_transition_that_two_see_is_one_boundary_with_its_extent(make_signals: MakeSignals) -> None:
    mean = np.full(200, 100.0)
    mean[80:120] = 5
    signals = changing(make_signals, 78, 121, mean=mean)
    (shot,) = lay(signals, detector=["adaptive", "fade"])[1:]
    assert shot.attrs == {"begins": "fade", "detector": "fade"}
    assert (shot.values["transition_start"], shot.values["transition_end"]) == (3.2, 4.8)


def test_depth_finds_scenes_not_cuts(make_signals: MakeSignals) -> None:
    """Three scenes of 20 s in colours of their own; cuts within a scene change the picture but not the colours."""
    size, fps = 600, 10
    colours = np.zeros((size, 12), np.uint8)
    for n, colour in enumerate((4, 7, 9)):
        colours[n * 200 : n * 200 + 200, colour] = 255
    column = bumps(size, 50, 200, 300, 400)
    signals = make_signals(size, fps, colours=colours, hue=column)
    settings = {"similarity": "colours"}
    shots = lay(signals, detector="depth", depth=settings)
    assert [(s.start, round(s.end, 3)) for s in shots] == [(0, 20), (20, 40), (40, 60)]
    assert {s.attrs["begins"] for s in shots[1:]} == {"valley"}
    assert len(lay(signals, detector="depth", depth={**settings, "max_segments": 2})) == 2
    assert len(lay(signals, detector="depth", depth={**settings, "min_depth": 2.5})) == 1


def test_depth_score_of_a_known_curve() -> None:
    from vdata.stages.media.detectors.depth import depth

    curve = np.array([0.9, 0.5, 0.8, 0.8, 0.2, 0.7])
    assert depth(curve) == pytest.approx([0, 0.4 + 0.3, 0, 0, 0.6 + 0.5, 0])


def test_fixed_windows(make_signals: MakeSignals) -> None:
    signals = make_signals(250)  # 10 s
    shots = lay(signals, detector="fixed", fixed={"seconds": 4})
    assert [(s.start, s.end) for s in shots] == [(0, 4), (4, 8), (8, 10)]
    assert {s.attrs["begins"] for s in shots} == {"window"}
    shots = lay(signals, detector="fixed", fixed={"seconds": 4, "stride": 2})
    assert [(s.start, s.end) for s in shots] == [(0, 4), (2, 6), (4, 8), (6, 10)]
    first = lay(signals, detector="fixed", fixed={"seconds": 4, "count": 1})
    assert [(shot.start, shot.end) for shot in first] == [(0, 4)]
    shots = lay(signals, detector="fixed", fixed={"seconds": 2, "stride": 5})
    assert [(s.start, s.end) for s in shots] == [(0, 2), (5, 7)]


# Lengths.


def test_short_shots_join_across_the_weaker_boundary_or_are_dropped(make_signals: MakeSignals) -> None:
    column = bumps(200, 100, high=60)
    column[110] = 90  # 0.4 s later, stronger
    signals = make_signals(200, hue=column, saturation=column, luma_change=column)
    settings: dict[str, Any] = {"detector": "content", "content": {"min_scene_len": 0}, "min_seconds": 0.5}
    assert [(s.start, s.end) for s in lay(signals, **settings)] == [(0, 4.4), (4.4, 8)]
    video = Shots(**settings, short_shots="drop").run(Timeline("made up", id="a", signals=signals))
    assert [(s.start, s.end) for s in video.lane("shots")] == [(0, 4), (4.4, 8)]
    (reject,) = video.rejects
    assert (reject.reason, reject.value, reject.threshold) == ("too_short", 0.4, 0.5)
    assert (reject.start, reject.end) == (4, 4.4)
    assert reject.span


def test_long_shots_lose_heads_as_in_panda(make_signals: MakeSignals) -> None:
    signals = make_signals(25 * 18)
    shots = lay(signals, max_seconds=7, head_seconds=5)
    assert [(s.start, s.end) for s in shots] == [(0, 5), (5, 10), (10, 15), (15, 18)]
    assert [s.attrs["begins"] for s in shots] == ["start", "chop", "chop", "chop"]
    assert [(s.start, s.end) for s in lay(make_signals(25 * 7), max_seconds=7, head_seconds=5)] == [(0, 7)]
    # a tail that is too short shares with the head before it
    shots = lay(make_signals(25 * 11), max_seconds=5, min_seconds=2)
    assert [(s.start, s.end) for s in shots] == [(0, 5), (5, 8), (8, 11)]


def test_trim_and_trimmed_away(make_signals: MakeSignals) -> None:
    signals = changing(make_signals, 100, 120, size=200)
    video = Timeline("made up", id="a", signals=signals)
    shots = Shots(detector="adaptive", trim_seconds=0.32, trim_percent=10).run(video).lane("shots")
    assert [(s.start, s.end) for s in shots] == [(0.72, 3.28), (5.44, 7.36)]
    (reject,) = video.rejects
    assert (reject.reason, reject.value, reject.threshold) == ("trimmed_away", 0.8, 0.8)


# Edges.


@pytest.mark.parametrize(
    "name", ["adaptive", "content", "histogram", "hash", "fade", "koala", "depth", "fixed", "boundaries"]
)
def test_one_frame_and_very_short_videos(name: str, make_signals: MakeSignals) -> None:
    for frames in (1, 2, 3, 5):
        video = Timeline("made up", id="a", signals=make_signals(frames))
        shots = Shots.model_validate({"detector": name}).run(video).lane("shots")
        if name == "koala":
            assert [(r.reason, r.threshold) for r in video.rejects] == [("too_short", 0.32)]
        else:
            assert [(s.start, round(s.end, 6)) for s in shots] == [(0, frames / 25)]


def test_no_frame_table_is_an_error_with_a_name() -> None:
    with pytest.raises(Failed, match="no_signals") as caught:
        Shots().run(Timeline("made up", id="a"))
    assert caught.value.reason == "no_signals"


def test_ids_are_the_same_every_time(make_signals: MakeSignals) -> None:
    signals = changing(make_signals, 60, 140)
    one, other = lay(signals), lay(signals)
    assert [s.id for s in one] == [s.id for s in other]
    assert len({s.id for s in one}) == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"detector": []}, "name at least one"),
        ({"detector": ["fixed", "fade"]}, "fixed stands alone"),
        (
            {"content": {"threshold": 30}},
            "content has no effect with detector boundaries; it belongs to detector content",
        ),
        ({"head_seconds": 3}, "no effect without max_seconds"),
        ({"sure": 2}, "sure has no effect with one detector"),
        ({"max_seconds": 3, "head_seconds": 4}, "must not be greater"),
        ({"max_seconds": 3, "min_seconds": 2}, "at most half"),
        ({"detector": "content", "content": {"weights": [0, 0, 0]}}, "must not all be 0"),
        ({"detector": "content", "content": {"treshold": 30}}, "Extra inputs"),
    ],
)
def test_settings_that_contradict_each_other(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Shots.model_validate(settings)


def test_into_another_lane(make_signals: MakeSignals) -> None:
    stage = Shots(detector="fixed", into="windows")
    assert stage.lanes_written() == {"windows"}
    video = stage.run(Timeline("made up", id="a", signals=make_signals(500)))
    assert [(s.start, s.end) for s in video.lane("windows")] == [(0, 10), (10, 20)]
    assert "shots" not in video.lanes


# Whatever the table.


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """The columns of any table with rising times and values within their ranges."""
    steps = draw(st.lists(st.floats(1e-3, 3), min_size=0, max_size=60))
    time = draw(st.sampled_from([0.0, 0.5])) + np.concatenate([[0.0], np.cumsum(steps)])
    random, size = np.random.default_rng(draw(st.integers(0, 99))), len(time)
    change = random.choice([0, 1, 20, 80, 255], (3, size))
    likeness = random.choice([-1, 0, 0.5, 0.9, 1], (4, size))
    return {
        "time": time, "hue": change[0], "saturation": change[1], "luma_change": change[2], "histogram": likeness[0],
        "koala_histogram": likeness[1], "koala_ssim": likeness[2], "hash_distance": np.abs(likeness[3]),
        "mean": random.choice([0, 5, 12, 100, 255], size),
        "dhash": random.integers(0, 1 << 63, size, dtype=np.uint64),
        "colours": random.integers(0, 256, (size, 12)),
        "grid": random.integers(0, 256, (size, 72)), "ssim": likeness[2], "luma": random.integers(0, 256, size),
    }  # fmt: skip


names = st.sampled_from(["adaptive", "boundaries", "content", "histogram", "hash", "fade", "depth"])


@given(
    tables(), st.lists(names, min_size=1, max_size=3), st.integers(0, 8), st.floats(0, 1), st.floats(2, 9) | st.none()
)
@hypothesis_settings(max_examples=100)
def test_shots_tile_the_video(
    make_signals: MakeSignals,
    columns: dict[str, Any],
    detector: list[str],
    gap: int,
    least: float,
    most: float | None,
) -> None:
    signals = make_signals(**columns)
    found: dict[str, Any] = {name: {"min_scene_len": gap} for name in detector if name != "depth"}
    shots = lay(signals, detector=detector, min_seconds=least, max_seconds=most, **found)
    assert shots[0].start == pytest.approx(signals.time[0], abs=1e-6)
    assert shots[-1].end == pytest.approx(signals.end, abs=1e-6)
    assert all(one.end == other.start for one, other in pairwise(shots))
    assert all(shot.seconds > 0 for shot in shots)
    if signals.end - signals.time[0] > least:
        assert min(shot.seconds for shot in shots) >= least - 3e-6
    if most is not None:
        assert max(shot.seconds for shot in shots) <= most + 3e-6


@given(tables(), st.floats(0, 1), st.floats(0, 40), st.sampled_from(["join", "drop"]))
@hypothesis_settings(max_examples=100)
def test_what_is_trimmed_or_dropped_stays_inside_and_is_accounted_for(
    make_signals: MakeSignals, columns: dict[str, Any], trim: float, percent: float, short: str
) -> None:
    signals = make_signals(**columns)
    video = Timeline("made up", id="a", signals=signals)
    stage = Shots.model_validate(
        {
            "detector": ["koala", "content"],
            "min_seconds": 0.2,
            "short_shots": short,
            "trim_seconds": trim,
            "trim_percent": percent,
        }
    )
    shots = stage.run(video).lane("shots")
    assert all(signals.time[0] - 1e-6 <= s.start < s.end <= signals.end + 1e-6 for s in shots)
    assert all(one.end <= other.start for one, other in pairwise(shots))
    assert {reject.reason for reject in video.rejects} <= {"too_short", "trimmed_away"}
    assert shots or video.rejects
    for reject in video.rejects:
        assert reject.value is not None
        assert reject.threshold is not None
        assert reject.value <= reject.threshold + signals.frame_seconds


def test_a_ten_minute_table_takes_milliseconds(make_signals: MakeSignals) -> None:
    from time import process_time

    random = np.random.default_rng(1)
    column = np.where(random.random(15_000) < 0.02, 90, random.gamma(2, 2, 15_000))
    likeness = np.where(column > 50, 0.1, 0.98)
    signals = make_signals(
        15_000, hue=column, saturation=column, luma_change=column, histogram=likeness, koala_histogram=likeness,
        koala_ssim=likeness, hash_distance=1 - likeness, mean=np.where(random.random(15_000) < 0.01, 2, 100),
        dhash=random.integers(0, 1 << 63, 15_000, dtype=np.uint64),
    )  # fmt: skip
    for name in ("adaptive", "content", "histogram", "hash", "fade", "koala", "depth", "fixed"):
        stage = Shots.model_validate({"detector": name})
        took = []
        for _ in range(3):
            begun = process_time()
            stage.run(Timeline("made up", id="a", signals=signals))
            took.append(process_time() - begun)
        assert min(took) < 0.05, name


# With our own scan.


def f1(ours: list[float], theirs: list[float], near: float) -> float:
    """How well two rising lists of times agree, each time matched to one within *near* seconds."""
    left, hits = list(theirs), 0
    for time in ours:
        close = [other for other in left if abs(other - time) <= near]
        if close:
            left.remove(close[0])
            hits += 1
    return 2 * hits / (len(ours) + len(theirs))


@pytest.mark.slow
def test_scan_and_shots_agree_with_pyscenedetect_on_real_pictures(joined: Path, scanned: Scanned) -> None:
    runs: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in ("adaptive", "content", "histogram", "hash")]
    theirs, _ = pyscenedetect(joined, *runs)
    signals = scanned(joined)
    for (name, _), cuts in zip(runs, theirs, strict=True):
        assert len(cuts) >= 30
        assert f1(starts(signals, detector=name), cuts, 0.041) >= 0.98, name


def test_scan_and_shots_find_fades_as_pyscenedetect_does(medley: Path, scanned: Scanned) -> None:
    (cuts, *_), _ = pyscenedetect(medley, ("fade", {}))
    signals = scanned(medley)
    assert len(cuts) == 6
    assert f1(starts(signals, detector="fade"), cuts, 0.041) == 1


def test_the_film_is_cut_where_it_was_made(film: Path, scanned: Scanned, truth: Truth) -> None:
    shots = lay(scanned(film / "film.mp4"), detector=["adaptive", "fade"])
    cuts = [shot.start for shot in truth("shots") if shot.label == "hard_cut"]
    fades = [fade for fade in truth("transitions") if fade.label == "fade"]
    dissolves = [fade for fade in truth("transitions") if fade.label == "dissolve"]
    found = [shot.start for shot in shots if shot.attrs["begins"] == "cut"]
    faded = [shot.start for shot in shots if shot.attrs["begins"] == "fade"]
    assert len(cuts) >= 8
    assert len(fades) >= 2
    assert [min(abs(cut - time) for time in found) <= 0.041 for cut in cuts] == [True] * len(cuts)
    assert len(found) <= len(cuts) + len(dissolves)
    assert [fade.start < time < fade.end for fade, time in zip(fades, faded, strict=True)] == [True] * len(fades)
