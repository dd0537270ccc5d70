"""Shows the progress of a build: a live table in a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..storage.parts import Part

PLAIN_SECONDS = 10.0
"""Seconds between two lines when the output is not a terminal."""


class Progress:
    """Counts of the pass that runs, shown while it runs. Writes to standard error."""

    def __init__(self, inputs: int, labels: list[str], console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.inputs, self.labels, self.prefix, self.last = inputs, labels, "", 0
        self.live: Live | None = None
        self.shown = time.monotonic()
        self._reset()

    def _reset(self) -> None:
        self.done = self.fresh = 0
        self.begun = time.monotonic()
        self.seconds = 0.0
        self.ends = {"kept": 0, "dropped": 0, "failed": 0}
        self.counts: dict[str, dict[str, float]] = {}

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self.live = Live(get_renderable=self._table, console=self.console, refresh_per_second=4, transient=True)
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def say(self, text: str) -> None:
        """One line for the user."""
        self.console.print(text, soft_wrap=True, markup=False)

    def begin(self, prefix: str, inputs: int, last: int, done: Iterable[tuple[int, Part]]) -> None:
        """Start counting *inputs* rows through passes up to number *last*; the parts *done* are from an earlier run.

        *prefix* says where in the build this is, for example ``pass 1 of 2: ``.
        """
        self._reset()
        self.prefix, self.inputs, self.last = prefix, inputs, last
        for number, part in done:
            self._count(number, part)
        if self.done:
            self.say(f"{self.done} of {self.inputs} videos were done before.")
        self.start_clock()

    def start_clock(self) -> None:
        """Rates count from here: what comes before (an earlier run, the start of Ray) is not work of this pass."""
        self.fresh, self.seconds, self.begun = 0, 0.0, time.monotonic()

    def add(self, number: int, part: Part) -> None:
        """Count a part that pass *number* has just committed."""
        self._count(number, part)
        if self.live is None and time.monotonic() - self.shown > PLAIN_SECONDS:
            self.shown = time.monotonic()
            self.say(self._line())

    def _count(self, number: int, part: Part) -> None:
        for outcome in part.outcomes:
            if outcome.state == "kept" and number < self.last:
                continue
            self.done += 1
            self.fresh += 1
            self.seconds += outcome.seconds or 0.0
            self.ends[outcome.state] += 1
        for label, count in part.counts.items():
            total = self.counts.setdefault(label, {"rows": 0, "wrote": 0, "seconds": 0.0, "rejects": 0})
            total["rows"] += count.get("rows", 0)
            total["wrote"] += count.get("wrote", 0)
            total["seconds"] += count.get("seconds", 0.0)
            total["rejects"] += sum(count.get("reasons", {}).values())

    def _line(self) -> str:
        elapsed = max(time.monotonic() - self.begun, 1e-6)
        rate = self.fresh / elapsed
        left = f", about {_clock((self.inputs - self.done) / rate)} left" if rate else ""
        return (
            f"{self.prefix}{self.done}/{self.inputs} videos, "
            f"{rate:.1f} videos/s, {self.seconds / elapsed:.0f} s of video/s, "
            f"kept {self.ends['kept']}, dropped {self.ends['dropped']}, failed {self.ends['failed']}{left}"
        )

    def _table(self) -> Group:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name, justify in (("stage", "left"), ("videos", "right"), ("made", "right"), ("rejects", "right")):
            table.add_column(name, justify=justify)  # type: ignore[arg-type]
        table.add_column("work", justify="right")
        for label in self.labels:
            if label in self.counts:
                count = self.counts[label]
                table.add_row(
                    label,
                    str(count["rows"]),
                    str(count["wrote"]),
                    str(count["rejects"]),
                    f"{count['seconds']:.1f} s",
                )
        bar = Table.grid()
        bar.add_row(ProgressBar(total=max(self.inputs, 1), completed=self.done, width=60))
        return Group(table, bar, Text(self._line()))


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
