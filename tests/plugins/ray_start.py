"""Clusters on this machine that the command ``ray start`` makes, as users make them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

RAY = str(Path(sys.executable).with_name("ray"))
SMALL = ("--num-cpus=1", f"--object-store-memory={80 * 2**20}", "--block")


@dataclass
class Started:
    """A cluster, and how it gets another node."""

    address: str
    add: Callable[[], None]


@contextmanager
def cluster(home: Path, port: int, nodes: int | Sequence[Mapping[str, str]], **variables: str) -> Iterator[Started]:
    """A cluster of so many *nodes* of one CPU, each made by ``ray start`` where *home* is the home.

    *nodes* may be the variables of each, of which ``PWD`` is the folder that it is started in.
    """
    each: Sequence[Mapping[str, str]] = [{} for _ in range(nodes)] if isinstance(nodes, int) else nodes
    folder = tempfile.mkdtemp(prefix="v", dir="/tmp")  # names of sockets must be short
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment = kept | {"HOME": str(home), "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": folder} | variables
    here = f"127.0.0.1:{port}"
    begun: list[subprocess.Popen[str]] = []

    def start(own: Mapping[str, str], *words: str, **more: str) -> None:
        node = subprocess.Popen(
            [RAY, "start", *words, "--node-ip-address=127.0.0.1", *SMALL],
            env=more | environment | dict(own),
            cwd=own.get("PWD"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(node)
        assert node.stdout is not None
        said = []
        for line in node.stdout:
            said.append(line)
            if "Ray runtime started" in line:
                return
        pytest.fail("".join(said))

    def add(own: Mapping[str, str] = MappingProxyType({})) -> None:
        start(own, f"--address={here}", RAY_AUTH_MODE="token")

    try:
        start(each[0], "--head", f"--port={port}", "--include-dashboard=false")
        for own in each[1:]:
            add(own)
        yield Started(here, add)
    finally:
        for node in reversed(begun):
            with suppress(ProcessLookupError):
                os.killpg(node.pid, signal.SIGTERM)
        for node in begun:
            with suppress(subprocess.TimeoutExpired):
                node.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(node.pid, signal.SIGKILL)
            assert node.stdout is not None
            node.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
