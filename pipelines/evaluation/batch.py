"""Asks one teacher many requests outside a build, as many at once as it allows, and hands on each reply as it comes."""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ...schemas import Reply, Request
from ...stages import Teacher
from ..errors import UserError
from ..teachers.teacher_settings import TeacherSettings

AHEAD = 4
"""Requests that wait to be sent, as a multiple of those that may be in flight."""

T = TypeVar("T")
Take = Callable[[T, Reply], Iterable[tuple[T, Request]] | None]
"""What takes each reply, and gives what is to be asked because of it, if anything."""


def ask_all(
    name: str,
    teacher: TeacherSettings,
    cache: Path,
    requests: Iterable[tuple[T, Request]],
    take: Take[T],
) -> str:
    """Ask *teacher* every one of *requests*, and give each with its reply to *take*, in the order in which they come.

    Args:
        name: what the teacher is called in messages.
        teacher: its settings.
        cache: where replies are kept.
        requests: what each is about, and what is asked.
        take: called in this thread; what it gives is asked before what is left of *requests*.

    Returns:
        Why it stopped early (a budget), or nothing.
    """
    with ExitStack() as stack:
        if teacher.loads():
            _start_engine(stack, name, teacher)
        return asyncio.run(_ask(name, teacher, cache, requests, take))


@contextmanager
def appended(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What appends a row to the .jsonl file *path*, at once; a last line that a kill cut off is taken away.

    Raises:
        UserError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mend(path)
        with path.open("a", encoding="utf-8") as file:

            def add(row: dict[str, Any]) -> None:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()

            try:
                yield add
            finally:
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}).") from error


def mend(path: Path) -> None:
    """End the last line of the .jsonl file *path*, if there is one; a part of a line is taken away."""
    if not path.is_file() or (data := path.read_bytes()).endswith(b"\n") or not data:
        return
    begin = data.rfind(b"\n") + 1
    try:
        json.loads(data[begin:])
        whole = data + b"\n"
    except ValueError:
        whole = data[:begin]
    path.write_bytes(whole)


async def _ask(
    name: str,
    settings: TeacherSettings,
    cache: Path,
    requests: Iterable[tuple[T, Request]],
    take: Take[T],
) -> str:
    from ..errors import StopBuild
    from ..teachers.make import make_teachers

    teacher = make_teachers({name: settings}, cache)[name]
    try:
        further: deque[tuple[T, Request]] = deque()
        async for about, reply in _replies(teacher, requests, further, AHEAD * settings.limits().concurrency):
            further.extend(take(about, reply) or ())
        teacher.finish()
    except StopBuild as stop:
        return f"{str(stop).rstrip('.')}."
    finally:
        await teacher.close()
    return ""


async def _replies(
    teacher: Teacher, requests: Iterable[tuple[T, Request]], further: deque[tuple[T, Request]], most: int
) -> AsyncIterator[tuple[T, Reply]]:
    """(what it is about, reply) as they come, *most* under way at a time, *further* ones first. What is under way when
    it ends is heard."""
    rest = iter(requests)

    def following() -> tuple[T, Request] | None:
        return further.popleft() if further else next(rest, None)

    under_way: dict[asyncio.Task[list[Reply]], T] = {}
    failure: BaseException | None = None
    while True:
        while failure is None and len(under_way) < most and (one := following()) is not None:
            under_way[asyncio.create_task(teacher.ask([one[1]]))] = one[0]
        if not under_way:
            break
        finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            about = under_way.pop(task)
            if (error := task.exception()) is not None:
                failure = failure or error
            else:
                yield about, task.result()[0]
    if failure is not None:
        raise failure


def _start_engine(stack: ExitStack, name: str, teacher: TeacherSettings) -> None:
    from ..run.ray_run import start, stop
    from ..teachers.make import running

    if start(None):
        stack.callback(stop)
    stack.enter_context(running({name: teacher}))
