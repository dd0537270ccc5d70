"""CPU and memory of the processes of which a build has one: python benchmarks/driver.py [--labels 200000].

What such a process does cannot be spread over machines. Builds of label rows, of real videos of a second (64 pixels
wide), and of such videos, or larger ones, with a scripted teacher's captions, for which two processes ask, run on this
machine; each process's CPU is read from /proc until it is gone (Linux only). Such processes are the driver, Ray's GCS
and autoscaler, and actors of which there is one, as what askers share. Askers and workers are as many as the cluster is
large: what they take is printed beside.

Such a process takes some CPU for each row, some for each second that a build lasts, whatever is done in it (an actor of
Ray that does nothing takes 10 ms, and Ray Data has two), and some once (Python, Ray, its blocks). More machines make
the seconds fewer, and the rows no fewer. So three builds tell them apart: one of as few rows as may be (64 units a
processor, which make as many of Ray's blocks), a large one, and the large one once more, made to take longer for the
same rows: by a single worker, or of a teacher who answers one question at a time, and so slowly that it takes him twice
the time of the large build. The third is left out where the first two are within the limit whatever the seconds took.
With the size 0 a kind of rows is left out.

Exits 1 when all such processes together take more than 0.3 ms a label row or 0.5 ms a video, or the driver more than
1 KB of memory a row; of captions, when they take more than 1 % of the CPU of a row.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml
from labels import MARK, labels

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
import openai_server

from vdata.pipelines.run.ray_run import BLOCKS_A_CPU
from vdata.pipelines.run.remaining import LABEL_UNIT, SLOW_UNIT

LIMITS = {"labels": 0.3, "videos": 0.5}
"""Milliseconds of CPU a row."""
MOST_BYTES = 1024.0
"""Of the driver's memory, a row."""
MOST_SHARE = 0.01
"""Of the CPU of a caption build, in processes of which there is one."""
NODES = ("Map(_step)", "publish", "media", "DashboardAgent", "RuntimeEnvAgent")
"""Workers, and processes of which each node has one, by what Ray calls them."""
ASKER = "Asking"
"""In what Ray calls a process that asks teachers."""
HEAD = {"gcs_server": "GCS", "/monitor.py": "autoscaler"}
"""Ray's own processes of which a cluster has one, by a part of their command."""
DRIVER = "driver"
CORES = os.cpu_count() or 1
LEAST_WAIT = 0.2
"""How much longer the third build must take, of the time of the second."""
LONGER = 2.0
"""How many times as long as the whole second build the teacher takes in the third."""
LOOK_SECONDS = 0.05
FPS = 10


@dataclass(frozen=True)
class Size:
    """Of the videos: seconds and pixels."""

    seconds: int = 1
    width: int = 64

    @property
    def height(self) -> int:
        return self.width * 3 // 4


@dataclass
class Seen:
    """What was seen of one process: its title, CPU seconds, and the peak of its memory in bytes."""

    title: str = ""
    actor: str = ""
    cpu: float = 0.0
    peak: int = 0


@dataclass
class Cost:
    """What a build cost."""

    rows: int
    took: float = 0.0
    """Seconds."""
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds: ``driver``, those of HEAD, ``actor NAME`` for each of which there is one, ``askers``, ``all``."""
    peak: int = 0
    """Bytes of the driver's memory."""


class Watch(threading.Thread):
    """Reads the CPU of all processes with *mark* in their environment."""

    def __init__(self, mark: str) -> None:
        super().__init__(daemon=True)
        self.mark, self.ended = f"{MARK}={mark}".encode(), threading.Event()
        self.seen: dict[int, Seen] = {}
        self._ours: dict[int, bool] = {}

    def run(self) -> None:
        while not self.ended.wait(LOOK_SECONDS):
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    self._look(int(name))
                except OSError:
                    continue

    def _look(self, pid: int) -> None:
        folder = Path(f"/proc/{pid}")
        if not self._ours.get(pid):
            self._ours[pid] = self.mark in (folder / "environ").read_bytes()
        if not self._ours[pid]:
            return
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        one = self.seen.setdefault(pid, Seen())
        one.cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        one.title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or one.title
        if one.title.startswith("ray::") and "IDLE" not in one.title:
            one.actor = one.title.removeprefix("ray::").partition(".")[0]
        status = (folder / "status").read_text()
        one.peak = max([one.peak, *(1024 * int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)])


