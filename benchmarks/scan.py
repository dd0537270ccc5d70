"""CPU of ``scan`` against bare decoding and PySceneDetect, on 720p H.264, and what its three ways cost and find.

    python benchmarks/scan.py [--repeat 3] [--file VIDEO ...] [--only ways | exact] [--part NAME]

Prints CPU seconds (user and system, every thread, the child included; the least of the repeats) and two ratios, and
exits 1 when scan costs over 1.3 times the CPU of decoding the frames with PyAV and doing nothing, or over 0.85 times
that of PySceneDetect's ``detect(path, AdaptiveDetector())``. The child's start is not in them: it happens once for
all videos of a worker, and is printed by itself.

The three ways are compared on films of 720p in H.264 and HEVC with unreferenced frames (`scan_films.py`): one that is
cut every two seconds or so, and a lecture of which one group of pictures in ten has another slide. Exits 1 when
``reference`` costs over 0.6 of ``all`` in the mean of the films, or ``guided`` over 0.2 in a lecture, or over 3 % more
than ``reference`` in the mean of the films that are cut (so far the figures vary), or when the F1 of the hard cuts of
either with those of ``all``, within a frame, is below 0.98.

`--part` scores hard cuts alone, on the videos of that part of `transitions.py` that are coded in H.264 or HEVC and have
unreferenced frames, against those of ``all`` and against the truth. The sizes and changes from which they are told were
tuned on videos of the parts `tune` and `drill` in other codings.
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
from scan_films import CODINGS, GROUP, cut_often, lecture, write
from transition_videos import VIDEOS, render

from vdata.schemas import Signals, Timeline
from vdata.stages.media.lane_agreement import match
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots
from vdata.video.decode import sandbox

WAYS = "all", "reference", "guided"
OF_ALL, OF_A_LECTURE, NOISE, LEAST_F1 = 0.6, 0.2, 1.03, 0.98
AGAINST_DECODING, AGAINST_SCENEDETECT = 1.3, 0.85
SECONDS = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--file", type=Path, action="append", help="measure this file in place of the two made here")
    parser.add_argument("--only", choices=["exact", "ways"])
    parser.add_argument("--part", choices=list(VIDEOS), help="score the hard cuts of the three ways on this part")
    args = parser.parse_args()
    if args.part:
        with tempfile.TemporaryDirectory() as folder:
            return int(score(args.part, Path(folder)))
    started = cpu()
    sandbox.call("vdata.video.signals.scanner:FrameClock", 0.0, 0.0)
    print(f"start of the child, once for all videos: {cpu() - started:.2f} CPU seconds")
    with tempfile.TemporaryDirectory() as folder:
        over = []
        if args.only != "ways":
            over = [measure(file, args.repeat) for file in args.file or made_in(Path(folder))]
        if args.only != "exact" and not args.file:
            over.append(compare(Path(folder), args.repeat))
    return int(any(over))


def compare(folder: Path, repeat: int) -> bool:
    """Print what the three ways cost and find; whether one is over its limit."""
    table = Table(title="three ways")
    for title in ("film", "way", "CPU s", "x all", "frames decoded", "F1 of cuts with all's"):
        table.add_column(title, justify="left" if title in ("film", "way") else "right")
    costs: dict[str, dict[str, list[float]]] = {"cut": {}, "lecture": {}}
    hits, counts = 0, 0
    for kind, pictures in (("cut", lambda: cut_often(14)), ("lecture", lambda: lecture(20))):
        for name, (codec, options) in CODINGS.items():
            path = write(
                folder / f"{kind}.mp4", pictures(), codec, grouped(codec, options) if kind == "lecture" else options
            )
            probed.cache_clear()
            best = dict.fromkeys(WAYS, float("inf"))
            for _ in range(repeat):
                for way in WAYS:
                    before = cpu()
                    scanned(path, way)
                    best[way] = min(best[way], cpu() - before)
            exact = hard_cuts(scanned(path, "all"))
            for way in WAYS:
                signals = scanned(path, way)
                found = hard_cuts(signals)
                hit = agreeing(exact, found, signals.frame_seconds)
                hits, counts = hits + 2 * hit, counts + len(exact) + len(found)
                costs[kind].setdefault(way, []).append(best[way] / best["all"])
                share = 1.0 if signals.measured is None else float(signals.measured.mean())
                f1 = 2 * hit / max(1, len(exact) + len(found)) if kind == "cut" else float("nan")
                table.add_row(
                    f"{kind}, {name}",
                    way,
                    f"{best[way]:.2f}",
                    f"{costs[kind][way][-1]:.2f}",
                    f"{share:.2f}",
                    f"{f1:.3f}",
                )
    Console(width=110).print(table)
    of_cut = {way: float(np.mean(costs["cut"][way])) for way in WAYS}
    of_all = float(np.mean(costs["cut"]["reference"] + costs["lecture"]["reference"]))
    most, f1 = max(costs["lecture"]["guided"]), hits / max(1, counts)
    print(
        f"reference {of_all:.2f} of all (limit {OF_ALL}); "
        f"guided {most:.2f} in the dearest lecture (limit {OF_A_LECTURE}), "
        f"{of_cut['guided'] / of_cut['reference']:.2f} of reference where all is cut (limit {NOISE}); "
        f"F1 of cuts {f1:.3f} (limit {LEAST_F1})"
    )
    dear = of_cut["guided"] > NOISE * of_cut["reference"]
    return of_all > OF_ALL or most > OF_A_LECTURE or dear or f1 < LEAST_F1


def grouped(codec: str, options: dict[str, str]) -> dict[str, str]:
    """*options* with groups of pictures of one length."""
    if codec == "libx265":
        return {**options, "x265-params": f"{options['x265-params']}:keyint={GROUP}"}
    return {**options, "g": str(GROUP)}


def score(part: str, folder: Path) -> bool:
    """Print how the hard cuts of the three ways agree with those of ``all`` and with the truth; whether too little."""
    sums = {way: np.zeros(6, int) for way in WAYS}
    files, shares = 0, dict.fromkeys(WAYS, 0.0)
    for number in range(VIDEOS[part]):
        path = folder / "video.mkv"
        truth = [one for one in render(part, number, path) if one.kind in ("cut", "quick")]
        probed.cache_clear()
        media = probed(path).media
        if media is None or media.codec not in ("h264", "hevc") or scanned(path, "reference").measured is None:
            continue
        files += 1
        exact = scanned(path, "all")
        known = [float(exact.time[one.first]) for one in truth if one.first < len(exact)]
        for way in WAYS:
            signals = scanned(path, way)
            found, step = hard_cuts(signals), exact.frame_seconds
            theirs = hard_cuts(exact)
            with_all, with_truth = agreeing(theirs, found, step), agreeing(known, found, step)
            sums[way] += [with_all, len(theirs), len(found), with_truth, len(known), len(found)]
            shares[way] += 1.0 if signals.measured is None else float(signals.measured.mean())
    table = Table(
        "way", "frames decoded", "F1 with all's", "F1 with the truth", title=f"{part}: hard cuts of {files} videos"
    )
    for way, (a, b, c, d, e, f) in sums.items():
        table.add_row(way, f"{shares[way] / max(1, files):.2f}", f"{2 * a / (b + c):.3f}", f"{2 * d / (e + f):.3f}")
    Console().print(table)
    return any(2 * sums[way][0] / sums[way][1:3].sum() < LEAST_F1 for way in WAYS)


def scanned(path: Path, way: str) -> Signals:
    signals = Scan.model_validate({"frames": way}).run(probed(path)).signals
    assert signals is not None
    return signals


def hard_cuts(signals: Signals) -> list[float]:
    shots = Shots().run(Timeline("", signals=signals)).lane("shots")
    return [shot.start for shot in shots if shot.attrs["begins"] == "cut"]


def agreeing(known: list[float], found: list[float], step: float) -> int:
    """How many of *found* are within a frame of one *known*, each once."""
    return len(match(known, found, [(one - 1.01 * step, one + 1.01 * step) for one in known]))


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
