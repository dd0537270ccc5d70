"""A build on a cluster of two nodes, one of which is killed at work: it goes on, and its rows are the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import killing
import openai_server
import pytest
from inline import without_ray
from killing import Child

from vdata.pipelines.build import run_build
from vdata.pipelines.run import cluster_token, ray_run
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.teachers.worker_teachers import LEDGER, read_ledger
from vdata.schemas.build_record import Usage
from vdata.schemas.plugins import find_classes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes of a node in /proc")

VIDEOS = 16
LONG = 600.0
"""Seconds that a step may take here, on a busy machine."""
CONFIG = """
videos: videos
labels:
  - {{kind: table, path: labels.csv, lane: events}}
stages:
  - scan
  - shots: {{min_seconds: 0.2}}
  - camera
  - slow: {{seconds: {seconds}}}
  - tasks: {{of: [events]}}
output: {{path: out}}
cache: {cache}
"""


@dataclass
class TwoNodes:
    """The running cluster of ``two_nodes.py``."""

    address: str
    raylet: int
    first: int
    """The raylet of the first node."""
    process: subprocess.Popen[bytes]

    def join(self) -> None:
        """Have the second node join, where it has yet to."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.raylet = int(next(line for line in self.process.stdout if line.strip().isdigit()))

    def workers(self, raylet: int = 0) -> dict[int, str]:
        """The processes of the second node, or of that of *raylet*, by id, with what they call themselves."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == (raylet or self.raylet):
                    found[int(stat.parent.name)] = stat.with_name("cmdline").read_text(errors="replace")
        return found

    def at_work(self) -> bool:
        """Whether a worker of the second node has a unit in hand."""
        return any(title.startswith("ray::Map") for title in self.workers().values())

    def askers(self, raylet: int) -> list[int]:
        """The processes that ask teachers on the node of *raylet*."""
        return [pid for pid, title in self.workers(raylet).items() if "Asking" in title]

    def kill(self) -> int:
        """Kill the second node, its raylet and all its workers. Returns how many processes that were."""
        victims = [self.raylet, *self.workers()]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        return len(victims)


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Makes the stage ``slow`` known, here and to all that is started."""
    folder = killing.register(tmp_path / "stages")
    path = [str(folder), str(killing.PLUGINS), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    monkeypatch.syspath_prepend(str(folder))
    find_classes.cache_clear()
    yield folder
    monkeypatch.undo()
    find_classes.cache_clear()


@pytest.fixture
def cluster(stages: Path, request: pytest.FixtureRequest) -> Iterator[TwoNodes]:
    folder = tempfile.mkdtemp(prefix="v", dir="/tmp")  # names of sockets must be short
    with subprocess.Popen(
        [sys.executable, str(killing.PLUGINS / "two_nodes.py"), *getattr(request, "param", ())],
        env={**os.environ, "RAY_TMPDIR": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if line.startswith(b"{"))
            yield TwoNodes(**json.loads(line), process=process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(LONG)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def config(tmp_path: Path, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], Path]:
    """Writes a config over sixteen short videos, with a cache of its own and so many seconds for each video."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "videos").mkdir()
    lines = ["video,start,end,text"]
    for n in range(VIDEOS):
        make_videos.plain(tmp_path / "videos" / f"v{n:02d}.mp4", 26 + n)
        lines += [f"v{n:02d}.mp4,0.1,0.5,A disc falls for the {n}th time.", f"v{n:02d}.mp4,0.6,1,The stripes go by."]
    (tmp_path / "labels.csv").write_text("\n".join(lines))

    def write(name: str, seconds: float) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(CONFIG.format(seconds=seconds, cache=tmp_path / f"{name}-cache"))
        return path

    return write


@pytest.mark.slow
def test_a_node_is_killed_at_work(
    cluster: TwoNodes, stages: Path, config: Callable[[str, float], Path], tmp_path: Path
) -> None:
    child = Child(config("cluster", 0.3), tmp_path / "out", stages, (), "--address", cluster.address)
    try:
        until(lambda: not child.alive or (cluster.at_work() and done(tmp_path / "out") >= 2))
        assert child.alive, child.said()
        assert cluster.kill() >= 2
        assert 2 <= done(tmp_path / "out") < VIDEOS
        assert child.wait(LONG) == 0, child.said()
    finally:
        child.end()
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        settings = load_config(config("clean", 0), [f"output.path={tmp_path / 'clean'}"])
        assert run_build(settings, limit=None, address=None, overwrite=False) == 0
    clean = killing.logical(tmp_path / "clean")
    assert len(clean["timelines"]) == VIDEOS
    assert len(clean["data"]) >= VIDEOS
    assert killing.logical(tmp_path / "out") == clean
    assert killing.funnel(tmp_path / "out") == killing.funnel(tmp_path / "clean")
    assert (killing.duplicates(tmp_path / "out"), killing.unreadable(tmp_path / "out")) == ([], [])
    assert "Traceback" not in child.said()


ASKED = """
labels:
  - {{kind: table, path: labels.csv, lane: events}}
teachers:
  scripted: {{kind: openai, model: scripted, base_url: {url}, concurrency: {most}, max_tokens: 32, budget: {budget}}}
stages: [inquire, plain: {{of: replies}}]
resources: {{inquire: {{askers: {askers}}}}}
output: {{path: {out}}}
cache: {out}-cache
"""
ROWS, MOST = 240, 12


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a config over 240 labels, each of which is asked about, with an endpoint and an output of its own."""
    monkeypatch.chdir(tmp_path)
    rows = [f"v{n:03d}.mp4,0.1,0.5,A disc falls for the {n}th time." for n in range(ROWS)]
    (tmp_path / "labels.csv").write_text("\n".join(["video,start,end,text", *rows]))

    def write(name: str, url: str, budget: dict[str, int] | None = None, askers: int = 1) -> Path:
        path = tmp_path / f"{name}.yaml"
        budget = budget or {"calls": ROWS + 2 * MOST}
        path.write_text(ASKED.format(url=url, most=MOST, budget=budget, askers=askers, out=tmp_path / name))
        return path

    return write


def asked_undisturbed(tmp_path: Path, asked: Callable[..., Path]) -> dict[str, list[str]]:
    """The rows of a build of the same in this process, by one asker."""
    with openai_server.running() as url, pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        settings = load_config(asked("clean", url), [])
        assert run_build(settings, limit=None, address=None, overwrite=False) == 0
    return killing.logical(tmp_path / "clean")


@pytest.mark.slow
@pytest.mark.parametrize("node", ["first", "second"])
def test_both_nodes_ask_and_either_dies(
    cluster: TwoNodes, stages: Path, asked: Callable[..., Path], tmp_path: Path, node: str
) -> None:
    with openai_server.running(mean=0.5, sigma=0.1) as url:
        config = asked("cluster", url)
        child = Child(config, tmp_path / "cluster", stages, (), "--address", cluster.address)
        try:
            until(lambda: not child.alive or openai_server.counters(url)["calls"] > ROWS // 4)
            assert child.alive, child.said()
            assert (len(cluster.askers(cluster.first)), len(cluster.askers(cluster.raylet))) == (1, 1)
            if node == "second":
                assert cluster.kill() >= 2
            else:  # the driver's own node: what asks there dies
                (asker,) = cluster.askers(cluster.first)
                os.kill(asker, signal.SIGKILL)
            assert child.wait(LONG) == 0, child.said()
        finally:
            child.end()
        seen = openai_server.counters(url)
    assert "Warning" not in child.said()
    assert seen["most"] <= MOST
    assert ROWS <= seen["calls"] <= ROWS + MOST, "what was in flight there is asked again, and nothing else"
    assert len(seen["prompts"]) == ROWS
    assert len(list((tmp_path / "cluster" / ".vdata" / LEDGER).glob("*.json"))) >= 2, "both have asked"
    assert killing.logical(tmp_path / "cluster") == asked_undisturbed(tmp_path, asked)
    assert (killing.duplicates(tmp_path / "cluster"), killing.unreadable(tmp_path / "cluster")) == ([], [])


ALONE = [json.dumps({"num_cpus": 1}), "4"]
"""The first node has four CPUs, and the second joins late."""


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [ALONE], indirect=True)
def test_a_node_that_joins_at_work_asks_too(
    cluster: TwoNodes, stages: Path, asked: Callable[..., Path], tmp_path: Path
) -> None:
    with openai_server.running(mean=3.0, sigma=0.1) as url:
        child = Child(asked("cluster", url), tmp_path / "cluster", stages, (), "--address", cluster.address)
        try:
            until(lambda: not child.alive or openai_server.counters(url)["calls"] >= MOST)
            assert child.alive, child.said()
            assert len(cluster.askers(cluster.first)) == 1
            cluster.join()
            until(lambda: not child.alive or bool(cluster.askers(cluster.raylet)))
            assert child.alive, f"the second node asks as long as there is work: {child.said()}"
            assert (len(cluster.askers(cluster.first)), len(cluster.askers(cluster.raylet))) == (1, 1)
            assert child.wait(LONG) == 0, child.said()
        finally:
            child.end()
        seen = openai_server.counters(url)
    assert "The cluster has 1 node with 4 CPUs and 0 GPUs." in child.said()
    assert (seen["calls"], len(seen["prompts"])) == (ROWS, ROWS)
    assert seen["most"] <= MOST, "what the teacher allows is for both"
    assert len(list((tmp_path / "cluster" / ".vdata" / LEDGER).glob("*.json"))) == 2, "both have asked"
    assert killing.logical(tmp_path / "cluster") == asked_undisturbed(tmp_path, asked)


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [ALONE], indirect=True)
def test_a_build_begins_when_the_nodes_are_there(
    cluster: TwoNodes, stages: Path, asked: Callable[..., Path], tmp_path: Path
) -> None:
    with openai_server.running() as url:
        child = Child(
            asked("cluster", url), tmp_path / "cluster", stages, (), "--address", cluster.address, "--nodes", "2"
        )
        try:
            until(lambda: not child.alive or "Waiting for 2 nodes to join" in child.said())
            time.sleep(3)
            assert child.alive, child.said()
            assert openai_server.counters(url)["calls"] == 0, "nothing is begun before"
            cluster.join()
            assert child.wait(LONG) == 0, child.said()
        finally:
            child.end()
    assert re.search(r"The cluster has 2 nodes with 5 CPUs and 0 GPUs\.", child.said())
    assert len(list((tmp_path / "cluster" / ".vdata" / LEDGER).glob("*.json"))) == 2, "both have asked"


@pytest.mark.slow
@pytest.mark.parametrize("askers", [1, 4])
@pytest.mark.parametrize("kind", ["calls", "tokens"])
def test_a_budget_is_not_passed_and_the_next_build_goes_on(
    stages: Path, asked: Callable[..., Path], tmp_path: Path, kind: str, askers: int
) -> None:
    """A call takes about 30 tokens, and may take about 100."""
    limit = {"calls": 100, "tokens": 3000}[kind]
    with openai_server.running(mean=0.3) as url:
        child = Child(asked("many", url, {kind: limit}, askers=askers), tmp_path / "many", stages)
        assert child.wait(LONG) == 1, child.said()
        spent = paid(tmp_path / "many")
        assert openai_server.counters(url)["calls"] == spent.calls, "what each of them has spent is in the ledger"
        used = {"calls": spent.calls, "tokens": spent.tokens_in + spent.tokens_out}[kind]
        assert f"the budget of teacher scripted is spent: {used} of {limit} {kind}" in child.said()
        assert limit - (110 if kind == "tokens" else 0) <= used <= limit
        child = Child(asked("many", url, {kind: 10 * limit}, askers=askers), tmp_path / "many", stages)
        assert child.wait(LONG) == 0, child.said()
        assert openai_server.counters(url)["calls"] == ROWS
    assert killing.logical(tmp_path / "many") == asked_undisturbed(tmp_path, asked)


SHOWN = """
videos: videos
teachers:
  scripted: {{kind: openai, model: scripted, base_url: {url}, concurrency: 16, record: {out}-record.jsonl}}
stages: [scan, shots: {{min_seconds: 0.2}}, caption: {{of: shots}}]
output: {{path: {out}}}
cache: {cache}
"""


SLOW_MEDIA = """
import importlib.abc, importlib.machinery, sys, time
from functools import wraps
from pathlib import Path

MODULE = "vdata.pipelines.teachers.picture_encoder"
MARK, MOST = Path(__file__).with_name("slow"), Path(__file__).with_name("most")

class Slowed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            encode = module.encode
            @wraps(encode)
            def slow(*args):
                task = Path("/proc/self/cmdline").read_text().startswith("ray::media")
                end = time.monotonic() + (float(MOST.read_text()) if task and MOST.exists() else float("inf"))
                while MARK.exists() and time.monotonic() < end:
                    time.sleep(0.05)
                return encode(*args)
            module.encode = slow
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Slowed())
"""
"""``sitecustomize.py``: no picture is encoded as long as the file ``slow`` stands beside it, and in tasks for so many
seconds as the file ``most`` has, if there is one."""


@pytest.fixture
def slow_media(stages: Path) -> Path:
    """The file that keeps all pictures from being encoded, in whatever process, as long as it is there."""
    (stages / "sitecustomize.py").write_text(SLOW_MEDIA)
    (stages / "slow").touch()
    return stages / "slow"


@pytest.mark.slow
def test_frames_are_made_on_both_nodes_while_one_asker_asks(
    slow_media: Path, cluster: TwoNodes, stages: Path, config: Callable[[str, float], Path], tmp_path: Path
) -> None:
    """The threads of the asker are kept busy until a task on the other node has begun. The first may be on its own."""
    slow_media.with_name("most").write_text("2")
    config("videos", 0)
    with openai_server.running() as url:
        nodes, asking = made_on(cluster, stages, SHOWN, url, tmp_path, slow_media)
        seen = openai_server.counters(url)
    assert nodes - {asking}, "beside the threads of the asker, tasks on the other node"
    assert seen["calls"] >= VIDEOS


def made_on(cluster: TwoNodes, stages: Path, text: str, url: str, folder: Path, slow: Path) -> tuple[set[int], int]:
    """The raylets of the nodes where tasks made frames for a build, and that of its one asker.

    *slow* is taken away when such tasks have begun on the node where nobody asks.
    """
    path, out = folder / "shown.yaml", folder / "shown"
    path.write_text(text.format(url=url, out=out, cache=folder / "cache"))
    child = Child(path, out, stages, (), "--address", cluster.address)
    nodes: set[int] = set()
    askers: set[int] = set()
    asking = 0
    try:
        end = time.monotonic() + LONG
        while child.alive and time.monotonic() < end:
            for raylet in (cluster.first, cluster.raylet):
                titles = cluster.workers(raylet)
                nodes |= {raylet for title in titles.values() if title.startswith("ray::media")}
                if own := {pid for pid, title in titles.items() if "Asking" in title}:
                    askers, asking = askers | own, raylet
            if asking and nodes - {asking}:
                slow.unlink(missing_ok=True)
            time.sleep(0.005)
        assert child.wait(LONG) == 0, child.said()
    finally:
        child.end()
    assert len(askers) == 1
    assert killing.unreadable(out) == []
    return nodes, asking


@pytest.mark.slow
def test_ctrl_c_while_tasks_make_frames(
    slow_media: Path, cluster: TwoNodes, stages: Path, config: Callable[[str, float], Path], tmp_path: Path
) -> None:
    """The tasks, which would never end, and the build's other processes are gone; the same command goes on."""
    config("videos", 0)

    def write(name: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(SHOWN.format(url=url, out=tmp_path / name, cache=tmp_path / f"{name}-cache"))
        return path

    def at_work() -> list[str]:
        titles = [*cluster.workers(cluster.first).values(), *cluster.workers().values()]
        return [title for title in titles if title.startswith(("ray::media", "ray::Map", "ray::Sharing"))]

    with openai_server.running() as url:
        child = Child(write("shown"), tmp_path / "shown", stages, (), "--address", cluster.address)
        try:
            until(lambda: not child.alive or any("media" in title for title in at_work()))
            assert child.alive, child.said()
            begun = time.monotonic()
            os.killpg(child.pid, signal.SIGINT)
            assert child.wait(60) == 130, child.said()
            assert time.monotonic() - begun < 30
            assert "Traceback" not in child.said()
            assert f"Interrupted. 0 of {VIDEOS} videos are safe in" in child.said()
            assert child.gone_within(30) == {}
            until(lambda: not at_work(), 60)
        finally:
            child.end()
        assert openai_server.counters(url)["calls"] == 0
        slow_media.unlink()
        again = Child(write("shown"), tmp_path / "shown", stages, (), "--address", cluster.address)
        assert again.wait(LONG) == 0, again.said()
        with pytest.MonkeyPatch.context() as patch:
            without_ray(patch)
            settings = load_config(write("clean"), [])
            assert run_build(settings, limit=None, address=None, overwrite=False) == 0
    assert len(killing.logical(tmp_path / "clean")["timelines"]) == VIDEOS
    assert killing.logical(tmp_path / "shown") == killing.logical(tmp_path / "clean")


def paid(out: Path) -> Usage:
    """What is in the ledger of the build."""
    return Usage.sum(read_ledger(out / ".vdata" / LEDGER)["scripted"].values())


PLACED = """
labels:
  - {{kind: table, path: labels.csv, lane: events}}
resources: {{placed: {{{resources}}}}}
stages:
  - placed: {{gpu: {gpu}}}
  - tasks: {{of: [events]}}
output: {{path: {out}}}
"""
LARGE = json.dumps({"num_cpus": 3, "num_gpus": 1, "memory": 4 * 2**30})
"""The second node; the first has one CPU."""


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [[LARGE]], indirect=True)
def test_workers_go_where_there_is_what_they_need(cluster: TwoNodes, stages: Path, tmp_path: Path) -> None:
    rows = [f"v{n:04d}.mp4,0.1,0.5,A disc falls for the {n}th time." for n in range(2000)]
    (tmp_path / "labels.csv").write_text("\n".join(["video,start,end,text", *rows]))

    def build(name: str, resources: str, gpu: float = 0) -> tuple[int, str, list[dict[str, Any]]]:
        config = tmp_path / f"{name}.yaml"
        config.write_text(PLACED.format(resources=resources, gpu=gpu, out=tmp_path / name))
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            child = Child(config, tmp_path / name, stages, (), "--address", cluster.address)
            status = child.wait(LONG)
        spans = [json.loads(row)["lane_places"][0] for row in killing.logical(tmp_path / name).get("timelines", ())]
        return status, child.said(), spans

    status, said, spans = build("memory", "cpus: 2, memory_gb: 2.5")
    assert status == 0, said
    (large,) = {span["text"] for span in spans}
    status, said, _ = build("most", "cpus: 8")
    assert status == 2, said
    assert "resources: placed" in said
    assert "cpus: 8 can never be set aside: no node has all of that. The nearest, " in said
    assert "has cpus: 3 only" in said
    status, said, spans = build("gpu", "cpus: 1", gpu=1)
    assert status == 0, said
    assert {span["text"] for span in spans} == {large}, "there alone is a GPU"
    assert {value["value"] for span in spans for value in span["values"] if value["name"] == "gpus"} == {1.0}


def test_nobody_at_the_address_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ray_run._reach(f"127.0.0.1:{port}")
        ray_run._reach("auto")
    begun = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        ray_run._reach(f"127.0.0.1:{port}")
    assert time.monotonic() - begun < 60, "Ray would try for two minutes"


def test_a_cluster_that_is_not_named_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    given: dict[str, object] = {}
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda **settings: given.update(settings))
    monkeypatch.setattr(ray_run, "_reapers", [])
    monkeypatch.setattr(cluster_token, "agree", lambda address: None)  # another test may have a cluster here
    assert ray_run.start(None)
    for reaper in ray_run._reapers:
        reaper.close()
    assert given["address"] == "local"  # not RAY_ADDRESS, and not a Ray that runs on this machine
    given.clear()
    assert ray_run.start("auto")
    assert (given["address"], "object_store_memory" in given) == ("auto", False)


def done(out: Path) -> int:
    """Units that are committed."""
    return len(list((out / ".vdata" / "parts" / "0").glob("[!.]*.json")))


def until(true: Callable[[], bool], seconds: float = LONG) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
