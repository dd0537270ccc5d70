"""What Ray sets aside for a worker of each pass: CPUs, a share of a GPU, memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UserError
from .unit import Pass

GIB = 2**30
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


def _options(work: Pass, gpus: float) -> Options:
    return {
        "num_cpus": work.cpus if work.cpus is not None else 0 if work.asks else 1,
        "num_gpus": work.gpus if 0 < work.gpus <= gpus else None,
        "memory": work.memory_gb * GIB or None,
    }
