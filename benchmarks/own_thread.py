"""Videos are encoded in a thread that ends with the file.

Opened by root, libsvtav1 makes its thread a real-time one, and so are all threads and processes that come of it later:
they would take the processors from everything else on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def in_own_thread(encode: Callable[P, R]) -> Callable[P, R]:
    """*encode*, each call of which is a thread."""

    @wraps(encode)
    def run(*args: P.args, **keys: P.kwargs) -> R:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(encode, *args, **keys).result()

    return run
