"""Stages by which a build is seen at work, or killed at it."""

from __future__ import annotations

import time
from typing import ClassVar

from pydantic import Field

from vdata.schemas import Span, Timeline
from vdata.stages import Stage


class Slow(Stage):
    """Waits with each video."""

    seconds: float = Field(0.01, ge=0)
    """How long."""

    def run(self, video: Timeline) -> Timeline:
        time.sleep(self.seconds)
        return video


class Placed(Stage):
    """Lays where it works: the id of the node, and how many GPUs it has there."""

    writes: ClassVar[frozenset[str]] = frozenset({"places"})

    gpu: float = Field(0, ge=0)
    """The share of a GPU that it wants."""

    def gpus(self) -> float:
        return self.gpu

    def run(self, video: Timeline) -> Timeline:
        import ray

        node = ray.get_runtime_context().get_node_id()
        video.put("places", [Span(0, 1, node, values={"gpus": float(len(ray.get_gpu_ids()))})])
        return video
