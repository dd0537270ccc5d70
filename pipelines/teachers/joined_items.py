"""Texts and pictures for an embedder that come one by one, and are sent together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ...schemas import Frames
from .reply_parser import Raw
from .teacher_errors import TeacherError

GATHERING = 0.03
"""Seconds for which an item waits for others."""
REFUSED = frozenset({400, 413, 422})
"""Statuses that one item of several may be the reason for."""

Item = str | Frames
Found = Raw | Exception


class JoinedItems:
    """Items that wait a moment, until there are *most* of them, and go together to *send*.

    *send* gives a reply for each of its items, in order, or what is wrong with that one. Where it fails for all because
    of what they hold, it is asked again with half of them, so that one bad item costs no other.
    """

    def __init__(self, most: int, send: Callable[[Sequence[Item]], Awaitable[Sequence[Found]]]) -> None:
        self.most, self._send = most, send
        self._waiting: list[tuple[Item, asyncio.Future[Raw]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, item: Item) -> Raw:
        """The reply to *item*.

        Raises:
            Failed, TeacherError: there is none.
        """
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Raw] = loop.create_future()
        self._waiting.append((item, reply))
        if len(self._waiting) >= self.most:
            self._go()
        elif self._timer is None:
            self._timer = loop.call_later(GATHERING, self._go)
        return await reply

    async def close(self) -> None:
        """End what is under way."""
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        going = [(item, reply) for item, reply in self._waiting if not reply.done()]
        self._waiting = []
        if going:
            task = asyncio.create_task(self._answer(going))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, going: list[tuple[Item, asyncio.Future[Raw]]]) -> None:
        try:
            found: Sequence[Found] = await self._halved([item for item, _ in going])
        except BaseException as error:
            found = [error if isinstance(error, Exception) else TeacherError("it was ended")] * len(going)
            if not isinstance(error, Exception):
                self._tell(going, found)
                raise
        self._tell(going, found)

    async def _halved(self, items: Sequence[Item]) -> list[Found]:
        try:
            return list(await self._send(items))
        except TeacherError as fault:
            if len(items) == 1 or fault.status not in REFUSED:
                return [fault] * len(items)
        middle = len(items) // 2
        first, second = await asyncio.gather(self._halved(items[:middle]), self._halved(items[middle:]))
        return [*first, *second]

    def _tell(self, going: list[tuple[Item, asyncio.Future[Raw]]], found: Sequence[Found]) -> None:
        for (_, reply), one in zip(going, found, strict=True):
            if reply.done():
                continue
            if isinstance(one, Raw):
                reply.set_result(one)
            else:
                reply.set_exception(one)
