"""``vdata build``: from a config to a data set, going on where an earlier run stopped."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa

from ..schemas import make_id
from ..schemas.arrow import (
    REJECTS,
    SAMPLES,
    timelines_schema,
    with_lanes,
)
from ..schemas.source import Source
from ..stages import Gather, MissingExtra
from ..stages.teachers.kinds import VLLM
from .card import write_card
from .config import Config
from .errors import UserError
from .folder import OutputFolder
from .funnel import Funnel
from .parts import Part, Parts, write_bytes
from .passes import chains, make_passes, stage_names
from .plan import asked_teachers, resolve_plan, settings_of
from .progress import Progress
from .publish import publish, remove_older
from .ray_run import Job, Stopped
from .road import Road
from .sources import find_sources, same_content
from .summary import print_summary
from .teaching.staff import Employed, Staff, read_ledger
from .work import Pass, Unit, commit_lost

SLOW_UNIT = 8
"""Videos in a unit of work when videos are opened or teachers asked: what a killed worker has to do again."""
LEDGER = "spent"
"""The folder, in the state of a build, of what its teachers cost."""
CLUSTER_PROCESSORS = 64
"""How many processors a cluster is taken to have; only the size of units depends on it."""
LABEL_UNIT = 500
"""The same when rows are made from labels alone."""


def run_build(config: Config, *, limit: int | None, address: str | None, overwrite: bool) -> int:
    """Build what *config* says. Returns the exit status: 0 done, 1 failed or nothing kept, 130 interrupted.

    Raises:
        UserError: the input is at fault.
    """
    road = resolve_plan(config)
    for stage in road.stages:
        try:
            stage.ready()
        except MissingExtra as missing:
            raise UserError(str(missing)) from missing
    for name, settings in asked_teachers(config, road).items():
        from .teaching.make import check_teacher

        check_teacher(name, settings)
    folder = OutputFolder(config.output.path)
    with folder.locked():
        folder.begin(settings_of(config, road), overwrite=overwrite)
        sources = same_content(find_sources(config.videos, config.labels, config.base)[:limit])
        return Build(config, road, folder, sources, address).run()


class Build:
    """One run of a build in a folder that it holds."""

    def __init__(
        self, config: Config, road: Road, folder: OutputFolder, sources: list[Source], address: str | None
    ) -> None:
        self.config, self.road, self.folder, self.sources, self.address = config, road, folder, sources, address
        self.passes = make_passes(config, road, sources, folder.parts)
        self.names = stage_names(road.stages)
        self.lanes = self.passes[0].lanes
        self.order = {source.fingerprint: number for number, source in enumerate(sources)}
        self.ray_started = False
        self.engines: ExitStack | None = None
        self.worked = False

    def run(self) -> int:
        begun = time.monotonic()
        progress = Progress(len(self.sources), self.names)
        passes: list[list[Part]] = []
        try:
            with progress:
                grouped = chains(self.passes)
                for number, chain in enumerate(grouped):
                    way = f"pass {number + 1} of {len(grouped)}: " if len(grouped) > 1 else ""
                    passes += self._run_chain(chain, passes[-1] if passes else [], progress, way)
        except KeyboardInterrupt:
            progress.say(
                f"Interrupted. {progress.done} of {len(self.sources)} videos are safe in {self.folder.path}; "
                "the same command goes on from there."
            )
            return 130
        except Stopped as stopped:
            progress.say(f"{self.folder.path}: {stopped}. What was done is safe; the same command goes on.")
            return 1
        finally:
            if self.engines is not None:
                self.engines.close()
            if self.ray_started:
                from .ray_run import stop

                stop()
        if not self.worked and self._is_published(passes):
            funnel = json.loads(self.folder.summary.read_text())
            progress.say(
                f"Nothing to do: {self.folder.path} is done: {funnel['inputs']} in, {funnel['kept']} kept, "
                f"{funnel['samples']} samples. Use --overwrite to build it again."
            )
            return 0 if funnel["kept"] else 1
        funnel = self._publish(passes, time.monotonic() - begun)
        print_summary(funnel, list(zip(self.names, self.road.stages, strict=True)), self.folder.path)
        return 0 if funnel["kept"] else 1

    # Passes

    def _run_chain(self, chain: list[Pass], before: list[Part], progress: Progress, way: str) -> list[list[Part]]:
        """Everything of *chain* that no earlier run committed. Returns the parts of each of its passes in input order.

        *before* are the parts of the pass before, from which a chain that begins with a gather stage goes on.
        """
        done: dict[int, list[Part]] = {}
        jobs: list[Job] = []
        for work in chain:
            work.store.tidy()
            if work.number == 0:
                done[0], units = self._first_units(work.store)
            else:
                done[work.number], units = self._later_units(work, done.get(work.number - 1, before))
            jobs += [Job(work.number, unit) for unit in units]
        inputs = len(self.sources) if chain[0].number == 0 else _kept(before)
        progress.begin(way, inputs, chain[-1].number, [(n, part) for n, parts in done.items() for part in parts])
        for number, part in self._run_jobs(chain, jobs, progress) if jobs else ():
            progress.add(number, part)
            done[number].append(part)
        return [sorted(done[work.number], key=self._place) for work in chain]

    def _place(self, part: Part) -> int:
        return min(self.order[outcome.key] for outcome in part.outcomes)

    def _first_units(self, store: Parts) -> tuple[list[Part], list[Unit]]:
        done: list[Part] = []
        seen: set[str] = set()
        for part in store.sound():
            keys = {outcome.key for outcome in part.outcomes}
            if keys <= self.order.keys() and not keys & seen and not any(outcome.again for outcome in part.outcomes):
                done.append(part)
                seen |= keys
            else:  # an input of it has changed or is gone: what is left of it is done again, from the caches
                store.remove(part)
        waiting = [source for source in self.sources if source.fingerprint not in seen]
        slow = self.road.opens_videos and any(source.opens for source in waiting)
        slow = slow or any(work.asks for work in self.passes)
        size = self._slow_unit(len(waiting)) if slow else LABEL_UNIT
        return done, [Unit.of(waiting[start : start + size]) for start in range(0, len(waiting), size)]

    def _slow_unit(self, videos: int) -> int:
        """Few enough videos in a unit that every processor has several to take."""
        processors = CLUSTER_PROCESSORS if self.address else os.cpu_count() or 1
        return max(1, min(SLOW_UNIT, videos // (4 * processors)))

    def _later_units(self, work: Pass, before: list[Part]) -> tuple[list[Part], list[Unit]]:
        verdicts: dict[str, Any] = {}
        gather = work.stages[0]
        if work.gathers and isinstance(gather, Gather):
            verdicts = gather.gather((video, digest) for part in before for video, digest in part.digests)
        units = {unit.previous: unit for part in before if (unit := Unit.after(part, verdicts))}
        done: dict[str, list[Part]] = {}
        for part in work.store.sound():
            unit = units.get(part.previous)
            again = any(outcome.again for outcome in part.outcomes)
            if unit is not None and unit.given == part.given and not again:
                done.setdefault(part.previous, []).append(part)
            else:
                work.store.remove(part)
        for name, parts in list(done.items()):
            if sorted(outcome.id for part in parts for outcome in part.outcomes) != sorted(units[name].only):
                for part in done.pop(name):
                    work.store.remove(part)
        waiting = [unit for name, unit in units.items() if name not in done]
        return [part for parts in done.values() for part in parts], waiting

    def _run_jobs(self, chain: list[Pass], jobs: list[Job], progress: Progress) -> Iterator[tuple[int, Part]]:
        """Run *jobs* and yield the parts, as their manifests have them, of every pass."""
        from .ray_run import run_chain, start

        self.worked = True
        if not self.ray_started:
            progress.say("Starting Ray …")
            self.ray_started = start(self.address)
            progress.start_clock()
        works = {work.number: work for work in chain}
        lost: list[tuple[int, Unit]] = []

        def split(at: int, unit: Unit) -> list[Unit]:
            smaller = _split(unit)
            if not smaller:
                lost.append((at, unit))
            return smaller

        asks = any(work.asks for work in chain)
        teachers = teachers_of(self.config, self.folder) if asks else None
        if asks and self.engines is None:
            self.engines = self._start_engines(progress)
        for number, part in run_chain(chain, jobs, split, teachers):
            yield number, works[number].store.load(works[number].store.folder / f"{part.name}.json")
        for number, unit in lost:
            yield number, commit_lost(works[number], unit)

    def _start_engines(self, progress: Progress) -> ExitStack:
        """Load the models of the teachers that are engines of ours: once, for all passes."""
        engines = ExitStack()
        asked = {name: one for name, one in asked_teachers(self.config, self.road).items() if isinstance(one, VLLM)}
        if asked:
            from .teaching.vllm_engine import running

            progress.say(f"Loading {', '.join(sorted({one.model for one in asked.values()}))} …")
            engines.enter_context(running(asked))
        return engines

    # Outputs

    def _generation(self, passes: list[list[Part]]) -> str:
        hashes = [entry["sha256"] for parts in passes for part in parts for entry in part.files.values()]
        return make_id(*hashes)[:8]

    def _is_published(self, passes: list[list[Part]]) -> bool:
        try:
            summary = json.loads(self.folder.summary.read_text())
        except (OSError, ValueError):
            return False
        card = self.folder.path / "README.md"
        files = [self.folder.path / name for name in summary.get("files", {})]
        return summary.get("generation") == self._generation(passes) and all(path.is_file() for path in [card, *files])

    def _publish(self, passes: list[list[Part]], seconds: float) -> dict[str, Any]:
        """Write the shards, then build.json, then the card; then delete the shards of an earlier run."""
        out, generation = self.folder.path, self._generation(passes)
        stores = [Parts(self.folder.parts / str(number)) for number in range(len(passes))]
        last = [(stores[-1], part) for part in passes[-1]]
        every = [(store, part) for store, parts in zip(stores, passes, strict=True) for part in parts]
        samples = (store.table(part, "samples") for store, part in last)
        written = {
            "samples": publish(out, "samples", SAMPLES, samples, generation),
            "timelines": publish(
                out,
                "timelines",
                timelines_schema(self.lanes),
                (with_lanes(store.table(part, "timelines"), self.lanes) for store, part in last),
                generation,
            ),
            "rejects": publish(out, "rejects", REJECTS, self._rejects(every, stores[-1]), generation),
        }
        files = {name: entry for table in written.values() for name, entry in table["files"].items()}
        funnel = Funnel(self.names, passes, len(self.sources)).summary()
        funnel |= {
            "samples": written["samples"]["rows"],
            "tasks": _tasks(stores[-1], passes[-1]),
            "rejects": written["rejects"]["rows"],
            "seconds": round(seconds, 3),
            "generation": generation,
            "config": self.config.resolved(),
            "settings": settings_of(self.config, self.road),
            "teachers": read_ledger(self.folder.state / LEDGER),
            "files": files,
        }
        write_bytes(json.dumps(funnel, indent=1, ensure_ascii=False).encode("utf-8", "replace"), self.folder.summary)
        write_card(out, self.config, funnel)
        remove_older(out, files)
        return funnel

    def _rejects(self, parts: list[tuple[Parts, Part]], last: Parts) -> Iterator[pa.Table]:
        """Rejects of the last pass whole; of the others, those of rows that went no further."""
        for store, part in parts:
            table = store.table(part, "rejects")
            if store is not last:
                kept = {outcome.id for outcome in part.outcomes if outcome.state == "kept"}
                table = table.filter(pa.array([row not in kept for row in table.column("id").to_pylist()], pa.bool_()))
            yield table


def teachers_of(config: Config, folder: OutputFolder) -> Callable[[], Staff]:
    """What makes the teachers of a build, in the actor that asks them."""
    return partial(Employed, config.teachers, config.reply_cache.absolute(), folder.state.absolute() / LEDGER)


def _kept(parts: list[Part]) -> int:
    return sum(outcome.state == "kept" for part in parts for outcome in part.outcomes)


def _split(unit: Unit) -> list[Unit]:
    """Two halves; for a single row one more attempt, and then nothing."""
    rows = unit.sources or unit.only
    if len(rows) == 1:
        return [replace(unit, attempt=1)] if unit.attempt == 0 else []
    middle = len(rows) // 2
    if unit.sources:
        return [Unit.of(unit.sources[:middle]), Unit.of(unit.sources[middle:])]
    return [
        replace(unit, name=make_id(unit.name, *only), only=only) for only in (unit.only[:middle], unit.only[middle:])
    ]


def _tasks(store: Parts, parts: list[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for task in store.table(part, "samples").column("task").to_pylist():
            counts[task] = counts.get(task, 0) + 1
    return dict(sorted(counts.items()))
