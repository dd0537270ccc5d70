"""What the processes of a build are at, while they are at it: for people who watch, and for nothing else.

Each process that works writes a small file of its own in the state of the build, once a second while it has work, and
the process that shows the progress reads them all. Nothing waits for them and no result comes from them: a file that
cannot be written, or that is damaged or old, is a number that is not shown.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from ...schemas import clean
from ...schemas.atomic_file import on_this_machine
from ...schemas.stage_share import watched
from ...stages import Stage, TeacherStage
from ..storage.parts import Part
from ..teachers.teacher_counts import TeacherCounts

FOLDER = "live"
"""The name, in the state of a build, of the folder of these files."""
HEAVY = 10
"""Quick stages that one which decodes, or asks a teacher, counts for in the progress."""
PERIOD = 1.0
"""Seconds from one writing to the next."""
HELD = 64
"""Parts that a process tells of: those it committed last."""
STALE = 15.0
"""Seconds after which what a file says to be in hand is not believed any more: its process has died."""


@dataclass(slots=True)
class AtWork:
    """A video that a process has in hand."""

    video: str
    steps: int = 1
    """The weights of the stages of the pass, added up."""
    stage: str = ""
    begun: float = 0.0
    """When it came into this stage, as ``time.time`` has it."""
    passed: list[str] = field(default_factory=list)
    """The stages of the pass that it is through."""
    weight: int = 1
    """How many quick stages the stage that it is in counts for."""
    share: float = 0.0
    """How much of that stage is done, 0..1."""
    number: int = 0
    """Of the pass, …"""
    part: str = ""
    """… and the name of the part that it will be in."""
    through: float = 0.0
    """The weights of the stages that it is through."""

    def __post_init__(self) -> None:
        self.video = clean(self.video.partition("?")[0]).replace("\n", " ")  # what follows may be a signature

    @contextmanager
    def step(self, stage: str, *, listed: bool = True, weight: int = 1) -> Iterator[None]:
        """It is in *stage* inside, which counts for *weight* quick ones; what is not *listed* is none of the pass."""
        self.stage, self.begun, self.weight, self.share = stage, time.time(), weight * listed, 0.0
        try:
            with watched(self._at):
                yield
        finally:
            self.stage = ""
            if listed:
                self.passed.append(stage)
                self.through += weight
            self.weight = 0

    def _at(self, share: float) -> None:
        self.share = round(share, 4)

    @property
    def fraction(self) -> float:
        """How much of the pass it is through, 0..1."""
        return min(1.0, (self.through + self.weight * self.share) / max(1, self.steps))


@dataclass(slots=True)
class Committed:
    """A part that is committed, of which the process that shows the progress may not have heard yet.

    A unit is handed back when it is through all the passes that stream into one another.
    """

    number: int
    """Of the pass."""
    name: str
    kept: int
    ended: int
    """Rows that are kept, and those that were dropped or have failed."""
    counts: dict[str, dict[str, float]]
    """``rows``, ``wrote``, ``rejects`` and ``seconds`` of each stage."""

    @classmethod
    def of(cls, number: int, part: Part) -> Committed:
        kept = sum(outcome.state == "kept" for outcome in part.outcomes)
        counts = {
            label: {
                "rows": count.get("rows", 0),
                "wrote": count.get("wrote", 0),
                "seconds": round(count.get("seconds", 0.0), 3),
                "rejects": sum(count.get("reasons", {}).values()),
            }
            for label, count in part.counts.items()
        }
        return cls(number, part.name, kept, len(part.outcomes) - kept, counts)

    def through(self, first: int, last: int) -> float:
        """How many videos it makes that are through the passes *first* to *last*, beyond the parts of passes before."""
        length, behind = last - first + 1, self.number - first
        going_on = self.kept if self.number < last else 0
        return going_on / length + (self.kept + self.ended - going_on) * (1 - behind / length)


class LiveFile:
    """What this process is at, for the build whose state is in the folder *state*."""

    def __init__(self, state: Path) -> None:
        self.path = _home(state) / f"{uuid.uuid4().hex[:12]}.json"
        self.teachers: Callable[[], Mapping[str, TeacherCounts]] = dict
        """What the teachers of this process were asked."""
        self._units: dict[int, list[AtWork]] = {}
        self._committed: deque[Committed] = deque(maxlen=HELD)
        self._last = ""
        threading.Thread(target=self._go_on, name="live", daemon=True).start()

    @contextmanager
    def unit(self) -> Iterator[list[AtWork]]:
        """The videos that are put into the list are in hand until the end: then they are committed."""
        rows: list[AtWork] = []
        self._units[id(rows)] = rows
        try:
            yield rows
        finally:
            del self._units[id(rows)]

    def commit(self, number: int, part: Part) -> None:
        """Pass *number* has committed *part*."""
        self._committed.append(Committed.of(number, part))

    def _go_on(self) -> None:
        while True:
            time.sleep(PERIOD)
            with suppress(OSError, RuntimeError):  # RuntimeError: a dictionary has changed as it was read
                self.write()

    def write(self) -> None:
        """Write the file, if there is anything new in it or anything in hand; not once the build has ended.

        Raises:
            OSError: the folder is gone, or the disk is full.
        """
        rows = [asdict(row) for unit in list(self._units.values()) for row in list(unit)]
        parts = [asdict(part) for part in list(self._committed)]
        teachers = {name: asdict(one) for name, one in self.teachers().items()}
        text = json.dumps({"rows": rows, "parts": parts, "teachers": teachers})
        if not rows and text == self._last:
            return
        self._last = text
        staged = self.path.with_suffix(".new")  # not synced: it need not outlive the machine
        staged.write_text(text, encoding="utf-8", errors="replace")
        os.replace(staged, self.path)


@cache
def live_file(state: Path) -> LiveFile:
    """The one of this process, for the build whose state is in the folder *state*."""
    return LiveFile(state)


@dataclass(slots=True)
class Snapshot:
    """What all processes of a build are at."""

    rows: list[AtWork] = field(default_factory=list)
    teachers: dict[str, TeacherCounts] = field(default_factory=dict)
    parts: dict[tuple[int, str], Committed] = field(default_factory=dict)
    """By number of the pass and name."""

    @property
    def fraction(self) -> float:
        """How many videos the parts make together that the videos in hand are through."""
        return sum(row.fraction for row in self.rows)

    def slowest(self, most: int) -> list[AtWork]:
        """The videos that have been in their stage for the longest time."""
        return sorted((row for row in self.rows if row.stage), key=lambda row: row.begun)[:most]


def look(state: Path) -> Snapshot:
    """Read what the processes of the build have written last."""
    found = Snapshot()
    for path in sorted(_home(state).glob("*.json")):
        with suppress(OSError, ValueError, TypeError, KeyError):
            fresh = time.time() - path.stat().st_mtime < STALE
            content = json.loads(path.read_text(encoding="utf-8"))
            rows = [AtWork(**row) for row in content["rows"]] if fresh else []
            for name, counts in content["teachers"].items():
                one = TeacherCounts(**counts)
                one.in_flight *= fresh
                one.batches *= fresh
                one.since *= fresh
                found.teachers.setdefault(name, TeacherCounts()).add(one)
            found.rows += rows
            found.parts |= {(one["number"], one["name"]): Committed(**one) for one in content["parts"]}
    return found


def begin(state: Path) -> None:
    """Make the folder for these files, empty: without it no process writes one."""
    clear(state)
    with suppress(OSError):  # what writes results says it
        _home(state).mkdir(parents=True, exist_ok=True)


def clear(state: Path) -> None:
    """Delete the folder and what is in it. Processes that still run do not make it anew."""
    home = _home(state)
    gone = home.with_name(f"{FOLDER}-{uuid.uuid4().hex[:8]}")
    with suppress(OSError):
        os.rename(home, gone)  # so that no process writes into what is being deleted
        shutil.rmtree(gone, ignore_errors=True)


def _home(state: Path) -> Path:
    """The folder of these files. Of a build in a bucket those of this machine are shown, and no others."""
    return on_this_machine(state / FOLDER)


def weight(stage: Stage | None) -> int:
    """How many quick stages *stage* counts for in the progress: those that decode or ask take by far the most time."""
    return HEAVY if stage is not None and (stage.decodes or isinstance(stage, TeacherStage)) else 1
