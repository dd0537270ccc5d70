"""``vdata build``: from a config to a data set, going on where an earlier run stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from ..schemas import NotReady
from ..schemas.atomic_file import on_this_machine, remove_folder
from ..schemas.bucket_path import is_bucket
from ..schemas.build_record import RECORD, BuildRecord, MediaTotal, Retry
from ..schemas.input_video import Source
from ..schemas.timeline import STATED
from .card.card import card_of
from .dataset.baseline_scores import measure
from .dataset.build_tables import BuildTables
from .dataset.funnel import Funnel, versions
from .dataset.publish import TableFiles, remove_older
from .dataset.published import CARD, Published, chosen_timelines, generation
from .dataset.splits import is_split
from .dataset.spreading import Spreading, here
from .dataset.summary import print_summary
from .errors import UserError
from .inputs.faults import NO_VIDEO, told
from .inputs.sources import same_content
from .interrupts import LISTENER, exit_status
from .mixture.leaks import prepare
from .planning.plan import (
    asked_teachers,
    look_at_inputs,
    refuse_without_video,
    resolve_plan,
    settings_of,
    sources_of,
    spaced,
)
from .run import live
from .run.fork import plan_fork
from .run.history import HISTORY, History, take_up_failed
from .run.made_files import MEDIA
from .run.pass_runner import PassRunner
from .run.passes import stage_names
from .run.progress import Format, Progress, Watched, Watcher
from .run.ray_run import BuildStopped
from .run.unit import ATTEMPTS
from .settings.config import Config
from .settings.route import Route
from .storage.cache import Cache
from .storage.disk import explain
from .storage.lock import LockLost
from .storage.output_folder import OutputFolder, media_of_parts
from .storage.parts import Part, sweep
from .storage.sealed import Damaged
from .storage.state_names import BATCHES, INPUTS
from .storage.takedowns import TAKEDOWNS, Takedowns
from .teachers.batch_notes import ended_words, forget_ended
from .teachers.prompts import read_prompts
from .teachers.shown_requests import REQUESTS
from .teachers.worker_teachers import LEDGER, PROMPTS, read_ledger

FORK = " --fork NEW takes what stays valid over into the folder NEW, and says before what the rest costs."
FIRST_LOOK = 8
"""Videos that are looked at before a build begins."""


def run_build(
    config: Config,
    *,
    limit: int | None,
    address: str | None,
    nodes: int = 1,
    overwrite: bool,
    retry_failed: bool = False,
    fork_of: Path | None = None,
    preview: int = 0,
    log: Format = "text",
    watcher: Watcher | None = None,
) -> int:
    """Build what *config* says. Returns the exit status: 0 done, 1 failed or nothing kept, 130 interrupted, 143
    by SIGTERM.

    With *retry_failed*, videos that failed in an earlier run are taken up again, whatever they had failed of. What the
    settings leave valid of the build in the folder *fork_of* is taken over, and not made again.
    On a cluster it begins when that has so many *nodes*, or after a while.
    A *preview* takes so many inputs, spread over all of them, and keeps requests to be shown. *log* is how the progress
    is told on standard error; a *watcher* is told besides, or instead.

    Raises:
        UserError: the input is at fault.
    """
    route = resolve_plan(config)
    _check_buckets(config)
    for stage in route.stages:
        try:
            stage.ready()
        except NotReady as missing:
            raise UserError(str(missing)) from missing
    unready = _unready(config, route)
    if unready is not None and (overwrite or not (config.output.path / RECORD).exists()):
        raise unready
    push = config.output.push
    if push is not None:
        from .upload.push import check_push, run_push

        check_push(push)
    say = Progress(0, [], log=log, watcher=watcher).say
    folder = OutputFolder(config.output.path, say)
    try:
        with folder.locked():
            written = (LEDGER, PROMPTS, BATCHES)
            sweep(folder.path, folder.state, *(folder.state / name for name in written), folder.path / MEDIA)
            with suppress(OSError):
                remove_folder(folder.state / ATTEMPTS)
            _clear(folder)
            folder.begin(settings_of(config, route), overwrite=overwrite, hint=FORK)
            folder.written.put_aside_media()
            _check_store(config, route)
            found = _still_up(sources_of(config), folder, fork_of, say)
            sources = same_content(spaced(found, preview) if preview else found[:limit])
            if preview:
                (folder.state / REQUESTS).mkdir(exist_ok=True)
            if fork_of is not None:
                plan_fork(fork_of, config, route, sources).take_over(folder)
            _first_look(sources, route, folder, say)
            runner = PassRunner(config, route, folder, sources, address, nodes, unready)
            try:
                status = Build(runner, retry_failed, log, watcher).run()
            finally:
                _clear(folder)
    except LockLost as lost:
        say(str(lost))
        return 1
    return run_push(folder.path, push) if push is not None and status == 0 else status


def _clear(folder: OutputFolder) -> None:
    """Delete what only a run needs that goes on: the inputs of units, and what lies on this machine of a build whose
    *folder* is in a bucket.

    Raises:
        LockLost: another build has taken the folder; its inputs are not ours.
    """
    with suppress(OSError):
        folder.check()
        remove_folder(folder.state / INPUTS)
    if is_bucket(folder.path):
        with suppress(OSError):
            remove_folder(on_this_machine(folder.path))


def _still_up(
    sources: Sequence[Source], folder: OutputFolder, fork_of: Path | None, say: Callable[[str], None]
) -> Sequence[Source]:
    """*sources* without what was taken down of the data set, or of the one that it is a fork of.

    Raises:
        UserError: the note of that is damaged.
    """
    try:
        takedowns = Takedowns(folder.state)
        if fork_of is not None:
            takedowns.add(Takedowns(OutputFolder(fork_of).state).list)
    except Damaged as damage:
        raise UserError(
            f"{folder.path}: what was taken down of it is not known any more ({damage}). Put "
            f"{folder.state / TAKEDOWNS} back from a copy, or delete it and take down again what must not be there."
        ) from None
    left = takedowns.without(sources)
    if len(left) < len(sources):
        say(f"Inputs that were taken down of this data set, and are left out: {len(sources) - len(left)}.")
    return left


def _first_look(sources: Sequence[Source], route: Route, folder: OutputFolder, say: Callable[[str], None]) -> None:
    """Before a first build begins, say of a sample of the inputs, and of all lists, what is no video.

    Raises:
        UserError: nothing is.
    """
    if folder.record.exists() or any(store.manifests() for store in folder.stores()):
        return
    inputs = look_at_inputs(sources, FIRST_LOOK if route.opens_videos else 0)
    refuse_without_video(inputs)
    for line in told([*inputs.faults, *(one for one in inputs.unread if one.reason in NO_VIDEO)]):
        say(f"Cannot be used: {line}")


def _unready(config: Config, route: Route) -> UserError | None:
    """What is wrong with a teacher that may be asked. A build that is finished needs none of them."""
    for name, settings in asked_teachers(config, route).items():
        from .teachers.make import check_teacher

        try:
            check_teacher(name, settings)
        except UserError as error:
            return error
    return None


def _check_buckets(config: Config) -> None:
    """See that what *config* says can be done in the buckets that it names, if it names any.

    Raises:
        UserError: it cannot.
    """
    path = config.output.path
    if is_bucket(config.cache):
        try:
            Cache(config.cache).check()
        except OSError as error:
            raise UserError(f"{explain(error, config.cache)}, or choose another place with cache:.") from error
    if is_bucket(path):
        for name, teacher in config.teachers.items():
            if teacher.waits:
                raise UserError(
                    f"{path}: teacher {name} works in batches, whose notes lie on a disk: name a folder in "
                    "output.path, and push it to the bucket."
                )


def _check_store(config: Config, route: Route) -> None:
    """Check, before any reply is paid for, that replies can be kept."""
    if any(one.keeps for one in asked_teachers(config, route).values()):
        try:
            Cache(config.reply_cache).check()
        except OSError as error:
            raise UserError(
                f"{explain(error, config.reply_cache)}. It is where replies that are paid for are kept: mend that, or "
                "choose another place with replies:."
            ) from error


class Build:
    """One run of a build in a folder that it holds."""

    def __init__(self, runner: PassRunner, retry_failed: bool, log: Format, watcher: Watcher | None) -> None:
        self.runner, self.retry_failed, self.log, self.watcher = runner, retry_failed, log, watcher
        self.config, self.route, self.folder, self.sources = runner.config, runner.route, runner.folder, runner.sources
        config, folder = self.config, self.folder
        self.names = stage_names(self.route.stages)
        self.history = History(folder.state / HISTORY)
        self.stated = config.secrets.redacted({name: getattr(config, name) for name in STATED})
        self.stated |= chosen_timelines(config.output.timelines)
        self.retries: list[Retry] = []
        """The retries that this run has ended."""

    def run(self) -> int:
        """Build, and report in a line what stopped it. Returns the exit status.

        Raises:
            LockLost: another build has taken the folder.
        """
        progress = self._progress()
        LISTENER.last_words = f"Interrupted. What was done is safe in {self.folder.path}; the same command goes on."
        try:
            try:
                return self._run(progress)
            except Exception:
                LISTENER.check()  # a signal to all processes of a job ends Ray's too, and what we see first is that
                raise
        except KeyboardInterrupt as interrupted:
            with suppress(OSError):
                self.folder.check()  # what interrupts us may be the lock
            place = progress.prefix.removesuffix(": ")
            progress.say(
                f"Interrupted{f' in {place}' if place else ''}. "
                f"{progress.done} of {progress.inputs} videos are safe in {self.folder.path}; "
                "the same command goes on from there."
            )
            self._say_batches(progress)
            LISTENER.last_words = ""
            return exit_status(interrupted)
        except BuildStopped as stopped:
            progress.say(f"{self.folder.path}: {stopped}. What was done is safe; the same command goes on.")
            self._say_batches(progress)
            return 1
        except BrokenPipeError:  # nobody reads what we print
            raise
        except OSError as error:
            progress.say(f"{explain(error, self.folder.path)}. What was done is safe; the same command goes on.")
            return 1
        finally:
            live.clear(self.folder.state)
            if not LISTENER.interrupted:  # then the process ends, and Ray with it, as after a kill
                self.runner.close()

    def _say_batches(self, progress: Progress) -> None:
        if words := ended_words(self.folder.state / BATCHES):
            progress.say(words)

    def _progress(self) -> Progress:
        budgets = {name: one.budget for name, one in asked_teachers(self.config, self.route).items()}
        state, redact = self.folder.state, self.config.secrets.redact
        live.begin(state)
        watched = Watched(state, budgets, read_ledger(state / LEDGER), redact)
        return Progress(len(self.sources), self.names, watched=watched, log=self.log, watcher=self.watcher)

    def _run(self, progress: Progress) -> int:
        begun = time.monotonic()
        with progress:
            prepare(self.config, self.route, progress.say)
            inputs = self.runner.remaining.order
            take_up_failed(self.history, self.folder, self.runner.passes, inputs, self.retry_failed, progress.say)
            passes = self.runner.run(progress)
        published = None if self.runner.worked else Published.read(self.folder, generation(passes, self.stated))
        if published is not None and published.damaged:
            progress.say(f"Not as published, and written again: {', '.join(published.damaged)}.")
        elif published is not None:
            record = self._refresh(published)
            progress.say(
                f"Nothing to do: {self.folder.path} is done: {record.inputs} in, {record.kept} kept, "
                f"{record.samples} samples. Use --overwrite to build it again."
            )
            return 0 if record.videos else 1
        forget_ended(self.folder.state / BATCHES)
        record = self._publish(passes, begun, self.runner.workers(passes, progress))
        self.runner.close()
        self._say_batches(progress)
        if self.watcher is not None and self.watcher.quiet:
            return 0 if record.videos else 1
        print_summary(record, list(zip(self.names, self.route.stages, strict=True)), self.folder.path, self.retries)
        return 0 if record.videos else 1

    def _publish(self, passes: Sequence[Sequence[Part]], begun: float, spread: Spreading) -> BuildRecord:
        """Write the shards, then build.json, then the card; then delete the shards of an earlier run."""
        work, name, check = self.runner.passes, generation(passes, self.stated), self.folder.check
        ends = {len(work) - 1, *(one.number - 1 for one in work if one.spawns)}
        tables = BuildTables(self.folder, name, passes, work[0].lanes, work[0].shows, self.stated, ends, spread)
        samples = tables.publish_samples(split=is_split(self.route))
        timelines, rejects = tables.publish_timelines(), tables.publish_rejects()
        ended = tables.publish_ended() if self.config.output.timelines == "all" else TableFiles(0, {})
        spawns = next((one.number for one in work if one.spawns), None)
        funnel = Funnel(self.names, passes, len(self.sources), spawns)
        self.retries = self.history.finish(passes)
        media = tables.media
        record = BuildRecord(
            inputs=len(self.sources),
            **funnel.ends,
            hours=funnel.hours,
            hours_kept=funnel.hours_kept,
            made=funnel.made,
            funnel=funnel.rows,
            versions=versions(),
            retries=self.history.retries,
            samples=samples.rows,
            splits=samples.splits,
            tasks=dict(sorted(tables.tasks.items())),
            rejects=rejects.rows,
            ended=dict(sorted(tables.ended.items())) or None,
            taken_down=len(Takedowns(self.folder.state)) or None,
            media=MediaTotal(files=len(media), bytes=sum(size for _, size in media.values())) if media else None,
            seconds=round(time.monotonic() - begun, 3),
            generation=name,
            config=self.config.resolved(),
            settings=settings_of(self.config, self.route),
            teachers=read_ledger(self.folder.state / LEDGER),
            prompts=read_prompts(self.folder.state / PROMPTS),
            files=samples.files | timelines.files | ended.files | rejects.files,
        )
        record.baselines = measure([self.folder.path / file for file in sorted(record.shards("data"))], spread)
        check()
        self._write(record, spread)
        check()
        kept = media_of_parts(chain.from_iterable(passes)) | {file: one[0] for file, one in media.items()}
        remove_older(self.folder.written, [CARD, RECORD, *record.files, *kept])
        Published.note(self.folder, name, record.files, self.stated, kept)
        return record

    def _refresh(self, published: Published) -> BuildRecord:
        """The record of the build. It and the card are written again when the config has changed in what no row depends
        on: a name, a description."""
        record = BuildRecord.from_json(self.folder.record.read_bytes())
        config = self.config.resolved()
        if record.config != config:
            self.folder.check()
            record.config = config
            self._write(record)
            Published.note(self.folder, published.generation, record.files, self.stated)
        return record

    def _write(self, record: BuildRecord, spread: Spreading = here) -> None:
        """Write build.json, and then the card."""
        text = self.config.secrets.redact(record.to_json().decode())
        card = card_of(self.folder.path, self.config, record, spread)
        self.folder.write({RECORD: text.encode(), CARD: card})
