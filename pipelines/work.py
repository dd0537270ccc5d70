"""What a worker does: take one unit of rows through the stages of one pass, and commit it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ..schemas import Reject, Step, Timeline, make_id
from ..schemas.arrow import read_timelines, rejects_table, samples_table, timelines_table
from ..schemas.source import Source
from ..schemas.uri import locate
from ..stages import Dropped, Failed, Gather, Stage
from .cache import Cache, run_cached
from .parts import Outcome, Part, Parts
from .sources import attach

INPUT, OUTPUT = "input", "output"
"""The names that inputs and their labels, and what has no sample at the end, are counted under."""
PROBE = "probe"
"""The stage that finds a video's duration and its id."""


@dataclass(slots=True)
class Pass:
    """One streaming pass: the stages between two gathers. The same for every unit; sent to each worker once."""

    number: int
    stages: list[Stage]
    """When ``number`` > 0 the first is the gather stage whose verdicts the units bring."""
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
    needs_samples: bool = False
    """The last pass of a build that makes samples: a row without one is dropped."""


@dataclass(slots=True)
class Unit:
    """Some inputs of the first pass, or one part of the pass before."""

    name: str
    sources: list[Source] = field(default_factory=list)
    previous: str = ""
    only: list[str] = field(default_factory=list)
    """Just these rows of the part before, by id; empty: all."""
    verdicts: dict[str, Any] = field(default_factory=dict)
    given: str = ""
    attempt: int = 0


class Count:
    """What one stage did to the rows and spans of one unit."""

    def __init__(self) -> None:
        self.rows = self.kept = self.dropped = self.failed = self.cached = self.wrote = 0
        self.seconds = 0.0
        self.reasons: dict[str, int] = {}
        self.values: dict[str, float] = {}

    def add(self, step: Step, rejects: Sequence[Reject], state: str, *, row: bool = True) -> None:
        """Count what *step* did to a row in *state*; without *row*, to one that is counted already."""
        if row:
            self.rows += 1
            self.kept += state == "kept"
            self.dropped += state == "dropped"
            self.failed += state == "failed"
        self.cached += step.cached
        self.wrote += step.wrote
        self.seconds += step.seconds
        for reject in rejects:
            self.reasons[reject.reason] = self.reasons.get(reject.reason, 0) + 1
        for name, value in step.values.items():
            self.values[name] = self.values.get(name, 0.0) + value


def run_unit(work: Pass, unit: Unit) -> Part:
    """Take the rows of *unit* through *work* and commit them. Errors end rows, never the unit."""
    counts = {label: Count() for label in [INPUT, *work.labels, OUTPUT]}
    cache = Cache(work.cache)
    digests: list[list[Any]] = []
    rows: list[tuple[str, Timeline]] = []
    for key, video, source in _load(work, unit):
        if source is not None:
            counts[INPUT].add(Step(INPUT), video.rejects, video.state)
        for label, action in _actions(work, source, unit.verdicts, cache):
            if video.state == "kept":
                video = _do(label, action, video, counts[label])
        if work.needs_samples and not video.samples and video.state == "kept":
            video.state = "dropped"
            video.rejects.append(Reject(OUTPUT, "dropped", "no_sample", detail="no stage made a sample of this video"))
            counts[OUTPUT].add(Step(OUTPUT), video.rejects[-1:], video.state)
        if work.digest is not None and video.state == "kept":
            digests.append([video.id, work.digest.digest(video)])
        video.signals = None
        rows.append((key, video))
    kept = [video for _, video in rows if video.state == "kept"]
    tables = {
        "samples": samples_table(kept),
        "timelines": timelines_table(kept, work.lanes),
        "rejects": rejects_table([video for _, video in rows]),
    }
    outcomes = [Outcome(key, video.uri, video.id, video.state, video.duration) for key, video in rows]
    part = Part(
        unit.name,
        outcomes,
        unit.given,
        counts={label: vars(count) for label, count in counts.items() if count.rows},
        digests=digests,
        previous=unit.previous,
    )
    return Parts(work.parts / str(work.number)).commit(part, tables)