def watched(rows: int, command: list[str]) -> Cost:
    """The cost of the build that *command* starts."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(command, env={**os.environ, MARK: mark}, stdout=subprocess.DEVNULL)
    watch = Watch(mark)
    watch.start()
    status = process.wait()
    time.sleep(1)
    watch.ended.set()
    watch.join()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    cost = Cost(rows)
    for pid, one in watch.seen.items():
        cost.cpu["all"] += one.cpu
        if pid == process.pid:
            cost.cpu[DRIVER], cost.peak = one.cpu, one.peak
        elif head := next((name for part, name in HEAD.items() if part in one.title), ""):
            cost.cpu[head] += one.cpu
        elif ASKER in one.actor:
            cost.cpu["askers"] += one.cpu
        elif one.actor and not one.actor.startswith(NODES):
            cost.cpu[f"actor {one.actor}"] += one.cpu
    return cost


def of_labels(rows: int, folder: Path) -> str:
    """The config of a build of *rows* label rows with five events each."""
    (folder / "labels.json").write_text(json.dumps(labels(rows)))
    file = f"labels:\n  - {{kind: activitynet, path: {folder}/labels.json, lane: events}}\n"
    return f"{file}stages:\n  - tasks: {{per_video: 5}}\n"


def of_videos(rows: int, folder: Path) -> str:
    """The config of a build of *rows* videos that are scanned, with questions about their labels."""
    videos(rows, folder / "videos", Size())
    (folder / "labels.json").write_text(
        json.dumps({f"{n:06d}.mp4": brief(one) for n, one in enumerate(labels(rows).values())})
    )
    files = f"videos: {folder}/videos\nlabels:\n  - {{kind: activitynet, path: {folder}/labels.json, lane: events}}\n"
    return f"{files}stages:\n  - scan\n  - shots\n  - tasks: {{of: [events], per_video: 5}}\n"


def of_captions(rows: int, folder: Path, url: str, size: Size) -> str:
    """The config of a build of *rows* videos of *size* with a caption of each shot by the teacher at *url*."""
    teacher = f"teachers:\n  watcher: {{kind: openai, model: scripted, base_url: {url}, concurrency: 64}}\n"
    teacher += "resources:\n  caption: {askers: 2}\n"
    videos(rows, folder / "videos", size)
    return f"{teacher}videos: {folder}/videos\nstages:\n  - scan\n  - shots\n  - caption\n  - tasks\n"


def brief(label: Any) -> dict[str, Any]:
    """*label* within the length of a video here."""
    seconds = Size.seconds
    times = [[n * seconds / 6, (n + 1) * seconds / 6] for n in range(len(label["timestamps"]))]
    return {**label, "duration": seconds, "timestamps": times}


def videos(count: int, folder: Path, size: Size) -> None:
    """So many real videos of *size* in *folder*: one that is encoded here, and a number of its own at its end."""
    folder.mkdir()
    out, noise = io.BytesIO(), np.random.default_rng(0)
    with av.open(out, "w", format="mp4") as target:
        stream = target.add_stream("mpeg4", rate=FPS, options={"qscale": "8"})
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        still = noise.integers(0, 255, (size.height // 8, size.width // 8, 3), dtype=np.uint8)
        still = still.repeat(8, 0).repeat(8, 1)
        for n in range(size.seconds * FPS):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(still, n, 1), format="rgb24")))
        target.mux(stream.encode(None))
    for n in range(count):
        (folder / f"{n:06d}.mp4").write_bytes(out.getvalue() + struct.pack(">I4sQ", 16, b"free", n))


def slope(kind: str, config: Callable[[int, Path], str], rows: int) -> bool:
    """Build as few rows as may be, *rows*, and these in a longer time; print the costs of a row and of a second, and
    return whether those of a row are in the limits."""
    least = (LABEL_UNIT if kind == "labels" else SLOW_UNIT) * BLOCKS_A_CPU * CORES
    if rows < 2 * least:
        raise SystemExit(f"{kind}: {rows:,} rows are too few for this machine: {2 * least:,} and more make a slope")
    small, large = built(kind, config, least), built(kind, config, rows)
    more, longer = large.rows - small.rows, large.took - small.took
    straight = sum(1e3 * (large.cpu[name] - small.cpu[name]) / more for name in large.cpu if is_single(name))
    within = straight <= LIMITS.get(kind, MOST_SHARE * 1e3 * (large.cpu["all"] - small.cpu["all"]) / more)
    slow = large if within else built(kind, config, rows, LONGER * large.took)
    waited = slow.took - large.took
    apart = waited >= LEAST_WAIT * large.took
    if not apart:
        why = "is within the limit" if within else "took no longer the third time (try it on a quiet machine)"
        print(f"  all of it {why}: rows and seconds are not told apart")
    beat = {name: max(0.0, slow.cpu[name] - large.cpu[name]) / waited if apart else 0.0 for name in large.cpu}
    beat["all"] = sum(beat[name] for name in beat if is_single(name))  # a worker's seconds are those of its rows
    each = {name: 1e3 * (large.cpu[name] - small.cpu[name] - beat[name] * longer) / more for name in large.cpu}
    memory = (large.peak - small.peak) / more
    for name in sorted(each, key=lambda name: -each[name]):
        once = small.cpu[name] - each[name] * small.rows / 1e3 - beat[name] * small.took
        share = each[name] / each["all"]
        print(
            f"  {name:<36} {each[name]:8.3f} ms of CPU a row {share:8.2%}, {1e3 * beat[name]:6.1f} ms a second, "
            f"{once:5.1f} s once",
            flush=True,
        )
    single = sum(cost for name, cost in each.items() if is_single(name))
    seconds = sum(cost for name, cost in beat.items() if is_single(name))
    print(f"  memory of the driver: {memory:,.0f} bytes a row, {large.peak / 2**20:,.0f} MiB at its peak")
    print(
        f"  processes of which there is one: {single:.3f} ms a row and {1e3 * seconds:.1f} ms a second; here, at "
        f"{more / longer:.1f} rows a second, {straight:.3f} ms a row in all"
    )
    if kind in LIMITS:
        print(f"  limit: {LIMITS[kind]} ms and {MOST_BYTES:,.0f} bytes a row")
        return single <= LIMITS[kind] and memory <= MOST_BYTES
    print(f"  that is {single / each['all']:.2%} of all (limit {MOST_SHARE:.0%})")
    return single <= MOST_SHARE * each["all"]


def is_single(name: str) -> bool:
    """Whether there is one of the processes *name* in a cluster."""
    return name == DRIVER or name in HEAD.values() or name.startswith("actor ")


def built(kind: str, config: Callable[[int, Path], str], count: int, longer: float = 0.0) -> Cost:
    """The cost of a build of *count* rows; *longer* are the seconds that its teacher takes for all of them, one after
    the other, or makes one worker do all where there is no teacher."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        text = config(count, folder) + f"output: {{path: {folder}/out}}\ncache: {folder}/cache\n"
        if longer:
            settings = yaml.safe_load(text)
            for teacher in settings.get("teachers", {}).values():
                teacher["concurrency"] = 1
                teacher["base_url"] = stack.enter_context(openai_server.running(mean=longer / count))
            if "teachers" not in settings:
                first = settings["stages"][0]
                stage = first if isinstance(first, str) else next(iter(first))
                settings["resources"] = {stage: {"cpus": CORES}}
            text = yaml.safe_dump(settings)
        (folder / "build.yaml").write_text(text)
        begun = time.monotonic()
        cost = watched(count, [sys.executable, "-m", "vdata", "build", str(folder / "build.yaml")])
        record: dict[str, Any] = json.loads((folder / "out" / "build.json").read_text())
    cost.took = time.monotonic() - begun
    told = f"{record['kept']:,} kept, {record['samples']:,} samples"
    print(f"{kind}: {count:,} rows{', taking longer,' if longer else ''} in {cost.took:.0f} s, {told}", flush=True)
    return cost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=200_000)
    parser.add_argument("--videos", type=int, default=4_000)
    parser.add_argument("--captions", type=int, default=3_000)
    parser.add_argument("--seconds", type=int, default=Size.seconds, help="of a video that is captioned")
    parser.add_argument("--width", type=int, default=Size.width, help="of such a video, in pixels: a multiple of 32")
    given = parser.parse_args()
    size = Size(given.seconds, given.width)
    good = True
    if given.labels:
        good &= slope("labels", of_labels, given.labels)
    if given.videos:
        good &= slope("videos", of_videos, given.videos)
    if given.captions:
        with openai_server.running(mean=0.05) as url:
            good &= slope("captions", lambda rows, folder: of_captions(rows, folder, url, size), given.captions)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
