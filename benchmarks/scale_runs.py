"""Real builds of the recipe instruct on one node or two, each a core of this machine, and what every process takes.

A node is a raylet of ``ray.cluster_utils`` with one CPU, and it and its workers may use one core only; the command is
on the first node's. The teacher is a scripted server on the last core. Linux only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import av
import psutil
import yaml
from clips import repeated

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
import openai_server

FIRST = -10
"""The priority of the builds, where it may be set: then other programs hardly slow them."""
ROOT = Path(__file__).parent.parent
STORE_BYTES = 80 * 2**20
LOOK = 0.2
"""Seconds between two looks at the processes: such a look takes a tenth of that on one of the cores."""
SELDOM = 1.0
"""The same where a build is to be hindered little."""
BEGUN = 0.05
"""The share of the calls after which a build is taken to be under way: what starts, has started."""
LAUNCH = (
    "import sys, vdata.pipelines.run.ray_run as one, vdata.pipelines.run.pass_runner as two\n"
    "one.MOST_BLOCKS, two.CLUSTER_PROCESSORS = int(sys.argv.pop(1)), int(sys.argv.pop(1))\n"
    "from vdata.cli import main\nmain()"
)
"""``vdata`` with other numbers of blocks and of units than it would choose."""


WORK = (
    "import json, time, zlib\n"
    "rows = [{'text': f'line {n} of a text', 'at': n / 7} for n in range(2000)]\n"
    "begun = time.process_time()\n"
    "for _ in range(60): zlib.compress(json.dumps(json.loads(json.dumps(rows))).encode(), 1)\n"
    "print(time.process_time() - begun)"
)
"""Of the kind that an event loop does."""
PACES = 5
"""How often it is done for a pace."""

LAST = (os.cpu_count() or 1) - 1
"""The core of the teacher."""


@dataclass
class Measured:
    """What a build was and took."""

    videos: int
    units: int
    blocks: int
    samples: int
    calls: int
    seconds: float
    """Of the whole command, …"""
    first: float
    """… until the first unit was through the stages on the CPU, …"""
    last: float
    """… and from the last commit of a unit to the end."""
    cpu: dict[str, float]
    """Seconds by kind of process."""
    read: int
    """Bytes that workers and askers read, of files and pipes, …"""
    written: int
    foreign: float
    """The share of the nodes' cores that other programs took."""
    asking: float
    """Seconds from the first ``BEGUN`` of the calls to the last one."""


@contextmanager
def nodes(count: int) -> Iterator[tuple[str, int]]:
    """A cluster of so many nodes: its address, and the process that holds it."""
    folder = tempfile.mkdtemp(prefix="v", dir="/tmp")  # names of sockets must be short
    command = [sys.executable, __file__, str(count)]
    with subprocess.Popen(
        command, env={**os.environ, "RAY_TMPDIR": folder}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if line.startswith(b"{"))
            yield json.loads(line)["address"], process.pid
        finally:
            process.stdin.close()
            process.wait(60)
            shutil.rmtree(folder, ignore_errors=True)


def hold(count: int) -> None:
    """Hold a cluster of *count* nodes until the input is closed."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster()
    _go_first()
    for core in range(count):
        os.sched_setaffinity(0, {core})  # what is started now inherits it
        cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES, include_dashboard=False)
    print(json.dumps({"address": cluster.address}), flush=True)
    sys.stdin.read()
    for node in cluster.list_all_nodes():
        node.kill_all_processes(check_alive=False, allow_graceful=False)


def pace(nodes: int = 1) -> float:
    """Seconds of CPU that a fixed piece of work takes on a core of so many *nodes* that do it at the same time.

    What a core does in a second differs from one minute to the next where others have the machine, too, and where two
    cores are one with two threads.
    """
    work = [sys.executable, "-c", WORK]
    found = []
    for _ in range(PACES):
        running = [
            subprocess.Popen(work, stdout=subprocess.PIPE, preexec_fn=partial(_on_core, core)) for core in range(nodes)
        ]
        found += [float(one.communicate()[0]) for one in running]
    return median(found)


def _on_core(core: int) -> None:
    _go_first()
    os.sched_setaffinity(0, {core})


def _go_first() -> None:
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, FIRST)


def films(folder: Path, count: int, seconds: float, size: tuple[int, int] | None = None) -> Path:
    """A folder of *count* videos of about *seconds*, of which no two have the same bytes."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        one = repeated("bikes.mp4", Path(name) / "one.mp4", 10 if size else seconds)
        if size:
            one = repeated(_scaled(one, Path(name) / "large.mp4", *size), Path(name) / "long.mp4", seconds)
        for number in range(count):
            with av.open(str(one)) as source, av.open(str(folder / f"{number:05d}.mp4"), "w") as target:
                target.metadata["comment"] = f"number {number}"
                stream = source.streams.video[0]
                copied = target.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.dts is not None and packet.pts * packet.time_base < seconds:
                        packet.stream = copied
                        target.mux(packet)
            said = "1\n00:00:00,100 --> 00:00:01,900\nA rider number {} goes by on the wet street.\n"
            (folder / f"{number:05d}.srt").write_text(said.format(number))
    return folder


