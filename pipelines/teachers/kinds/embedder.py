"""Embedders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from ....schemas import Frames, Request
from ....schemas.settings_model import Without
from ..limits import Limits, TimeSource
from ..server_settings import ServerSettings

if TYPE_CHECKING:
    from ..backend import Backend


class Embedder(ServerSettings):
    """A model that makes vectors of texts and of pictures: what ``match`` and ``embed`` ask.

    Servers are asked by OpenAI's ``/embeddings`` (vllm serve, SGLang, Jina, Infinity, Ollama, OpenAI) or by Cohere's
    ``/embed``. Each text and each picture counts as a call, is kept by itself, and is sent once; ``batch_size`` of them
    go into one request.
    """

    embeds: ClassVar[bool | None] = True

    kind: Literal["embed"] = "embed"
    model: str
    """The model's name, as its server has it."""
    images: bool | None = None
    """Whether the model takes pictures: ``false`` for one of texts alone, so that ``vdata check`` can say it."""
    image_input: Literal["messages", "objects", "cohere"] = "messages"
    """How pictures are sent. ``messages``: as a chat, one in a request (vllm serve). ``objects``: ``input: [{image:
    …}]`` (Jina, SGLang). ``cohere``: all by Cohere's ``/embed``, texts too (base_url: https://api.cohere.com/v2)."""
    dimensions: int | None = Field(None, ge=2, le=65536)
    """Ask for vectors of so many numbers, of a model that can shorten its own; unset: as long as they are."""
    batch_size: int = Field(32, ge=1, le=2048)
    """The most texts or pictures in one request."""
    concurrency: int = Field(8, ge=1)
    """The most requests in flight, of each worker; fewer when the endpoint does not keep up."""
    image_format: Literal["jpeg", "png", "webp"] = "jpeg"
    """How frames are encoded."""
    image_quality: Annotated[int, Without(image_format="png")] = Field(85, ge=1, le=100)
    """Of the encoded frames, 1 to 100."""

    def identity(self, request: Request | None = None) -> str:
        shown = request is None or any(isinstance(part, Frames) for turn in request.turns for part in turn.parts)
        keys = {"model", "dimensions"} | ({"image_format", "image_quality"} if shown else set())
        how: dict[str, Any] = self.model_dump(mode="json", include=keys)
        return json.dumps(["embed", self.endpoint or self.base_url[0], how, self.extra_body], sort_keys=True)

    def backend(self, clock: TimeSource) -> Backend:
        from ..embed_endpoint import EmbedEndpoint
        from ..request_media import RequestMedia

        return EmbedEndpoint(self, clock, RequestMedia())

    def limits(self) -> Limits:
        most = self.concurrency * self.batch_size
        return Limits(most, most, self.retries, 0)

    def check(self) -> None:
        from ..endpoint_check import check

        check(self, self.model)

    def takes_pictures(self) -> bool:
        return self.images is not False

    def takes_sound(self) -> bool:
        return False

    def schema_in_words(self) -> bool:
        return False
