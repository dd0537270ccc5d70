"""Pieces of work for Ray's workers besides the passes: what a build publishes is written by them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from .ray_adapter import dead_process
from .ray_run import GRACE, Results, next_result

Job = TypeVar("Job")
Result = TypeVar("Result")


def over_workers(
    redact: Callable[[str], str], work: Callable[[Job], Result], jobs: Sequence[Job], /
) -> Iterator[Result]:
    """Do *work*, which a module has by name, for each of *jobs* in a worker; yield the results in order.

    Raises:
        BuildStopped: Ray failed, or one of its processes is dead.
        Exception: what *work* has raised.
    """
    import ray

    task: Any = ray.remote(num_cpus=1)(_tried).options(name=f"publish {work.__name__}")
    references = [task.remote(work, job) for job in jobs]
    results: Results = queue.SimpleQueue()
    reader = threading.Thread(target=partial(_read, references, results), name="ray results", daemon=True)
    reader.start()
    try:
        while (found := next_result(results, redact)) is not None:
            result, error = found
            if error is not None:
                raise error
            yield result
    finally:
        if reader.is_alive() and not dead_process():
            for reference in references:
                with suppress(Exception):  # Ray may be dying
                    ray.cancel(reference)
            reader.join(GRACE)


def _tried(work: Callable[[Job], Result], job: Job) -> tuple[Result | None, Exception | None]:
    """The result of *work*, or the error as it was raised: Ray gives it another type."""
    try:
        return work(job), None
    except Exception as error:
        return None, error


def _read(references: list[Any], results: Results) -> None:
    import ray

    try:
        for reference in references:
            results.put(ray.get(reference))
        results.put(None)
    except BaseException as error:  # Ray ends its threads with SystemExit
        results.put(error)
