"""The vLLM engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ....schemas import Request
from ....schemas.settings_model import Settings
from ..limits import Limits, TimeSource
from ..teacher_settings import Sampling

if TYPE_CHECKING:
    from ..backend import Backend


class Replicas(Settings):
    """How many engines there are: as many as what is asked keeps busy."""

    min: int = Field(1, ge=1)
    """Engines that are always there."""
    max: int = Field(ge=1)
    """Engines at most. They take the GPUs that are free, or that the cluster's autoscaler brings."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max is {self.max}, and min {self.min}: max must not be less")
        return self


class VLLM(Sampling):
    """The vLLM engine inside the build: it owns the GPUs and batches all requests in flight."""

    kind: Literal["vllm"] = "vllm"
    tensor_parallel: int = Field(1, ge=1)
    """GPUs that share one engine."""
    replicas: Annotated[int, Field(ge=1)] | Replicas = 1
    """Engines, spread over the nodes. ``{min: 1, max: 8}``: another one is started when all that are there have
    ``concurrency`` requests, and one that was not needed for a minute is ended."""
    gpu: float = Field(1.0, ge=0)
    """GPUs, or the part of one, that are reserved for each worker of an engine; none where the cluster has none."""
    concurrency: int = Field(256, ge=1)
    """The most requests handed to an engine at once; it batches them as its memory allows."""
    engine: dict[str, Any] = Field({})
    """vLLM's engine arguments: ``{max_model_len: 8192, gpu_memory_utilization: 0.9}``."""
    restarts: int = Field(3, ge=0)
    """How often an engine that died is started again; its requests are asked again."""
    timeout: float = Field(600.0, gt=0)
    """Seconds until a request counts as lost."""

    speed: ClassVar[frozenset[str]] = frozenset(
        {
            "gpu_memory_utilization",
            "max_num_seqs",
            "max_num_batched_tokens",
            "swap_space",
            "enforce_eager",
            "disable_log_stats",
            "enable_prefix_caching",
            "enable_chunked_prefill",
        }
    )
    """Engine arguments that change how fast it answers and not what."""

    @property
    def replica_range(self) -> Replicas:
        """The least and the most engines."""
        return self.replicas if isinstance(self.replicas, Replicas) else Replicas(min=self.replicas, max=self.replicas)

    def identity(self, request: Request | None = None) -> str:
        engine = {key: value for key, value in self.engine.items() if key not in self.speed}
        return json.dumps(["vllm", self.sampling(request), engine], sort_keys=True, default=str)

    def backend(self, clock: TimeSource) -> Backend:
        from ..request_media import RequestMedia
        from ..vllm_engine import Vllm

        return Vllm(self, RequestMedia())

    def limits(self) -> Limits:
        most = self.concurrency * self.replica_range.max  # the engines' own scheduler does the rest
        return Limits(most, most, self.restarts, self.format_retries)

    def check(self) -> None:
        from ..vllm_engine import check

        check(self)

    def loads(self) -> str:
        return self.model

    def reserved_gpus(self) -> float:
        return self.replica_range.min * self.tensor_parallel * self.gpu

    @classmethod
    def running(cls, teachers: Mapping[str, Self]) -> AbstractContextManager[None]:
        from ..vllm_engine import running

        return running(teachers)
