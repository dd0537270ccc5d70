"""Engines on the nodes of a cluster whose GPUs are declared: where they are, when a node dies, when one is added.

Each case is a process of its own, ``python test_engines_on_nodes.py CASE``, which prints what it saw as a line of JSON:
its Ray is not that of other tests. An actor that answers with the name of its node plays vLLM.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

STORE = {"object_store_memory": 80 * 2**20}
QUICK = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
LONG = 240


class Player:
    """Plays an engine."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments

    async def load(self) -> str:
        return ""

    async def ask(self, seconds: float) -> str:
        import ray

        await asyncio.sleep(seconds)
        return str(ray.get_runtime_context().get_node_id())

    async def close(self) -> None:
        pass


def engines(**keys: Any) -> Any:
    from functools import partial

    from vdata.pipelines.teachers import vllm_engine as module
    from vdata.pipelines.teachers.engines import Engines
    from vdata.pipelines.teachers.kinds.vllm import VLLM

    vllm_engine: Any = module
    vllm_engine.VllmActor = Player
    among, settings = keys.pop("among", {}), VLLM(model="a/b", **keys)
    each = vllm_engine.gpus(settings, 1)
    least = settings.replica_range.min
    return Engines(partial(vllm_engine.start, settings, each), least, stop=vllm_engine.stop, **among)


async def until(true: Any) -> None:
    async with asyncio.timeout(LONG):
        while not true():
            await asyncio.sleep(0.2)


def ready(pool: Any) -> int:
    return sum(engine.actor is not None for engine in pool.engines)


async def node_dies(cluster: Any) -> dict[str, Any]:
    """Two engines are on two nodes; one dies with its node, its questions are asked again, it is back on a third."""
    second = cluster.add_node(num_cpus=1, num_gpus=1, **STORE)
    cluster.wait_for_nodes()
    pool = engines(replicas=2)
    await pool.open()
    await until(lambda: ready(pool) == 2)
    homes = await asyncio.gather(*(pool.ask(0.1) for _ in range(2)))
    asked = [asyncio.create_task(pool.ask(6.0)) for _ in range(4)]
    await asyncio.sleep(1)
    cluster.remove_node(second, allow_graceful=False)
    answers = await asyncio.gather(*asked)
    alone = ready(pool)
    third = cluster.add_node(num_cpus=1, num_gpus=1, **STORE)
    await until(lambda: ready(pool) == 2)
    later = await asyncio.gather(*(pool.ask(0.1) for _ in range(2)))
    await pool.close()
    return {
        "homes": len(set(homes)),
        "answers": len(answers),
        "on the dead": answers.count(second.node_id),
        "alone": alone,
        "back": third.node_id in later,
    }


async def across(cluster: Any) -> dict[str, Any]:
    """An engine that needs more GPUs than a node has reserves them on both, and frees them in the end."""
    import ray
    from ray.util.placement_group import placement_group_table

    cluster.add_node(num_cpus=1, num_gpus=1, **STORE)
    cluster.wait_for_nodes()
    pool = engines(tensor_parallel=2)
    await pool.open()
    (group,) = [one for one in placement_group_table().values() if one["state"] == "CREATED"]
    free_now: Any = ray.available_resources
    with_it = free_now()
    await pool.close()

    def free() -> bool:
        return bool(free_now().get("GPU", 0) == 2)

    await until(free)
    return {"nodes": len(set(group["bundles_to_node_id"].values())), "free": with_it.get("GPU", 0.0)}


async def pools(cluster: Any) -> dict[str, Any]:
    """What watches over engines is on the node that makes it, and lives when another node dies."""
    import ray

    from vdata.pipelines.teachers.kinds.vllm import VLLM
    from vdata.pipelines.teachers.vllm_engine import pool

    second = cluster.add_node(num_cpus=4, **STORE)
    cluster.wait_for_nodes()
    here: Any = ray.get_runtime_context()
    nodes: Any = ray.nodes
    found = [pool(VLLM(model=f"a/{n}")) for n in range(6)]
    await asyncio.gather(*(one.restarts.remote() for one in found))
    homes = [await one.__ray_call__.remote(node_of) for one in found]
    cluster.remove_node(second, allow_graceful=False)
    await until(lambda: len([node for node in nodes() if node["Alive"]]) == 1)
    alive = await asyncio.gather(*(one.restarts.remote() for one in found), return_exceptions=True)
    return {"here": homes.count(here.get_node_id()), "alive": alive.count(0)}


def node_of(actor: Any) -> str:
    import ray

    return str(ray.get_runtime_context().get_node_id())


