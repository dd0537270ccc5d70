"""An endpoint that makes vectors: OpenAI's ``/embeddings``, with pictures as some servers take them, or Cohere's."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...schemas import Request
from ...schemas.vectors import pack
from .backend import Call
from .embed_bodies import COHERE, of_pictures, of_texts
from .embedded_items import EmbeddedItems
from .http_endpoint import LONGEST_WORDS, UNFIT, HttpEndpoint, token_count
from .kinds.embedder import Embedder
from .limits import TimeSource
from .reply_parser import Raw
from .request_media import RequestMedia
from .teacher_errors import TeacherError
from .text_limit import TextLimit, other_end

IMAGE_TOKENS = 1000
"""About how many tokens a picture is, before anyone has counted them."""
UNSEEN = (
    " (The request shows a picture. If the model takes some, see image_input; if it takes none, write images: false.)"
)
"""Behind what is said of a picture that was refused."""


class EmbedEndpoint(HttpEndpoint):
    """Vectors by one or several servers of the same model."""

    def __init__(self, settings: Embedder, clock: TimeSource, media: RequestMedia) -> None:
        """Raises ImportError without the openai package."""
        super().__init__(settings, clock)
        self.settings = settings
        together = 1 if settings.image_input == "messages" else settings.batch_size
        self._items = EmbeddedItems(settings, media, self._of_texts, self._of_pictures, together)
        self._limit = TextLimit()
        self._size = 0
        """Of the vectors so far."""

    async def prepare(self, request: Request) -> None:
        """Nothing: pictures are fetched for all items of a request at a time."""

    async def send(self, call: Call, prepared: None) -> Raw:
        """The vector of the only text or picture of *call*.

        Raises:
            TeacherError: there is none.
            Failed: the picture cannot be read.
        """
        return await self._items.vector(call.request)

    async def close(self) -> None:
        await self._items.close()
        await super().close()

    async def _of_texts(self, texts: list[str]) -> Sequence[Raw]:
        """The replies to *texts*; now and then one is asked for with another end as well, to see if that is read."""
        raws = await self._vectors(texts)
        while (n := self._limit.telling(texts)) is not None and raws[n].vector:
            try:
                (other,) = await self._vectors([other_end(texts[n])])
            except TeacherError as fault:
                if fault.status not in UNFIT:
                    break
                self._limit.learn(texts[n], raws[n].vector, b"")  # what is too long is refused here, and not cut
            else:
                self._limit.learn(texts[n], raws[n].vector, other.vector)
                raws[n] = replace(raws[n], tokens_in=raws[n].tokens_in + other.tokens_in)
        return [replace(raw, cut=self._limit.is_cut(text)) for raw, text in zip(raws, texts, strict=True)]

    async def _vectors(self, texts: list[str]) -> list[Raw]:
        return await self._asked(*of_texts(self.settings, texts), [len(text) // 4 + 1 for text in texts])

    async def _of_pictures(self, uris: list[str]) -> Sequence[Raw]:
        try:
            return await self._asked(*of_pictures(self.settings, uris), [IMAGE_TOKENS] * len(uris))
        except TeacherError as fault:
            if fault.status in UNFIT and self.settings.images is None:
                detail = f"{fault.detail}{UNSEEN}"
                raise TeacherError(detail, again=False, status=fault.status) from None
            raise

    async def _asked(self, path: str, body: dict[str, Any], rough: list[int]) -> list[Raw]:
        """The replies to *body*, whose items have about *rough* tokens."""
        read = _of_cohere if path == COHERE else _of_openai
        try:
            return await self.post(path, body, sum(rough), lambda answer: self._raws(answer, rough, read), None)
        except (self.openai.BadRequestError, self.openai.UnprocessableEntityError) as error:
            raise self.fault(error) from None

    def _raws(self, answer: Any, rough: list[int], read: Callable[[Any], tuple[list[Any], int]]) -> list[Raw]:
        """The replies in *answer*.

        Raises:
            ValueError: there are none.
        """
        try:
            if isinstance(answer, str):  # not labelled as JSON
                answer = json.loads(answer.lstrip("\ufeff"))
            vectors, tokens = read(answer)
        except (KeyError, IndexError, TypeError, AttributeError, json.JSONDecodeError):
            text = self.scrub(str(answer))[:200]  # before it is cut: half a key is too much as well
            raise ValueError(f"the endpoint answered with no embeddings: {text!r}") from None
        if len(vectors) != len(rough):
            raise ValueError(f"the endpoint answered with {len(vectors)} embeddings to {len(rough)} items")
        shares = _shares(tokens, rough) if tokens else rough
        return [self._raw(vector, share) for vector, share in zip(vectors, shares, strict=True)]

    def _raw(self, vector: Any, tokens: int) -> Raw:
        try:
            packed = pack(_numbers(vector))
        except (ValueError, TypeError) as error:
            return Raw("", refusal=f"the embedding {self.scrub(str(error))[:LONGEST_WORDS]}", tokens_in=tokens)
        self._size = self._size or len(packed)
        if len(packed) != self._size:
            raise ValueError(f"the endpoint gave an embedding of {len(packed) // 2} numbers after {self._size // 2}")
        return Raw("", tokens_in=tokens, vector=packed)


def _of_openai(answer: Any) -> tuple[list[Any], int]:
    """The vectors in an answer of ``/embeddings``, in the order of what was asked, and the tokens that were sent."""
    if "error" in answer and "data" not in answer:  # some proxies say 200 all the same
        raise ValueError(f"the endpoint answered with an error: {str(answer['error'])[:LONGEST_WORDS]}")
    data = sorted(enumerate(answer["data"]), key=lambda one: one[1].get("index", one[0]))
    return [one["embedding"] for _, one in data], token_count(answer.get("usage"), "prompt_tokens")


def _of_cohere(answer: Any) -> tuple[list[Any], int]:
    found = answer["embeddings"]
    billed = (answer.get("meta") or {}).get("billed_units")
    return list(found["float"] if isinstance(found, dict) else found), token_count(billed, "input_tokens")


def _numbers(vector: Any) -> Any:
    """*vector* as numbers: a list, or base64 of float32, which ``extra_body`` may ask for."""
    if isinstance(vector, str):
        import numpy as np

        return np.frombuffer(base64.b64decode(vector), "<f4")
    return vector


def _shares(tokens: int, rough: list[int]) -> list[int]:
    """*tokens* shared out by *rough*, so that the shares add up."""
    total, ends, shares = sum(rough), 0, []
    for n in range(len(rough)):
        end = round(tokens * sum(rough[: n + 1]) / total)
        shares.append(end - ends)
        ends = end
    return shares
