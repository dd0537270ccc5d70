"""Whether the model behind an endpoint takes pictures, found out when a request that shows some fails.

Before a build this is tried already (``sight_check``); here it is where nothing could be found out then.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import zlib
from collections.abc import Awaitable, Callable

from ..errors import StopBuild
from .messages import Message
from .teacher_errors import TeacherError

REFUSALS = frozenset({400, 415, 422, 500, 501})
"""Statuses by which servers answer to a picture that they cannot show to their model."""
ANSWERED = 200
MOST_TRIES = 3
"""How often it is tried where nothing can be told: the endpoint is down."""
SIDE = 64
"""Pixels of the sides of the picture that is tried: some models take no smaller one."""
QUESTION: Message = {"type": "text", "text": "Which colour is this? Answer in a word."}


class PictureSupport:
    """What is known of whether one endpoint takes pictures."""

    def __init__(self, url: str, stated: bool | None) -> None:
        """*stated*: what its settings say; None: nothing."""
        self.url, self._known, self._why = url, stated, ""
        self._asking = asyncio.Lock()
        self._tries = 0

    def expect(self, messages: list[Message]) -> None:
        """Raise StopBuild if *messages* show pictures, and it is known that the endpoint takes none."""
        if self._known is False and self._why and shows(messages):
            raise StopBuild(self._why)

    def worked(self, messages: list[Message]) -> None:
        """Note that the endpoint has replied to *messages*."""
        if self._known is None and shows(messages):
            self._known = True

    async def find_out(
        self, messages: list[Message], fault: TeacherError, status_of: Callable[[list[Message]], Awaitable[int]]
    ) -> None:
        """See whether *messages* met *fault* because they show pictures.

        A question is asked with one small picture, without, and with it again: a fault that passes is none of the
        picture.

        Args:
            status_of: gives the status of HTTP that a user's turn meets; 200: it has a reply, 0: there was none.

        Raises:
            StopBuild: the endpoint answers only without.
        """
        if self._known is not None or not shows(messages) or fault.status not in REFUSALS:
            return
        async with self._asking:
            if self._known is None and self._tries < MOST_TRIES:
                self._tries += 1
                turn = [QUESTION, shown_picture()]
                first = await status_of(turn)
                if first == ANSWERED:
                    self._known = True
                elif (
                    first in REFUSALS and await status_of([QUESTION]) == ANSWERED and await status_of(turn) in REFUSALS
                ):
                    self._known, self._why = False, self._words(fault)
        self.expect(messages)

    def _words(self, fault: TeacherError) -> str:
        return (
            f"{self.url}: the model takes no pictures: it answers a question, and not with a small picture "
            f"({fault.detail.rstrip('.')}). Write look: null in the stages that show it some, or a model that sees. "
            "If it does see, say so with images: true on the teacher."
        )


def shows(messages: list[Message]) -> bool:
    """Whether *messages* hold a picture."""
    return any(
        part["type"] == "image_url"
        for message in messages
        if not isinstance(message["content"], str)
        for part in message["content"]
    )


def shown_picture() -> Message:
    """The small picture as a part of a turn."""
    return {"type": "image_url", "image_url": {"url": small_picture()}}


def small_picture() -> str:
    """A red picture as a PNG, in a data URI."""
    rows = (b"\0" + b"\xd0\x20\x20" * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + data).decode()
