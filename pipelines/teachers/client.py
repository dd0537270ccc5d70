"""The connections to an endpoint, and what it means when one breaks.

aiohttp's where it is installed: they cost less than half of the CPU of httpx's. Both read the environment's proxies.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import getproxies

from ...schemas import clean
from .server_settings import ServerSettings
from .teacher_errors import TeacherError

MOST_BYTES = 16 * 2**20
"""The longest body of a reply; the longest that models write are under a tenth of it."""
ACCEPTED = {"accept-encoding": "gzip, deflate"}
CONNECT = 10.0
"""Seconds to open a connection."""
LONGEST_WORDS = 200
"""Characters of a cause that are shown: a server that speaks no HTTP may have said anything."""
UNREACHED = frozenset({"ConnectError", "ConnectTimeout", "ClientConnectorError", "ConnectionTimeoutError"})
REFUSED = frozenset({"ProxyError", "ClientHttpProxyError"})
"""Names of errors, of httpcore and of aiohttp: no connection was made; the proxy makes none."""
RENAMED = frozenset({"openai", "httpx", "httpx2"})
"""Packages whose names for the errors beneath are not to be relied on: under aiohttp a refused connection comes as
a time-out."""

WAITING = (asyncio.CancelledError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def connections(settings: ServerSettings, *, bounded: bool = True) -> Any:
    """An HTTP client for openai's: one pool, never more connections than requests in flight.

    Not *bounded*: bodies may be as long as they are, and whoever asks for one reads it bit by bit.
    """
    import openai

    most = settings.concurrency
    limits = type(openai.DEFAULT_CONNECTION_LIMITS)(max_connections=most, max_keepalive_connections=most)
    timeout = openai.Timeout(settings.timeout, connect=CONNECT)
    # A redirect is not followed: the prompts would go to a host that nobody has named.
    how: dict[str, Any] = {"follow_redirects": False, "headers": ACCEPTED}
    how |= {"event_hooks": {"response": [read_bounded]}} if bounded else {}
    if not any(proxy.startswith("socks") for proxy in getproxies().values()):  # aiohttp knows none of these
        try:
            return openai.DefaultAioHttpClient(limits=limits, timeout=timeout, **how)
        except (AttributeError, RuntimeError):  # an older openai, or one without its extra
            pass
    return openai.DefaultAsyncHttpxClient(limits=limits, timeout=timeout, **how)


async def read_bounded(response: Any) -> None:
    """Read the body of *response* (of httpx), unpacked, as far as a reply may be long.

    Raises:
        ReplyTooLarge: it is longer.
        ValueError: it is compressed in a way that was not asked for, or damaged.
    """
    body = _Body(response)
    async for chunk in response.aiter_raw():
        body.add(chunk)
    response._content = body.whole()  # as aread() does it


def read_bounded_at_once(response: Any) -> None:
    """The same for a client that waits for each answer."""
    body = _Body(response)
    for chunk in response.iter_raw():
        body.add(chunk)
    response._content = body.whole()


class _Body:
    """The body of a response (of httpx) as it comes, unpacked."""

    def __init__(self, response: Any) -> None:
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(f"the reply is compressed ({clean(encoding)[:40]}), which was not asked for")
        self._unpack = None if encoding in ("", "identity") else zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._read = bytearray()

    def add(self, chunk: bytes) -> None:
        try:
            room = MOST_BYTES + 1 - len(self._read)
            self._read += chunk if self._unpack is None else self._unpack.decompress(chunk, room)
        except zlib.error:
            raise ValueError("the reply is damaged: it cannot be unpacked") from None
        if len(self._read) > MOST_BYTES:
            raise ReplyTooLarge(f"the reply is longer than {MOST_BYTES // 2**20} MiB")

    def whole(self) -> bytes:
        if self._unpack is not None and not self._unpack.eof:
            raise ValueError("the reply is cut off: it cannot be unpacked to its end")
        return bytes(self._read)


class ReplyTooLarge(ValueError):
    """A reply that no model writes: it is not read to its end."""


def transport_errors() -> tuple[type[Exception], ...]:
    """What may come out of ``connections`` besides openai's own errors."""
    try:
        from aiohttp import ClientError  # a reply that is no HTTP comes through as it is
    except ImportError:
        return (OSError,)
    return (OSError, ClientError)


def broken(error: BaseException, url: str, timeout: float, scrub: Callable[[str], str]) -> TeacherError:
    """What *error*, of the connection to *url* and not of the endpoint's making, says to the user."""
    chain = list(_causes(error)) or [error]
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    if any(isinstance(one, TimeoutError) for one in chain):
        what = f"no connection within {CONNECT:g} s. Is the server up, and the address right?"
        if not names & UNREACHED:
            what = f"no reply within {timeout:g} s. A longer timeout: or a smaller concurrency: may help."
        return TeacherError(f"{url}: {what}", timeout=True, overload=True)
    why = scrub(_why(chain))[:LONGEST_WORDS]
    if names & REFUSED:
        what = f"the proxy refused ({why}). Are HTTPS_PROXY and NO_PROXY right?"
    elif names & UNREACHED and any(isinstance(one, ssl.SSLError) for one in chain):
        what = f"no secure connection ({why}). Is https:// right, and is the certificate known here?"
    elif names & UNREACHED:
        what = f"nothing answers there ({why}). Is the server running?"
    else:
        what = f"no whole reply came ({why}). The server's log may say why."
    return TeacherError(f"{url}: {what}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """*error* and what is beneath it, without names that are given to it again and what only waiting raises."""
    while error is not None:
        if type(error).__module__.partition(".")[0] not in RENAMED and not isinstance(error, WAITING):
            yield error
        error = error.__cause__ or error.__context__  # httpcore raises "from None"


def _why(chain: list[BaseException]) -> str:
    """The words of the first cause that has any, on one line."""
    for one in reversed(chain):
        if isinstance(one, OSError) and one.errno and not isinstance(one, (ssl.SSLError, socket.gaierror)):
            return os.strerror(one.errno)
        if text := getattr(one, "strerror", "") or getattr(one, "message", "") or str(one):
            return " ".join(clean(str(text)).split()).rstrip(".")
    return type(chain[-1]).__name__
