"""An event loop whose pauses take no time, so that minutes of waiting are tested in a moment."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

from vdata.pipelines.teachers.limits import TimeSource


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose pauses take no time."""

    def __init__(self) -> None:
        self.passed = 0.0
        select = selectors.DefaultSelector()
        wait = select.select

        def skip(timeout: float | None = None) -> Any:
            self.passed += timeout or 0.0
            return wait(0)

        select.select = skip  # type: ignore[method-assign]
        super().__init__(select)

    def time(self) -> float:
        return self.passed


class LoopTime(TimeSource):
    def now(self) -> float:
        return asyncio.get_running_loop().time()
