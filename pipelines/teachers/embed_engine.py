"""An embedder that the build loads: in a Ray actor, which has the GPU, or in this process where there is no Ray."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Literal

from ...schemas import Request
from ..errors import UserError
from .backend import Call
from .embedded_items import EmbeddedItems
from .kinds.embedder import Embedder
from .local_embedder import LocalEmbedder
from .reply_parser import Raw
from .request_media import RequestMedia
from .teacher_errors import TeacherError

Embedded = list[tuple[bytes, bool]]
"""Vectors, and whether only the beginning of the text was read."""


class EmbedActor:
    """Holds the model of *settings*."""

    def __init__(self, settings: Embedder) -> None:
        self.settings = settings
        self._model: LocalEmbedder | None = None

    def load(self) -> str:
        """Load the model; why it cannot be, in a line, or nothing."""
        try:
            self._loaded()
        except Exception as error:
            return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
        return ""

    def embed(self, kind: Literal["text", "image"], items: Sequence[str]) -> Embedded | str:
        """The vectors of *items*, and which of them were cut, or why there are none."""
        try:
            model = self._loaded()
            cut = model.cuts(items) if kind == "text" else [False] * len(items)
            return list(zip(model.embed(kind, items), cut, strict=True))
        except Exception as error:
            return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]

    def _loaded(self) -> LocalEmbedder:
        if self._model is None:
            one = self.settings
            assert one.library is not None
            self._model = LocalEmbedder(one.library, one.model, one.dimensions)
        return self._model


class EmbedEngine:
    """The backend of ``kind: embed`` with a ``library``."""

    def __init__(self, settings: Embedder, media: RequestMedia) -> None:
        self.settings = settings
        texts, pictures = partial(self._embedded, "text"), partial(self._embedded, "image")
        self._items = EmbeddedItems(settings, media, texts, pictures, settings.batch_size)
        self._actor: Any = None
        self._turn = asyncio.Lock()

    async def prepare(self, request: Request) -> None:
        """Nothing: pictures are fetched for all items of a batch at a time."""

    async def send(self, call: Call, prepared: None) -> Raw:
        """The vector of the only text or picture of *call*.

        Raises:
            TeacherError: there is none.
            Failed: the picture cannot be read.
        """
        return await self._items.vector(call.request)

    async def close(self) -> None:
        """Nothing of the model: others may be asking. ``running`` ends it."""
        await self._items.close()

    async def _embedded(self, kind: Literal["text", "image"], items: list[str]) -> list[Raw]:
        found = await self._asked(kind, items)
        if isinstance(found, str):
            raise TeacherError(found, again=False, status=0 if len(items) == 1 else 422)  # 422: in halves
        return [Raw("", vector=vector, cut=cut) for vector, cut in found]

    async def _asked(self, kind: Literal["text", "image"], items: list[str]) -> Embedded | str:
        import ray
        from ray.exceptions import RayError

        if not ray.is_initialized():
            self._actor = self._actor or EmbedActor(self.settings)
            async with self._turn:
                there: Embedded | str = await asyncio.to_thread(self._actor.embed, kind, items)
                return there
        self._actor = self._actor or actor(self.settings)
        try:
            found: Embedded | str = await self._actor.embed.remote(kind, items)
            return found
        except RayError as error:
            self._actor = None
            raise TeacherError(f"the embedder is gone: {type(error).__name__}") from None


def actor(settings: Embedder) -> Any:
    """The handle of the Ray actor that holds the model of *settings*; made when there is none."""
    import ray

    mark = hashlib.sha256(settings.model_dump_json(include={"library", "model", "dimensions", "gpu"}).encode())
    resources: Any = ray.cluster_resources
    options: dict[str, Any] = {
        "name": f"embed-{mark.hexdigest()[:16]}",
        "get_if_exists": True,
        "num_cpus": 0,
        "num_gpus": settings.gpu if resources().get("GPU", 0) else 0,
        "max_restarts": settings.retries,
        "max_task_retries": 0,
    }
    return ray.remote(EmbedActor).options(**options).remote(settings)


@contextmanager
def running(teachers: Mapping[str, Embedder]) -> Iterator[None]:
    """Load the models of those of *teachers*, by name, that have a ``library``; end them afterwards. Ray must be there.

    Raises:
        UserError: one cannot be loaded.
    """
    import ray

    actors = {name: actor(one) for name, one in teachers.items() if one.library is not None}
    try:
        for name, why in zip(actors, ray.get([one.load.remote() for one in actors.values()]), strict=True):
            if why:
                raise UserError(f"teachers.{name}: {teachers[name].model} cannot be loaded: {why}")
        yield
    finally:
        for one in actors.values():
            with suppress(Exception):
                ray.kill(one)
