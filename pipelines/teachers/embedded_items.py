"""The texts and pictures that an embedder is asked for, from requests to batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from ...schemas import Failed, Frames, Request
from .joined_items import Found, Item, JoinedItems
from .kinds.embedder import Embedder
from .reply_parser import Raw
from .request_media import RequestMedia

Embed = Callable[[list[str]], Awaitable[Sequence[Raw]]]
"""Makes vectors of texts, or of pictures as data URIs, in order."""


class EmbeddedItems:
    """Texts go to *texts* and pictures to *pictures*, several of them together, at most *together* pictures."""

    def __init__(self, settings: Embedder, media: RequestMedia, texts: Embed, pictures: Embed, together: int) -> None:
        self._settings, self._media = settings, media
        self._embed_texts, self._embed_pictures = texts, pictures
        self._texts = JoinedItems(settings.batch_size, self._of_texts)
        self._pictures = JoinedItems(together, self._of_pictures)

    async def vector(self, request: Request) -> Raw:
        """The vector of the only text or picture of *request*.

        Raises:
            ValueError: it holds something else, or more.
            TeacherError: there is none.
            Failed: the picture cannot be read.
        """
        item = _item(request)
        return await (self._texts if isinstance(item, str) else self._pictures).ask(item)

    async def close(self) -> None:
        """End what is under way."""
        await self._texts.close()
        await self._pictures.close()

    async def _of_texts(self, items: Sequence[Item]) -> Sequence[Found]:
        return await self._embed_texts([item for item in items if isinstance(item, str)])

    async def _of_pictures(self, items: Sequence[Item]) -> Sequence[Found]:
        shown = await _encoded(self._media, items, self._settings.image_format, self._settings.image_quality)
        uris = [one for one in shown if isinstance(one, str)]
        found = iter(await self._embed_pictures(uris) if uris else ())
        return [next(found) if isinstance(one, str) else one for one in shown]


def _item(request: Request) -> Item:
    """The text or the picture that is to become a vector.

    Raises:
        ValueError: *request* holds something else, or more.
    """
    parts = [part for turn in request.turns for part in turn.parts]
    match parts:
        case [str() as text]:
            return text
        case [Frames() as frames] if len(frames.times) == 1:
            return frames
    raise ValueError("an embedder is asked for one text, or for one picture, at a time")


async def _encoded(media: RequestMedia, items: Sequence[Item], form: str, quality: int) -> list[str | Failed]:
    """The pictures of *items* as data URIs, in order, or why one cannot be read; those of a video
    are fetched at once."""
    groups: dict[Any, list[int]] = {}
    for n, item in enumerate(items):
        if isinstance(item, Frames):
            groups.setdefault((item.file, item.content, item.size, item.edit, item.plan is None), []).append(n)
    shown: dict[int, str | Failed] = {}
    for places in groups.values():
        own = {place: item for place in places if isinstance(item := items[place], Frames)}
        times = sorted({item.times[0] for item in own.values()})
        try:
            uris = await media.pictures(replace(next(iter(own.values())), times=tuple(times)), form, quality)
        except Failed as error:
            shown |= dict.fromkeys(places, error)
        else:
            shown |= {place: uris[times.index(item.times[0])] for place, item in own.items()}
    return [shown[n] for n in range(len(items))]
