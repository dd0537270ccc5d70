"""The actors that ask teachers, and the place where they share what the teachers allow."""

from __future__ import annotations

import asyncio
import pickle
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import StopBuild
from ..storage.parts import Part
from ..teachers.borrowing import Exchange
from ..teachers.shares import AskerAnswer, AskerMessage, Shares
from ..teachers.worker_teachers import TeacherPool
from .media_tasks import NEAR, RayMediaTasks
from .unit import Pass, ask_unit
from .unit_state import PickledRow, UnitState, describe, earlier, first_attempt, passed
from .units import Unit

GRACE = 1.0
"""Seconds for connections to be closed."""
CALLERS = 10_000
"""Askers whose messages are taken at a time."""


class MakeTeachers(Protocol):
    """What makes the teachers of a build, in the process that asks them."""

    def __call__(self, exchange: Exchange | None = None) -> TeacherPool:
        """*exchange* reaches what they share with those of other processes; None: there are none."""
        ...

    def shares(self) -> Shares:
        """What they share."""
        ...


class Sharing:
    """The actor that holds what askers share. It lives as long as a chain of passes runs."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares

    async def exchange(self, asker: str, message: AskerMessage) -> AskerAnswer:
        return self.shares.exchange(asker, message, time.monotonic())


@contextmanager
def sharing(teachers: MakeTeachers | None, askers: int) -> Iterator[MakeTeachers | None]:
    """*teachers* for up to so many processes: of several, each reaches what they share."""
    if teachers is None or askers < 2:
        yield teachers
        return
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here: Any = ray.get_runtime_context()
    name = f"vdata-shares-{uuid.uuid4().hex[:12]}"
    where = NodeAffinitySchedulingStrategy(here.get_node_id(), soft=False)  # it dies with the build, not before
    make: Any = ray.remote(Sharing)
    actor = make.options(name=name, num_cpus=0, max_concurrency=CALLERS, scheduling_strategy=where).remote(
        teachers.shares()
    )
    try:
        yield _Together(teachers, name)
    finally:
        with suppress(Exception):  # Ray may be dead
            ray.kill(actor)


@dataclass(frozen=True, slots=True)
class _Together:
    """Makes teachers that share what the actor of this name holds."""

    teachers: MakeTeachers
    name: str

    def __call__(self, exchange: Exchange | None = None) -> TeacherPool:
        import ray

        actor: Any = ray.get_actor(self.name)

        async def exchanged(asker: str, message: AskerMessage) -> AskerAnswer:
            answer: AskerAnswer = await actor.exchange.remote(asker, message)
            return answer

        return self.teachers(exchanged)

    def shares(self) -> Shares:
        return self.teachers.shares()


class Asking:
    """The actor of a pass that asks teachers: one event loop, in which the rows of many units are in flight."""

    def __init__(self, work: Pass, teachers: MakeTeachers) -> None:
        self.work, self.make = work, teachers
        self.teachers: TeacherPool | None = None

    async def __call__(self, row: PickledRow) -> PickledRow:
        job: UnitState = pickle.loads(row["job"])
        if job.at != self.work.number or job.unit is None or job.lost or job.error:
            return row
        try:
            NEAR.set(job.near)
            unit = job.unit
            first = await self.work.aside(lambda: first_attempt(self.work, unit))
            part = await self._ask(unit) if first else await self.work.aside(lambda: earlier(self.work, unit))
        except StopBuild as stop:
            part, job.error = None, self.work.secrets.redact(str(stop))
        except Exception as error:
            part, job.error = None, self.work.secrets.redact(describe(error))
        return passed(job, self.work, part)

    async def _ask(self, unit: Unit) -> Part:
        if self.teachers is None:  # made where they are asked: in the event loop
            self.teachers, self.loop = self.make(), asyncio.get_running_loop()
            self.work.live.teachers = self.teachers.counts
            self.teachers.encode_by(RayMediaTasks(self.work.askers_on))
        try:
            return await ask_unit(self.work, unit, self.teachers)
        finally:
            await self.teachers.note_aside()

    def __del__(self) -> None:
        """Ray Data lets go of it before it ends the actor."""
        if self.teachers is not None:
            with suppress(Exception):
                asyncio.run_coroutine_threadsafe(self.teachers.close(), self.loop).result(GRACE)
