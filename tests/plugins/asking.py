"""Asking a teacher in tests, with a clock whose pauses take no time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openai_server import Server

from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.limits import TimeSource
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.teacher_kinds import TeacherKind
from vdata.schemas import Reply, Request

KEY = "sk-canary-7f3a9d51c2"


class FakeClock(TimeSource):
    """``slept`` holds every pause, in seconds."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Asked:
    """What came of asking: the replies, the account, the pauses."""

    def __init__(self, replies: list[Reply], teacher: Asker, slept: list[float]) -> None:
        self.replies, self.totals, self.slept = replies, teacher.spend.totals(), slept
        self.counts = teacher.counts({})

    @property
    def failures(self) -> list[str]:
        return [reply.failure for reply in self.replies]


def without_aiohttp(**_: Any) -> Any:
    """What the openai package does in place of its DefaultAioHttpClient without its extra."""
    raise RuntimeError("To use the aiohttp client you must have installed the package with the `aiohttp` extra")


def settings(*servers: Server | str, **more: Any) -> OpenAI:
    """A teacher of the model ``scripted`` on *servers*, with the canary key."""
    urls = [one.url if isinstance(one, Server) else one for one in servers]
    return OpenAI(**{"model": "scripted", "base_url": urls, "api_key": KEY, **more})


def ask(teacher: TeacherKind | Server, requests: Sequence[Request], cache: Path | None = None, **more: Any) -> Asked:
    """Ask a new teacher (of these settings, or on this server) all *requests* at once."""
    made = settings(teacher, **more) if isinstance(teacher, Server) else teacher

    async def go() -> Asked:
        clock = FakeClock()
        asker = make_teachers({"watcher": made}, cache, clock=clock)["watcher"]
        try:
            return Asked(await asker.ask(requests), asker, clock.slept)
        finally:
            await asker.close()

    return asyncio.run(go())
