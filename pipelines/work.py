"""What a worker does: take one unit of rows through the stages of one pass, and commit it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..schemas import Step, Timeline, make_id
from ..schemas.arrow import read_timelines, rejects_table, samples_table, timelines_table
from ..schemas.source import Source
from ..schemas.teaching import PASSING
from ..schemas.uri import locate
from ..stages import Failed, Gather, Stage, Teacher, TeacherStage
from .cache import Cache, run_cached
from .parts import Outcome, Part, Parts
from .rows import INPUT, OUTPUT, Count, Row
from .sources import attach

PROBE = "probe"
"""The stage that finds a video's duration and its id."""


@dataclass(slots=True)
class Pass:
    """Stages that run in one place, between two commits. The same for every unit; sent to each worker once."""

    number: int
    stages: list[Stage]
    labels: list[str]
    """The name of each stage in counts and rejects: ``quality``, or ``quality#2`` for a second one."""
    lanes: list[str]
    """Every lane that a row may hold."""
    parts: Path
    attempts: Path
    """Where an attempt at a unit leaves its mark while it works."""
    cache: Path
    seed: int
    base: Path
    """The folder that relative uris start from."""
    restore: list[Stage] = field(default_factory=list)
    """Stages of earlier passes whose result is not stored with the row (the signals) and is needed again."""
    digest: Gather | None = None
    """The gather stage that follows this pass."""
    digest_label: str = ""
    needs_samples: bool = False
    """The last pass of a build that makes samples: a row without one is dropped."""

    @property
    def asks(self) -> bool:
        """Whether its stages ask teachers: it runs in an actor, with many rows in flight."""
        return any(isinstance(stage, TeacherStage) for stage in self.stages)

    @property
    def gathers(self) -> bool:
        """Whether it begins with a gather stage: it waits for the pass before to end."""
        return self.number > 0 and isinstance(self.stages[0], Gather) and self.stages[0].gathers()

    @property
    def store(self) -> Parts:
        return Parts(self.parts / str(self.number))


@dataclass(slots=True)
class Unit:
    """Some inputs of the first pass, or one part of the pass before."""

    name: str
    sources: list[Source] = field(default_factory=list)
    previous: str = ""
    only: list[str] = field(default_factory=list)
    """Just these rows of the part before, by id."""
    verdicts: dict[str, Any] = field(default_factory=dict)
    given: str = ""
    attempt: int = 0

    @classmethod
    def of(cls, sources: list[Source]) -> Unit:
        """A unit of the first pass."""
        return cls(make_id(*(source.fingerprint for source in sources)), sources)

    @classmethod
    def after(cls, part: Part, verdicts: Mapping[str, Any]) -> Unit | None:
        """The unit that takes the rows kept in *part* through the next pass; None when there are none."""
        kept = [outcome.id for outcome in part.outcomes if outcome.state == "kept"]
        told = {video: verdicts[video] for video in kept if video in verdicts}
        given = make_id(part.name, part.files["timelines"]["sha256"], json.dumps(told, sort_keys=True))
        return cls(part.name, previous=part.name, only=kept, verdicts=told, given=given) if kept else None


def run_unit(work: Pass, unit: Unit) -> Part:
    """Take the rows of *unit* through *work*, one after the other, and commit them. Errors end rows, not the unit."""
    counts = _counts(work)
    rows = []
    for row, source in _load(work, unit, counts):
        for label, stage in _steps(work, source):
            if row.kept:
                with row.step(label, listed=stage is not None) as step:
                    _act(work, unit, row, step, stage, source)
        rows.append(row)
    return _commit(work, unit, rows, counts)


async def ask_unit(work: Pass, unit: Unit, teachers: Mapping[str, Teacher]) -> Part:
    """The same for a pass that asks teachers: all rows of *unit* are in flight at once."""
    counts = _counts(work)

    async def take(row: Row, source: Source | None) -> Row:
        for label, stage in _steps(work, source):
            if row.kept:
                with row.step(label, listed=stage is not None) as step:
                    if isinstance(stage, TeacherStage):
                        row.video = await stage.run(row.video, _asked(stage, teachers))
                    else:
                        _act(work, unit, row, step, stage, source)
        return row

    rows = await asyncio.gather(*(take(row, source) for row, source in _load(work, unit, counts)))
    return _commit(work, unit, list(rows), counts)


def _asked(stage: TeacherStage, teachers: Mapping[str, Teacher]) -> Any:
    """The teacher that *stage* names, or the only one; None for a stage that, as it is set, asks nobody."""
    if not stage.teachers():
        return None
    return teachers[stage.teacher] if stage.teacher else next(iter(teachers.values()))


