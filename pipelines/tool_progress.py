"""How far a tool is through a large data set, for people who wait: nothing depends on it.

What reads rows or files says so by ``step``, ``each`` or ``track``, whoever calls it. It is shown inside a
``ToolProgress`` alone, which a command has around its work: a line that changes in a terminal, elsewhere a line now and
then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, TypeVar

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType

from .console import open_console

FIRST_SECONDS, LINE_SECONDS = 5.0, 10.0
"""Seconds before the first line, and between two, where the output is not a terminal."""
DRAW_SECONDS, SOON_SECONDS = 0.25, 1.0
"""Seconds between two drawings of the line in a terminal, and before the first."""
LONGEST = 60
"""Characters of the words of a step."""


class _Counted(Protocol):
    """Something with rows."""

    @property
    def num_rows(self) -> int: ...


T = TypeVar("T")
C = TypeVar("C", bound=_Counted)


@dataclass(slots=True)
class ToolStep:
    """One thing that a tool is at."""

    words: str
    total: int = 0
    """How much there is to do; 0: it is not known."""
    unit: str = ""
    """What is counted. ``B``: bytes, told as megabytes."""
    drawn: bool = True
    """Whether it is shown in terminals: False where something else draws there."""
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, count: int = 1) -> None:
        """So much more is done."""
        self.done += count

    def __str__(self) -> str:
        words = self.words if len(self.words) <= LONGEST else f"{self.words[: LONGEST - 2]} …"
        counts = [self._amount(self.done)] if self.done else []
        if self.total:
            unit = "MB" if self.unit == "B" else self.unit
            told = f"{self._amount(self.done)} of {self._amount(self.total)} {unit}".rstrip()
            counts = [told, f"{min(1.0, self.done / self.total):.0%}"]
        return ", ".join([words, *counts, f"{time.monotonic() - self.began:.0f} s"])

    def _amount(self, count: int) -> str:
        return f"{count / 1e6:,.1f}" if self.unit == "B" else f"{count:,}"


_SHOWN: ContextVar[ToolProgress | None] = ContextVar("tool_progress", default=None)


class ToolProgress:
    """Shows the steps of the tool *name* that are taken inside, on standard error."""

    def __init__(self, name: str, console: Console | None = None) -> None:
        self.name, self.console = name, console or open_console(stderr=True)
        self._steps: list[ToolStep] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._is_drawn = False
        self._token: Token[ToolProgress | None] | None = None
        self._thread = threading.Thread(target=self._go_on, name="progress", daemon=True)

    def __enter__(self) -> ToolProgress:
        self._token = _SHOWN.set(self)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._clear()
        if self._token is not None:
            _SHOWN.reset(self._token)

    def begin(self, one: ToolStep) -> None:
        """*one* is what the tool is at."""
        with self._lock:
            self._steps.append(one)

    def end(self, one: ToolStep) -> None:
        """*one* is done; what it was a part of goes on."""
        with self._lock:
            self._steps = [other for other in self._steps if other is not one]
        self._clear()

    def _go_on(self) -> None:
        wait = SOON_SECONDS if self.console.is_terminal else FIRST_SECONDS
        while not self._ended.wait(wait):
            wait = DRAW_SECONDS if self.console.is_terminal else LINE_SECONDS
            with self._lock, suppress(OSError, ValueError):  # nobody reads it any more
                self._show()

    def _show(self) -> None:
        if not self._steps:
            return
        text = f"{self.name}: {self._steps[-1]}"
        if not self.console.is_terminal:
            self.console.print(text, soft_wrap=True, markup=False)
        elif self._steps[-1].drawn:
            self.console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
            self.console.print(text[: self.console.width - 1], end="", soft_wrap=True, markup=False)
            self._is_drawn = True

    def _clear(self) -> None:
        with self._lock, suppress(OSError, ValueError):
            if self._is_drawn:
                self.console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
            self._is_drawn = False


@contextmanager
def step(words: str, total: int = 0, unit: str = "", *, drawn: bool = True) -> Iterator[ToolStep]:
    """The tool is at *words* inside; see ``ToolStep``."""
    one, shown = ToolStep(words, total, unit, drawn), _SHOWN.get()
    if shown is not None:
        shown.begin(one)
    try:
        yield one
    finally:
        if shown is not None:
            shown.end(one)


def each(things: Sequence[T], words: str, *, drawn: bool = True) -> Iterator[T]:
    """*things*, which are the tool's work at *words*."""
    with step(words, len(things), drawn=drawn) as one:
        for thing in things:
            yield thing
            one.add()


def track(tables: Iterable[C], words: str, rows: int) -> Iterator[C]:
    """*tables* as they come, which are the tool's work at *words*: of *rows* rows in all."""
    with step(words, rows, "rows") as one:
        for table in tables:
            yield table
            one.add(table.num_rows)
