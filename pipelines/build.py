"""``vdata build``: from a config to a data set, going on where an earlier run stopped."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa

from ..schemas import Reject, make_id
from ..schemas.arrow import (
    REJECTS,
    SAMPLES,
    rejects_table,
    samples_table,
    timelines_schema,
    timelines_table,
    with_lanes,
)
from ..schemas.source import Source
from ..stages import Gather, MissingExtra, Stage
from .card import write_card
from .config import Config
from .errors import UserError
from .folder import OutputFolder
from .funnel import Funnel
from .parts import Outcome, Part, Parts, write_bytes
from .passes import make_passes, stage_names
from .plan import resolve_plan
from .progress import Progress
from .publish import publish, remove_older
from .road import Road
from .sources import find_sources, same_content
from .summary import print_summary
from .work import Pass, Unit, begin

OPENING_UNIT = 8
"""Videos in a unit of work when videos are opened: what a killed worker has to do again."""
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
    folder = OutputFolder(config.output.path)
    with folder.locked():
        folder.begin(_settings(config, road), overwrite=overwrite)
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
        self.worked = False

    def run(self) -> int:
        begun = time.monotonic()
        progress = Progress(len(self.sources), self.names)
        passes: list[list[Part]] = []
        try:
            with progress:
                for number in range(len(self.passes)):
                    passes.append(self._run_pass(number, passes, progress))
        except KeyboardInterrupt:
            progress.say(
                f"Interrupted. {progress.done} of {len(self.sources)} videos are safe in {self.folder.path}; "
                "the same command goes on from there."
            )
            return 130
        finally:
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

    def _run_pass(self, number: int, passes: list[list[Part]], progress: Progress) -> list[Part]:
        """Everything of pass *number* that no earlier run committed. Returns its parts in input order."""
        work = self.passes[number]
        store = Parts(work.parts / str(number))
        store.tidy()
        if number == 0:
            done, units = self._first_units(store)
        else:
            done, units = self._later_units(store, passes[-1], work.stages[0])
        progress.begin_pass(number, len(self.passes), done)
        if units:
            done += self._run_units(work, units, store, progress)
        return sorted(done, key=lambda part: min(self.order[outcome.key] for outcome in part.outcomes))

    def _first_units(self, store: Parts) -> tuple[list[Part], list[Unit]]:
        done: list[Part] = []
        seen: set[str] = set()
        for part in store.sound():
            keys = {outcome.key for outcome in part.outcomes}
            if keys <= self.order.keys() and not keys & seen:
                done.append(part)
                seen |= keys
            else:  # an input of it has changed or is gone: what is left of it is done again, from the caches
                store.remove(part)
        waiting = [source for source in self.sources if source.fingerprint not in seen]
        opens = any(source.opens for source in waiting) and self.road.opens_videos
        size = self._opening_unit(len(waiting)) if opens else LABEL_UNIT
        return done, [_unit(waiting[start : start + size]) for start in range(0, len(waiting), size)]

    def _opening_unit(self, videos: int) -> int:
        """Few enough videos in a unit that every processor has several to take."""
        processors = CLUSTER_PROCESSORS if self.address else os.cpu_count() or 1
        return max(1, min(OPENING_UNIT, videos // (4 * processors)))

    def _later_units(self, store: Parts, before: list[Part], stage: Stage) -> tuple[list[Part], list[Unit]]:
        if not isinstance(stage, Gather):
            raise TypeError(f"{stage.name()} begins a pass but does not gather")
        verdicts = stage.gather((video, digest) for part in before for video, digest in part.digests)
        units = {}
        for part in before:
            kept = [outcome.id for outcome in part.outcomes if outcome.state == "kept"]
            told = {video: verdicts[video] for video in kept if video in verdicts}
            given = make_id(part.name, part.files["timelines"]["sha256"], json.dumps(told, sort_keys=True))
            if kept:
                units[part.name] = Unit(part.name, previous=part.name, only=kept, verdicts=told, given=given)
        done: dict[str, list[Part]] = {}
        for part in store.sound():
            unit = units.get(part.previous)
            if unit is not None and unit.given == part.given:
                done.setdefault(part.previous, []).append(part)
            else:
                store.remove(part)
        for name, parts in list(done.items()):
            if sorted(outcome.id for part in parts for outcome in part.outcomes) != sorted(units[name].only):
                for part in done.pop(name):
                    store.remove(part)
        return [part for parts in done.values() for part in parts], [
            unit for name, unit in units.items() if name not in done
        ]

    def _run_units(self, work: Pass, units: list[Unit], store: Parts, progress: Progress) -> list[Part]:
        from .ray_run import UnitError, run_units, start

        self.worked = True
        if not self.ray_started:
            progress.say("Starting Ray …")
            self.ray_started = start(self.address)
            progress.start_clock()
        done: list[Part] = []
        lost: list[Unit] = []

        def split(unit: Unit) -> list[Unit]:
            smaller = _split(unit)
            if not smaller:
                lost.append(unit)
            return smaller

        try:
            for part in run_units(work, units, split):
                progress.add(part)
                done.append(store.load(store.folder / f"{part.name}.json"))
        except UnitError as error:
            raise UserError(f"{self.folder.path}: {error}. What was done is safe; the same command goes on.") from None
        for unit in lost:
            part = self._commit_lost(work, unit, store)
            progress.add(part)
            done.append(part)
        return done

    def _commit_lost(self, work: Pass, unit: Unit, store: Parts) -> Part:
        """A row whose worker died twice: it fails, so that it is known and the build goes on."""
        label = work.labels[0] if work.labels else "input"
        detail = "its worker process died twice (killed, or out of memory)"
        if unit.sources:
            key, video = unit.sources[0].fingerprint, begin(unit.sources[0], work.seed)
        else:
            from ..schemas.arrow import read_timelines

            before = Parts(work.parts / str(work.number - 1))
            part = before.load(before.folder / f"{unit.previous}.json")
            tables = (before.table(part, name) for name in ("timelines", "samples", "rejects"))
            video = next(video for video in read_timelines(*tables) if video.id == unit.only[0])
            key = next(outcome.key for outcome in part.outcomes if outcome.id == video.id)
        video.state = "failed"
        video.rejects.append(Reject(label, "failed", "worker_died", detail=detail))
        outcome = Outcome(key, video.uri, video.id, "failed", video.duration)
        counts = {label: {"rows": 1, "failed": 1, "reasons": {"worker_died": 1}}}
        part = Part(unit.name, [outcome], unit.given, counts=counts, previous=unit.previous)
        tables_of = {
            "samples": samples_table([]),
            "timelines": timelines_table([], work.lanes),
            "rejects": rejects_table([video]),
        }
        return store.commit(part, tables_of)

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
            "settings": _settings(self.config, self.road),
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


def _unit(sources: list[Source]) -> Unit:
    return Unit(make_id(*(source.fingerprint for source in sources)), sources)


def _split(unit: Unit) -> list[Unit]:
    """Two halves; for a single row one more attempt, and then nothing."""
    rows = unit.sources or unit.only
    if len(rows) == 1:
        return [replace(unit, attempt=1)] if unit.attempt == 0 else []
    middle = len(rows) // 2
    if unit.sources:
        return [_unit(unit.sources[:middle]), _unit(unit.sources[middle:])]
    return [
        replace(unit, name=make_id(unit.name, *only), only=only) for only in (unit.only[:middle], unit.only[middle:])
    ]


def _settings(config: Config, road: Road) -> dict[str, Any]:
    """What decides what becomes of a given video; a build with other settings is not continued."""
    stages = [
        {"stage": stage.name(), "version": stage.version, **stage.model_dump(mode="json")} for stage in road.stages
    ]
    return {"seed": config.seed, "stages": stages}


def _tasks(store: Parts, parts: list[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for task in store.table(part, "samples").column("task").to_pylist():
            counts[task] = counts.get(task, 0) + 1
    return dict(sorted(counts.items()))
