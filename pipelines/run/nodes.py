"""The nodes of the cluster that a build runs on: how many there are, and askers on those that join."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..interrupts import LISTENER
from .ray_adapter import grow_pools
from .unit import Pass

JOIN_SECONDS = 600.0
"""As long a build waits for nodes that are to join."""
LOOK = 1.0
"""Seconds between two looks while it does."""
COUNT_EVERY = 10.0
"""Seconds after which nodes are counted anew while passes run."""

Node = dict[str, Any]
"""What Ray tells of a node."""


def alive() -> list[Node]:
    """The nodes that are there."""
    import ray

    found: Any = ray.nodes
    return [node for node in found() if node["Alive"]]


def working() -> list[Node]:
    """Those of them that have CPUs: tasks go there, and askers."""
    return [node for node in alive() if node["Resources"].get("CPU")]


def await_nodes(count: int, say: Callable[[str], object], seconds: float = JOIN_SECONDS) -> None:
    """Wait until the cluster has *count* nodes, its head among them, but not for longer than *seconds*; *say* what it
    has then."""
    end = time.monotonic() + seconds
    if len(alive()) < count:
        say(f"Waiting for {count} nodes to join …")
    while len(nodes := alive()) < count and time.monotonic() < end:
        LISTENER.check()
        time.sleep(LOOK)
    if len(nodes) < count:
        say(
            f"{len(nodes)} of {count} nodes have joined within {seconds:g} s, and the build begins with these. "
            "See Ray's logs on the others; those that join later are put to work."
        )
    there = [f"{sum(node['Resources'].get(key, 0) for node in nodes):g} {key}s" for key in ("CPU", "GPU")]
    say(f"The cluster has {len(nodes)} {'nodes' if len(nodes) > 1 else 'node'} with {there[0]} and {there[1]}.")


class AskerNodes:
    """Where the askers of a pass are: each new one goes to the node that was given the fewest."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def __call__(self) -> dict[str, Any]:
        """What Ray is told of the next one."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        node = min((one["NodeID"] for one in working()), key=lambda name: self._given[name])
        self._given[node] += 1
        return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=True)}  # elsewhere if the node dies


def follow(
    dataset: Any,
    chain: Sequence[Pass],
    ended: threading.Event,
    warn: Callable[[str], object],
    every: float = COUNT_EVERY,
) -> None:
    """Have askers on nodes that join while *dataset*, the passes of *chain*, is read, until it has *ended*.

    *warn* is told if this Ray has not the names by which that is done.
    """
    with suppress(Exception):  # of a Ray that ends or is dead, of which whoever reads the rows tells
        while not ended.wait(every):
            nodes = len(working())
            try:
                grow_pools(dataset, [work.askers_on(nodes) for work in chain if work.asks])
            except (AttributeError, TypeError, ValueError) as error:
                warn(f"Nodes that join now get no process that asks teachers, as this Ray is another one: {error}.")
                return
