"""What a worker does: take one unit of rows through the stages of one pass, and commit it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ...schemas import Failed, Reject, Timeline, TrailStep, make_id
from ...schemas.arrow import read_timelines, rejects_table, samples_table, timelines_table
from ...schemas.bucket_path import is_bucket
from ...schemas.input_video import Source
from ...schemas.teaching import PASSING
from ...schemas.uri import PLANNED, locate
from ...schemas.vector_columns import vector_lengths
from ...stages import Gather, Joining, Spawn, Stage, Teacher, TeacherGather, TeacherStage
from ...stages.media.media_files import LANES
from ...video.decode import unpacked
from ..inputs.sources import attach
from ..storage.cache import Cache, run_cached
from ..storage.parts import ENDED, Outcome, Part, Parts
from ..teachers.answered import ANSWERED, PREFIX
from ..yaml.secrets import Secrets
from .ended_rows import ended_table
from .live import AtWork, LiveFile, live_file, weight
from .made_files import MEDIA, made_in, rendered_file, shown_files
from .part_rows import rows_by_id
from .redacted import without_secrets
from .row import INPUT, OUTPUT, Count, Row
from .units import Unit

T = TypeVar("T")
ATTEMPTS = "attempts"
"""The folder, in the state of a build, of the marks that attempts at units leave while they work."""
UNPACKED = "unpacked"
"""The folder in the cache for members of archives that cannot be read where they lie; in this machine's own cache where
that of the build is in a bucket."""
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
    media: Path
    """The folder of files that are made for rows."""
    restore: list[Stage] = field(default_factory=list)
    """Stages of earlier passes whose result is not stored with the row (the signals) and is needed again."""
    digest: Gather | None = None
    """The gather stage that follows this pass."""
    digest_label: str = ""
    needs_samples: bool = False
    """The last pass of a build that makes samples: a row without one is dropped."""
    secrets: Secrets = field(default_factory=Secrets)
    """What the details of rejects must not hold, whatever an error says."""
    addresses: dict[str, str] = field(default_factory=dict)
    """What to open for uris that stand for an address with credentials, which is stored nowhere."""
    settings: str = ""
    """``settings_id`` of the build."""
    cpus: float | None = None
    """CPUs that Ray sets aside for a worker, if the config says how many."""
    memory_gb: float = 0.0
    """GiB of memory that Ray sets aside for a worker."""
    askers: int = 1
    """Processes of a pass that asks teachers, on each node."""
    most_askers: int = 1
    """As many of them in all as its teachers can be asked by, and have units to ask about."""
    waits: bool = False
    """Whether a teacher of its stages replies hours later: then many more rows are in flight."""
    shows: str = "reference"
    """What files samples have: ``clips``, ``frames``, or none."""
    history: dict[str, list[Reject]] = field(default_factory=dict)
    """What rows that are taken up again had failed of in this pass: by key in the first pass, then by id."""

    @property
    def asks(self) -> bool:
        """Whether its stages ask teachers: it runs in an actor, with many rows in flight."""
        return any(isinstance(stage, TeacherStage) for stage in self.stages)

    @property
    def gpus(self) -> float:
        """The share of a GPU that a worker needs for it."""
        return max((stage.gpus() for stage in self.stages), default=0.0)

    def askers_on(self, nodes: int) -> int:
        """How many processes ask for it in all, on so many *nodes*."""
        return max(1, min(self.most_askers, nodes * self.askers))

    @property
    def gathers(self) -> bool:
        """Whether it begins with a gather stage: it waits for the pass before to end."""
        return self.number > 0 and isinstance(self.stages[0], Gather) and self.stages[0].gathers()

    @property
    def spawns(self) -> bool:
        """Whether its rows are new videos, made of those of the pass before."""
        return self.gathers and isinstance(self.stages[0], Spawn)

    def row(self, key: str, video: Timeline, counts: dict[str, Count]) -> Row:
        """*video* as a row of this pass, with what it has failed of before."""
        earlier = self.history.get(video.id if self.number else key, [])
        video.rejects = [*(replace(reject) for reject in earlier), *video.rejects]
        return Row(key, video, counts)

    @property
    def live(self) -> LiveFile:
        """Where this process says what it is at."""
        return live_file(self.parts.parent)

    @property
    def store(self) -> Parts:
        return Parts(self.parts / str(self.number))

    async def aside(self, do: Callable[[], T]) -> T:
        """What *do* returns, which reads or writes the state: in a thread where that means to wait for a store."""
        return await asyncio.to_thread(do) if is_bucket(self.parts) else do()

    def place(self, video: Timeline) -> Timeline:
        """*video* with what holds on this machine only: its file, and the folders that it reads from and writes to."""
        made = video.uri.startswith(MEDIA) and bool(video.lane("pieces"))
        known = self.addresses.get(video.uri) or locate(video.uri, self.base)
        video.path = str(self.media / video.uri.removeprefix(MEDIA)) if made else known
        video.seed, video.base, video.folder = self.seed, str(self.base), str(made_in(self.media))
        return video


def run_unit(work: Pass, unit: Unit) -> Part:
    """Take the rows of *unit* through *work*, one after the other, and commit them. Errors end rows, not the unit."""
    counts = _counts(work)
    rows = []
    with work.live.unit() as in_hand:
        for row, source in _load(work, unit, counts):
            steps = _steps(work, source)
            in_hand.append(at := _at_work(work, unit, row))
            for label, stage in steps:
                if row.kept:
                    listed = stage is not None
                    with at.step(label, listed=listed, weight=weight(stage)), row.step(label, listed=listed) as step:
                        _act(work, unit, row, step, stage, source)
            rows.append(row)
        part = _commit(work, unit, rows, counts)
    work.live.commit(work.number, part)
    return part


async def ask_unit(work: Pass, unit: Unit, teachers: Mapping[str, Teacher]) -> Part:
    """The same for a pass that asks teachers: all rows of *unit* are in flight at once."""
    counts = _counts(work)

    async def take(row: Row, source: Source | None, in_hand: list[AtWork]) -> Row:
        answered: dict[str, set[str]] = {}
        ANSWERED.set(answered)
        steps = _steps(work, source)
        in_hand.append(at := _at_work(work, unit, row))
        for label, stage in steps:
            if row.kept:
                listed = stage is not None
                with at.step(label, listed=listed, weight=weight(stage)), row.step(label, listed=listed) as step:
                    if isinstance(stage, TeacherGather) and stage is work.stages[0] and work.gathers:
                        verdict, asked = unit.verdicts.get(row.video.id), _asked(stage, teachers)
                        row.video = await stage.act(row.video, verdict, asked)
                    elif isinstance(stage, TeacherStage):
                        row.video = await stage.run(row.video, _asked(stage, teachers))
                    else:
                        _act(work, unit, row, step, stage, source)
        for name, models in sorted(answered.items()):
            row.video.attrs[PREFIX + name] = ", ".join(sorted(models))
        return row

    with work.live.unit() as in_hand:
        loaded = await work.aside(lambda: list(_load(work, unit, counts)))
        rows = await asyncio.gather(*(take(row, source, in_hand) for row, source in loaded))
        part = await work.aside(lambda: _commit(work, unit, list(rows), counts))
    work.live.commit(work.number, part)
    return part


def _at_work(work: Pass, unit: Unit, row: Row) -> AtWork:
    return AtWork(row.uri, sum(map(weight, work.stages)), number=work.number, part=unit.name)


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


def _act(work: Pass, unit: Unit, row: Row, step: TrailStep, stage: Stage | None, source: Source | None) -> None:
    if stage is None:
        assert source is not None
        attach(row.video, source)
    elif stage is work.stages[0] and isinstance(stage, Gather) and work.gathers:
        verdict = (_plans(unit) if work.spawns else unit.verdicts).get(row.video.id)
        if isinstance(stage, Joining):
            rows = rows_by_id(Parts(work.parts / str(work.number - 1)), unit.parts, stage.made_of(verdict))
            row.video = work.place(stage.compose(row.video, verdict, rows))
        else:
            row.video = stage.apply(row.video, verdict)
    else:
        row.video, step.cached = run_cached(stage, row.video, Cache(work.cache))


def _load(work: Pass, unit: Unit, counts: dict[str, Count]) -> Iterator[tuple[Row, Source | None]]:
    unpacked.use((unpacked.home() if is_bucket(work.cache) else work.cache) / UNPACKED)
    if work.number == 0:
        for source, key in zip(*unit.inputs(), strict=True):
            video = begin(source, work.seed)
            video.base, video.folder = str(work.base), str(made_in(work.media))
            row = work.row(key, video, counts)
            row.count(INPUT, TrailStep(INPUT), [source.problem] if source.problem else [])
            yield row, source
        return
    if work.spawns:
        for row in _new_rows(work, unit, counts):
            yield row, None
        return
    part, videos = read_part(work, unit)
    keys = {outcome.id: outcome.key for outcome in part.outcomes}
    for video in videos:
        work.place(video)
        for stage in work.restore:
            run_cached(stage, video, Cache(work.cache))
        yield work.row(keys[video.id], video, counts), None


def _plans(unit: Unit) -> dict[str, Any]:
    return {new: plan for plans in unit.verdicts.values() for new, plan in plans.items()}


def _new_rows(work: Pass, unit: Unit, counts: dict[str, Count]) -> list[Row]:
    """Empty rows for the new videos of *unit*; their key is that of the first input that they are made from."""
    before = Parts(work.parts / str(work.number - 1))
    keys = {outcome.id: outcome.key for outcome in before.load(before.folder / f"{unit.previous}.json").outcomes}
    parents = {new: parent for parent, plans in unit.verdicts.items() for new in plans}
    rows = [work.row(keys[parents[new]], Timeline(PLANNED + new, new), counts) for new in unit.only]
    for row in rows:
        work.place(row.video)
    return rows


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
        video.state = "dropped" if source.problem.kind == "dropped" else "failed"
        video.rejects.append(source.problem)
    return video


def _commit(work: Pass, unit: Unit, rows: list[Row], counts: dict[str, Count]) -> Part:
    digests: list[list[Any]] = []
    for row in rows:
        if work.digest is not None and row.kept:
            with row.step(work.digest_label, listed=False):
                digests.append([row.video.id, work.digest.digest(row.video)])
        row.close(work.needs_samples)
        for reject in row.video.rejects:
            reject.detail = work.secrets.redact(reject.detail)
    kept = [row.video for row in rows if row.kept]
    tables = {
        "samples": samples_table(kept, work.shows),
        "timelines": timelines_table(kept, work.lanes),
        "rejects": rejects_table([row.video for row in rows]),
    }
    if ended := [row.video for row in rows if not row.kept]:
        tables[ENDED] = ended_table(ended, work.lanes)
    tables = {name: without_secrets(table, work.secrets) for name, table in tables.items()}
    outcomes = [
        Outcome(row.key, row.video.uri, row.video.id, row.video.state, row.video.duration, _again(row.video))
        for row in rows
    ]
    for row, outcome in zip(rows, outcomes, strict=True):
        outcome.counts = _counted(row.own) if outcome.state == "failed" else {}
    part = Part(unit.name, outcomes, unit.given, counts=_counted(counts), digests=digests, previous=unit.previous)
    part.settings = work.settings
    part.vectors = vector_lengths(*(tables[name].schema for name in ("timelines", ENDED) if name in tables))
    for row in rows:
        if row.kept and row.video.uri.startswith(MEDIA) and row.uri != row.video.uri:
            part.files[row.video.uri] = rendered_file(work.media, work.store.folder, row.video)
    lanes = [lane for stage in work.stages for lane in LANES if lane in stage.lanes_written()]
    part.files = shown_files(work.media, work.store.folder, kept, lanes) | part.files
    return work.store.commit(part, tables)


def _counted(counts: Mapping[str, Count]) -> dict[str, dict[str, Any]]:
    return {label: vars(count) for label, count in counts.items() if count.rows or count.seconds}


def commit_lost(work: Pass, unit: Unit) -> Part:
    """Commit the single row of *unit*, whose worker died twice, as failed: it is known, and the build goes on."""
    counts = _counts(work)
    if work.number == 0:
        (source,), (key,) = unit.inputs()
        row = work.row(key, begin(source, work.seed), counts)
    elif work.spawns:
        (row,) = _new_rows(work, unit, counts)
    else:
        part, (video,) = read_part(work, unit)
        row = work.row(next(outcome.key for outcome in part.outcomes if outcome.id == video.id), video, counts)
    with row.step(work.labels[0] if work.labels else INPUT):
        raise Failed("worker_died", "its worker process died twice (killed, or out of memory)")
    return _commit(work, unit, [row], counts)


def _again(video: Timeline) -> bool:
    """Whether something of the row failed for a reason that may pass, such as a server that was down."""
    return any(reject.kind == "failed" and reject.reason in PASSING for reject in video.rejects)
