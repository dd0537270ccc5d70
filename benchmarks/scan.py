"""CPU of ``scan`` against bare decoding and against PySceneDetect, on 720p H.264.

    python benchmarks/scan.py [--repeat 3] [--file VIDEO ...]

Prints CPU seconds (user and system, every thread, the child included; the least of the repeats) and two ratios, and
exits 1 when scan costs over 1.3 times the CPU of decoding the frames with PyAV and doing nothing, or over 0.85 times
that of PySceneDetect's ``detect(path, AdaptiveDetector())``. The child's start is not in them: it happens once for
all videos of a worker, and is printed by itself.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from clips import repeated
from rich.console import Console
from rich.table import Table

from vdata.schemas import Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.video.decode import sandbox

AGAINST_DECODING, AGAINST_SCENEDETECT = 1.3, 0.85
SECONDS = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--file", type=Path, action="append", help="measure this file in place of the two made here")
    args = parser.parse_args()
    started = cpu()
    sandbox.call("vdata.video.signals.scanner:FrameClock", 0.0, 0.0)
    print(f"start of the child, once for all videos: {cpu() - started:.2f} CPU seconds")
    with tempfile.TemporaryDirectory() as folder:
        files = args.file or made_in(Path(folder))
        over = [measure(file, args.repeat) for file in files]
    return int(any(over))


def made_in(folder: Path) -> list[Path]:
    """The two files that are measured when none is named."""
    return [repeated("bigbuckbunny.mp4", folder / "bigbuckbunny.mp4", SECONDS), synthetic(folder / "synthetic.mp4")]


def measure(path: Path, repeat: int) -> bool:
    """Print the table of *path*; whether a ratio is over its limit."""
    work: dict[str, Callable[[Path], object]] = {
        "PyAV, decode only": decode,
        "vdata scan": scan,
        "vdata scan, loop_filter: true": scan_filtered,
        "PySceneDetect AdaptiveDetector": detect,
    }
    frames = decode(path)
    probed(path)
    best = dict.fromkeys(work, float("inf"))
    for _ in range(repeat):
        for name, function in work.items():
            before = cpu()
            function(path)
            best[name] = min(best[name], cpu() - before)
    bare, ours, _, theirs = best.values()
    table = Table(title=f"{path.name}: {frames} frames")
    for title in ("", "CPU s", "ms a frame", "x decoding", "x PySceneDetect"):
        table.add_column(title, justify="right" if title else "left")
    for name, seconds in best.items():
        row = (f"{seconds:.2f}", f"{seconds / frames * 1e3:.2f}", f"{seconds / bare:.2f}", f"{seconds / theirs:.2f}")
        table.add_row(name, *row)
    Console().print(table)
    return ours / bare > AGAINST_DECODING or ours / theirs > AGAINST_SCENEDETECT


def cpu() -> float:
    """CPU seconds of this process and of the sandbox's child."""
    child: float = sandbox.call("time:process_time")
    return time.process_time() + child


def decode(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@cache
def probed(path: Path) -> Timeline:
    return Probe().run(Timeline(str(path)))


def scan(path: Path) -> None:
    Scan().run(probed(path))


def scan_filtered(path: Path) -> None:
    Scan(loop_filter=True).run(probed(path))


def detect(path: Path) -> None:
    from scenedetect import AdaptiveDetector
    from scenedetect import detect as run

    run(str(path), AdaptiveDetector())


def synthetic(path: Path) -> Path:
    """A textured scene that pans and zooms, with moving discs and a new texture every 5 seconds; 2.5 Mbit/s."""
    import cv2

    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "veryfast", "g": "100"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 1280, 720, "yuv420p", 2_500_000
        for n in range(SECONDS * 25):
            if n % 125 == 0:
                coarse = noise.integers(0, 256, (45, 80, 3), np.uint8)
                fine = noise.normal(0, 6, (1080, 1920, 3))
                scene = cv2.resize(coarse, (1920, 1080), interpolation=cv2.INTER_CUBIC) * 0.8 + 20 + fine
                scene = np.clip(scene, 0, 255).astype(np.uint8)
            left, top = 100 + 4 * (n % 125), 60 + (n % 125)
            picture = scene[top : top + 720, left : left + 1280].copy()
            for disc in range(4):
                at = (int(200 + 250 * disc + 80 * np.sin(n / 9 + disc)), int(360 + 200 * np.cos(n / 13 + disc)))
                cv2.circle(picture, at, 60, (40 * disc, 255 - 40 * disc, 90), -1)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    sys.exit(main())
