"""What stages say that they lay on spans is what they lay: ``vdata check`` goes by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from laid import undeclared

from vdata.schemas import Signals, Timeline
from vdata.stages import Stage
from vdata.stages.media.camera import Camera
from vdata.stages.media.keyframes import Keyframes
from vdata.stages.media.probe import Probe
from vdata.stages.media.quality import Quality
from vdata.stages.media.shots import Shots


def test_shots_moves_measures_and_keyframes_of_real_video(clips: Path, scanned: Callable[[Path], Signals]) -> None:
    stages: list[Stage] = [
        Shots(),
        Shots.model_validate({"detector": "fixed", "fixed": {"seconds": 20}, "into": "windows"}),
        Quality(action="tag", max_seconds=1.0, min_novelty=0.5),
        Camera(),
        Keyframes(of="windows", count=1),
    ]
    video = Probe().run(Timeline(str(clips / "bikes.mp4")))
    video.signals = scanned(clips / "bikes.mp4")
    for stage in stages:
        stage.run(video)
    assert undeclared(video, stages, {}) == {}
    carried = {name for span in video.lane("shots") for name in (*span.values, *span.attrs)}
    assert carried >= {"begins", "motion", "novelty", "camera", "quality"}, "there is something to declare"
    assert video.lane("keyframes")
    assert set(undeclared(video, stages[:2], {})["shots"]) >= {"motion", "camera"}, "the test can fail"
