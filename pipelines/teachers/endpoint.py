"""An OpenAI-compatible endpoint, asked through the openai client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from ...schemas import Request, clean
from ..yaml.secrets import HIDDEN, Secrets
from ..yaml.url_secrets import without_credentials
from .backend import Call
from .client import broken, connections, transport_errors
from .kinds.openai import OpenAI
from .limits import RateLimit, TimeSource
from .messages import Message, messages_of, rough_tokens
from .picture_support import PictureSupport
from .reply_parser import Raw
from .request_media import RequestMedia
from .schema_forms import SchemaForms
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
LONGEST_NAME = 200
"""Characters of the name of a model."""
OVERLOAD = frozenset({429, 503, 529})
FAILED = 500
"""The status by which some servers answer to what they do not know."""


class Endpoint:
    """One or several servers of the same model. The client's own retries are off: ours are counted."""

    def __init__(self, settings: OpenAI, clock: TimeSource, media: RequestMedia) -> None:
        """Raises ImportError without the openai package."""
        import openai

        self.settings, self.clock, self.media, self.openai = settings, clock, media, openai
        self.key = settings.key()
        self._secrets = Secrets(dict.fromkeys(settings.secrets(), HIDDEN))
        self._http = connections(settings)
        self._broken: tuple[type[Exception], ...] = (openai.APIConnectionError, *transport_errors())
        self.servers = Servers([Server(url, self._client(url)) for url in settings.base_url], clock)
        self._requests = RateLimit(settings.rpm, clock) if settings.rpm else None
        self._tokens = RateLimit(settings.tpm, clock) if settings.tpm else None
        self.forms = SchemaForms()
        self.pictures = PictureSupport(settings.base_url[0], settings.images)
        self._limit_key = "max_tokens"

    async def prepare(self, request: Request) -> list[Message]:
        """The messages of *request*."""
        in_words = self.settings.schema_in_words()
        return await messages_of(request, self.settings, self.media, in_words=in_words)

    async def send(self, call: Call, prepared: list[Message]) -> Raw:
        """One reply, from the server that is least busy.

        Raises:
            TeacherError: there is none.
            StopBuild: it is shown pictures, and takes none.
        """
        messages = call.messages(prepared)
        body, schema = self._body(call, messages), self._schema_held(call)
        self.pictures.expect(messages)
        while True:
            try:
                raw = await self._post(body, call.request)
            except (self.openai.BadRequestError, self.openai.UnprocessableEntityError) as error:
                if not self._adapt(body, str(error), call):
                    fault = self._fault(error, call.request)
                    await self.pictures.find_out(messages, fault, self._status_of)
                    raise fault from None
            except TeacherError as fault:
                if fault.status != FAILED or not self._give_way(body, fault.detail, call, refused=False):
                    if schema is not None:
                        self.forms.failed(body, schema)
                    await self.pictures.find_out(messages, fault, self._status_of)
                    raise
            else:
                self.pictures.worked(messages)
                if schema is not None:
                    self.forms.worked(body, schema)
                return raw

    async def _status_of(self, content: list[Message]) -> int:
        """The status of HTTP that a user's turn of this *content* meets; 200: it has a reply, 0: there was none."""
        turn: Message = {"role": "user", "content": content}
        body = {"model": self.settings.model, "messages": [turn], self._limit_key: 16}
        try:
            await self._post(body | self.settings.extra_body, Request.of("a question about sight"))
        except self.openai.APIStatusError as error:
            return int(error.status_code)
        except TeacherError as fault:
            return fault.status
        return 200

    async def close(self) -> None:
        await self._http.aclose()

    def fallbacks(self) -> dict[str, int]:
        """The forms of replies that the endpoint does not know, with the number of schemas asked for otherwise."""
        return dict(self.forms.fallbacks)

    def _client(self, url: str) -> Any:
        return self.openai.AsyncOpenAI(base_url=url, api_key=self.key, max_retries=0, http_client=self._http)

    def _body(self, call: Call, messages: list[Message]) -> dict[str, Any]:
        settings, request = self.settings, call.request
        temperature = settings.temperature if request.temperature is None else request.temperature
        seed = None if settings.seed is None else settings.seed + call.sample
        most = request.max_tokens or settings.max_tokens
        body: dict[str, Any] = {"model": settings.model, "messages": messages, self._limit_key: most}
        given = {"temperature": temperature, "top_p": settings.top_p, "seed": seed}
        body |= {key: value for key, value in given.items() if value is not None}
        if (schema := self._schema_held(call)) is not None:
            body |= self.forms.body_of(schema)
        return body | settings.extra_body

    def _schema_held(self, call: Call) -> dict[str, Any] | None:
        """The schema that ``response_format`` holds the reply to *call* to; None: words do, or the user's own keys."""
        settings = self.settings
        ours = settings.schema_mode != "prompt" and "response_format" not in settings.extra_body
        return call.request.schema if ours else None

    def _adapt(self, body: dict[str, Any], complaint: str, call: Call) -> bool:
        """Change *body* to what the endpoint understands, and remember it; False: that was not the matter."""
        if "max_completion_tokens" in complaint and "max_tokens" in body:
            self._limit_key = "max_completion_tokens"
            body[self._limit_key] = body.pop("max_tokens")
            return True
        return self._give_way(body, complaint, call, refused=True)

    def _give_way(self, body: dict[str, Any], complaint: str, call: Call, *, refused: bool) -> bool:
        """Change *body* to ask for the form of the reply in another way; False: that was not the matter."""
        schema = self._schema_held(call)
        if schema is None or self.settings.schema_mode != "auto":
            return False
        return self.forms.give_way(body, schema, complaint, refused=refused)

    async def _post(self, body: dict[str, Any], request: Request) -> Raw:
        """Send *body*, that of *request*, and read the answer's frame; what the reply is worth is judged elsewhere.

        Raises:
            TeacherError: there is none; but 400 and 422 come as openai's errors.
        """
        guess = 0.0
        if self._requests:
            await self._requests.take(1)
        if self._tokens:
            guess = rough_tokens(body["messages"]) + body[self._limit_key] / 4
            await self._tokens.take(guess)
        server = await self.servers.pick()
        fault: TeacherError | None = None
        try:
            async with asyncio.timeout(self.settings.timeout):
                # Not chat.completions.create, which walks through every message: a third of the CPU.
                answer = await self._answer(server.client, body)
            raw = self._frame(answer, body["model"], rough_tokens(body["messages"]))
        except (self.openai.BadRequestError, self.openai.UnprocessableEntityError):
            raise
        except self._broken as error:
            fault = broken(error, server.url, self.settings.timeout, self.scrub)
            raise fault from None
        except (self.openai.APIError, ValueError, OverflowError) as error:
            fault = self._fault(error, request)
            raise fault from None
        except RecursionError:
            fault = TeacherError("the endpoint answered with JSON that is nested too deeply to be a chat completion")
            raise fault from None
        finally:
            self.servers.done(server, fault if fault is not None and fault.again else None)
        if self._tokens:
            self._tokens.settle(raw.tokens_in + raw.tokens_out - guess)
        return raw

    async def _answer(self, client: Any, body: dict[str, Any]) -> Any:
        """What the endpoint answers to *body*. It may send us on to another place on the same host and port."""
        where = "/chat/completions"
        for _ in range(MOST_REDIRECTS):
            try:
                return await client.post(where, cast_to=object, body=body)
            except self.openai.APIStatusError as error:
                if (target := _sent_on_to(error.response)) is None or not _same_place(error.response, target):
                    raise
                where = target
        return await client.post(where, cast_to=object, body=body)

    def _frame(self, answer: Any, asked: str, rough: int) -> Raw:
        """The reply in what the endpoint answered; *asked* is the model, *rough* about the tokens that were sent.

        Raises:
            ValueError: there is none.
        """
        try:
            if isinstance(answer, str):  # not labelled as JSON
                answer = json.loads(answer.lstrip("\ufeff"))
            if "error" in answer and "choices" not in answer:  # some proxies say 200 all the same
                raise ValueError(f"the endpoint answered with an error: {str(answer['error'])[:LONGEST_WORDS]}")
            choice = answer["choices"][0]
            message = choice["message"]
            content = message.get("content") or ""
            if not isinstance(content, str):
                content = "".join(part.get("text") or "" for part in content)
            finish, refusal, model = choice.get("finish_reason"), message.get("refusal"), answer.get("model")
            usage = answer.get("usage")
            return Raw(
                self.scrub(content),
                finish if isinstance(finish, str) and finish else "stop",
                self.scrub(refusal) if isinstance(refusal, str) else "",
                _tokens(usage, "prompt_tokens") or rough,
                _tokens(usage, "completion_tokens") or len(content) // 4,
                self.scrub(clean(model))[:LONGEST_NAME] if isinstance(model, str) and model != asked else "",
                _tokens(usage.get("prompt_tokens_details"), "audio_tokens") if isinstance(usage, dict) else 0,
            )
        except (KeyError, IndexError, TypeError, AttributeError, json.JSONDecodeError):
            text = self.scrub(str(answer))[:200]  # before it is cut: half a key is too much as well
            raise ValueError(f"the endpoint answered with no chat completion: {text!r}") from None

    def _fault(self, error: Exception, request: Request | None = None) -> TeacherError:
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

    def scrub(self, text: str) -> str:
        """*text* without the key, should the endpoint have echoed it."""
        return self._secrets.redact(text)


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


def _tokens(usage: Any, key: str) -> int:
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
