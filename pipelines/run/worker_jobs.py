"""Pieces of work for Ray's workers besides the passes: what a build publishes is written by them."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from .ray_adapter import dead_process
from .ray_run import GRACE, Results, next_result

Job = TypeVar("Job")
Result = TypeVar("Result")

AHEAD = 2
"""Jobs for each CPU of the cluster that are sent before the first of them is done."""


def over_workers(
    redact: Callable[[str], str], work: Callable[[Job], Result], jobs: Sequence[Job], /
) -> Iterator[Result]:
    """Do *work*, which a module has by name, for each of *jobs* in a worker; yield the results in order.

    Twice as many are sent as there are CPUs, so that none has to be called off: a task that ends while ``ray.cancel``
    is at it takes the driver with it (Ray 2.60, "Tried to complete task that was not pending").

    Raises:
        BuildStopped: Ray failed, or one of its processes is dead.
        Exception: what *work* has raised.
    """
    import ray

    task: Any = ray.remote(num_cpus=1)(_tried).options(name=f"publish {work.__name__}")
    results: Results = queue.SimpleQueue()
    ended = threading.Event()
    reader = threading.Thread(
        target=partial(_send, partial(task.remote, work), jobs, results, ended), name="ray results", daemon=True
    )
    reader.start()
    try:
        while (found := next_result(results, redact)) is not None:
            result, error = found
            if error is not None:
                raise error
            yield result
    finally:
        ended.set()
        if reader.is_alive() and not dead_process():
            reader.join(GRACE)


def _tried(work: Callable[[Job], Result], job: Job) -> tuple[Result | None, Exception | None]:
    """The result of *work*, or the error as it was raised: Ray gives it another type."""
    try:
        return work(job), None
    except Exception as error:
        return None, error


def _send(send: Callable[[Job], Any], jobs: Sequence[Job], results: Results, ended: threading.Event) -> None:
    import ray

    sent: deque[Any] = deque()
    try:
        for job in jobs:
            if ended.is_set():
                return
            sent.append(send(job))
            cpus = int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call]
            if len(sent) >= AHEAD * max(1, cpus):
                results.put(ray.get(sent.popleft()))
        for reference in sent:
            results.put(ray.get(reference))
        results.put(None)
    except BaseException as error:  # Ray ends its threads with SystemExit
        results.put(error)