async def autoscaled() -> dict[str, Any]:
    """A second engine brings a second node, which goes when it is not needed."""
    import ray

    def gpus() -> float:
        there: Any = ray.cluster_resources
        return float(there().get("GPU", 0))

    pool = engines(gpu=1, among={"most": 2, "full": 1, "idle": 6.0})
    await pool.open()
    before = gpus()
    begun = time.monotonic()
    answers: list[str] = []
    while len(set(answers)) < 2:
        assert time.monotonic() - begun < LONG
        answers += await asyncio.gather(*(pool.ask(0.5) for _ in range(3)))
    during = gpus()
    await until(lambda: len(pool.engines) == 1)
    await until(lambda: gpus() == 1)
    await pool.close()
    return {"before": before, "during": during}


@contextmanager
def autoscaling() -> Iterator[str]:
    """The address of a cluster without GPUs, to which Ray's own autoscaler adds nodes of one on this machine, and from
    which it takes them. (``ray.cluster_utils.AutoscalingCluster`` ends every Ray of the machine when it begins.)"""
    from ray._private import services

    own: Any = services.get_node_ip_address
    here, port, folder = own(), free_port(), os.environ["RAY_TMPDIR"]
    of_gpu = {"resources": {"CPU": 1, "GPU": 1, **STORE}, "node_config": {}, "min_workers": 0, "max_workers": 2}
    of_head = {"resources": {"CPU": 1}, "node_config": {}, "max_workers": 0}
    config = {
        "cluster_name": "fake",
        "max_workers": 2,
        "idle_timeout_minutes": 0.1,
        "provider": {
            "type": "fake_multinode",
            "gcs_address": f"{here}:{port}",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "available_node_types": {"gpu": of_gpu, "ray.head.default": of_head},
        "head_node_type": "ray.head.default",
        "upscaling_speed": 1.0,
        "file_mounts_sync_continuously": False,
        "auth": {"ssh_user": "nobody"},
        **{name: {} for name in ("docker", "file_mounts")},
        **{name: [] for name in ("cluster_synced_files", "rsync_exclude", "rsync_filter", "initialization_commands")},
        **{f"{name}_commands": [] for name in ("setup", "head_setup", "worker_setup")},
        **{f"{name}_start_ray_commands": [] for name in ("head", "worker")},
    }
    file = os.path.join(folder, "scaling.json")
    with open(file, "w") as written:
        json.dump(config, written)
    ray_command = os.path.join(os.path.dirname(sys.executable), "ray")
    size = ["--num-cpus=1", "--num-gpus=0", f"--object-store-memory={STORE['object_store_memory']}", "--block"]
    head = subprocess.Popen(
        [ray_command, "start", "--head", f"--port={port}", f"--autoscaling-config={file}", *size],
        env={**os.environ, "RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert head.stdout is not None
    try:
        if not any("Ray runtime started" in line for line in head.stdout):
            raise RuntimeError("Ray did not start")
        yield f"{here}:{port}"
    finally:
        head.terminate()
        for words in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if folder.encode() in words.read_bytes():
                    os.kill(int(words.parent.name), signal.SIGKILL)
        head.stdout.close()
        head.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


CASES = {"node_dies": node_dies, "across": across, "pools": pools}


def main(case: str) -> None:
    import ray

    if case == "autoscaled":
        with autoscaling() as address:
            ray.init(address, log_to_driver=False)
            try:
                print(json.dumps(asyncio.run(autoscaled())), flush=True)
            finally:
                ray.shutdown()
        return
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "num_gpus": 1, "include_dashboard": False, **STORE, "_system_config": QUICK}
    cluster: Any = Cluster(initialize_head=True, head_node_args=head)
    try:
        ray.init(cluster.address, log_to_driver=False)
        print(json.dumps(asyncio.run(CASES[case](cluster))), flush=True)
    finally:
        ray.shutdown()
        cluster.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="several nodes on one machine")
@pytest.mark.parametrize(
    ("case", "seen"),
    [
        ("node_dies", {"homes": 2, "answers": 4, "on the dead": 0, "alone": 1, "back": True}),
        ("across", {"nodes": 2, "free": 0.0}),
        ("pools", {"here": 6, "alive": 6}),
        ("autoscaled", {"before": 1.0, "during": 2.0}),
    ],
)
def test_engines_on_nodes(case: str, seen: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix="v", dir="/tmp") as folder:  # names of sockets must be short
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        done = subprocess.run(
            [sys.executable, __file__, case],
            env={**kept, "RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"},
            capture_output=True,
            text=True,
            timeout=2 * LONG,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")] == [seen]


if __name__ == "__main__":
    main(sys.argv[1])
