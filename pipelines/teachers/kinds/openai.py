"""Endpoints that speak OpenAI's protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ....schemas import Request
from ....schemas.settings_model import OnlyWith, Without
from ..limits import START, Limits, TimeSource
from ..server_settings import ServerSettings
from ..teacher_settings import Sampling

if TYPE_CHECKING:
    from ..backend import Backend
    from ..messages import Message
    from ..sight_check import FoundSight


MOST_WAITING = 50_000
"""Requests of a worker that may wait for batches at once: each takes some kilobytes of memory."""


class OpenAI(ServerSettings, Sampling):
    """An endpoint that speaks OpenAI's protocol: OpenAI, vllm serve, SGLang, llama.cpp, Ollama.

    ``concurrency``, ``rpm`` and ``tpm`` hold for a build, whatever processes of it ask, and equal requests at one time
    are sent once. Other builds count for themselves; replies that are kept are shared by all.
    """

    kind: Literal["openai"] = "openai"
    concurrency: Annotated[int, Without("batch")] = Field(64, ge=1)
    """The most requests in flight; fewer when the endpoint does not keep up."""
    rpm: Annotated[float | None, Without("batch")] = Field(None, gt=0)
    """The most requests a minute."""
    tpm: Annotated[float | None, Without("batch")] = Field(None, gt=0)
    """The most tokens a minute, sent and received."""
    schema_mode: Literal["auto", "response_format", "prompt"] = "auto"
    """How a structured reply is asked for: by the endpoint's response_format, in words, or by what of it works."""
    batch: bool = False
    """Ask by the provider's batch API (``/files``, ``/batches``): cheaper, and answered within a day, not at once."""
    batch_price: Annotated[float, OnlyWith("batch")] = Field(0.5, ge=0, le=1)
    """What a request costs in a batch, as a share of ``price``."""
    batch_requests: Annotated[int, OnlyWith("batch")] = Field(10_000, ge=1, le=50_000)
    """The most requests in a batch."""
    batch_megabytes: Annotated[float, OnlyWith("batch")] = Field(100.0, gt=0, le=200)
    """The most that a batch's file may have; requests with many frames fill it first."""
    batch_wait: Annotated[float, OnlyWith("batch")] = Field(60.0, ge=0)
    """Seconds without a further request after which a batch is sent, and at most ten times that after its first."""
    batch_poll: Annotated[float, OnlyWith("batch")] = Field(30.0, gt=0)
    """Seconds between two looks at a batch that runs."""

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if self.batch and len(self.base_url) > 1:
            raise ValueError("batch: a batch is at one server, and base_url has several. Name one.")
        return self

    def longest_reply(self, request: Request) -> int:
        own = [self.extra_body[key] for key in ("max_tokens", "max_completion_tokens") if key in self.extra_body]
        return max((one for one in own if isinstance(one, int)), default=super().longest_reply(request))

    def identity(self, request: Request | None = None) -> str:
        mode = self.schema_mode if request is None or request.schema is not None else ""
        endpoint = self.endpoint or self.base_url[0]
        return json.dumps(["openai", endpoint, self.sampling(request), mode, self.extra_body], sort_keys=True)

    def backend(self, clock: TimeSource) -> Backend:
        from ..endpoint import Endpoint
        from ..request_media import RequestMedia

        return Endpoint(self, clock, RequestMedia())

    def backend_of_build(self, clock: TimeSource, notes: Path, mark: str) -> Backend:
        if not self.batch:
            return self.backend(clock)
        from ..batch_endpoint import BatchEndpoint
        from ..batch_notes import BatchNotes
        from ..request_media import RequestMedia

        return BatchEndpoint(self, clock, RequestMedia(), BatchNotes(notes, mark))

    @property
    def waits(self) -> bool:
        return self.batch

    def at_once(self) -> Self:
        return self.model_copy(update={"batch": False}) if self.batch else self

    @property
    def discount(self) -> float:
        return self.batch_price if self.batch else 1.0

    def schema_in_words(self) -> bool:
        return self.schema_mode != "response_format"

    def limits(self) -> Limits:
        if self.batch:  # what is lost in a batch is put into one more; the calls of the API itself are tried as usual
            return Limits(MOST_WAITING, MOST_WAITING, min(1, self.retries), self.format_retries, 0.0, 0.0)
        return Limits(self.concurrency, START, self.retries, self.format_retries)

    def sight_key(self) -> str:
        return json.dumps(["openai", self.endpoint or self.base_url[0], self.model]) if self.images is None else ""

    def find_sight(self) -> FoundSight:
        from ..picture_support import QUESTION, shown_picture
        from ..sight_check import find_sight

        def body(*content: Message) -> dict[str, Any]:
            turn = {"role": "user", "content": list(content)}
            return {"model": self.model, "messages": [turn], "max_tokens": 16, **self.extra_body}

        return find_sight(self, "/chat/completions", body(QUESTION, shown_picture()), body(QUESTION))

    def check(self) -> None:
        from ..endpoint_check import check

        check(self, self.model, batches=self.batch)
