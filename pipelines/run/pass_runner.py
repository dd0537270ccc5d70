"""Runs the passes of a build: workers do what no earlier run has committed, and the parts come back in order."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from ...schemas.input_video import Source
from ...schemas.stored_list import StoredList
from ..dataset.spreading import Spreading, here
from ..errors import UserError
from ..planning.plan import asked_teachers
from ..settings.config import Config
from ..settings.route import Route
from ..storage.output_folder import OutputFolder
from ..storage.parts import Part
from ..storage.state_names import BATCHES
from ..teachers.batch_notes import BatchNotes
from ..teachers.shown_requests import REQUESTS
from ..teachers.worker_teachers import LEDGER, PROMPTS, MakeWorkerTeachers, damaged_pages
from .asking import MakeTeachers
from .nodes import await_nodes
from .passes import chains, make_passes
from .progress import Progress
from .ray_run import BuildStopped
from .remaining import Remaining
from .resources import refuse_crowd
from .sight import refuse_blind
from .unit import Pass, commit_lost
from .unit_state import UnitState
from .units import Unit

SPREAD_PARTS = 100
"""Fewer parts are published by this process alone: that takes less than to begin elsewhere."""
CLUSTER_PROCESSORS = 64
"""How many processors a cluster is taken to have; only the size of units depends on it."""


class PassRunner:
    """The passes of *route* over *sources*. Ray is started when the first unit has to be run, and ends with ``close``.

    Args:
        unready: what is wrong with a teacher; it is raised when something is left to run.
        address: of the Ray cluster; None for this machine.
        nodes: so many of the cluster are waited for, for a while.
    """

    def __init__(
        self,
        config: Config,
        route: Route,
        folder: OutputFolder,
        sources: Sequence[Source],
        address: str | None = None,
        nodes: int = 1,
        unready: UserError | None = None,
    ) -> None:
        self.config, self.route, self.folder, self.sources = config, route, folder, sources
        self.address, self.nodes, self.unready = address, nodes, unready
        self.passes = make_passes(config, route, sources, folder.parts)
        processors = CLUSTER_PROCESSORS if address else os.cpu_count() or 1
        slow = any(work.asks for work in self.passes)
        self.remaining = Remaining(sources, slow, route.opens_videos, processors)
        self.worked = False
        """Whether something had to be run."""
        self._looked = self._ray_started = False
        self._warned: set[str] = set()
        self._engines: ExitStack | None = None

    def run(self, progress: Progress) -> list[Sequence[Part]]:
        """Run everything that no earlier run has committed. Returns the parts of each pass, in input order.

        Raises:
            UserError: a teacher is needed and cannot be asked.
            BuildStopped: the build cannot go on for now.
            LockLost: another build has taken the folder.
        """
        parts: list[Sequence[Part]] = []
        grouped = chains(self.passes)
        for number, chain in enumerate(grouped, 1):
            prefix = f"pass {number} of {len(grouped)}: " if len(grouped) > 1 else ""
            parts += self._run_chain(chain, parts[-1] if parts else [], progress, prefix)
        return parts

    def workers(self, passes: Sequence[Sequence[Part]], progress: Progress) -> Spreading:
        """What does the work of publishing the parts of *passes*: Ray's workers, or this process where it is little."""
        self._end_engines()
        if sum(len(parts) for parts in passes) < SPREAD_PARTS:
            self.close()
            return here
        from .ray_run import is_running
        from .worker_jobs import over_workers

        self._start(progress)
        return partial(over_workers, self.config.secrets.redact) if is_running() else here

    def close(self) -> None:
        """End the engines and Ray, as far as they were started here and have not been ended."""
        self._end_engines()
        if self._ray_started:
            from .ray_run import stop

            self._ray_started = False
            stop()

    def _end_engines(self) -> None:
        if self._engines is not None:
            self._engines.close()

    def _start(self, progress: Progress) -> None:
        """Start Ray, unless that was done."""
        if not self._ray_started:
            from .ray_run import start

            progress.say("Starting Ray …")
            self._ray_started = start(self.address)
            if self.address:
                await_nodes(self.nodes, progress.say)
            progress.start_clock()

    def _run_chain(
        self, chain: list[Pass], before: Sequence[Part], progress: Progress, prefix: str
    ) -> list[Sequence[Part]]:
        """Run the passes of *chain*, which stream into one another. Returns the parts of each.

        *before* are the parts of the pass before, from which a chain that begins with a gather stage goes on.
        """
        self.folder.check()  # what an attempt left is deleted below: it must not be another build's
        done: dict[int, StoredList[Part]] = {}
        jobs: list[UnitState] = []
        for work in chain:
            work.store.tidy()
            if work.number == 0:
                done[0], units = self.remaining.first(work)
                if changes := self.remaining.changes():
                    progress.say(changes)
            else:
                done[work.number], units = self.remaining.later(work, done.get(work.number - 1, before))
            jobs += [UnitState(work.number, unit) for unit in units]
        first = chain[0].number
        rows = sum(len(part.outcomes) for part in done[first]) + sum(_rows(job) for job in jobs if job.at == first)
        inputs = rows if chain[0].spawns else len(self.sources) if chain[0].number == 0 else _kept(before)
        known = ((number, part) for number, parts in done.items() for part in parts)
        progress.begin(prefix, inputs, first, chain[-1].number, known)
        for number, part in self._run_jobs(chain, jobs, progress) if jobs else ():
            if self.folder.lock.lost:  # where nothing can interrupt us
                self.folder.check()
            progress.add(number, part)
            done[number].append(part)
        for work in chain if jobs else ():
            work.store.tidy(done[work.number])  # of workers that died
        return [done[work.number].ordered(self.remaining.place) for work in chain]

    def _run_jobs(self, chain: list[Pass], jobs: list[UnitState], progress: Progress) -> Iterator[tuple[int, Part]]:
        """Run *jobs* and yield the parts, as their manifests have them, of every pass."""
        from .ray_run import run_chain

        if self.unready is not None:
            raise self.unready
        if not self._looked and any(work.asks for work in chain):
            refuse_blind(self.config, self.route, progress.say)
            self._looked = True
        self.worked = True
        progress.work()
        self._start(progress)
        works = {work.number: work for work in chain}
        lost: list[tuple[int, Unit]] = []

        def split(at: int, unit: Unit) -> list[Unit]:
            smaller = _split(unit)
            if not smaller:
                lost.append((at, unit))
            return smaller

        teachers = self._teachers(progress, chain[0].number) if any(work.asks for work in chain) else None
        for number, name in run_chain(chain, jobs, split, teachers, partial(self._warn, progress), progress.say):
            committed = works[number].store.load(works[number].store.folder / f"{name}.json")
            if committed.settings != works[number].settings:
                raise BuildStopped("a worker of an earlier build, which was killed, wrote its last part only now")
            yield number, committed
        for number, unit in lost:
            yield number, commit_lost(works[number], unit)

    def _teachers(self, progress: Progress, first: int) -> MakeTeachers:
        """What makes the teachers in the actors that ask them, in the pass *first* and later ones. Models that run
        inside the build are loaded first."""
        ledger = self.folder.state / LEDGER
        if damaged := damaged_pages(ledger):
            progress.say(
                f"{ledger}: {len(damaged)} of its files are damaged. What teachers cost according to them is not known "
                "any more, and counts towards no budget."
            )
        if self._engines is None:
            self._engines = self._start_engines(progress, first)
        return teachers_of(self.config, self.folder)

    def _start_engines(self, progress: Progress, first: int) -> ExitStack:
        """Load the models of the teachers that run inside the build: once, for the passes from *first* on.

        Raises:
            UserError: one cannot be loaded, or there are too few GPUs for all of them and the stages.
        """
        engines = ExitStack()
        asked = {name: one for name, one in asked_teachers(self.config, self.route).items() if one.loads()}
        if asked:
            from ..teachers.make import running

            alike = {
                (type(one), one.loads(), one.reserved_gpus()): name for name, one in asked.items()
            }  # may share one
            refuse_crowd({name: gpus for (_, _, gpus), name in alike.items()}, self.passes[first:])
            progress.say(f"Loading {', '.join(sorted({one.loads() for one in asked.values()}))} …")
            engines.enter_context(running(asked))
        return engines

    def _warn(self, progress: Progress, text: str) -> None:
        """Tell the user, once of each kind, that something is not kept."""
        about = text.partition("(")[0].partition(":")[0]
        if about not in self._warned:
            progress.say(text)
        self._warned.add(about)


def teachers_of(config: Config, folder: OutputFolder) -> MakeTeachers:
    """What makes the teachers of a build, in the actors that ask them: with the keys of this machine."""
    teachers = {name: one.with_secrets() for name, one in config.teachers.items()}
    state, mark = folder.state.absolute(), ""
    if any(one.waits for one in teachers.values()):
        mark = uuid.uuid4().hex
        BatchNotes(state / BATCHES, mark).begin()
    notes = state / LEDGER, state / PROMPTS, state / REQUESTS, state / BATCHES
    return MakeWorkerTeachers(teachers, config.reply_cache.absolute(), *notes, mark)


def _rows(job: UnitState) -> int:
    return job.unit.rows if job.unit else 0


def _kept(parts: Sequence[Part]) -> int:
    return sum(outcome.state == "kept" for part in parts for outcome in part.outcomes)


def _split(unit: Unit) -> list[Unit]:
    """Two halves; for a single row one more attempt, and then nothing."""
    if unit.rows == 1:
        return [replace(unit, attempt=1)] if unit.attempt == 0 else []
    return unit.halves()
