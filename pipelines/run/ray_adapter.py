"""What vdata needs of Ray beyond its public API. Nothing else in vdata reads or calls what is private to Ray.

Ray has no public way to learn that its raylet or its GCS has died: calls such as ``ray.nodes()`` wait for the dead
process for a minute, and then Ray ends the program. Nor has it one to end its processes without asking them first.
``tests/pipelines/run/test_ray_adapter.py`` holds every private name that is used here against the installed Ray.
"""

from __future__ import annotations

import importlib
import inspect
import os
import secrets
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # what still runs when Ray ends must not start it again
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # Ray prints a page about each worker that dies, whatever log_to_driver is. The row that killed it has the reason.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # Ray's C++ prints what it thinks of actors, and of tasks that an interrupted build left, over what the build says.
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    # Ray hangs for ever if one of the workers dies that it starts before it lets the driver in.
    "RAY_prestart_worker_first_driver": "0",
}
LOOPBACK = "127.0.0.1"
"""Where a Ray that is started here listens, and nowhere else."""
PROCESSES = {"raylet": "raylet", "gcs_server": "GCS"}
"""The processes without which Ray cannot go on: how Ray calls them, and how people do."""


def set_environment(*, local: bool = False) -> None:
    """Set what Ray reads from the environment, where the user has not. To be called before Ray is imported.

    With *local*, for a Ray that is started here: it lets in only who has a token, which this build makes.
    """
    token = {"RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_AUTH_MODE": "token"}
    for name, value in {**ENVIRONMENT, **(token if local and "ray" not in sys.modules else {})}.items():
        os.environ.setdefault(name, value)


@contextmanager
def on_this_machine() -> Iterator[None]:
    """The Ray that is started inside listens on the loopback address only."""
    from ray._private import ray_constants

    before = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False  # else Ray takes 127.0.0.1 for the machine's own address
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before


def bootstrap_address(address: str) -> str | None:
    """The ``HOST:PORT`` of the cluster that Ray means by *address* (``auto``, or an address); None if there is none."""
    from ray._private import services

    found: str | None = services.canonicalize_bootstrap_address(address)
    return found


def lets_in(address: str, mode: str) -> bool:
    """Whether the cluster at *address*, ``HOST:PORT``, lets in who comes in *mode* (RAY_AUTH_MODE, which stays set).

    It takes milliseconds where somebody listens. Other errors than a refusal are left to Ray, which tells them.
    """
    from ray.exceptions import AuthenticationError, RpcError

    raylet = _raylet()
    os.environ["RAY_AUTH_MODE"] = mode
    raylet.Config.initialize("")  # this process has read the variable before
    try:
        raylet.GcsClient(address=address)
    except AuthenticationError:
        return False
    except RpcError:
        return True
    return True


def has_token() -> bool:
    """Whether there is a token where Ray looks for it: RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH, ``~/.ray/auth_token``."""
    return bool(_raylet().AuthenticationTokenLoader.instance().has_token(ignore_auth_mode=True))


def on_or_near(node: str) -> Any:
    """Where a task is to run: on *node*, by its id, if it has a processor to spare, and else wherever there is one.

    By what is public such a task would wait for the node, however long it is busy.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node, soft=True, _spill_on_unavailable=True)


def dead_process() -> str:
    """Which process of the Ray that was started here has died (``raylet``, ``GCS``); empty: none."""
    for kind, name in PROCESSES.items():
        if any(process.poll() is not None for process in processes(kind)):
            return name
    return ""


def processes(kind: str) -> list[subprocess.Popen[bytes]]:
    """The processes of a *kind* that Ray has here, as ``subprocess.Popen``; none when it runs elsewhere."""
    return [one.process for one in getattr(_node(), "all_processes", {}).get(kind, ())]


def end_stream(dataset: Any) -> None:
    """End the rows that *dataset* yields in another thread: its tasks are cancelled, and the iterator there stops."""
    executor = getattr(dataset, "_current_executor", None)
    if executor is not None:  # none before the first row
        executor.shutdown(force=True)


def placed_by(place: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What ``Dataset.map`` is told so that *place* says where each actor of a pool goes.

    Nothing where it takes no such thing, as Ray 2.64 is said to: there Ray spreads them as it thinks best.
    """
    import ray

    if "ray_remote_args_fn" not in inspect.signature(ray.data.Dataset.map).parameters:
        return {}
    warnings.filterwarnings("ignore", message="`ray_remote_args_fn` is deprecated")
    return {"ray_remote_args_fn": place}


def grow_pools(dataset: Any, sizes: Sequence[int]) -> None:
    """Let the pools of actors of *dataset*, whose rows another thread reads, have so many actors each, in their order:
    Ray Data starts those that are missing. A pool that is larger stays as it is.

    By what is public a pool has the size, or the range, that it began with.
    """
    executor = getattr(dataset, "_current_executor", None)
    operators = getattr(executor, "_topology", None) or ()  # none before the first row
    pools = [pool for operator in operators for pool in operator.get_autoscaling_actor_pools()]
    for pool, size in zip(pools, sizes, strict=True) if pools else ():
        if size > pool.min_size():
            pool.min_size = pool.max_size = partial(int, size)  # Ray's autoscaler of pools asks for them by these


def kill_processes() -> None:
    """Kill what is left of the Ray that was started here: its processes would wait for the one that is dead."""
    _node().kill_all_processes(check_alive=False, allow_graceful=False)


def _raylet() -> Any:
    """Ray's C++ as Python sees it; it has no types."""
    return importlib.import_module("ray._raylet")


def _node() -> Any:
    """Ray's account of what it started on this machine."""
    from ray._private import worker

    return worker._global_node
