"""``vdata build``: from a config to a data set, going on where an earlier run stopped."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa

from ..schemas import MissingExtra
from ..schemas.arrow import REJECTS, STATED, samples_schema, stated_schema, timelines_schema, with_lanes, with_stated
from ..schemas.input_video import Source
from .card.card import write_card
from .dataset.funnel import Funnel, useful
from .dataset.publish import files_in, publish, remove_older
from .dataset.published import Published, generation
from .dataset.splits import is_split, publish_splits, samples_of
from .dataset.summary import print_summary
from .errors import UserError
from .inputs.sources import find_sources, same_content
from .mixture.leaks import prepare
from .planning.plan import asked_teachers, resolve_plan, settings_of
from .run.history import HISTORY, History, look_back
from .run.passes import chains, make_passes, stage_names
from .run.progress import Progress
from .run.ray_run import Job, Stopped
from .run.remaining import Left
from .run.unit import ATTEMPTS, MEDIA, Pass, Unit, commit_lost
from .settings.config import Config
from .settings.route import Road
from .storage.cache import Cache
from .storage.disk import explain
from .storage.lock import Lost
from .storage.output_folder import OutputFolder
from .storage.parts import Part, Parts, sweep, write_bytes
from .teachers.kinds import VLLM, Replay, with_key
from .teachers.prompts import read_prompts
from .teachers.worker_teachers import Employed, Staff, damaged_pages, read_ledger

SLOW_UNIT = 8
"""Videos in a unit of work when videos are opened or teachers asked: what a killed worker has to do again."""
LEDGER, PROMPTS = "spent", "prompts"
"""The folders, in the state of a build, of what its teachers cost and of what they are told."""
CLUSTER_PROCESSORS = 64
"""How many processors a cluster is taken to have; only the size of units depends on it."""
LABEL_UNIT = 500
"""The same when rows are made from labels alone."""


def run_build(
    config: Config, *, limit: int | None, address: str | None, overwrite: bool, retry_failed: bool = False
) -> int:
    """Build what *config* says. Returns the exit status: 0 done, 1 failed or nothing kept, 130 interrupted.

    With *retry_failed*, videos that failed in an earlier run are taken up again, whatever they had failed of.

    Raises:
        UserError: the input is at fault.
    """
    road = resolve_plan(config)
    for stage in road.stages:
        try:
            stage.ready()
        except MissingExtra as missing:
            raise UserError(str(missing)) from missing
    unready = _unready(config, road)
    if unready is not None and (overwrite or not (config.output.path / "build.json").exists()):
        raise unready
    push = config.output.push
    if push is not None:
        from .upload.push import check_push, run_push

        check_push(push)
    say = Progress(0, []).say
    folder = OutputFolder(config.output.path, say)
    try:
        with folder.locked():
            sweep(folder.path, folder.state, folder.state / LEDGER, folder.state / PROMPTS, folder.path / MEDIA)
            with suppress(OSError):
                shutil.rmtree(folder.state / ATTEMPTS)
            folder.begin(settings_of(config, road), overwrite=overwrite)
            _check_store(config, road)
            sources = same_content(find_sources(config.videos, config.labels, config.base)[:limit])
            status = Build(config, road, folder, sources, address, retry_failed, unready).run()
    except Lost as lost:
        say(str(lost))
        return 1
    return run_push(folder.path, push) if push is not None and status == 0 else status


def _unready(config: Config, road: Road) -> UserError | None:
    """What is wrong with a teacher that may be asked. A build that is finished needs none of them."""
    for name, settings in asked_teachers(config, road).items():
        from .teachers.make import check_teacher

        try:
            check_teacher(name, settings)
        except UserError as error:
            return error
    return None


def _check_store(config: Config, road: Road) -> None:
    """See, before any is paid for, that the replies of teachers can be kept."""
    if any(not isinstance(one, Replay) for one in asked_teachers(config, road).values()):
        try:
            Cache(config.reply_cache).check()
        except OSError as error:
            raise UserError(
                f"{explain(error, config.reply_cache)}. It is where replies that are paid for are kept: mend that, or "
                "choose another folder with replies:."
            ) from error


class Build:
    """One run of a build in a folder that it holds."""

    def __init__(
        self,
        config: Config,
        road: Road,
        folder: OutputFolder,
        sources: list[Source],
        address: str | None,
        retry_failed: bool = False,
        unready: UserError | None = None,
    ) -> None:
        self.config, self.road, self.folder, self.sources, self.address = config, road, folder, sources, address
        self.passes = make_passes(config, road, sources, folder.parts)
        self.names = stage_names(road.stages)
        self.lanes = self.passes[0].lanes
        processors = CLUSTER_PROCESSORS if address else os.cpu_count() or 1
        slow = any(work.asks for work in self.passes)
        self.left = Left(sources, slow, road.opens_videos, processors, SLOW_UNIT, LABEL_UNIT)
        self.history = History(folder.state / HISTORY)
        self.said = {name: getattr(config, name) for name in STATED}
        self.retry_failed, self.unready = retry_failed, unready
        self.ray_started = False
        self.engines: ExitStack | None = None
        self.worked = self.warned = False
        self.retried: list[dict[str, Any]] = []
        """The retries that this run has ended."""

    def run(self) -> int:
        """Build, and say in a line what stopped it. Returns the exit status.

        Raises:
            Lost: another build has taken the folder.
        """
        progress = Progress(len(self.sources), self.names)
        try:
            return self._run(progress)
        except KeyboardInterrupt:
            with suppress(OSError):
                self.folder.check()  # what interrupts us may be the lock
            progress.say(
                f"Interrupted. {progress.done} of {len(self.sources)} videos are safe in {self.folder.path}; "
                "the same command goes on from there."
            )
            return 130
        except Stopped as stopped:
            progress.say(f"{self.folder.path}: {stopped}. What was done is safe; the same command goes on.")
            return 1
        except BrokenPipeError:  # nobody reads what we print
            raise
        except OSError as error:
            progress.say(f"{explain(error, self.folder.path)}. What was done is safe; the same command goes on.")
            return 1

    def _run(self, progress: Progress) -> int:
        begun = time.monotonic()
        passes: list[list[Part]] = []
        try:
            with progress:
                prepare(self.config, self.road, progress.say)
                look_back(self.history, self.folder, self.passes, self.left.order, self.retry_failed, progress.say)
                grouped = chains(self.passes)
                for number, chain in enumerate(grouped):
                    way = f"pass {number + 1} of {len(grouped)}: " if len(grouped) > 1 else ""
                    passes += self._run_chain(chain, passes[-1] if passes else [], progress, way)
        finally:
            if self.engines is not None:
                self.engines.close()
            if self.ray_started:
                from .run.ray_run import stop

                stop()
        published = None if self.worked else Published.read(self.folder, generation(passes, self.said))
        if published is not None and published.damaged:
            progress.say(f"Not as published, and written again: {', '.join(published.damaged)}.")
            published.put_aside_card()
        elif published is not None:
            funnel = self._card_again(published)
            progress.say(
                f"Nothing to do: {self.folder.path} is done: {funnel['inputs']} in, {funnel['kept']} kept, "
                f"{funnel['samples']} samples. Use --overwrite to build it again."
            )
            return 0 if useful(funnel) else 1
        funnel = self._publish(passes, time.monotonic() - begun)
        print_summary(funnel, list(zip(self.names, self.road.stages, strict=True)), self.folder.path, self.retried)
        return 0 if useful(funnel) else 1

    # Passes

    def _run_chain(self, chain: list[Pass], before: list[Part], progress: Progress, way: str) -> list[list[Part]]:
        """Everything of *chain* that no earlier run committed. Returns the parts of each of its passes in input order.

        *before* are the parts of the pass before, from which a chain that begins with a gather stage goes on.
        """
        self.folder.check()  # what an attempt left is deleted below: it must not be another build's
        done: dict[int, list[Part]] = {}
        jobs: list[Job] = []
        for work in chain:
            work.store.tidy()
            if work.number == 0:
                done[0], units = self.left.first(work)
                if told := self.left.told():
                    progress.say(told)
            else:
                done[work.number], units = self.left.later(work, done.get(work.number - 1, before))
            jobs += [Job(work.number, unit) for unit in units]
        first = chain[0].number
        rows = sum(len(part.outcomes) for part in done[first]) + sum(_rows(job) for job in jobs if job.at == first)
        inputs = rows if chain[0].spawns else len(self.sources) if chain[0].number == 0 else _kept(before)
        progress.begin(way, inputs, chain[-1].number, [(n, part) for n, parts in done.items() for part in parts])
        for number, part in self._run_jobs(chain, jobs, progress) if jobs else ():
            if self.folder.lock.lost:  # where nothing can interrupt us
                self.folder.check()
            progress.add(number, part)
            done[number].append(part)
        for work in chain if jobs else ():
            work.store.tidy()  # of workers that died
        return [sorted(done[work.number], key=self.left.place) for work in chain]

    def _run_jobs(self, chain: list[Pass], jobs: list[Job], progress: Progress) -> Iterator[tuple[int, Part]]:
        """Run *jobs* and yield the parts, as their manifests have them, of every pass."""
        from .run.ray_run import run_chain, start

        if self.unready is not None:
            raise self.unready
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
        if asks and (lost_pages := damaged_pages(self.folder.state / LEDGER)):
            progress.say(
                f"{self.folder.state / LEDGER}: {len(lost_pages)} of its files damaged: what teachers cost according "
                "to them is not known any more, and counts towards no budget."
            )
        teachers = teachers_of(self.config, self.folder) if asks else None
        if asks and self.engines is None:
            self.engines = self._start_engines(progress)
        for number, part in run_chain(chain, jobs, split, teachers, partial(self._warn, progress)):
            stands = works[number].store.load(works[number].store.folder / f"{part.name}.json")
            if stands.settings != works[number].settings:
                raise Stopped("a worker of an earlier build, which was killed, wrote its last part only now")
            yield number, stands
        for number, unit in lost:
            yield number, commit_lost(works[number], unit)

    def _warn(self, progress: Progress, text: str) -> None:
        """Say, once, that results of stages are not kept."""
        if not self.warned:
            progress.say(f"The cache is not written any more: {text}. The build goes on; a later one has more to do.")
        self.warned = True

    def _start_engines(self, progress: Progress) -> ExitStack:
        """Load the models of the teachers that are engines of ours: once, for all passes."""
        engines = ExitStack()
        asked = {name: one for name, one in asked_teachers(self.config, self.road).items() if isinstance(one, VLLM)}
        if asked:
            from .teachers.vllm_engine import running

            progress.say(f"Loading {', '.join(sorted({one.model for one in asked.values()}))} …")
            engines.enter_context(running(asked))
        return engines

    # Outputs

    def _publish(self, passes: list[list[Part]], seconds: float) -> dict[str, Any]:
        """Write the shards, then build.json, then the card; then delete the shards of an earlier run."""
        out, name = self.folder.path, generation(passes, self.said)
        stores = [Parts(self.folder.parts / str(number)) for number in range(len(passes))]
        last = [(stores[-1], part) for part in passes[-1]]
        made: dict[str, int] = {}
        every = [(number, stores[number], part) for number, parts in enumerate(passes) for part in parts]
        tasks: Counter[str] = Counter()
        check, schema = self.folder.check, samples_schema(self.passes[0].shows)
        if is_split(self.road):
            samples = publish_splits(out, schema, lambda split: samples_of(last, split, tasks), name, check)
        else:
            whole = (_counted(store.table(part, "samples"), tasks) for store, part in last)
            samples = publish(out, "samples", schema, whole, name, check)
        written = {
            "samples": samples,
            "timelines": publish(
                out,
                "timelines",
                stated_schema(timelines_schema(self.lanes)),
                (self._timelines(store.table(part, "timelines"), made) for store, part in last),
                name,
                check,
            ),
            "rejects": publish(out, "rejects", REJECTS, self._rejects(every), name, check),
        }
        files = {name: entry for table in written.values() for name, entry in table["files"].items()}
        spawns = next((work.number for work in self.passes if work.spawns), None)
        funnel = Funnel(self.names, passes, len(self.sources), spawns).summary()
        self.retried = self.history.finish(passes)
        funnel |= {
            "retries": self.history.retries,
            "samples": samples["rows"],
            **({"splits": samples["splits"]} if "splits" in samples else {}),
            "tasks": dict(sorted(tasks.items())),
            "rejects": written["rejects"]["rows"],
            **({"media": {"files": len(made), "bytes": sum(made.values())}} if made else {}),
            "seconds": round(seconds, 3),
            "generation": name,
            "config": self.config.resolved(),
            "settings": settings_of(self.config, self.road),
            "teachers": read_ledger(self.folder.state / LEDGER),
            "prompts": read_prompts(self.folder.state / PROMPTS),
            "files": files,
        }
        check()
        self._say_of(funnel)
        check()
        remove_older(out, [*files, *made])
        Published.note(self.folder, name, files, self.said)
        return funnel

    def _card_again(self, published: Published) -> dict[str, Any]:
        """What build.json says; it and the card are written again when the config says something else that no row
        depends on: a name, a description."""
        funnel: dict[str, Any] = json.loads(self.folder.summary.read_text())
        config = self.config.resolved()
        if funnel["config"] != config:
            self.folder.check()
            funnel["config"] = config
            self._say_of(funnel)
            Published.note(self.folder, published.generation, funnel["files"], self.said)
        return funnel

    def _say_of(self, funnel: dict[str, Any]) -> None:
        """Write build.json, and then the card."""
        write_bytes(json.dumps(funnel, indent=1, ensure_ascii=False).encode("utf-8", "replace"), self.folder.summary)
        self.folder.check()
        write_card(self.folder.path, self.config, funnel)

    def _timelines(self, table: pa.Table, made: dict[str, int]) -> pa.Table:
        """The timelines of a part as they are published; files that the build made for them are noted in *made*."""
        return with_stated(_noted(with_lanes(table, self.lanes), made), self.said)

    def _rejects(self, parts: list[tuple[int, Parts, Part]]) -> Iterator[pa.Table]:
        """Rejects of the last pass whole; of the others, those of rows that went no further."""
        ends = {len(self.passes) - 1, *(work.number - 1 for work in self.passes if work.spawns)}
        for number, store, part in parts:
            table = store.table(part, "rejects")
            if number not in ends:
                kept = {outcome.id for outcome in part.outcomes if outcome.state == "kept"}
                table = table.filter(pa.array([row not in kept for row in table.column("id").to_pylist()], pa.bool_()))
            yield table


def teachers_of(config: Config, folder: OutputFolder) -> Callable[[], Staff]:
    """What makes the teachers of a build, in the actor that asks them: with the keys of this machine."""
    teachers = {name: with_key(one) for name, one in config.teachers.items()}
    state = folder.state.absolute()
    return partial(Employed, teachers, config.reply_cache.absolute(), state / LEDGER, state / PROMPTS)


def _rows(job: Job) -> int:
    return len(job.unit.sources or job.unit.only) if job.unit else 0


def _kept(parts: list[Part]) -> int:
    return sum(outcome.state == "kept" for part in parts for outcome in part.outcomes)


def _noted(timelines: pa.Table, made: dict[str, int]) -> pa.Table:
    """*timelines*, with the files that the build made for them, and their bytes, noted in *made*."""
    made |= {name: size for name, (_, size) in files_in(timelines).items()}
    return timelines


def _split(unit: Unit) -> list[Unit]:
    """Two halves; for a single row one more attempt, and then nothing."""
    rows = unit.sources or unit.only
    if len(rows) == 1:
        return [replace(unit, attempt=1)] if unit.attempt == 0 else []
    return unit.halves()


def _counted(samples: pa.Table, tasks: Counter[str]) -> pa.Table:
    """*samples*, whose tasks are counted on the way: they are read once."""
    tasks.update(samples.column("task").to_pylist())
    return samples
