"""CPU of a row when no video is opened: the slope from 1,000 to 10,000 label rows, all processes counted.

    python benchmarks/labels.py

Every process of a build carries a mark in its environment; a thread reads their CPU times from /proc until they are
gone (Linux only). The slope leaves out what starting Python and Ray costs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

LIMIT = 1e-3
MARK = "VDATA_BENCHMARK"
ACTIONS = ("opens the door", "pours water", "cuts an onion", "waves to the camera", "sits down", "reads a letter")
PEOPLE = ("A man", "A woman", "A child", "The cook", "An old man", "The dancer", "A girl in red")


def labels(rows: int) -> dict[str, object]:
    """ActivityNet-Captions labels of *rows* videos with five events each."""
    found: dict[str, object] = {}
    for row in range(rows):
        duration = 60.0 + row % 50
        times = [[n * duration / 6, (n + 1) * duration / 6] for n in range(5)]
        said = [f"{PEOPLE[(row + n) % 7]} {ACTIONS[(row // 7 + n * 5) % 6]} {row % 11 + n} times." for n in range(5)]
        found[f"v_{row:06d}"] = {"duration": duration, "timestamps": times, "sentences": said}
    return found


def cpu_seconds(command: list[str]) -> float:
    """CPU seconds (user and system) of *command* and of every process that it starts."""
    mark = uuid.uuid4().hex
    seen: dict[int, float] = {}
    process = subprocess.Popen(command, env={**os.environ, MARK: mark}, stdout=subprocess.DEVNULL)
    stop = threading.Event()

    def watch() -> None:
        ours: dict[int, bool] = {}
        while not stop.is_set():
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    pid = int(name)
                    if not ours.get(pid):
                        ours[pid] = f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
                    if ours[pid]:
                        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                        seen[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                except OSError:
                    continue
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    time.sleep(1)
    stop.set()
    watcher.join()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return sum(seen.values())


def build(rows: int, folder: Path) -> float:
    """CPU seconds of a build of *rows* label rows in *folder*."""
    (folder / f"{rows}.json").write_text(json.dumps(labels(rows)))
    config = folder / f"{rows}.yaml"
    config.write_text(
        f"labels:\n  - {{kind: activitynet, path: {folder}/{rows}.json, lane: events}}\n"
        f"stages:\n  - tasks: {{per_video: 5}}\noutput: {{path: {folder}/out{rows}}}\ncache: {folder}/cache\n"
    )
    return cpu_seconds([sys.executable, "-m", "vdata", "build", str(config)])


def main() -> None:
    """Print the slope and exit with 1 if it is over the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = build(1_000, folder), build(10_000, folder)
        rows = json.loads((folder / "out10000" / "build.json").read_text())
    slope = (large - small) / 9_000
    print(f"{'rows':>8}  {'CPU s':>7}")
    print(f"{1_000:>8}  {small:>7.2f}")
    print(f"{10_000:>8}  {large:>7.2f}   {rows['samples']} samples")
    print(f"slope {slope * 1e3:.3f} ms of CPU a row (limit {LIMIT * 1e3:.0f})")
    raise SystemExit(slope > LIMIT)


if __name__ == "__main__":
    main()
