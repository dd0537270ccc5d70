"""Frames and sounds of a request, fetched and encoded when it is sent: away from the event loop, in bounded memory."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from ...schemas import Frames, Sound

KEEP = 64 << 20
"""Bytes of encoded media that are kept for other requests about the same pictures."""
THREADS = 8

T = TypeVar("T")
Encoded = tuple[str, ...]


class RequestMedia:
    """Encodes; requests that show the same at the same time share one fetch."""

    def __init__(self, keep: int = KEEP) -> None:
        self.keep = keep
        self._threads = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), thread_name_prefix="media")
        self._kept: OrderedDict[object, Encoded] = OrderedDict()
        self._size = 0
        self._under_way: dict[object, asyncio.Task[Encoded]] = {}

    async def pictures(self, frames: Frames, form: str, quality: int) -> Encoded:
        """The pictures as data URIs.

        Raises:
            Failed: the video cannot be read.
        """
        how = (frames.times, frames.size, frames.columns, frames.edit, frames.mark, frames.margin, frames.regions)
        key = (frames.content or frames.file, *how, form, quality)
        from .picture_encoder import encode

        return await self._once(key, partial(encode, frames, form, quality))

    async def sound(self, sound: Sound) -> str:
        """The stretch as base64 of a WAV file.

        Raises:
            Failed: it cannot be read, or there is no sound.
        """
        from .sound_encoder import encode

        return (await self._once((sound.content or sound.file, sound.start, sound.end), partial(encode, sound)))[0]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._kept.clear()
        self._size = 0

    async def _once(self, key: object, make: Callable[[], Encoded]) -> Encoded:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._make(key, make))
        return await asyncio.shield(task)

    async def _make(self, key: object, make: Callable[[], Encoded]) -> Encoded:
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, make)
        finally:
            del self._under_way[key]
        self._kept[key] = made
        self._size += sum(map(len, made))
        while self._size > self.keep:
            _, old = self._kept.popitem(last=False)
            self._size -= sum(map(len, old))
        return made
