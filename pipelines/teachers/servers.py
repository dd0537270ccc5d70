"""Several servers of one endpoint: the least busy is asked, and one that fails is left alone for a while."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from .limits import TimeSource
from .teacher_errors import TeacherError

FAILURES = 8
"""In a row: from then on a server is only tried by one call at a time, after a pause."""
HANDICAP = 4
"""A failure in a row counts like so many calls in flight when the least busy server is looked for."""
PAUSE, LONGEST = 1.0, 30.0
"""Seconds; the pause doubles."""
DEAD = FAILURES + 6
"""Failures of every server in a row after which waiting calls give up at once when one more has failed."""


@dataclass(slots=True, eq=False)
class Server:
    """One address, and how it is doing."""

    url: str
    client: Any = None
    in_flight: int = 0
    failures: int = 0
    """In a row."""
    rest: float = 0.0
    """Until when it is left alone."""
    used: int = 0


class Servers:
    """Which server is asked next."""

    def __init__(self, servers: list[Server], clock: TimeSource) -> None:
        self.servers, self.clock = servers, clock
        self._changed = asyncio.Event()
        self._lost = 0
        self._last = TeacherError("no server")

    async def pick(self) -> Server:
        """The least busy server that is well, or one whose pause is over.

        Raises:
            TeacherError: all are failing, and one that was tried meanwhile failed again.
        """
        lost = self._lost
        while not (ready := [one for one in self.servers if self._ready(one)]):
            if self._lost != lost:
                dead = all(one.failures >= DEAD for one in self.servers)
                raise TeacherError(self._last.detail, again=not dead, timeout=self._last.timeout)
            await self._wait()
        server = min(ready, key=lambda one: (one.in_flight + HANDICAP * one.failures, one.used))
        server.in_flight += 1
        server.used += 1
        return server

    def done(self, server: Server, fault: TeacherError | None) -> None:
        """Give *server* back. *fault* is how it failed; a call that was itself at fault does not count as a failure."""
        server.in_flight -= 1
        if fault is None:
            server.failures, server.rest = 0, 0.0
        elif server.failures >= FAILURES and self.clock.now() < server.rest:
            pass  # sent before the pause began: the same failure once more
        else:
            server.failures += 1
            pause = min(LONGEST, PAUSE * 2.0 ** min(30, max(0, server.failures - FAILURES)))
            server.rest = self.clock.now() + (pause if fault.after is None else fault.after)
            if server.failures > FAILURES:
                self._lost += 1
            self._last = fault
        self._changed.set()
        self._changed = asyncio.Event()

    def _ready(self, server: Server) -> bool:
        return server.failures < FAILURES or (server.in_flight == 0 and self.clock.now() >= server.rest)

    async def _wait(self) -> None:
        """Wait until a pause is over or a call came back."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
        resting = [one.rest - self.clock.now() for one in self.servers if one.in_flight == 0]
        if resting:
            waits.append(asyncio.ensure_future(self.clock.sleep(max(0.0, min(resting)))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
