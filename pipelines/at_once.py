"""Calls that wait for a store, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def at_once(call: Callable[[T], R], things: Sequence[T], threads: int) -> Iterator[tuple[T, R]]:
    """Each of *things* with what *call* gives for it, as they are done, by so many *threads*.

    After an error, and when nobody takes any more of them, no further call begins, and those under way are waited for.
    """
    pool = ThreadPoolExecutor(threads)
    try:
        futures = {pool.submit(call, thing): thing for thing in things}
        for done in as_completed(futures):
            yield futures[done], done.result()
    finally:
        pool.shutdown(cancel_futures=True)