def _load(work: Pass, unit: Unit) -> Iterable[tuple[str, Timeline, Source | None]]:
    if work.number == 0:
        for source in unit.sources:
            yield source.fingerprint, begin(source, work.seed), source
        return
    before = Parts(work.parts / str(work.number - 1))
    part = before.load(before.folder / f"{unit.previous}.json")
    keys = {outcome.id: outcome.key for outcome in part.outcomes}
    cache = Cache(work.cache)
    for video in read_timelines(*(before.table(part, name) for name in ("timelines", "samples", "rejects"))):
        if unit.only and video.id not in unit.only:
            continue
        video.seed, video.path = work.seed, locate(video.uri, work.base)
        for stage in work.restore:
            run_cached(stage, video, cache)
        yield keys[video.id], video, None


def begin(source: Source, seed: int) -> Timeline:
    """The row of *source*, before any stage. Its id is that of its name until a stage reads the content."""
    video = Timeline(source.uri, make_id(source.name), source.duration, attrs=dict(source.attrs))
    video.seed, video.path = seed, source.path
    if source.problem is not None:
        video.state = source.problem.kind
        video.rejects.append(source.problem)
    return video


Action = Callable[[Timeline], tuple[Timeline, bool]]
"""Does something to a row; returns it, and whether the result came from the cache."""


def _actions(work: Pass, source: Source | None, verdicts: dict[str, Any], cache: Cache) -> list[tuple[str, Action]]:
    """What is done to a row of this pass, in order, each with the name that it is counted under."""
    actions: list[tuple[str, Action]] = []
    for label, stage in zip(work.labels, work.stages, strict=True):
        if isinstance(stage, Gather) and work.number > 0 and not actions:
            actions.append((label, partial(_apply, stage, verdicts)))
        else:
            actions.append((label, partial(run_cached, stage, cache=cache)))
    if source is not None:  # labels are laid once the probe knows the duration and the id
        probe = next((n for n, stage in enumerate(work.stages) if stage.name() == PROBE), -1)
        actions.insert(probe + 1, (INPUT, partial(_attach, source)))
    return actions


def _apply(stage: Gather, verdicts: dict[str, Any], video: Timeline) -> tuple[Timeline, bool]:
    return stage.apply(video, verdicts.get(video.id)), False


def _attach(source: Source, video: Timeline) -> tuple[Timeline, bool]:
    attach(video, source)
    return video, False


def _do(label: str, action: Action, video: Timeline, count: Count) -> Timeline:
    """Do one thing to a row and count it. Errors end the row, with a reject that says why."""
    begun, size, known = time.perf_counter(), _size(video), len(video.rejects)
    step = Step(label)
    try:
        video, step.cached = action(video)
    except Dropped as drop:
        video.state = "dropped"
        video.rejects.append(Reject(label, "dropped", drop.reason, drop.value, drop.threshold, drop.detail))
    except Failed as failure:
        video.state = "failed"
        video.rejects.append(Reject(label, "failed", failure.reason, failure.value, None, failure.detail))
    except Exception as error:
        video.state = "failed"
        video.rejects.append(Reject(label, "failed", "stage_error", None, None, _describe(error)))
    rejects = video.rejects[known:]
    for reject in rejects:
        reject.stage = label if reject.stage == label.partition("#")[0] else reject.stage
    step.seconds = round(time.perf_counter() - begun, 6)
    step.dropped = sum(bool(reject.span) for reject in rejects)
    step.wrote = max(0, _size(video) - size + step.dropped)
    step.values, video.report = video.report, {}
    if label != INPUT:
        video.trail.append(step)
    count.add(step, rejects, video.state, row=label != INPUT)
    return video


def _size(video: Timeline) -> int:
    return sum(map(len, video.lanes.values())) + len(video.samples)


def _describe(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (at {Path(where.filename).name}:{where.lineno})"
