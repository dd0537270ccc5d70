"""Frame tables that are made up, and a film cut together from real clips."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Signals, Span, Timeline

MakeSignals = Callable[..., Signals]
MakeVideo = Callable[..., Timeline]


def still(frames: int = 100, fps: float = 25.0, time: Any = None, **columns: Any) -> Signals:
    """A table of a grey, sharp picture that does not change, with some *columns* set to what is given."""
    when = np.arange(frames) / fps if time is None else np.asarray(time, np.float64)
    size = len(when)

    def fill(value: float) -> Any:
        return np.full(size, value, np.float32)

    zero = ("hue", "saturation", "luma_change", "hash_distance", "difference", "dx", "dy", "zoom", "motion")
    given: dict[str, Any] = {name: fill(0) for name in zero}
    given |= {
        name: fill(1) for name in ("histogram", "koala_histogram", "koala_ssim", "ssim", "agreement", "background")
    }
    given |= {"mean": fill(120), "luma": fill(120), "contrast": fill(40), "sharpness": fill(300)}
    given |= {"border": np.zeros((size, 4), np.uint8), "colours": np.zeros((size, 12), np.uint8)}
    given["colours"][:, 1] = 255
    given["grid"] = np.tile(np.linspace(120, 200, 72).astype(np.uint8), (size, 1))
    given["texture"] = np.full((size, 72), 40, np.uint8)
    given["chroma"] = np.full((size, 2), 128, np.uint8)
    given |= {"time": when, "dhash": np.zeros(size, np.uint64)}
    for name, value in columns.items():
        given[name] = np.broadcast_to(np.asarray(value, given[name].dtype), given[name].shape).copy()
    return Signals(**given)


@pytest.fixture(scope="session")
def make_signals() -> MakeSignals:
    """``make_signals(frames, fps, time=…, column=…)``: a table of a still picture but for the columns given."""
    return still


@pytest.fixture(scope="session")
def make_video() -> MakeVideo:
    """``make_video(signals, (start, end), …)``: a timeline with these shots (none given: one, the whole video)."""

    def make(signals: Signals, *shots: tuple[float, float]) -> Timeline:
        video = Timeline("made up", id="made-up", signals=signals)
        video.put("shots", [Span(a, b) for a, b in shots or [(float(signals.time[0]), signals.end)]])
        return video

    return make


@pytest.fixture(scope="session")
def medley(clips: Path, shared_files: Callable[..., Path]) -> Path:
    """Real clips cut together: 34 pieces of 17 to 41 frames, 320x180, 25 frames/s, every fifth joined by a fade."""

    def cut(folder: Path) -> None:
        cut_together(clips, folder / "medley.mp4", fades=True)

    return shared_files("medley", cut) / "medley.mp4"


@pytest.fixture(scope="session")
def joined(clips: Path, shared_files: Callable[..., Path]) -> Path:
    """The same pieces with hard cuts only."""

    def cut(folder: Path) -> None:
        cut_together(clips, folder / "joined.mp4", fades=False)

    return shared_files("joined", cut) / "joined.mp4"


@pytest.fixture(scope="session")
def scanned() -> Callable[[Path], Signals]:
    """``scanned(path)``: the table of a video file, measured once."""
    from functools import cache

    from vdata.stages.media.probe import Probe
    from vdata.stages.media.scan import Scan

    @cache
    def measure(path: Path) -> Signals:
        signals = Scan().run(Probe().run(Timeline(str(path)))).signals
        assert signals is not None
        return signals

    return measure


@pytest.fixture(scope="session")
def truth(film: Path) -> Callable[[str], list[Span]]:
    """``truth("shots")``: what is known of the film, as spans with label and text."""
    lines = (film / "film.truth.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]

    def spans(lane: str) -> list[Span]:
        found = [row for row in rows if row["lane"] == f"true_{lane}"]
        return [Span(row["start"], row["end"], row["text"], row["label"]) for row in found]

    return spans


def cut_together(clips: Path, path: Path, fades: bool) -> None:
    import av
    import cv2

    pieces: dict[str, list[Any]] = {}
    for name in ("bikes", "bigbuckbunny", "carphone_pristine"):
        with av.open(str(clips / f"{name}.mp4")) as source:
            shown = (frame.to_ndarray(format="rgb24") for frame in source.decode(video=0))
            pieces[name] = [cv2.resize(picture, (320, 180), interpolation=cv2.INTER_AREA) for picture in shown]
    random = np.random.default_rng(5)
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n in range(34):
            frames = list(pieces.values())[n % 3]
            size = int(random.integers(17, 42))
            start = int(random.integers(0, len(frames) - size))
            for i, picture in enumerate(frames[start : start + size]):
                after, before = fades and n % 5 == 0 and n > 0, fades and n % 5 == 4
                light = min(1.0, i / 10 if after else 1.0, (size - 1 - i) / 10 if before else 1.0)
                packets = stream.encode(av.VideoFrame.from_ndarray((picture * light).astype(np.uint8), format="rgb24"))
                target.mux(packets)
        target.mux(stream.encode())
