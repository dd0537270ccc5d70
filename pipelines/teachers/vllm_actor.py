"""One vLLM engine in a Ray actor: it batches all requests that are in flight.

Uses vLLM's asynchronous engine and its own rendering of chats (since 0.17), so that a request reaches the model as it
would through ``vllm serve``: chat template, pictures, sound, and the sampling defaults that the model brings along.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from ...schemas import Failed
from .engines import Dead
from .messages import Message, with_media
from .reply_parser import Raw
from .teacher_errors import TeacherError

_ERROR = re.compile(r"(?:^|\] )((?:\w+\.)*\w*(?:Error|Exception): .+)")
"""The last line of a traceback, behind the prefix that vLLM gives every line."""


@dataclass(frozen=True, slots=True)
class Question:
    """One draw, ready for an engine."""

    messages: list[Message]
    sampling: dict[str, Any]
    """Keys of vLLM's SamplingParams."""
    schema: dict[str, Any] | None = None


class VllmActor:
    """Holds an engine. Imports vLLM when it loads."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        """*arguments*: keys of vLLM's AsyncEngineArgs."""
        self.arguments = arguments
        self.engine: Any = None
        self._ids = count()
        self._before: list[int] = []
        """Bytes in the logs when the model began to load, and when it was loaded."""

    async def load(self) -> str:
        """Load the model, which takes minutes. Returns an empty text, or the reason why it cannot be loaded."""
        self._before = _sizes()
        try:
            from vllm import AsyncEngineArgs
            from vllm.v1.engine.async_llm import AsyncLLM

            self.engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**self.arguments))
        except Exception as error:
            return _why(error, self._before)
        self._before = _sizes()
        return ""

    async def ask(self, question: Sequence[Any]) -> Raw | Dead:
        """One reply to a Question, given as Ray's reference to it, the only item. What it shows is brought here.

        Raises:
            TeacherError: vLLM does not take the request.
            Failed: what it shows is lost.
        """
        from vllm.v1.engine.exceptions import EngineDeadError

        try:
            whole: Question = await question[0]
            return await self._ask(replace(whole, messages=await with_media(whole.messages)))
        except EngineDeadError as error:
            return Dead(_why(error, self._before))
        except (TeacherError, Failed):
            raise
        except Exception as error:
            if self.engine.errored:
                return Dead(_why(error, self._before))
            # What vLLM refuses it would refuse again.
            raise TeacherError(f"{type(error).__name__}: {error}"[:1000], again=False) from None

    async def _ask(self, question: Question) -> Raw:
        from vllm import SamplingParams
        from vllm.renderers import ChatParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        how = ChatParams(chat_template_kwargs={"add_generation_prompt": True, "tokenize": False})
        _, (prompt,) = await self.engine.renderer.render_chat_async([question.messages], how)
        config = self.engine.model_config
        settings = config.get_diff_sampling_param() | question.sampling
        room = config.max_model_len - len(prompt["prompt_token_ids"])
        settings["max_tokens"] = max(1, min(settings["max_tokens"], room))
        if question.schema is not None:
            settings["structured_outputs"] = StructuredOutputsParams(json=question.schema)
        sampling = SamplingParams(output_kind=RequestOutputKind.FINAL_ONLY, **settings)
        result: Any = None
        async for part in self.engine.generate(prompt, sampling, f"{os.getpid()}-{next(self._ids)}"):
            result = part
        if result is None or result.outputs[0].finish_reason not in ("stop", "length"):
            raise TeacherError("vLLM gave the request up")
        (output,) = result.outputs
        return Raw(
            output.text,
            output.finish_reason,
            tokens_in=len(result.prompt_token_ids or ()),
            tokens_out=len(output.token_ids),
        )

    async def metrics(self) -> dict[str, float]:
        """vLLM's own counts, by name; those of all labels added up."""
        from prometheus_client import REGISTRY

        totals: dict[str, float] = {}
        for family in REGISTRY.collect():
            for sample in family.samples:
                if sample.name.startswith("vllm:") and "le" not in sample.labels:
                    totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
        return totals

    async def pid(self) -> int:
        return os.getpid()

    async def close(self) -> None:
        """End the processes of the engine."""
        if self.engine is not None:
            self.engine.shutdown()


def _said() -> list[Path]:
    """The files that this process and its children write to, where Ray keeps their output."""
    return [Path(f"/proc/self/fd/{number}") for number in (1, 2)]


def _why(error: BaseException, sizes: list[int]) -> str:
    """*error* in a line. What ended one of vLLM's processes stands in the logs only: the first error is quoted.

    *sizes* are the bytes that the logs held before.
    """
    line = f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
    if "root cause" not in line:
        return line
    for log, size in zip(_said(), sizes, strict=True):
        with suppress(OSError), log.open(errors="replace") as file:
            file.seek(size)
            for line in file:
                if found := _ERROR.search(line):
                    return f"{found[1].strip()[:300]} ({line}; log: {log.resolve()})"
    return line


def _sizes() -> list[int]:
    sizes = []
    for log in _said():
        try:
            sizes.append(log.stat().st_size)
        except OSError:
            sizes.append(0)
    return sizes
