"""What passes need of GPUs, and what a cluster has of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .unit import Pass


def gpu_shares(chain: list[Pass], say: Callable[[str], object]) -> dict[int, float]:
    """The share of a GPU that Ray sets aside for a worker of each pass that needs one, by its number.

    A cluster without a GPU would be waited for for ever: then none is set aside, which is told to *say*.
    """
    needy = [work for work in chain if work.gpus]
    if not needy:
        return {}
    import ray

    resources: Any = ray.cluster_resources
    there = resources().get("GPU", 0)
    for work in needy:
        if there < work.gpus:
            say(
                f"{', '.join(work.labels)}: gpu: {work.gpus:g} is set, and Ray knows of no GPU here: none is set aside."
            )
    return {work.number: work.gpus for work in needy if there >= work.gpus}
