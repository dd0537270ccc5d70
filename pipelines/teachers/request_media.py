"""Frames and sounds of a request, fetched and encoded ahead of it: away from the event loop, in bounded memory.

A thread of this process does it where one has nothing to do; beyond those, tasks elsewhere in the cluster do
(``MediaTasks``), as many as there are processors. What a task has made stays there (``Held``) until the request is
sent. A task may wait for processors whose work waits for us: what is not there after a while, idle threads make too.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from ...schemas import Frames, Sound

KEEP = 64 << 20
"""Bytes of encoded media that are kept for other requests about the same pictures."""
THREADS = 8
PATIENCE = 10.0
"""Seconds until a thread takes over what a task has not brought."""


class Held(Protocol):
    """A picture or a sound that lies elsewhere."""

    def __len__(self) -> int:
        """Its characters."""
        ...

    async def fetched(self) -> str:
        """Raises Failed: it is lost."""
        ...


Encoded = tuple[str, ...]
Medium = str | Held
Media = tuple[Medium, ...]
Make = Callable[[], Encoded]


class MediaTasks(Protocol):
    """Makes media in other processes."""

    @property
    def places(self) -> int:
        """As many at a time; more when nodes join, fewer when they go."""
        ...

    async def make(self, make: Make) -> tuple[Held, ...]:
        """What *make* gives, where it was made.

        Raises:
            Failed: *make* says so, or its processes died.
        """
        ...


class RequestMedia:
    """Encodes; requests that show the same at the same time share one fetch."""

    def __init__(self, keep: int = KEEP, patience: float = PATIENCE) -> None:
        self.keep, self.patience = keep, patience
        threads = min(THREADS, os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="media")
        self._idle = asyncio.Semaphore(threads)
        self._tasks: MediaTasks | None = None
        self._free, self._places = asyncio.Semaphore(0), 0
        """Tasks that may be begun, and how many there may be in all."""
        self._kept: OrderedDict[object, Media] = OrderedDict()
        self._size = 0
        self._under_way: dict[object, asyncio.Task[Media]] = {}

    def use(self, tasks: MediaTasks) -> None:
        """Have *tasks* make what is more than the threads here can do."""
        self._tasks = tasks

    async def pictures(self, frames: Frames, form: str, quality: int) -> Encoded:
        """The pictures as data URIs.

        Raises:
            Failed: the video cannot be read.
        """
        return await fetched(await self.held_pictures(frames, form, quality))

    async def held_pictures(self, frames: Frames, form: str, quality: int) -> Media:
        """The pictures as data URIs, where they are.

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
        return (await fetched((await self.held_sound(sound),)))[0]

    async def held_sound(self, sound: Sound) -> Medium:
        """The stretch as base64 of a WAV file, where it is.

        Raises:
            Failed: it cannot be read, or there is no sound.
        """
        from .sound_encoder import encode

        return (await self._once((sound.content or sound.file, sound.start, sound.end), partial(encode, sound)))[0]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._kept.clear()
        self._size = 0

    async def _once(self, key: object, make: Make) -> Media:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._make(key, make))
        return await asyncio.shield(task)

    async def _make(self, key: object, make: Make) -> Media:
        try:
            made = await self._made(make)
        finally:
            del self._under_way[key]
        self._kept[key] = made
        self._size += sum(map(len, made))
        while self._size > self.keep:
            _, old = self._kept.popitem(last=False)
            self._size -= sum(map(len, old))
        return made

    async def _made(self, make: Make) -> Media:
        if self._tasks is None:
            return await self._here(make)
        self._count(self._tasks)
        place = await self._place()
        try:
            return await (self._in_thread(make) if place is self._idle else self._by(self._tasks, make))
        finally:
            self._count(self._tasks)
            if place is self._free and self._places > self._tasks.places:
                self._places -= 1
            else:
                place.release()

    def _count(self, tasks: MediaTasks) -> None:
        """Let more tasks be begun if there are more places than before."""
        while self._places < tasks.places:
            self._places += 1
            self._free.release()

    async def _place(self) -> asyncio.Semaphore:
        """Take a thread, or a task where all have something to do: whichever is free first."""
        for one in (self._idle, self._free):
            if not one.locked():
                await one.acquire()
                return one
        waiting = {asyncio.create_task(one.acquire()): one for one in (self._idle, self._free)}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            taken = [one for task, one in waiting.items() if task.done()]
            for task in waiting:
                task.cancel()
            for one in taken[1:]:
                one.release()
        return taken[0]

    async def _by(self, tasks: MediaTasks, make: Make) -> Media:
        """By a task; by a thread as well, as soon as one is idle, when that takes long: it may wait for us."""
        ways: list[asyncio.Task[Media]] = [asyncio.create_task(tasks.make(make))]
        try:
            await asyncio.wait(ways, timeout=self.patience)
            if not ways[0].done():
                ways.append(asyncio.create_task(self._here(make)))
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            return next(one for one in ways if one.done()).result()
        finally:
            for one in ways:
                one.cancel()

    async def _here(self, make: Make) -> Encoded:
        async with self._idle:
            return await self._in_thread(make)

    async def _in_thread(self, make: Make) -> Encoded:
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)


async def fetched(media: Media) -> Encoded:
    """*media*, brought here.

    Raises:
        Failed: one is lost.
    """
    return tuple([one if isinstance(one, str) else await one.fetched() for one in media])