def _counts(work: Pass) -> dict[str, Count]:
    return {label: Count() for label in [INPUT, *work.labels, work.digest_label, OUTPUT]}


def _steps(work: Pass, source: Source | None) -> list[tuple[str, Stage | None]]:
    """What is done to a row, in order: stages by the name they are counted under, and None for laying its labels."""
    steps: list[tuple[str, Stage | None]] = list(zip(work.labels, work.stages, strict=True))
    if source is not None:  # labels are laid once the probe knows the duration and the id
        probe = next((n for n, stage in enumerate(work.stages) if stage.name() == PROBE), -1)
        steps.insert(probe + 1, (INPUT, None))
    return steps


def _act(work: Pass, unit: Unit, row: Row, step: Step, stage: Stage | None, source: Source | None) -> None:
    if stage is None:
        assert source is not None
        attach(row.video, source)
    elif stage is work.stages[0] and isinstance(stage, Gather) and work.gathers:
        row.video = stage.apply(row.video, unit.verdicts.get(row.video.id))
    else:
        row.video, step.cached = run_cached(stage, row.video, Cache(work.cache))


def _load(work: Pass, unit: Unit, counts: dict[str, Count]) -> Iterator[tuple[Row, Source | None]]:
    if work.number == 0:
        for source in unit.sources:
            video = begin(source, work.seed)
            counts[INPUT].add(Step(INPUT), video.rejects, video.state)
            yield Row(source.fingerprint, video, counts), source
        return
    part, videos = read_part(work, unit)
    keys = {outcome.id: outcome.key for outcome in part.outcomes}
    for video in videos:
        video.seed, video.path = work.seed, locate(video.uri, work.base)
        for stage in work.restore:
            run_cached(stage, video, Cache(work.cache))
        yield Row(keys[video.id], video, counts), None


def read_part(work: Pass, unit: Unit) -> tuple[Part, list[Timeline]]:
    """The part of the pass before that *unit* goes on from, and those of its rows that the unit takes."""
    before = Parts(work.parts / str(work.number - 1))
    part = before.load(before.folder / f"{unit.previous}.json")
    videos = read_timelines(*(before.table(part, name) for name in ("timelines", "samples", "rejects")))
    return part, [video for video in videos if video.id in unit.only]


def begin(source: Source, seed: int) -> Timeline:
    """The row of *source*, before any stage. Its id is that of its name until a stage reads the content."""
    video = Timeline(source.uri, make_id(source.name), source.duration, attrs=dict(source.attrs))
    video.seed, video.path = seed, source.path
    if source.problem is not None:
        video.state = source.problem.kind
        video.rejects.append(source.problem)
    return video


def _commit(work: Pass, unit: Unit, rows: list[Row], counts: dict[str, Count]) -> Part:
    digests: list[list[Any]] = []
    for row in rows:
        if work.digest is not None and row.kept:
            with row.step(work.digest_label, listed=False):
                digests.append([row.video.id, work.digest.digest(row.video)])
        row.close(work.needs_samples)
    kept = [row.video for row in rows if row.kept]
    tables = {
        "samples": samples_table(kept),
        "timelines": timelines_table(kept, work.lanes),
        "rejects": rejects_table([row.video for row in rows]),
    }
    outcomes = [
        Outcome(row.key, row.video.uri, row.video.id, row.video.state, row.video.duration, _again(row.video))
        for row in rows
    ]
    counted = {label: vars(count) for label, count in counts.items() if count.rows or count.seconds}
    part = Part(unit.name, outcomes, unit.given, counts=counted, digests=digests, previous=unit.previous)
    return work.store.commit(part, tables)


def commit_lost(work: Pass, unit: Unit) -> Part:
    """Commit the single row of *unit*, whose worker died twice, as failed: it is known, and the build goes on."""
    counts = _counts(work)
    if work.number == 0:
        row = Row(unit.sources[0].fingerprint, begin(unit.sources[0], work.seed), counts)
    else:
        part, (video,) = read_part(work, unit)
        row = Row(next(outcome.key for outcome in part.outcomes if outcome.id == video.id), video, counts)
    label = work.labels[0] if work.labels else INPUT
    with row.step(label):
        raise Failed("worker_died", "its worker process died twice (killed, or out of memory)")
    return _commit(work, unit, [row], counts)


def _again(video: Timeline) -> bool:
    """Whether something of the row failed for a reason that may be gone tomorrow."""
    return any(reject.kind == "failed" and reject.reason in PASSING for reject in video.rejects)
