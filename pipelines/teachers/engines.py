"""Engines inside the build: the least busy is asked, and one that dies is started again a bounded number of times.

There may be more of them when there is more to ask: another one is started when all that are there are full, and one
that was not needed for a while is ended.

An engine is a Ray actor with two methods: ``load()``, which gives an empty text once it can be asked, or why it never
will; and ``ask(question)``, which runs as often at a time as there are questions. Whatever ``ask`` raises is about its
question. An engine is dead when Ray says so, when an answer is ``Dead``, or when nothing came from it for as long as a
question may take.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...schemas import Failed
from .teacher_errors import TeacherError

IDLE = 60.0
"""Seconds in which an engine was not needed before it is ended."""
PATIENCE = 1800.0
"""Seconds that engines may wait for room on a node while there is no other: an autoscaler may bring one."""
DEATHS = 2
"""A question that was with so many engines when they died is not asked again: it may be what kills them."""


@dataclass(frozen=True, slots=True)
class Dead:
    """The error of an engine that cannot go on."""

    why: str


class Dying(Exception):
    """The engine that was asked is dead."""


@dataclass(slots=True, eq=False)
class Engine:
    """One of several that serve the same model."""

    actor: Any = None
    """None: not to be asked at present."""
    start: asyncio.Task[None] | None = None
    in_flight: int = 0
    asked: int = 0
    heard: float = 0.0
    """When it last answered."""
    restarts: int = 0
    lost: str = ""
    """Why it will not be started again."""
    leaving: bool = False
    """It is to end when it has answered what it was asked."""


class Engines:
    """Lives in one event loop. Questions that come while an engine starts wait for it."""

    def __init__(
        self,
        start: Callable[[], Any],
        replicas: int = 1,
        restarts: int = 2,
        timeout: float = 600.0,
        *,
        most: int = 0,
        full: int = 1,
        idle: float = IDLE,
        patience: float = PATIENCE,
        stop: Callable[[Any], None] | None = None,
    ) -> None:
        """
        Args:
            start: makes the actor of an engine.
            replicas: engines that are always there.
            restarts: how often each of them is started again.
            timeout: seconds that a question may take.
            most: engines at most; ``replicas`` if that is more.
            full: questions that keep an engine busy.
            idle: seconds in which an engine was not needed before it is ended.
            patience: seconds that engines may wait for room on a node while there is no other.
            stop: ends the actor of an engine at once; kills it by default.
        """
        self._start, self.restarts, self.timeout = start, restarts, timeout
        self.least, self.most, self.full, self.idle, self.patience = replicas, max(most, replicas), full, idle, patience
        self._stop = stop or _kill
        self.engines = [Engine() for _ in range(replicas)]
        self._changed = asyncio.Event()
        self._peak = 0
        """The most questions at a time since it was last asked who may go."""
        self._watch: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Start the least number of engines. Why none can be asked; empty: at least one can."""
        for engine in self.engines:
            self._launch(engine)
        while not any(engine.actor for engine in self.engines) and not self._all_lost():
            await self._changed.wait()
        return self._why() if self._all_lost() else ""

    async def ask(self, question: Any) -> Any:
        """What the least busy engine answers to *question*; one that dies meanwhile is not the last to be asked.

        Raises:
            TeacherError: there is no answer.
            Failed: what the question shows is lost.
        """
        for engine in self.engines:
            self._launch(engine)
        why = ""
        for _ in range(DEATHS):
            self._grow()
            engine = await self._pick()
            try:
                return await self._ask(engine, engine.actor, question)
            except Dying as error:
                why = str(error)
        raise TeacherError(f"{DEATHS} engines died while they worked on this request: {why}", again=False)

    async def close(self) -> None:
        """End all engines."""
        if self._watch is not None:
            self._watch.cancel()
        actors = []
        for engine in self.engines:
            engine.lost = engine.lost or "closed"
            if engine.start is not None:
                engine.start.cancel()
            actors.append(engine.actor)
            engine.actor = None
        self._tell()
        await asyncio.gather(*map(self._end, actors), *self._ending)

    def _grow(self) -> None:
        """Start another engine if those that are there have all that they can do with."""
        if self.most == self.least:
            return
        if self._watch is None:
            self._watch = asyncio.create_task(self._shrink())
        busy = sum(engine.in_flight for engine in self.engines) + 1
        self._peak = max(self._peak, busy)
        there = [engine for engine in self.engines if not engine.lost]
        if busy <= self.full * sum(not engine.leaving for engine in there) or not all(one.actor for one in there):
            return
        if leaving := next((engine for engine in there if engine.leaving), None):
            leaving.leaving = False
        elif (
            len(self.engines) < self.most
        ):  # those that are lost count: what could not be started is not tried for ever
            self.engines.append(Engine())
            self._launch(self.engines[-1])

    async def _shrink(self) -> None:
        """From time to time, end the engines that were not needed."""
        while True:
            self._peak = sum(engine.in_flight for engine in self.engines)
            await asyncio.sleep(self.idle)
            ready = [engine for engine in self.engines if engine.actor is not None and not engine.leaving]
            for engine in ready[max(self.least, math.ceil(self._peak / self.full)) :]:
                engine.leaving = True
                self._let_go(engine)

    def _let_go(self, engine: Engine) -> None:
        """End *engine*, which is leaving, if nothing that it was asked is open."""
        if engine.leaving and not engine.in_flight and engine in self.engines:
            self.engines.remove(engine)
            actor, engine.actor, engine.lost = engine.actor, None, "not needed"
            task = asyncio.create_task(self._end(actor))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _pick(self) -> Engine:
        while not (ready := [one for one in self.engines if one.actor is not None and not one.leaving]):
            if self._all_lost():
                raise TeacherError(self._why(), again=False)
            await self._changed.wait()
        return min(ready, key=lambda engine: (engine.in_flight, engine.asked))

    async def _ask(self, engine: Engine, actor: Any, question: Any) -> Any:
        """Raises Dying, TeacherError, Failed."""
        import ray
        from ray.exceptions import RayError, RayTaskError

        engine.in_flight += 1
        engine.asked += 1
        begun = time.monotonic()
        reference = actor.ask.remote(question)
        try:
            async with asyncio.timeout(self.timeout):
                answer = await reference
        except TimeoutError:
            late = f"no reply within {self.timeout:g} s"
            if engine.heard < begun:
                self._bury(engine, actor, f"{late}, not to any request")
                raise Dying(late) from None
            _cancel(ray, reference)
            raise TeacherError(late, timeout=True, overload=True) from None
        except asyncio.CancelledError:
            _cancel(ray, reference)
            raise
        except RayTaskError as error:  # it lives
            engine.heard = time.monotonic()
            cause = getattr(error, "cause", None) or error
            known = isinstance(cause, TeacherError | Failed)
            raise (cause if known else TeacherError(_line(cause), again=False)) from None
        except RayError as error:
            self._bury(engine, actor, _line(error))
            raise Dying(_line(error)) from None
        finally:
            engine.in_flight -= 1
            self._let_go(engine)
        if isinstance(answer, Dead):
            self._bury(engine, actor, answer.why)
            raise Dying(answer.why)
        engine.heard = time.monotonic()
        return answer

    def _bury(self, engine: Engine, actor: Any, why: str) -> None:
        """*actor* is dead: start another one, unless that has been done or was done too often."""
        if engine.actor is not actor:
            return
        engine.actor = None
        self._stop(actor)
        if engine.restarts < self.restarts and not engine.leaving:
            engine.restarts += 1
            engine.start = None
            self._launch(engine)
        else:
            engine.lost = f"it died {engine.restarts + 1} times: {why}" if engine.restarts else f"it died: {why}"
        self._tell()

    def _launch(self, engine: Engine) -> None:
        if engine.start is None and not engine.lost:
            engine.start = asyncio.create_task(self._load(engine))

    async def _load(self, engine: Engine) -> None:
        from ray.exceptions import RayError

        while not engine.lost:
            actor = None
            try:
                actor = self._start()
                why = await self._placed(actor) or await actor.load.remote()
                hopeless = True
            except asyncio.CancelledError:
                self._stop(actor)
                raise
            except RayError as error:
                why, hopeless = _line(error), engine.restarts >= self.restarts
            except Exception as error:
                why, hopeless = _line(error), True
            if not why:
                engine.actor, engine.heard = actor, time.monotonic()
                break
            self._stop(actor)
            if hopeless:
                engine.lost = f"it cannot be started: {why}"
            else:
                engine.restarts += 1
        self._tell()

    async def _placed(self, actor: Any) -> str:
        """Wait until *actor* is on a node. Why that is given up: while there is another engine it is not."""
        placed = asyncio.ensure_future(actor.__ray_ready__.remote())
        while not (await asyncio.wait([placed], timeout=self.patience))[0]:
            if not any(other.actor for other in self.engines):
                return f"no node had room for it within {self.patience:g} s"
        await placed
        return ""

    async def _end(self, actor: Any) -> None:
        """Let *actor* close what it holds, then end it."""
        if actor is None:
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(15):
                await actor.close.remote()
        self._stop(actor)

    def _all_lost(self) -> bool:
        return all(engine.lost for engine in self.engines)

    def _why(self) -> str:
        reasons = list(dict.fromkeys(engine.lost for engine in self.engines))
        which = "the engine is" if len(self.engines) == 1 else f"all {len(self.engines)} engines are"
        return f"{which} gone: {'; '.join(reasons)}"

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _kill(actor: Any) -> None:
    import ray

    if actor is not None:
        with contextlib.suppress(Exception):
            ray.kill(actor, no_restart=True)


def _cancel(ray: Any, reference: Any) -> None:
    with contextlib.suppress(Exception):
        ray.cancel(reference)


def _line(error: BaseException) -> str:
    """*error* in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = next((line for line in lines if "cause" in line.lower()), lines[0] if lines else "")
    return f"{type(error).__name__}: {text}"[:500]
