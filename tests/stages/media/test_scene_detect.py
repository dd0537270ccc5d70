"""Detectors of PySceneDetect and of users, fed by the scan: their own results, one decode, kept by what they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.pipelines.settings.route import make_route
from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Failed, Signals, Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots
from vdata.video.signals.signal_stream import from_bytes, to_bytes

NAMES = {"adaptive": "AdaptiveDetector", "content": "ContentDetector", "histogram": "HistogramDetector"}
MINE = '''
from scenedetect.detector import SceneDetector


class EveryNth(SceneDetector):
    """Cuts after every so many frames."""

    def __init__(self, frames: int, size: list | None = None) -> None:
        super().__init__()
        self.frames, self.size, self.count = frames, size, 0

    def process_frame(self, timecode, frame_img):
        if self.size and list(frame_img.shape[:2]) != self.size:
            raise ValueError(f"got {frame_img.shape}")
        self.count += 1
        return [timecode] if self.count > 1 and self.count % self.frames == 1 else []
'''


def shots(**detector: Any) -> Shots:
    return Shots.model_validate({"detector": detector})


def scanned(path: Path, *stages: Shots, **settings: Any) -> Signals:
    """The table of the scan that the route of *stages* has."""
    (scan,) = (stage for stage in make_route([Scan(**settings), *stages]).stages if isinstance(stage, Scan))
    signals = scan.run(Probe().run(Timeline(str(path)))).signals
    assert signals is not None
    return signals


def starts(stage: Shots, signals: Signals) -> list[float]:
    return [shot.start for shot in stage.run(Timeline("", id="a", signals=signals)).lane("shots")[1:]]


@pytest.fixture(scope="module")
def alike(joined: Path) -> tuple[dict[str, list[float]], Signals]:
    """What PySceneDetect finds by itself, with its own decoding, and the table of a scan that feeds its detectors."""
    from scenedetect import SceneManager, detectors, open_video

    found = {}
    for name in NAMES.values():
        manager = SceneManager()
        manager.add_detector(getattr(detectors, name)())
        manager.detect_scenes(open_video(str(joined), backend="pyav"))
        found[name] = [start.seconds for start, _ in manager.get_scene_list()[1:]]
    stages = [shots(scenedetect=name) for name in NAMES.values()]
    return found, scanned(joined, *stages, loop_filter=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES.values())
def test_a_detector_of_theirs_finds_what_it_finds_by_itself(
    name: str, alike: tuple[dict[str, list[float]], Signals]
) -> None:
    theirs, signals = alike
    assert len(theirs[name]) >= 30
    assert starts(shots(scenedetect=name), signals) == pytest.approx(theirs[name], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("ours", NAMES)
def test_our_arithmetic_finds_what_theirs_does_in_the_same_scan(
    ours: str, alike: tuple[dict[str, list[float]], Signals]
) -> None:
    theirs = starts(shots(scenedetect=NAMES[ours]), alike[1])
    found = starts(Shots.model_validate({"detector": ours}), alike[1])
    near = [time for time in found if min(abs(time - other) for other in theirs) < 0.041]
    assert 2 * len(near) / (len(found) + len(theirs)) >= 0.98


def test_a_detector_of_a_users_package_gets_frames_of_the_size_it_wants(tmp_path: Path, make_videos: Any) -> None:
    (tmp_path / "my_shots.py").write_text(MINE)
    path = make_videos.plain(tmp_path / "a.mp4", 60)  # 192 x 108
    code = f"""
import json
from pathlib import Path
from test_scene_detect import scanned, shots, starts
from vdata.schemas import Failed
mine = dict(scenedetect="my_shots:EveryNth", frames=20)
stages = [shots(**mine, max_side=96, size=[54, 96]), shots(**mine, max_side=None, size=[108, 192])]
signals = scanned(Path({str(path)!r}), *stages)
try:
    scanned(Path({str(path)!r}), shots(**mine, size=[1, 1]))
except Failed as failed:
    said = failed.reason, str(failed)
print(json.dumps([[starts(stage, signals) for stage in stages], said]))
"""
    places = os.pathsep.join([str(tmp_path), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": places}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found, (reason, said) = json.loads(done.stdout)
    assert found == [[0.8, 1.6], [0.8, 1.6]]
    assert reason == "detector_failed"
    assert "my_shots:EveryNth: ValueError: got (108, 192, 3)" in said


def test_what_it_found_is_kept_with_the_table_by_content_and_settings(tmp_path: Path, make_videos: Any) -> None:
    video = Probe().run(Timeline(str(make_videos.variable(tmp_path / "a.mp4"))))
    cache, kept = Cache(tmp_path / "cache"), []
    for settings in ({}, {}, {"threshold": 0.9}, None):
        stages: list[Any] = [Scan()] + (
            [] if settings is None else [shots(scenedetect="HistogramDetector", **settings)]
        )
        scan = next(stage for stage in make_route(stages).stages if isinstance(stage, Scan))
        video, known = run_cached(scan, video, cache)
        kept.append((known, len(video.signals.detected) if video.signals else None))
    assert kept == [(False, 1), (True, 1), (False, 1), (False, 0)]
    assert video.signals is not None
    assert from_bytes(to_bytes(video.signals)).detected == video.signals.detected


def test_a_table_that_did_not_feed_it_is_an_error_with_a_name(make_signals: Any) -> None:
    with pytest.raises(Failed, match="the scan did not feed HashDetector") as caught:
        starts(shots(scenedetect="HashDetector"), make_signals(50))
    assert caught.value.reason == "not_detected"


@pytest.mark.parametrize(
    ("detector", "said"),
    [
        (
            {"scenedetect": "HistogramDetecter"},
            "PySceneDetect has no HistogramDetecter; did you mean HistogramDetector?",
        ),
        ({"scenedetect": "HistogramDetector", "bin": 5}, "HistogramDetector has no argument bin; did you mean bins?"),
        ({"scenedetect": "ContentDetector", "filter_mode": "merged"}, "cannot be merged; did you mean MERGE?"),
        ({"scenedetect": "no_such_package:Mine"}, "no_such_package:Mine cannot be loaded: No module named"),
        ({"scenedetect": "pathlib:Path"}, "pathlib:Path is no detector"),
        ({"scenedetect": "HashDetector", "max_side": 3}, "max_side: Input should be greater than or equal to 16"),
    ],
)
def test_check_names_what_is_unknown_and_the_nearest(detector: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        shots(**detector)
    (error,) = caught.value.errors()
    assert said in error["msg"]
