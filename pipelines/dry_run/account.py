"""Unsent requests in groups that people can read, and what each group costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...schemas.sound_limits import TOKENS_A_SECOND
from ..planning.estimate import IMAGE_TOKENS
from ..teachers.teacher_settings import TeacherSettings
from .placeholders import MARK
from .unsent_request import UnsentRequest

_MATERIAL = re.compile(r"(<material[^>]*>\n).*?(\n</material>)", re.DOTALL)
_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)*")


@dataclass(frozen=True, slots=True)
class RequestCost:
    """What requests cost, roughly. What is kept costs nothing."""

    requests: int = 0
    kept: int = 0
    """Replies that are there already."""
    calls: int = 0
    """How often something would be sent."""
    pictures: int = 0
    tokens_in: int = 0
    """Of texts, pictures and sounds."""
    tokens_out: float = 0.0
    dollars: float = 0.0
    sound: float = 0.0
    """Seconds."""

    def __add__(self, other: RequestCost) -> RequestCost:
        return RequestCost(
            self.requests + other.requests,
            self.kept + other.kept,
            self.calls + other.calls,
            self.pictures + other.pictures,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.dollars + other.dollars,
            self.sound + other.sound,
        )


@dataclass(slots=True)
class RequestKind:
    """Requests that are the same but for times, numbers, pictures and material; the first stands for all."""

    requests: list[UnsentRequest]

    @property
    def first(self) -> UnsentRequest:
        return self.requests[0]


@dataclass(slots=True)
class PromptRequests:
    """What one prompt of a stage asks one teacher."""

    name: str
    """``caption.describe``."""
    teacher: str
    kinds: list[RequestKind]
    cost: RequestCost


def in_prompts(
    requests: Iterable[UnsentRequest], teachers: Mapping[str, TeacherSettings], tokens_out: Mapping[str, float]
) -> list[PromptRequests]:
    """*requests* by prompt and teacher, in the order of their first. *tokens_out*: of a reply, by stage."""
    grouped: dict[tuple[str, str], dict[object, list[UnsentRequest]]] = {}
    for one in requests:
        kinds = grouped.setdefault((one.name, one.teacher), {})
        kinds.setdefault(_shape(one), []).append(one)
    return [
        PromptRequests(
            name,
            teacher,
            [RequestKind(own) for own in kinds.values()],
            sum(
                (
                    cost_of(one, teachers[teacher], tokens_out.get(one.stage, 0.0))
                    for own in kinds.values()
                    for one in own
                ),
                RequestCost(),
            ),
        )
        for (name, teacher), kinds in grouped.items()
    ]


def cost_of(request: UnsentRequest, teacher: TeacherSettings, tokens_out: float) -> RequestCost:
    """What *request* to *teacher* costs, with *tokens_out* in each reply."""
    calls = request.calls
    sent = calls * (request.text_tokens + request.pictures * IMAGE_TOKENS)
    heard = round(calls * request.sound * TOKENS_A_SECOND)
    sent += heard
    replied = calls * tokens_out
    price = teacher.paid()
    dollars = price.dollars(sent, replied, heard)
    kept = sum(reply is not None for reply in request.replies)
    return RequestCost(1, kept, calls, calls * request.pictures, sent, replied, dollars, calls * request.sound)


def _shape(request: UnsentRequest) -> object:
    """What makes a request of its kind: the words that do not come from the video."""
    turns = [
        (turn.role, *(_plain(part) if isinstance(part, str) else None for part in turn.parts)) for turn in request.turns
    ]
    return tuple(turns), bool(request.fault)


def _plain(text: str) -> str:
    return _NUMBERS.sub("#", MARK.sub("", _MATERIAL.sub(r"\1\2", text)))
