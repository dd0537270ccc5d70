"""What vdata uses of Ray's internals is there, and does what is relied on, in the Ray that is installed."""

from __future__ import annotations

import importlib
import inspect
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from vdata.pipelines.run import ray_adapter, ray_run
from vdata.pipelines.run.reaper import ProcessFamily

RANGES = [">=2.54,<2.61"]
"""Ranges of Ray versions for which the adapter is known to hold. A Ray in none of them fails the test: see whether the
names below are still there, and then widen the last range, or write another adapter and another test."""


@pytest.fixture(params=RANGES)
def in_range(request: pytest.FixtureRequest) -> str:
    """The range of the installed Ray; the tests of others are skipped."""
    if version("ray") not in SpecifierSet(request.param):
        pytest.skip(f"Ray {version('ray')} is not {request.param}")
    return str(request.param)


def test_the_installed_ray_is_in_a_known_range() -> None:
    assert any(version("ray") in SpecifierSet(one) for one in RANGES), f"Ray {version('ray')} is in none of {RANGES}"


def test_private_names_are_there(in_range: str) -> None:
    from ray import _raylet
    from ray._private import node, ray_constants, services, worker
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    assert hasattr(worker, "_global_node"), in_range
    assert isinstance(ray_constants.ENABLE_RAY_CLUSTER, bool), in_range
    assert list(inspect.signature(node.Node.kill_all_processes).parameters)[1:3] == ["check_alive", "allow_graceful"]
    assert "self.all_processes" in inspect.getsource(node.Node.__init__)
    assert "process" in services.ProcessInfo._fields
    assert "addr" in inspect.signature(services.canonicalize_bootstrap_address).parameters
    assert all(hasattr(_raylet, name) for name in ("Config", "GcsClient", "AuthenticationTokenLoader")), in_range
    assert "_spill_on_unavailable" in inspect.signature(NodeAffinitySchedulingStrategy).parameters
    known = {ray_constants.PROCESS_TYPE_RAYLET, ray_constants.PROCESS_TYPE_GCS_SERVER}
    assert known == ray_adapter.PROCESSES.keys()


def test_a_stream_that_is_ended_has_its_executor_under_this_name(in_range: str) -> None:
    from ray.data import dataset

    assert "self._current_executor = executor" in inspect.getsource(dataset), in_range


def test_pools_of_actors_are_asked_for_their_size_by_these_names(in_range: str) -> None:
    """That they grow: ``test_a_node_that_joins_at_work_asks_too`` in test_cluster.py."""
    from ray.data._internal.actor_autoscaler import default_actor_autoscaler
    from ray.data._internal.execution.operators.actor_pool_map_operator import ActorPoolMapOperator
    from ray.data._internal.execution.streaming_executor import StreamingExecutor

    asks = inspect.getsource(default_actor_autoscaler)
    assert "actor_pool.min_size() - actor_pool.current_size()" in asks, in_range
    assert "actor_pool.current_size() > actor_pool.max_size()" in asks, in_range
    assert "self._topology" in inspect.getsource(StreamingExecutor), in_range
    assert hasattr(ActorPoolMapOperator, "get_autoscaling_actor_pools"), in_range


def test_where_actors_go_is_told_without_a_word_to_users(
    in_range: str, recwarn: pytest.WarningsRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray
    from ray.data import dataset

    given = ray_adapter.placed_by(dict)
    assert given == {"ray_remote_args_fn": dict}, in_range
    if hasattr(dataset, "_warn_on_ray_remote_args_fn"):
        dataset._warn_on_ray_remote_args_fn(dict)
    assert not [one for one in recwarn if "ray_remote_args_fn" in str(one.message)]
    monkeypatch.setattr(ray.data.Dataset, "map", lambda dataset, fn: dataset)
    assert ray_adapter.placed_by(dict) == {}, "as a later Ray may be"


def test_pools_grow_and_never_shrink() -> None:
    class Pool:
        def min_size(self) -> int:
            return 2

        max_size = min_size

    small, large, plain = Pool(), Pool(), SimpleNamespace(get_autoscaling_actor_pools=list)
    asking = [SimpleNamespace(get_autoscaling_actor_pools=partial(list, [pool])) for pool in (small, large)]
    topology = [plain, asking[0], plain, asking[1]]
    ray_adapter.grow_pools(SimpleNamespace(_current_executor=None), [3, 1])  # nothing has begun
    ray_adapter.grow_pools(SimpleNamespace(_current_executor=SimpleNamespace(_topology=topology)), [3, 1])
    assert [(pool.min_size(), pool.max_size()) for pool in (small, large)] == [(3, 3), (2, 2)]


def test_the_environment_is_read_under_these_names(in_range: str) -> None:
    """Settings of Ray's C++ (``RAY_prestart…``) are not among them: test_killed.py sees what those do."""
    code = """
from vdata.pipelines.run.ray_adapter import set_environment
set_environment()
from ray._private import ray_constants, worker
print(ray_constants.RAY_DEDUP_LOGS_SKIP_REGEX)
page = {"lines": ["A worker died\\nor was killed"], "pid": "raylet", "is_err": False}
worker.print_to_stdstream(page, False)
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == ["."], f"{in_range}: the page is not printed"


def test_the_user_settings_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ray_adapter.ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    ray_adapter.set_environment()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "1"
    assert os.environ["RAY_ENABLE_AUTO_CONNECT"] == "0"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for open sockets in /proc")
def test_a_local_ray_listens_on_the_loopback_address_only(ray: None) -> None:
    import ray as library

    @library.remote
    def work() -> int:
        time.sleep(1)
        return os.getpid()

    workers = set(library.get([work.remote() for _ in range(2)]))
    family = ProcessFamily(ray_run._reapers[-1]._mark)
    family.look()
    pids = {*family.look(), os.getpid()}
    assert workers < pids
    heard = listening(pids)
    assert len(heard) >= 4, "the raylet, the GCS, this process and an agent at least"
    assert {address for address in heard if not is_loopback(address)} == set()
    raylet: Any = importlib.import_module("ray._raylet")
    assert raylet.get_authentication_mode() == raylet.AuthenticationMode.TOKEN


def listening(pids: set[int]) -> list[IPv4Address | IPv6Address]:
    """The addresses on which *pids* listen for TCP connections."""
    sockets = set()
    for pid in pids:
        with suppress(OSError):  # it has ended
            for one in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    sockets.add(os.readlink(one))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                raw = bytes.fromhex(fields[1].partition(":")[0])
                words = [raw[n : n + 4][::-1] for n in range(0, len(raw), 4)]  # as little-endian machines keep them
                found.append(ip_address(b"".join(words)))
    return found


def is_loopback(address: IPv4Address | IPv6Address) -> bool:
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), ray_adapter.PROCESSES.items())
def test_a_dead_process_is_named_and_the_others_are_killed(in_range: str, kind: str, name: str) -> None:
    code = f"""
import os, signal, time
from vdata.pipelines.run import ray_adapter, ray_run
ray_run.start(None)
(process,) = ray_adapter.processes({kind!r})
print(repr(ray_adapter.dead_process()), flush=True)
process.send_signal(signal.SIGKILL)
process.wait()
print(ray_adapter.dead_process(), flush=True)
others = [one for kind in ray_adapter.PROCESSES for one in ray_adapter.processes(kind)]
ray_adapter.kill_processes()
print([one.wait(20) for one in others], flush=True)
os._exit(0)
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == ["''", name, str([-signal.SIGKILL] * 2)], in_range