def _scaled(source: Path, path: Path, width: int, height: int) -> Path:
    with av.open(str(source)) as given, av.open(str(path), "w") as target:
        shown = given.streams.video[0]
        stream = target.add_stream("libx264", rate=shown.average_rate, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate(given.decode(shown)):
            larger = frame.reformat(width, height, "yuv420p")
            larger.pts, larger.time_base = number, 1 / shown.average_rate
            target.mux(stream.encode(larger))
        target.mux(stream.encode(None))
    return path


def build(
    videos: Path,
    node_count: int,
    recipe: str = "instruct",
    *,
    latency: float = 0.0,
    concurrency: int = 32,
    blocks: int = 2000,
    processors: int = 64,
    look: float = LOOK,
) -> Measured:
    """Build *videos* by *recipe* (``instruct``, or ``captions``: a call each) on so many nodes.

    The teacher answers *latency* seconds after it is asked. *blocks* and *processors*: see ``LAUNCH``. The processes
    are looked at every *look* seconds; what they took is known that exactly.
    """
    script = {"answer": "film_teacher:answer", "mean": latency, "sigma": 0.0}
    with (
        tempfile.TemporaryDirectory() as name,
        openai_server.running(**script) as url,
        nodes(node_count) as (address, holder),
    ):
        folder = Path(name)
        (folder / "build.yaml").write_text(yaml.safe_dump(_config(recipe, videos, folder, url, concurrency)))
        (teacher,) = [one for one in psutil.Process().children() if one.pid != holder]
        teacher.cpu_affinity([LAST])
        command = [sys.executable, "-c", LAUNCH, str(blocks), str(processors), "build", str(folder / "build.yaml")]
        begun = time.time()
        process = subprocess.Popen(
            [*command, "--address", address], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder,
            preexec_fn=partial(_on_core, 0),
        )  # fmt: skip
        watch = Watch({"driver": process.pid, "cluster": holder, "teacher": teacher.pid}, node_count, url, look)
        said, _ = process.communicate()
        seconds = time.time() - begun
        watch.end()
        if process.returncode:
            sys.exit(f"the build failed: {said.decode()[-2000:]}")
        commits = sorted(path.stat().st_mtime for path in (folder / "out/.vdata/parts/0").glob("*.json"))
        made = json.loads((folder / "out" / "build.json").read_text())
        return Measured(
            len(list(videos.glob("*.mp4"))),
            len(commits),
            min(len(commits), blocks),
            made["samples"],
            openai_server.counters(url)["calls"],
            seconds,
            commits[0] - begun,
            begun + seconds - max(path.stat().st_mtime for path in (folder / "out/.vdata/parts").glob("*/*.json")),
            watch.cpu(),
            *watch.bytes(),
            watch.foreign(),
            watch.asking(),
        )


def _config(recipe: str, videos: Path, folder: Path, url: str, concurrency: int) -> dict[str, Any]:
    config: dict[str, Any] = {"stages": [{"shots": {"detector": "fixed"}}, {"caption": {"look": {"count": 1}}}]}
    if recipe != "captions":
        config = yaml.safe_load((ROOT / "configs" / f"{recipe}.yaml").read_text())
        del config["extends"]
    teacher = {"kind": "openai", "model": "scripted", "base_url": url, "concurrency": concurrency}
    return {
        **config,
        "videos": str(videos),
        "teachers": {"watcher": teacher},
        "output": {"path": str(folder / "out")},
        "cache": str(folder / "cache"),
    }


class Watch:
    """Reads what the processes below *roots*, by kind, take on *cores* cores, and the calls of *url*, until ``end``."""

    def __init__(self, roots: dict[str, int], cores: int, url: str, look: float) -> None:
        self.roots, self.cores, self.url, self.look = roots, cores, url, look
        self.calls: list[tuple[float, int]] = []
        """Times, and how many were answered until then."""
        self.took: dict[int, tuple[str, float]] = {}
        self.loops: dict[int, float] = {}
        self.moved: dict[int, tuple[int, int]] = {}
        self._look()
        self.before = {pid: seconds for pid, (_, seconds) in self.took.items()}
        self.at, self.busy = time.monotonic(), self._busy()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stopped.set()
        self.thread.join()
        self.at, self.busy = time.monotonic() - self.at, self._busy() - self.busy

    def cpu(self) -> dict[str, float]:
        """Seconds by kind. What an asker does is that of its busiest thread, the event loop, and that of the rest."""
        found: Counter[str] = Counter()
        for pid, (kind, seconds) in self.took.items():
            seconds -= self.before.get(pid, 0.0)
            loop = self.loops.get(pid, 0.0)
            if kind == "asker":
                found["asker loop"] += loop
                found["asker frames"] += seconds - loop
            else:
                found[kind] += seconds
        return {kind: round(seconds, 3) for kind, seconds in found.items()}

    def bytes(self) -> tuple[int, int]:
        read, written = (sum(one[n] for one in self.moved.values()) for n in (0, 1))
        return read, written

    def foreign(self) -> float:
        own = {kind: seconds for kind, seconds in self.cpu().items() if kind != "teacher" or self.cores > LAST}
        return max(0.0, self.busy - sum(own.values())) / (self.at * self.cores)

    def asking(self) -> float:
        most = self.calls[-1][1]
        return next(at for at, done in self.calls if done == most) - next(
            at for at, done in self.calls if done >= BEGUN * most
        )

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self.stopped.wait(LOOK):
            self.calls.append((time.monotonic(), openai_server.counters(self.url)["calls"]))
            if time.monotonic() - looked >= self.look:
                self._look()
                looked = time.monotonic()

    def _busy(self) -> float:
        """Seconds that the cores have worked."""
        return float(sum(sum(one) - one.idle - one.iowait for one in psutil.cpu_times(percpu=True)[: self.cores]))

    def _look(self) -> None:
        for root, pid in self.roots.items():
            with suppress(psutil.Error):
                top = psutil.Process(pid)
                self._note(top, root)
                for one in top.children():
                    self._below(one, root)

    def _below(self, process: psutil.Process, parent: str) -> None:
        with suppress(psutil.Error):
            kind = kind_of(" ".join(process.cmdline()), parent)
            self._note(process, kind)
            for one in process.children():
                self._below(one, "asker frames" if kind == "asker" else kind)

    def _note(self, process: psutil.Process, kind: str) -> None:
        with suppress(psutil.Error, OSError):
            spent = process.cpu_times()
            before, _ = self.took.get(process.pid, ("", 0.0))
            if kind == "rest of Ray" and before in ("worker", "asker", "shares"):
                kind = before  # between two tasks it has no name
            self.took[process.pid] = ("rest of Ray" if kind == "cluster" else kind, spent.user + spent.system)
            if kind == "asker":
                for one in process.threads():
                    if one.id != process.pid:  # that one imports, and waits
                        self.loops[process.pid] = max(self.loops.get(process.pid, 0.0), one.user_time + one.system_time)
            if kind in ("worker", "asker", "asker frames"):
                moved = process.io_counters()
                self.moved[process.pid] = (moved.read_chars, moved.write_chars)


def kind_of(command: str, parent: str) -> str:
    """What a process is by its command line."""
    first = command.split(" ", 1)[0]
    for end, kind in (("/raylet", "raylet"), ("/gcs_server", "GCS")):
        if first.endswith(end):
            return kind
    for begin, kind in (("Sharing", "shares"), ("Asking", "asker"), ("ray::Map", "worker")):
        if command.startswith("ray::") and begin in command:
            return kind
    return "rest of Ray" if parent in ("cluster", "raylet", "GCS") else parent


if __name__ == "__main__":
    hold(int(sys.argv[1]))
