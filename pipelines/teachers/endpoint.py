"""An OpenAI-compatible endpoint, asked through the openai client."""

from __future__ import annotations

import json
from typing import Any

from ...schemas import Request, clean
from .backend import Call
from .http_endpoint import LONGEST_WORDS, HttpEndpoint, token_count
from .kinds.openai import OpenAI
from .limits import TimeSource
from .messages import Message, messages_of, rough_tokens, with_media
from .picture_support import PictureSupport
from .reply_parser import Raw
from .request_media import RequestMedia
from .schema_forms import SchemaForms
from .teacher_errors import TeacherError

PATH = "/chat/completions"
LONGEST_NAME = 200
"""Characters of the name of a model."""
FAILED = 500
"""The status by which some servers answer to what they do not know."""


class Endpoint(HttpEndpoint):
    """Chat completions of one or several servers of the same model."""

    def __init__(self, settings: OpenAI, clock: TimeSource, media: RequestMedia) -> None:
        """Raises ImportError without the openai package."""
        super().__init__(settings, clock)
        self.settings, self.media = settings, media
        self.forms = SchemaForms()
        self.pictures = PictureSupport(settings.base_url[0], settings.images)
        self._limit_key = "max_tokens"

    async def prepare(self, request: Request) -> list[Message]:
        """The messages of *request*; what lies elsewhere is brought when they are sent."""
        in_words = self.settings.schema_in_words()
        return await messages_of(request, self.settings, self.media, in_words=in_words, held=True)

    async def send(self, call: Call, prepared: list[Message]) -> Raw:
        """One reply, from the server that is least busy.

        Raises:
            TeacherError: there is none.
            Failed: what it shows is lost.
            StopBuild: it is shown pictures, and takes none.
        """
        messages = await with_media(call.messages(prepared))
        body, schema = self._body(call, messages), self._schema_held(call)
        self.pictures.expect(messages)
        while True:
            try:
                raw = await self._post(body, call.request)
            except (self.openai.BadRequestError, self.openai.UnprocessableEntityError) as error:
                if not self._adapt(body, str(error), call):
                    fault = self.fault(error, call.request)
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

    def fallbacks(self) -> dict[str, int]:
        """The forms of replies that the endpoint does not know, with the number of schemas asked for otherwise."""
        return dict(self.forms.fallbacks)

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
        rough = rough_tokens(body["messages"])
        guess = rough + body[self._limit_key] / 4
        (raw,) = await self.post(PATH, body, guess, lambda answer: [self._frame(answer, body["model"], rough)], request)
        return raw

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
                token_count(usage, "prompt_tokens") or rough,
                token_count(usage, "completion_tokens") or len(content) // 4,
                self.scrub(clean(model))[:LONGEST_NAME] if isinstance(model, str) and model != asked else "",
                token_count(usage.get("prompt_tokens_details"), "audio_tokens") if isinstance(usage, dict) else 0,
            )
        except (KeyError, IndexError, TypeError, AttributeError, json.JSONDecodeError):
            text = self.scrub(str(answer))[:200]  # before it is cut: half a key is too much as well
            raise ValueError(f"the endpoint answered with no chat completion: {text!r}") from None
