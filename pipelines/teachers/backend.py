"""The interface of backends, which make replies: an endpoint, an engine or a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ...schemas import Request
from .limits import RateLimit
from .messages import Message, asked_again
from .reply_parser import Raw
from .request_media import RequestMedia


@dataclass(frozen=True, slots=True)
class Call:
    """One draw of a request."""

    request: Request
    sample: int
    reply: str = ""
    """An earlier reply that could not be read, which is shown when asking again; empty: it is not."""
    error: str = ""
    """Why it could not; empty: it is asked for the first time."""

    def messages(self, first: list[Message]) -> list[Message]:
        """What to send, when *first* are the messages of the request itself."""
        return asked_again(first, self.reply, self.error) if self.error else first


class Backend(Protocol):
    """Makes replies."""

    async def send(self, call: Call, prepared: Any) -> Raw:
        """One reply. No retries, no limits: those are the asker's.

        Raises:
            TeacherError: there is none.
        """
        ...

    async def prepare(self, request: Request) -> Any:
        """What ``send`` needs of *request*, its media encoded; made once for all draws and tries.

        Raises:
            Failed: its media cannot be read.
        """
        ...

    async def close(self) -> None: ...


@runtime_checkable
class HasRates(Protocol):
    """A backend that sends so many requests and tokens a minute."""

    requests: RateLimit | None
    tokens: RateLimit | None


@runtime_checkable
class ShowsMedia(Protocol):
    """A backend that encodes pictures and sounds."""

    media: RequestMedia


@runtime_checkable
class GivesWay(Protocol):
    """A backend that asks in another way where a server does not understand ours."""

    def fallbacks(self) -> dict[str, int]:
        """What it gave up, for people, and how often."""
        ...


@runtime_checkable
class InBatches(Protocol):
    """A backend whose replies come in batches, hours later."""

    def batches(self) -> list[float]:
        """When each batch that runs was begun, in seconds since 1970."""
        ...

    def finish(self) -> None:
        """All was asked: delete what is kept of batches that have ended."""
        ...
