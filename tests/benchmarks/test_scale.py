"""The simulator of clusters, on cases whose answers are known by calculation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.pipelines.run.ray_run import MOST_BLOCKS

simpy = pytest.importorskip("simpy")

FREE = {
    "worker_video": 0.0, "calls_video": 10.0, "rounds": 1.0, "loop_call": 0.0, "frames_call": 0.0, "driver_video": 0.0,
    "driver_unit": 0.0, "driver_block": 0.0, "gcs_block": 0.0, "ray_second": 0.0, "message": 0.0, "claim": 0.0,
    "bytes_video": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def model(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("scale_model")


def run(model: ModuleType, videos: int, cluster: dict[str, Any], **costs: float) -> Any:
    return model.simulate(videos, model.Cluster(**cluster), model.Costs(**FREE | costs))


def test_what_waits_before_one_server_is_as_the_formula_says(model: ModuleType) -> None:
    """M/D/1 by the Pollaczek-Khinchine formula: at a load of 0.8 and 1 s each, 2 s in the line and 1 s at work."""
    env, draw, stays = simpy.Environment(), np.random.default_rng(0), []
    line = model.Line(env, model.Server(env, 1.0))

    def customer() -> Any:
        begun = env.now
        yield from line.do(1.0)
        stays.append(env.now - begun)

    def arrivals() -> Any:
        for _ in range(40_000):
            yield env.timeout(draw.exponential(1 / 0.8))
            env.process(customer())

    env.process(arrivals())
    env.run()
    assert np.mean(stays) == pytest.approx(3.0, rel=0.05)


def test_work_that_is_shared_evenly(model: ModuleType) -> None:
    """M/M/1 with processor sharing: 1 s of work on average, at a load of 0.5, takes 2 s on average."""
    env, draw, stays = simpy.Environment(), np.random.default_rng(1), []
    server = model.Server(env, 1.0)

    def customer() -> Any:
        begun = env.now
        yield server.do(draw.exponential(1.0))
        stays.append(env.now - begun)

    def arrivals() -> Any:
        for _ in range(40_000):
            yield env.timeout(draw.exponential(2.0))
            env.process(customer())

    env.process(arrivals())
    env.run()
    assert np.mean(stays) == pytest.approx(2.0, rel=0.05)
    assert server.busy / env.now == pytest.approx(0.5, rel=0.03)


def test_jobs_of_several_weights_on_two_cores(model: ModuleType) -> None:
    env = simpy.Environment()
    server = model.Server(env, 2.0)
    ends = {}

    def job(name: str, seconds: float, weight: float) -> Any:
        yield server.do(seconds, weight)
        ends[name] = env.now

    for name, seconds, weight in (("one", 1.0, 1.0), ("three", 1.0, 3.0), ("long", 3.0, 1.0)):
        env.process(job(name, seconds, weight))
    env.run()
    assert ends["one"] == ends["three"] == pytest.approx(2.5)  # five of weight one on two cores
    assert ends["long"] == pytest.approx(4.5)  # and then alone, on one core


def test_gpus_are_the_limit(model: ModuleType) -> None:
    done = run(model, 16_000, {"nodes": 4, "gpus": 2, "calls_gpu": 10.0}, worker_video=0.001)
    assert done.seconds == pytest.approx(16_000 * 10 / (2 * 10), rel=0.02)
    assert done.fullest == "GPUs"
    assert done.efficiency > 0.97


def test_cpus_are_the_limit(model: ModuleType) -> None:
    done = run(model, 16_000, {"nodes": 4, "cores": 4, "gpus": 64}, worker_video=2.0)
    assert done.seconds == pytest.approx(16_000 * 2 / 16, rel=0.02)
    assert done.fullest == "CPUs"


def test_too_few_blocks_leave_cpus_idle(model: ModuleType) -> None:
    """Of 100 blocks on 80 CPUs the last 20 run alone: the time is that of two blocks on each."""
    cluster = model.Cluster(nodes=20, cores=4, gpus=10_000)
    done = model.simulate(8_000, cluster, model.Costs(**FREE | {"worker_video": 1.0}), most_blocks=100)
    assert done.seconds == pytest.approx(2 * 80, rel=0.05)
    assert done.efficiency == pytest.approx(100 / 160, rel=0.05)


def test_the_command_is_the_limit(model: ModuleType) -> None:
    done = run(model, 8_000, {"nodes": 50, "gpus": 512}, worker_video=0.1, driver_video=0.05)
    assert done.seconds == pytest.approx(8_000 * 0.05, rel=0.1)
    assert done.fullest == "the command"


def test_an_event_loop_is_the_limit_and_more_askers_mend_it(model: ModuleType) -> None:
    one = run(model, 8_000, {"nodes": 1, "gpus": 512}, loop_call=0.01)
    assert one.fullest == "an asker's event loop"
    assert one.seconds == pytest.approx(8_000 * 10 * 0.01, rel=0.05)
    four = run(model, 8_000, {"nodes": 1, "gpus": 512, "askers": 4}, loop_call=0.01)
    assert four.seconds == pytest.approx(one.seconds / 4, rel=0.1)


def test_storage_is_the_limit(model: ModuleType) -> None:
    cluster = {"nodes": 10, "gpus": 512, "storage": 1e9, "network": 1e9}
    done = run(model, 8_000, cluster, worker_video=0.001, bytes_video=1e7)
    assert done.seconds == pytest.approx(8_000 * 1e7 / 1e9, rel=0.05)
    assert done.fullest == "storage"


def test_a_cpu_starts_and_a_teacher_beside_the_last_node_takes_of_it(model: ModuleType) -> None:
    cluster = {"nodes": 1, "cores": 1.0, "gpus": 1000, "calls_gpu": 16.0, "batch": 32}
    bare = run(model, 8, cluster, worker_video=1.0).seconds
    assert run(model, 8, cluster, worker_video=1.0, worker_start=3.0).seconds == pytest.approx(bare + 3.0)
    assert run(model, 8, cluster, worker_video=1.0, teacher_call=0.25).seconds == pytest.approx(bare + 80 * 0.25)


def test_messages_of_askers_take_of_the_first_node(model: ModuleType) -> None:
    """An asker whose calls are few sends a message for each, and four a second besides: on a node of one core."""
    cluster, costs = {"nodes": 1, "cores": 1.0, "gpus": 1000, "calls_gpu": 16.0, "batch": 32}, {"worker_video": 10.0}
    bare = run(model, 8, cluster, **costs).seconds
    talk = (80 / bare + 1 / model.BEAT) * 0.1
    assert 0.4 < talk < 1
    assert run(model, 8, cluster, message=0.1, **costs).seconds == pytest.approx(bare / (1 - talk), rel=0.1)


def test_each_round_waits_for_the_one_before(model: ModuleType) -> None:
    cluster = model.Cluster(nodes=1, gpus=1000, calls_gpu=16.0, batch=32)
    costs = model.Costs(**FREE)
    quick, slow = (model.simulate(8, cluster, replace(costs, rounds=rounds)).seconds for rounds in (1, 6))
    each = 2.0 + model.GATHERING
    assert (quick, slow) == (pytest.approx(each), pytest.approx(6 * each))


def test_the_same_work_takes_as_long_again(model: ModuleType) -> None:
    settings = {"nodes": 3, "gpus": 4}
    first, second = (run(model, 4_000, settings, worker_video=1.0, loop_call=0.002, message=0.0002) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_the_page_says_what_the_simulator_says(benchmark: Callable[[str], ModuleType]) -> None:
    """With its figures of this build, and shares of time that are none over the whole."""
    scale = benchmark("scale")
    page = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text()
    figures = json.loads(scale.FIGURES.read_text())["figures"]
    told = [
        f"{figures['worker_video']:.1f} s of CPU", f"{figures['calls']:.0f} calls a video",
        f"{1000 * figures['loop_call']:.1f} ms of an asker", f"{1000 * figures['frames_call']:.1f} ms of its decoders",
        f"{1000 * figures['message']:.1f} ms of the shared place",
    ]  # fmt: skip
    for words in told:
        assert words in page.replace("\n", " ")
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| [\d,]+ \| \d+ \|", line)]
    assert len(rows) == 5
    cluster = scale.Cluster(1, 16, 0, 1, 15.0, 32, 12.5e9)
    for nodes, gpus, hours, efficiency, _ in rows:
        sized = replace(cluster, nodes=int(nodes.strip("| ").replace(",", "")), gpus=int(gpus))
        done = scale.simulate(1_000_000, sized, scale.costs(figures), MOST_BLOCKS)
        assert (f"{done.seconds / 3600:,.1f}", f"{done.efficiency:.3f}") == (hours, efficiency)
        assert max(done.used.values()) <= 1.0001
