"""What Ray sets aside for a worker of each pass: CPUs, a share of a GPU, memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UserError
from .unit import Pass

GIB = 2**30
ASKER_BYTES = 256 * 2**20
"""What an asker beside others sets aside: about what it takes, and Ray spreads over the nodes only what takes some."""
Options = dict[str, float | None]
"""``num_cpus``, ``num_gpus`` and ``memory`` (bytes), as Ray takes them."""


def worker_options(chain: Sequence[Pass], say: Callable[[str], object]) -> dict[int, Options]:
    """What a worker of each pass of *chain* asks Ray for, by the pass's number.

    A cluster without a GPU would be waited for for ever: then none is set aside, which is told to *say*.

    Raises:
        UserError: no node has the CPUs, or the memory, that a pass asks for.
    """
    if not any(work.cpus is not None or work.gpus or work.memory_gb for work in chain):
        return {work.number: _options(work, 0) for work in chain}
    import ray

    found: Any = ray.nodes
    nodes: list[dict[str, float]] = [node["Resources"] for node in found() if node["Alive"]]
    most = {name: max((node.get(name, 0) for node in nodes), default=0) for name in ("CPU", "GPU", "memory")}
    for work in chain:
        labels = ", ".join(work.labels)
        if most["GPU"] < work.gpus:
            say(f"{labels}: gpu: {work.gpus:g} is set, and Ray knows of no GPU here: none is set aside.")
        for key, wanted, had in (
            ("cpus", work.cpus or 0, most["CPU"]),
            ("memory_gb", work.memory_gb, most["memory"] / GIB),
        ):
            if wanted > had:
                raise UserError(
                    f"resources: {labels}: {key}: {wanted:g} can never be set aside: the largest node has {had:.3g}. "
                    "Write less, or start a node that has so much."
                )
    return {work.number: _options(work, most["GPU"]) for work in chain}


def asker_counts(chain: Sequence[Pass], units: int) -> dict[int, int]:
    """How many processes ask for each pass of *chain* that asks teachers, by its number; *units* are to be done."""
    asking = [work for work in chain if work.asks] if units else []
    nodes = _nodes() if any(work.most_askers > 1 for work in asking) else 1
    return {work.number: min(work.most_askers, nodes * work.askers, units) for work in asking}


def _nodes() -> int:
    """How many nodes work: those with CPUs."""
    import ray

    found: Any = ray.nodes
    return max(1, sum(bool(node["Alive"] and node["Resources"].get("CPU")) for node in found()))


def _options(work: Pass, gpus: float) -> Options:
    return {
        "num_cpus": work.cpus if work.cpus is not None else 0 if work.asks else 1,
        "num_gpus": work.gpus if 0 < work.gpus <= gpus else None,
        "memory": work.memory_gb * GIB or (ASKER_BYTES if work.asks and work.askers > 1 else None),
    }
