"""Servers of the same model that are asked over HTTP, through the openai client: limits, redirects and faults."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from ...schemas import Request, clean
from ..yaml.secrets import HIDDEN, Secrets
from ..yaml.url_secrets import without_credentials
from .client import broken, connections, transport_errors
from .limits import RateLimit, TimeSource
from .reply_parser import Raw
from .request_body import json_body
from .server_settings import ServerSettings
from .servers import Server, Servers
from .teacher_errors import UNHEARD, TeacherError

LONGEST_WAIT = 600.0
"""Seconds; an endpoint that asks to wait longer is out of service for this build."""
MOST_TOKENS = 100_000_000
"""No request has more."""
LONGEST_WORDS = 500
"""Characters of an endpoint's complaint that are kept."""
HELPLESS = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""Statuses that the same request would meet again."""
UNFIT = frozenset({400, 404, 415, 422})
"""Those of them by which endpoints say that a model does not take what the request holds."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
"""Redirects to the same host and port that are followed; others never are."""
OVERLOAD = frozenset({429, 503, 529})


class HttpEndpoint:
    """One or several servers of the same model. The client's own retries are off: ours are counted."""

    def __init__(self, settings: ServerSettings, clock: TimeSource) -> None:
        """Raises ImportError without the openai package."""
        import openai

        self.clock, self.openai = clock, openai
        self.key, self.timeout = settings.key(), settings.timeout
        self._secrets = Secrets(dict.fromkeys(settings.secrets(), HIDDEN))
        # Older clients take bytes as the body and have no content.
        self._takes = "content" if "content" in inspect.signature(openai.AsyncOpenAI.post).parameters else "body"
        self._http = connections(settings)
        self._broken: tuple[type[Exception], ...] = (openai.APIConnectionError, *transport_errors())
        self.servers = Servers([Server(url, self._client(url)) for url in settings.base_url], clock)
        self.requests, self.tokens = (RateLimit(rate, clock) if rate else None for rate in settings.rates())

    async def close(self) -> None:
        await self._http.aclose()

    def scrub(self, text: str) -> str:
        """*text* without the key, should the endpoint have echoed it."""
        return self._secrets.redact(text)

    async def post(
        self, path: str, body: dict[str, Any], guess: float, read: Callable[[Any], list[Raw]], request: Request | None
    ) -> list[Raw]:
        """Send *body*, that of *request* where it is of one, to *path* at the server that is least busy.

        Args:
            guess: about how many tokens are sent and received.
            read: makes replies of what the endpoint answers; it raises ValueError where there are none.

        Raises:
            TeacherError: there is none; but 400 and 422 come as openai's errors.
        """
        if self.requests:
            await self.requests.take(1)
        taken = await self.tokens.take(guess) if self.tokens else 0.0
        server = await self.servers.pick()
        fault: TeacherError | None = None
        try:
            async with asyncio.timeout(self.timeout):
                # Not chat.completions.create, which walks through every message: a third of the CPU.
                answer = await self._answer(server.client, path, body)
            replies = read(answer)
        except (self.openai.BadRequestError, self.openai.UnprocessableEntityError):
            raise
        except self._broken as error:
            fault = broken(error, server.url, self.timeout, self.scrub)
            raise fault from None
        except (self.openai.APIError, ValueError, OverflowError) as error:
            fault = self.fault(error, request)
            raise fault from None
        except RecursionError:
            fault = TeacherError("the endpoint answered with JSON that is nested too deeply to be a reply")
            raise fault from None
        finally:
            self.servers.done(server, fault if fault is not None and fault.again else None)
        if self.tokens:
            self.tokens.settle(guess, taken, sum(raw.tokens_in + raw.tokens_out for raw in replies))
        return replies

    def _client(self, url: str) -> Any:
        return self.openai.AsyncOpenAI(base_url=url, api_key=self.key, max_retries=0, http_client=self._http)

    async def _answer(self, client: Any, where: str, body: dict[str, Any]) -> Any:
        """What the endpoint answers to *body* at *where*; it may send us on to another place on its host and port."""
        given = {self._takes: json_body(body)}
        for _ in range(MOST_REDIRECTS):
            try:
                return await client.post(where, cast_to=object, **given)
            except self.openai.APIStatusError as error:
                if (target := _sent_on_to(error.response)) is None or not _same_place(error.response, target):
                    raise
                where = target
        return await client.post(where, cast_to=object, **given)

    def fault(self, error: Exception, request: Request | None = None) -> TeacherError:
        """*error*, to *request* where it was one, as ours, without the key."""
        if not isinstance(error, self.openai.APIStatusError):
            return TeacherError(self.scrub(clean(str(error)))[:LONGEST_WORDS])
        status = error.status_code
        if target := _sent_on_to(error.response):
            place = self.scrub(clean(without_credentials(target, HIDDEN)))[:LONGEST_WORDS]
            return TeacherError(
                f"HTTP {status}: the endpoint sends requests on to {place}, which the config does not name. Nothing "
                "was sent there. If that is the right place, write it as base_url.",
                again=False,
            )
        again = status not in HELPLESS and error.code != "insufficient_quota"
        after = retry_after(error.response.headers, self.clock) if again else None
        if after is not None and after > LONGEST_WAIT:
            again = False
        text = error.body.get("message") if isinstance(error.body, dict) else None
        text = self.scrub(clean(str(text or error.response.text or "no message")))
        hint = UNHEARD if request is not None and request.has_sound and status in UNFIT else ""
        return TeacherError(
            f"HTTP {status}: {text[:LONGEST_WORDS]}{hint}",
            again=again,
            overload=status in OVERLOAD,
            after=after,
            status=status,
        )


def retry_after(headers: Mapping[str, str], clock: TimeSource) -> float | None:
    """Seconds to wait, from ``retry-after-ms`` or ``Retry-After`` in seconds or as a date; None without one."""
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        pass
    given = headers.get("retry-after")
    if given is None:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - clock.date())
    except (ValueError, OverflowError):
        return None


def token_count(usage: Any, key: str) -> int:
    """The number of tokens under *key*; 0 where there is no such number that a reply could have."""
    number = usage.get(key) if isinstance(usage, dict) else None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= MOST_TOKENS:
        return 0
    return int(number)


def _sent_on_to(response: Any) -> str | None:
    """Where *response*, if it is a redirect, sends the request, as a whole address."""
    target = response.headers.get("location") if response.status_code in REDIRECTS else None
    try:
        return urljoin(str(response.url), target) if target else None
    except ValueError:
        return target


def _same_place(response: Any, target: str) -> bool:
    """Whether *target* is on the host and port that *response* came from, by the same protocol."""
    return _origin(str(response.url)) == _origin(target) is not None


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return None
    return parts.scheme, (parts.hostname or "").lower(), port
