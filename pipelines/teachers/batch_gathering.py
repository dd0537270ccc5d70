"""Requests on their way into a batch: gathered in a temporary file until there are enough of them, or no more come."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import IO, Any

from ..errors import StopBuild
from ..storage.disk import explain
from .batch_calls import scratch
from .kinds.openai import OpenAI
from .limits import TimeSource
from .teacher_errors import TeacherError

LONGEST = 10
"""Times ``batch_wait``: for so long requests may dribble into one batch."""
SHORTEST_LOOK = 0.01
"""Seconds."""


@dataclass(eq=False, slots=True)
class Gathering:
    """A batch that is being filled."""

    lines: IO[bytes]
    first: float
    last: float
    size: int = 0
    ids: list[str] = field(default_factory=list)


class Gatherer:
    """Fills one batch after the other, and hands each that is full, or waited long enough, to *submit*."""

    def __init__(
        self,
        settings: OpenAI,
        clock: TimeSource,
        start: Callable[[Coroutine[Any, Any, None]], None],
        submit: Callable[[Gathering], Coroutine[Any, Any, None]],
    ) -> None:
        """*start* begins a task."""
        self.settings, self.clock, self.start, self.submit = settings, clock, start, submit
        self.most_requests = settings.batch_requests
        self._open: Gathering | None = None

    def add(self, name: str, line: bytes) -> None:
        """Put the request *name*, which is this *line*, into a batch.

        Raises:
            TeacherError: it is longer than a batch may be.
            StopBuild: there is no room for it on the disk.
        """
        most = self.settings.batch_megabytes * 1e6
        if len(line) > most:
            raise TeacherError(
                f"a request of {len(line) / 1e6:.1f} MB is longer than a batch may be (batch_megabytes: "
                f"{self.settings.batch_megabytes:g}). Show fewer or smaller frames, or raise that.",
                again=False,
            )
        full = self._open
        if full is not None and (full.size + len(line) > most or len(full.ids) >= self.most_requests):
            self._hand_over(full)
        now = self.clock.now()
        try:
            if self._open is None:
                self._open = Gathering(scratch(), now, now)
                self.start(self._wait(self._open))
            self._open.lines.write(line)
        except OSError as error:
            raise StopBuild(f"requests cannot be gathered in a temporary file: {explain(error)}") from None
        self._open.size += len(line)
        self._open.last = now
        self._open.ids.append(name)

    def close(self) -> None:
        """Let go of what was gathered and not handed over."""
        if self._open is not None:
            self._open.lines.close()
            self._open = None

    async def _wait(self, gathering: Gathering) -> None:
        """Hand *gathering* over when nothing more comes, unless it was because it is full."""
        wait = self.settings.batch_wait
        while gathering is self._open:
            end = min(gathering.last + wait, gathering.first + LONGEST * wait)
            if (left := end - self.clock.now()) <= 0 and gathering.ids:
                self._hand_over(gathering)
                return
            await self.clock.sleep(max(left, SHORTEST_LOOK))

    def _hand_over(self, gathering: Gathering) -> None:
        self._open = None
        self.start(self.submit(gathering))
