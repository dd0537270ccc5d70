"""Shows the progress of a build: a live table in a terminal, a line every few seconds elsewhere, and in a file."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from rich.console import Console, Group
from rich.live import Live

from ...schemas.build_record import Account, Usage
from ..storage.parts import Part
from ..teachers.teacher_counts import TeacherCounts
from ..teachers.teacher_settings import Budget
from .live import Committed, Snapshot, look
from .progress_text import plain_line, table

LINE_SECONDS = 10.0
"""Seconds between two lines, in the file and where the output is not a terminal."""
LOOK_SECONDS = 0.5
"""Seconds between two looks at what the workers are at."""
SHOW_SECONDS = 1.0
"""Seconds from one showing of the facts to the next, where somebody wants them."""
RATE_SECONDS = 15.0
"""Over how long replies a second are counted."""
SURE_SECONDS = 5.0
"""Seconds of work before which nothing is said of the time left."""
LEAST_SECONDS = 1.0
"""Seconds of work before which no pace is told."""
SLOW = 3
"""Videos that are named for being slow."""
LOG = "progress.jsonl"
"""The name, in the state of a build, of the file of lines: those of the last run that had something to do."""

Format = Literal["text", "json"]


@dataclass(slots=True)
class Watched:
    """What is shown besides the parts that are committed."""

    state: Path
    """The state of the build, where its workers say what they are at."""
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    """Of each teacher that is asked."""
    spent: Account = field(default_factory=dict)
    """What earlier runs have spent."""
    redact: Callable[[str], str] = str


@dataclass(slots=True)
class Watcher:
    """Somebody else than a terminal to whom a build is told: a notebook, a program."""

    facts: Callable[[dict[str, Any]], object] | None = None
    """Is called each second, from a thread, with ``Progress.facts``, in the place of the table or the lines."""
    quiet: bool = False
    """Print nothing."""
    said: list[str] = field(default_factory=list)
    """The lines for people so far."""


class Progress:
    """Counts of the pass that runs, shown while it runs. Writes to standard error."""

    def __init__(
        self,
        inputs: int,
        labels: list[str],
        console: Console | None = None,
        watched: Watched | None = None,
        log: Format = "text",
        watcher: Watcher | None = None,
    ) -> None:
        self.watcher = watcher or Watcher()
        self.console = console or Console(stderr=True, highlight=False)
        self.inputs, self.labels, self.prefix, self.first, self.last = inputs, labels, "", 0, 0
        self.watched, self.log = watched, log
        self.live: Live | None = None
        self.started = time.monotonic()
        self.working = False
        """Whether anything has to be run: before, there is nothing to tell."""
        self._ended = threading.Event()
        self._looked = 0.0
        self._snapshot = Snapshot()
        self._replies: deque[tuple[float, dict[str, int]]] = deque()
        self._heard: set[tuple[int, str]] = set()
        self._reset()

    def _reset(self) -> None:
        self.done = self.fresh = 0
        self.begun = time.monotonic()
        self.seconds = self.partial = self.partial_before = 0.0
        self.moving = False
        """Whether anything has been in hand: until then nothing is slow or fast."""
        self.ends = {"kept": 0, "dropped": 0, "failed": 0}
        self.counts: dict[str, dict[str, float]] = {}

    def __enter__(self) -> Progress:
        if self.watcher.facts is not None:
            threading.Thread(target=self._show_on, args=(self.watcher.facts,), name="facts", daemon=True).start()
        elif self.console.is_terminal and self.log == "text" and not self.watcher.quiet:
            self.live = Live(get_renderable=self._table, console=self.console, refresh_per_second=4, transient=True)
            self.live.start()
        threading.Thread(target=self._tell_on, name="progress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._looked = 0.0
        self._look().rows = []  # whatever was in hand is committed, or will be done again
        if self.working:
            self._tell(last=True)
        if self.live is not None:
            self.live.stop()
            self.live = None

    def say(self, text: str) -> None:
        """One line for the user."""
        self.watcher.said.append(text)
        if self.watcher.quiet:
            return
        if self.log == "json":
            text = json.dumps({"message": text}, ensure_ascii=False)
        self.console.print(text, soft_wrap=True, markup=False)

    def begin(self, prefix: str, inputs: int, first: int, last: int, done: Iterable[tuple[int, Part]]) -> None:
        """Start counting *inputs* rows through the passes *first* to *last*; the parts *done* are of an earlier run.

        *prefix* says where in the build this is, for example ``pass 1 of 2: ``.
        """
        self._reset()
        self.prefix, self.inputs, self.first, self.last = prefix, inputs, first, last
        for number, part in done:
            self._count(number, part)
        if self.done:
            self.say(f"{self.done} of {self.inputs} videos were done before.")
        self.start_clock()

    def start_clock(self) -> None:
        """Rates count from here: what comes before (an earlier run, the start of Ray) is not work of this pass."""
        self.fresh, self.seconds, self.begun, self.partial_before = 0, 0.0, time.monotonic(), self.partial
        self.moving = False

    def work(self) -> None:
        """Something has to be run: from now on there is something to tell."""
        if not self.working and self.watched is not None:
            with suppress(OSError):
                (self.watched.state / LOG).unlink(missing_ok=True)
        self.working = True

    def add(self, number: int, part: Part) -> None:
        """Count a part that pass *number* has just committed."""
        self._count(number, part)

    def _count(self, number: int, part: Part) -> None:
        length = self.last - self.first + 1
        self._heard.add((number, part.name))
        for outcome in part.outcomes:
            if outcome.state == "kept" and number < self.last:
                self.partial += 1 / length
                continue
            self.partial -= (number - self.first) / length
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

    def facts(self) -> dict[str, Any]:
        """Everything that is known now, as JSON: a line of the file."""
        now = self._look()
        now.rows = [row for row in now.rows if (row.number, row.part) not in self._heard]  # handed back since
        if not self.moving and (now.rows or now.parts):
            self.moving, self.begun = True, time.monotonic()
        elapsed = max(time.monotonic() - self.begun, 1e-6)
        length = self.last - self.first + 1
        unheard = [one for key, one in now.parts.items() if key not in self._heard and self._runs(one.number)]
        through = self.partial + now.fraction / length + sum(one.through(self.first, self.last) for one in unheard)
        share = min(1.0, max(0.0, (self.done + through) / max(1, self.inputs)))
        rate = (self.fresh + through - self.partial_before) / elapsed
        sure = self.moving and elapsed > SURE_SECONDS and rate > 0
        left = (self.inputs - self.done - through) / rate if sure else None
        return {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "seconds": round(time.monotonic() - self.started, 1),
            "pass": self.prefix.removesuffix(": "),
            "videos": {"inputs": self.inputs, "done": self.done, **self.ends, "in_hand": len(now.rows)},
            "share": round(share, 4),
            "videos_per_second": round(self.fresh / elapsed, 4) if elapsed >= LEAST_SECONDS else 0.0,
            "video_seconds_per_second": round(self.seconds / elapsed, 2) if elapsed >= LEAST_SECONDS else 0.0,
            "seconds_left": None if left is None else round(max(0.0, left)),
            "stages": {
                label: stage for label in self.labels if any((stage := self._stage(label, now, unheard)).values())
            },
            "teachers": {name: self._teacher(name, now) for name in sorted(self._teachers(now))},
            "slow": [
                {
                    "video": row.video,
                    "stage": row.stage,
                    "seconds": round(max(0.0, time.time() - row.begun), 1),
                    "share": row.share,
                }
                for row in now.slowest(SLOW)
            ],
        }

    def _runs(self, number: int) -> bool:
        return self.first <= number <= self.last

    def _stage(self, label: str, now: Snapshot, unheard: Iterable[Committed]) -> dict[str, Any]:
        counts = [self.counts.get(label, {}), *(one.counts.get(label, {}) for one in unheard)]
        total = {name: sum(count.get(name, 0) for count in counts) for name in ("rows", "wrote", "rejects", "seconds")}
        return {
            "now": sum(row.stage == label for row in now.rows),
            "done": min(self.inputs, int(total["rows"]) + sum(label in row.passed for row in now.rows)),
            "made": int(total["wrote"]),
            "rejects": int(total["rejects"]),
            "seconds": round(total["seconds"], 1),
        }

    def _teachers(self, now: Snapshot) -> set[str]:
        return {*now.teachers, *(self.watched.budgets if self.watched is not None else ())}

    def _teacher(self, name: str, now: Snapshot) -> dict[str, Any]:
        """What *name* was asked: since the run began, but for what counts towards its budget, which is of all runs."""
        one = now.teachers.get(name, TeacherCounts())
        before, budget = Usage(), Budget()
        if self.watched is not None:
            before = Usage.sum(self.watched.spent.get(name, {}).values())
            budget = self.watched.budgets.get(name, budget)
        used = {
            "calls": before.calls + one.calls,
            "tokens": before.tokens_in + before.tokens_out + one.tokens_in + one.tokens_out,
            "dollars": round(before.dollars + one.dollars, 6),
        }
        return {
            **asdict(one),
            "dollars": round(one.dollars, 6),
            "replies_per_second": round(self._rate(name), 2),
            "budget": {
                key: {"used": used[key], "of": most} for key, most in budget.model_dump(exclude_none=True).items()
            },
        }

    def _rate(self, name: str) -> float:
        (then, before), (last, after) = self._replies[0], self._replies[-1]
        return max(0, after.get(name, 0) - before.get(name, 0)) / max(last - then, 1.0)

    def _look(self) -> Snapshot:
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS or not self._replies:
            if self.watched is not None and self.working:
                self._snapshot = look(self.watched.state)
            self._looked = now
            self._replies.append((now, {name: one.replies for name, one in self._snapshot.teachers.items()}))
            while len(self._replies) > 2 and now - self._replies[0][0] > RATE_SECONDS:
                self._replies.popleft()
        return self._snapshot

    def _tell_on(self) -> None:
        while not self._ended.wait(LINE_SECONDS):
            if self.working:
                with suppress(RuntimeError):  # something has changed size as it was read
                    self._tell()

    def _show_on(self, show: Callable[[dict[str, Any]], object]) -> None:
        """Show the facts each second, and once more at the end, until *show* raises."""
        while True:
            ended = self._ended.wait(SHOW_SECONDS)
            try:
                show(self.facts())
            except RuntimeError:  # something has changed size as it was read
                pass
            except Exception as error:
                self.say(f"The progress is not shown any more: {type(error).__name__}: {error}")
                return
            if ended:
                return

    def _tell(self, *, last: bool = False) -> None:
        """Write a line to the file, and print it where nothing moves. The *last* one is printed as JSON only."""
        facts = self.facts()
        redact = self.watched.redact if self.watched is not None else str
        line = redact(json.dumps(facts, ensure_ascii=False))
        if self.watched is not None:
            with suppress(OSError), (self.watched.state / LOG).open("a", encoding="utf-8", errors="replace") as file:
                file.write(line + "\n")
        shown = self.live is not None or self.watcher.quiet or self.watcher.facts is not None
        if not shown and (self.log == "json" or not last):
            text = line if self.log == "json" else redact(plain_line(facts))
            self.console.print(text, soft_wrap=True, markup=False)

    def _table(self) -> Group:
        with suppress(RuntimeError):
            return table(self.facts(), self.console.width)
        return Group()
