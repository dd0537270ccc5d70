"""What Ray sets aside for a worker of each pass: CPUs, a share of a GPU, memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..errors import UserError
from .nodes import Node, alive
from .unit import Pass

GIB = 2**30
ASKER_BYTES = 256 * 2**20
"""What an asker sets aside: about what it takes. One that takes nothing Ray may put on another node than it is told."""
ROUNDING = 1e-9
Options = dict[str, float | None]
"""``num_cpus``, ``num_gpus`` and ``memory`` (bytes), as Ray takes them."""


def worker_options(chain: Sequence[Pass], say: Callable[[str], object]) -> dict[int, Options]:
    """What a worker of each pass of *chain* asks Ray for, by the pass's number.

    A cluster without a GPU would be waited for for ever: then none is set aside, which is told to *say*.

    Raises:
        UserError: no node has all that a pass asks for.
    """
    if not any(work.cpus is not None or work.gpus or work.memory_gb for work in chain):
        return {work.number: _options(work, gpu=False) for work in chain}
    nodes = alive()
    gpu = any(node["Resources"].get("GPU") for node in nodes)
    for work in chain:
        if work.gpus and not gpu:
            labels = ", ".join(work.labels)
            say(f"{labels}: gpu: {work.gpus:g} is set, and Ray knows of no GPU here: none is set aside.")
        _refuse_too_much(work, _options(work, gpu=gpu), nodes)
    return {work.number: _options(work, gpu=gpu) for work in chain}


def refuse_crowd(models: Mapping[str, float], chain: Sequence[Pass]) -> None:
    """See that *models*, the GPUs of each that stays loaded, leave enough for a worker of each pass of *chain*.

    A cluster without a GPU sets none aside.

    Raises:
        UserError: they would wait for one another for ever.
    """
    there = sum(node["Resources"].get("GPU", 0.0) for node in alive())
    shares = {f"teachers.{name}": gpus for name, gpus in models.items() if gpus}
    greedy = max(chain, key=lambda work: work.gpus)
    if greedy.gpus:
        shares[f"a worker of {', '.join(greedy.labels)}"] = greedy.gpus
    if there and len(shares) > 1 and sum(shares.values()) > there + ROUNDING:
        told = ", ".join(f"{gpus:.3g} for {name}" for name, gpus in shares.items())
        raise UserError(
            f"GPUs: {told} are set aside at the same time, and Ray knows of {there:g}: they would wait for one "
            "another for ever. Write a smaller gpu or fewer replicas, serve a model elsewhere, or take more GPUs."
        )


def _refuse_too_much(work: Pass, options: Options, nodes: Sequence[Node]) -> None:
    """See that a node has *options* at once.

    Raises:
        UserError: none does. The nearest one is named, with what it lacks.
    """
    keys = {"cpus": ("num_cpus", "CPU", 1), "gpu": ("num_gpus", "GPU", 1), "memory_gb": ("memory", "memory", GIB)}
    wanted = {key: amount / unit for key, (option, _, unit) in keys.items() if (amount := options[option])}

    def lacking(node: Node) -> dict[str, float]:
        """What *node* has of that of which it has too little."""
        has = {key: node["Resources"].get(keys[key][1], 0) / keys[key][2] for key in wanted}
        return {key: amount for key, amount in has.items() if amount < wanted[key]}

    def distance(node: Node) -> float:
        return sum(1 - amount / wanted[key] for key, amount in lacking(node).items())

    nearest = min(nodes, key=distance)
    if short := lacking(nearest):
        raise UserError(
            f"resources: {', '.join(work.labels)}: {_said(wanted)} can never be set aside: no node has all of that. "
            f"The nearest, {nearest['NodeManagerAddress']}, has {_said(short)} only. "
            "Write less, or start a node that has so much."
        )


def _said(amounts: Mapping[str, float]) -> str:
    return ", ".join(f"{key}: {amount:.3g}" for key, amount in amounts.items())


def _options(work: Pass, *, gpu: bool) -> Options:
    return {
        "num_cpus": work.cpus if work.cpus is not None else 0 if work.asks else 1,
        "num_gpus": work.gpus if gpu and work.gpus else None,
        "memory": work.memory_gb * GIB or (ASKER_BYTES if work.asks else None),
    }
