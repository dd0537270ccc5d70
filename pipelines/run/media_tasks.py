"""Frames and sounds of requests, made by ordinary tasks of Ray: an asker has the processors of all nodes for them.

A task has a processor, like the others of a build, and what it makes stays in the object store of its node until the
request is sent. Any node will do, and the tasks are spread over them; but of videos that are fetched from elsewhere a
node may have copies: it is preferred as long as it has a processor to spare.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from ...schemas import Failed
from ..teachers.request_media import THREADS, Encoded, Make
from .nodes import working
from .ray_adapter import on_or_near

TRIES = 3
"""Processes that may die over the same media."""
COUNT_EVERY = 10.0
"""Seconds after which processors are counted anew."""
NEAR: ContextVar[str] = ContextVar("near", default="")
"""The node that has copies of the videos of the unit in hand, by its id; empty: any node will do."""


class RayMediaTasks:
    """Implements ``MediaTasks``. To be made in an actor."""

    def __init__(self, askers: Callable[[int], int] = lambda nodes: 1) -> None:
        """*askers* says how many processes of the build, on so many nodes, have tasks of their own."""
        import ray

        self._askers, self._here = askers, node_here()
        self._places, self._counted = 0, -COUNT_EVERY
        self._task: Any = ray.remote(_made)

    @property
    def places(self) -> int:
        """As many as there are processors beside those of the asker's threads, by a count some seconds old at most."""
        now = time.monotonic()
        if now - self._counted >= COUNT_EVERY:
            self._places, self._counted = self._count(), now
        return self._places

    def _count(self) -> int:
        processors = {node["NodeID"]: int(node["Resources"]["CPU"]) for node in working()}
        askers = self._askers(len(processors))
        own = max(0, processors.pop(self._here, 0) - THREADS)
        return -(-(own + sum(processors.values())) // askers)

    async def make(self, make: Make) -> tuple[RayHeld, ...]:
        import ray

        where = on_or_near(near) if (near := NEAR.get()) else "SPREAD"
        task = self._task.options(
            name="media", num_cpus=1, num_returns=2, max_retries=TRIES - 1, scheduling_strategy=where
        )
        told, whole = task.remote(pickle.dumps(make))
        try:
            found: Sequence[int] | Failed = await told
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None  # ours, as in a thread
        except ray.exceptions.RayError as error:
            raise _lost(error) from None
        except asyncio.CancelledError:
            ray.cancel(told)
            raise
        if isinstance(found, Failed):
            raise found
        ends = [sum(found[: n + 1]) for n in range(len(found))]
        return tuple(RayHeld(whole, end - size, end) for size, end in zip(found, ends, strict=True))


class RayHeld:
    """Implements ``Held``: a stretch of what a task has left in Ray's object store."""

    def __init__(self, whole: Any, start: int, end: int) -> None:
        self._whole, self._start, self._end = whole, start, end

    def __len__(self) -> int:
        return self._end - self._start

    async def fetched(self) -> str:
        import ray

        try:
            whole = await self._whole
        except ray.exceptions.RayError as error:
            raise _lost(error) from None
        return str(memoryview(whole)[self._start : self._end], "ascii")


def node_here() -> str:
    """The id of the node that this process is on; empty without Ray."""
    import ray

    return str(ray.get_runtime_context().get_node_id()) if ray.is_initialized() else ""


def _made(work: bytes) -> tuple[tuple[int, ...] | Failed, Any]:
    """The sizes of what *work*, pickled, makes, and all of it in a row; or why there is nothing."""
    import numpy as np

    make: Make = pickle.loads(work)
    try:
        media: Encoded = make()
    except Failed as error:
        return error, None
    # An array is read where it lies; of bytes Ray would make a copy.
    return tuple(map(len, media)), np.frombuffer("".join(media).encode(), np.uint8)


def _lost(error: Exception) -> Failed:
    why = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return Failed("media_lost", f"the processes that fetched it died, {TRIES} times, or their node did: {why}")
