"""What a worker does: take one unit of rows through the stages of one pass, and commit it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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

    def add(self, step: Step, rejects: Sequence[Reject], state: str) -> None:
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
    counts = {label: Count() for label in ["input", *work.labels, "output"]}
    cache = Cache(work.cache)
    digests: list[list[Any]] = []
    rows: list[tuple[str, Timeline]] = []
    for key, video, source in _load(work, unit):
        if source is not None:
            counts["input"].add(Step("input"), video.rejects, video.state)
        _run_stages(work, video, source, unit.verdicts, cache, counts)
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


def _run_stages(
    work: Pass,
    video: Timeline,
    source: Source | None,
    verdicts: dict[str, Any],
    cache: Cache,
    counts: dict[str, Count],
) -> None:
    probes = [stage.name() for stage in work.stages].count(PROBE)
    if source is not None and not probes and video.state == "kept":
        attach(video, source)
    for number, (stage, label) in enumerate(zip(work.stages, work.labels, strict=True)):
        if video.state != "kept":
            return
        told = verdicts.get(video.id) if number == 0 and work.number > 0 else None
        begun, spans, rejects = time.perf_counter(), _size(video), len(video.rejects)
        step = Step(label)
        try:
            if isinstance(stage, Gather) and work.number > 0 and number == 0:
                stage.apply(video, told)
            else:
                _, step.cached = run_cached(stage, video, cache)
                if source is not None and stage.name() == PROBE:
                    attach(video, source)  # now that its duration is known
        except Dropped as drop:
            video.state = "dropped"
            video.rejects.append(Reject(label, "dropped", drop.reason, drop.value, drop.threshold, drop.detail))
        except Failed as failure:
            video.state = "failed"
            video.rejects.append(Reject(label, "failed", failure.reason, failure.value, None, failure.detail))
        except Exception as error:
            video.state = "failed"
            video.rejects.append(Reject(label, "failed", "stage_error", None, None, _describe(error)))
        for reject in video.rejects[rejects:]:  # not those of labels, which are laid after the probe
            reject.stage = label if reject.stage == stage.name() else reject.stage
        step.seconds = round(time.perf_counter() - begun, 6)
        step.dropped = sum(bool(reject.span) for reject in video.rejects[rejects:])
        step.wrote = max(0, _size(video) - spans + step.dropped)
        step.values, video.report = dict(video.report), {}
        video.trail.append(step)
        counts[label].add(step, video.rejects[rejects:], video.state)
    if work.needs_samples and not video.samples and video.state == "kept":
        video.state = "dropped"
        video.rejects.append(Reject("output", "dropped", "no_sample", detail="no stage made a sample of this video"))
        counts["output"].add(Step("output"), video.rejects[-1:], video.state)


def _size(video: Timeline) -> int:
    return sum(map(len, video.lanes.values())) + len(video.samples)


def _describe(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (at {Path(where.filename).name}:{where.lineno})"
