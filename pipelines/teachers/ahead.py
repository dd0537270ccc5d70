"""How much is prepared ahead of its turn to be sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_BYTES = 128 << 20
"""Bytes of media that are prepared and not sent, above which no more are prepared."""
FIRST_GUESS = 1 << 20
"""Bytes that the first request is taken to have; the next ones as many as those before, on average."""
NEW = 0.1
"""The weight of the last request in that average."""


class Ahead:
    """Bounds the requests that are prepared or in flight, and the bytes of those that wait for their turn."""

    def __init__(self, requests: int, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.waiting = 0
        """Bytes that are prepared, or guessed of what is being prepared, and not sent."""
        self.guess = FIRST_GUESS
        self._requests = asyncio.Semaphore(requests)
        self._sent = asyncio.Event()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Preparation]:
        """Wait until one more may be prepared; it is asked inside."""
        async with self._requests:
            while self.waiting and self.waiting + self.guess > self.most_bytes:
                await self._sent.wait()
            place = Preparation(self, self.guess)
            try:
                yield place
            finally:
                place.send()

    def change(self, size: int) -> None:
        """So many bytes more wait, or fewer."""
        self.waiting += size
        if size < 0:
            self._sent.set()
            self._sent = asyncio.Event()


class Preparation:
    """A request that is prepared ahead."""

    def __init__(self, ahead: Ahead, guess: int) -> None:
        self._ahead, self._size = ahead, guess
        ahead.change(guess)

    def prepared(self, size: int) -> None:
        """Its media have *size* bytes."""
        self._ahead.guess += round(NEW * (size - self._ahead.guess))
        self._ahead.change(size - self._size)
        self._size = size

    def send(self) -> None:
        """It is sent, or given up: its media wait no more."""
        self._ahead.change(-self._size)
        self._size = 0
