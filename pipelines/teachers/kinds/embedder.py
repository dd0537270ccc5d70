"""Embedders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr

from ....schemas import Frames, Request
from ....schemas.settings_model import OnlyWith, Without
from ..limits import Limits, TimeSource
from ..server_settings import ServerSettings

if TYPE_CHECKING:
    from ..backend import Backend
    from ..sight_check import FoundSight


class Embedder(ServerSettings):
    """A model that makes vectors of texts and of pictures: what ``match`` and ``embed`` ask.

    Servers are asked by OpenAI's ``/embeddings`` (vllm serve, SGLang, Jina, Infinity, Ollama, OpenAI) or by Cohere's
    ``/embed``. Each text and each picture counts as a call, is kept by itself, and is sent once; ``batch_size`` of them
    go into one request.
    """

    embeds: ClassVar[bool | None] = True

    kind: Literal["embed"] = "embed"
    model: str
    """The model's name, as its server has it; with ``library`` a folder, or a name on the Hugging Face hub."""
    library: Literal["sentence_transformers", "open_clip", "transformers"] | None = None
    """What loads the model inside the build, on the GPU where torch has one (extra ``embed``); none: a server has it.
    open_clip also has names like ViT-B-32:laion2b_s34b_b79k; transformers stands for its CLIP and SigLIP."""
    gpu: Annotated[float, OnlyWith("library")] = Field(1.0, ge=0)
    """GPUs, or the part of one, that are reserved for the model; none where the cluster has none."""
    base_url: Annotated[list[str], Without("library")] = Field(["https://api.openai.com/v1"], min_length=1)
    """Where the server is: ``http://localhost:8000/v1``. Several that serve the same model share the work."""
    endpoint: Annotated[str, Without("library")] = ""
    """What the endpoint is called in the cache of replies, so that a server may move; unset: its first address."""
    api_key: Annotated[SecretStr | None, Without("library")] = None
    """Better left out or written ``${NAME}``; unset: the environment variable OPENAI_API_KEY, else none is sent."""
    rpm: Annotated[float | None, Without("library")] = Field(None, gt=0)
    """The most requests a minute."""
    tpm: Annotated[float | None, Without("library")] = Field(None, gt=0)
    """The most tokens a minute."""
    extra_body: Annotated[dict[str, Any], Without("library")] = Field({})
    """More keys for the request's body, for what only some servers know."""
    images: bool | None = None
    """Whether the model takes pictures: ``false`` for one of texts alone, so that ``vdata check`` can say it; unset: as
    of other teachers, a server is tried with a small one before a build in which it would be shown some."""
    image_input: Annotated[Literal["messages", "objects", "cohere"], Without("library")] = "messages"
    """How pictures are sent. ``messages``: as a chat, one in a request (vllm serve). ``objects``: ``input: [{image:
    …}]`` (Jina, SGLang). ``cohere``: all by Cohere's ``/embed``, texts too (base_url: https://api.cohere.com/v2)."""
    dimensions: int | None = Field(None, ge=2, le=65536)
    """Ask for vectors of so many numbers, of a model that can shorten its own; unset: as long as they are."""
    batch_size: int = Field(32, ge=1, le=2048)
    """The most texts or pictures in one request."""
    concurrency: int = Field(8, ge=1)
    """The most requests in flight; fewer when the endpoint does not keep up."""
    image_format: Literal["jpeg", "png", "webp"] = "jpeg"
    """How frames are encoded."""
    image_quality: Annotated[int, Without(image_format="png")] = Field(85, ge=1, le=100)
    """Of the encoded frames, 1 to 100."""

    def identity(self, request: Request | None = None) -> str:
        shown = request is None or any(isinstance(part, Frames) for turn in request.turns for part in turn.parts)
        keys = {"model", "dimensions"} | ({"image_format", "image_quality"} if shown else set())
        how: dict[str, Any] = self.model_dump(mode="json", include=keys)
        if self.library is not None:
            return json.dumps(["embed", self.library, how], sort_keys=True)
        return json.dumps(["embed", self.endpoint or self.base_url[0], how, self.extra_body], sort_keys=True)

    def backend(self, clock: TimeSource) -> Backend:
        from ..request_media import RequestMedia

        if self.library is not None:
            from ..embed_engine import EmbedEngine

            return EmbedEngine(self, RequestMedia())
        from ..embed_endpoint import EmbedEndpoint

        return EmbedEndpoint(self, clock, RequestMedia())

    def limits(self) -> Limits:
        most = self.concurrency * self.batch_size
        return Limits(most, most, self.retries, 0)

    @property
    def askers(self) -> int:
        return 1  # places are lent for texts and pictures, and concurrency is of requests, which hold many

    def check(self) -> None:
        if self.library is not None:
            from ..local_embedder import check_library

            return check_library(self.library)
        from ..endpoint_check import check

        return check(self, self.model)

    def sight_key(self) -> str:
        if self.library is not None or self.images is not None:
            return ""
        return json.dumps(["embed", self.endpoint or self.base_url[0], self.model, self.image_input])

    def find_sight(self) -> FoundSight:
        from ..embed_bodies import of_pictures, of_texts
        from ..picture_support import small_picture
        from ..sight_check import find_sight

        path, shown = of_pictures(self, [small_picture()])
        return find_sight(self, path, shown, of_texts(self, ["red"])[1])

    def loads(self) -> str:
        return self.model if self.library is not None else ""

    def reserved_gpus(self) -> float:
        return self.gpu if self.library is not None else 0.0

    @classmethod
    def running(cls, teachers: Mapping[str, Self]) -> AbstractContextManager[None]:
        if all(one.library is None for one in teachers.values()):
            return nullcontext()
        from ..embed_engine import running

        return running(teachers)

    def takes_pictures(self) -> bool:
        return self.images is not False

    def takes_sound(self) -> bool:
        return False

    def schema_in_words(self) -> bool:
        return False
