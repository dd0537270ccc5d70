"""What vdata needs of Ray beyond its public API. Nothing else in vdata reads or calls what is private to Ray.

Ray has no public way to learn that its raylet or its GCS has died: calls such as ``ray.nodes()`` wait for the dead
process for a minute, and then Ray ends the program. Nor has it one to end its processes without asking them first.
``tests/pipelines/run/test_ray_adapter.py`` holds every private name that is used here against the installed Ray.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # what still runs when Ray ends must not start it again
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # Ray prints a page about each worker that dies, whatever log_to_driver is. The row that killed it has the reason.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # Ray hangs for ever if one of the workers dies that it starts before it lets the driver in.
    "RAY_prestart_worker_first_driver": "0",
}
PROCESSES = {"raylet": "raylet", "gcs_server": "GCS"}
"""The processes without which Ray cannot go on: how Ray calls them, and how people do."""


def set_environment() -> None:
    """Set what Ray reads from the environment, where the user has not. To be called before Ray is imported."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def dead_process() -> str:
    """Which process of the Ray that was started here has died (``raylet``, ``GCS``); empty: none."""
    for kind, name in PROCESSES.items():
        if any(process.poll() is not None for process in processes(kind)):
            return name
    return ""


def processes(kind: str) -> list[subprocess.Popen[bytes]]:
    """The processes of a *kind* that Ray has here, as ``subprocess.Popen``; none when it runs elsewhere."""
    return [one.process for one in getattr(_node(), "all_processes", {}).get(kind, ())]


def kill_processes() -> None:
    """Kill what is left of the Ray that was started here: its processes would wait for the one that is dead."""
    _node().kill_all_processes(check_alive=False, allow_graceful=False)


def _node() -> Any:
    """Ray's account of what it started on this machine."""
    from ray._private import worker

    return worker._global_node
