"""A teacher for tests: a function says what it replies, and what it was asked is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import jsonschema

from vdata.schemas import Frames, Reply, Request, Sound

Answer = str | dict[str, Any] | list[Any] | Reply


def loose(value: dict[str, Any]) -> Reply:
    """*value* as the reply of a teacher that nothing holds to the schema."""
    return Reply((json.dumps(value, ensure_ascii=False),), (value,))


class ScriptedTeacher:
    """``ScriptedTeacher(function)``: *function* takes a Request and gives a text, JSON, or a whole Reply.

    It is called once for each sample; a plain text, dict or Reply in its place is given every time. As from a real
    teacher, a text for a request with a schema is parsed, and one that does not fit the schema fails as bad_reply.
    A dict that does not fit is a mistake of the test and raises. ``asked`` holds the requests in order, ``batches``
    how many came at once; ``others`` are the teachers that ``named`` gives (itself for a name that is not there).
    """

    def __init__(self, answer: Callable[[Request], Answer] | Answer, **others: ScriptedTeacher) -> None:
        self.answer, self.others = answer, others
        self.asked: list[Request] = []
        self.batches: list[int] = []

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += requests
        self.batches.append(len(requests))
        await asyncio.sleep(0)
        return [self._reply(request) for request in requests]

    def named(self, name: str) -> ScriptedTeacher:
        return self.others.get(name, self)

    def texts(self) -> list[str]:
        """Everything that each request showed as text: the system text and the texts of all turns."""
        return [
            "\n".join([one.system, *(part for turn in one.turns for part in turn.parts if isinstance(part, str))])
            for one in self.asked
        ]

    def media(self) -> list[list[Frames | Sound]]:
        """The frames and sounds of each request."""
        return [[part for turn in one.turns for part in turn.parts if not isinstance(part, str)] for one in self.asked]

    def _reply(self, request: Request) -> Reply:
        drawn = [self.answer(request) if callable(self.answer) else self.answer for _ in range(request.samples)]
        whole = [one for one in drawn if isinstance(one, Reply)]
        if whole:
            return whole[0]
        texts = tuple(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in drawn)
        if not all(text.strip() for text in texts):
            return Reply(failure="empty", detail="empty reply")
        if request.schema is None:
            return Reply(texts)
        values = []
        for one, text in zip(drawn, texts, strict=True):
            try:
                value = json.loads(text)
                jsonschema.validate(value, request.schema)
            except (ValueError, jsonschema.ValidationError):
                if not isinstance(one, str):
                    raise
                return Reply(failure="bad_reply", detail=text)
            values.append(value)
        return Reply(texts, tuple(values))
