"""The vLLM engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from ....schemas import Request
from ..limits import Limits, TimeSource
from ..teacher_settings import Sampling

if TYPE_CHECKING:
    from ..backend import Backend


class VLLM(Sampling):
    """The vLLM engine inside the build: it owns the GPUs and batches all requests in flight."""

    kind: Literal["vllm"] = "vllm"
    tensor_parallel: int = Field(1, ge=1)
    """GPUs that share one engine."""
    replicas: int = Field(1, ge=1)
    """Engines."""
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

    def identity(self, request: Request | None = None) -> str:
        engine = {key: value for key, value in self.engine.items() if key not in self.speed}
        return json.dumps(["vllm", self.sampling(request), engine], sort_keys=True, default=str)

    def backend(self, clock: TimeSource) -> Backend:
        from ..request_media import RequestMedia
        from ..vllm_engine import Vllm

        return Vllm(self, RequestMedia())

    def limits(self) -> Limits:
        most = self.concurrency * self.replicas  # the engines' own scheduler does the rest
        return Limits(most, most, self.restarts, self.format_retries)

    def check(self) -> None:
        from ..vllm_engine import check

        check(self)

    def loads(self) -> str:
        return self.model

    @classmethod
    def running(cls, teachers: Mapping[str, Self]) -> AbstractContextManager[None]:
        from ..vllm_engine import running

        return running(teachers)
