"""Running many requests at once."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def together(jobs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run *jobs* concurrently and return their results in order.

    When some raise, the others are still seen through, so that nothing that is being paid for is lost; then the error
    of the first of them is raised.
    """
    import asyncio  # here, because the modules of stages are imported quickly

    results = await asyncio.gather(*jobs, return_exceptions=True)
    done: list[T] = []
    for one in results:
        if isinstance(one, BaseException):
            raise one
        done.append(one)
    return done
