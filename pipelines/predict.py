"""``vdata predict``: a model's replies to the questions of a data set, kept one by one as they come."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from pydantic import TypeAdapter
from rich.console import Console

from ..schemas import Frames, Reply, Request, Sample, Turn
from ..schemas.uri import locate
from ..stages.teachers.kinds import VLLM, TeacherKind
from .env import expand
from .errors import UserError
from .plain import did_you_mean, listed, validate
from .score import listed_files, load_rows, read_predictions
from .work import MADE, MEDIA

AHEAD = 4
"""Requests that wait to be sent, as a multiple of those that may be in flight."""
INLINE = "teacher"
"""What a teacher given on the command line is called."""
PLAIN = 50
"""Replies between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Which frames the model sees: so many, evenly spaced, or so many a second; their longest side in pixels."""

    frames: int = 16
    fps: float | None = None
    size: int = 512

    def times(self, start: float, end: float) -> tuple[float, ...]:
        """Seconds, the middles of equal parts of *start* to *end*."""
        count = max(1, round((end - start) * self.fps)) if self.fps else self.frames
        return tuple(round(start + (end - start) * (n + 0.5) / count, 6) for n in range(count))


def run_predict(
    bench: Path, name: str, teacher: TeacherKind, sight: Sight, out: Path, replies: Path, limit: int | None = None
) -> int:
    """Ask *teacher* every question of the data set in folder *bench* that *out* has no reply to yet.

    Args:
        bench: a finished build.
        name: what the teacher is called in messages.
        teacher: its settings.
        sight: the frames that it sees.
        out: the .jsonl file that replies are appended to.
        replies: the cache of replies.
        limit: ask the first so many questions only.

    Returns:
        The exit status: 0, or 1 when some questions have no reply; the same command asks those again.

    Raises:
        UserError: the data set, the predictions there are, or the teacher cannot be used.
    """
    from .teaching.make import check_teacher

    console = Console(stderr=True, highlight=False)
    rows = load_rows(bench)[:limit]
    samples = [sample for _, sample in rows]
    videos = _videos(bench)
    for video, sample in rows:
        _seen(video, sample, videos, sight)  # what cannot be asked is said before anything is
    check_teacher(name, teacher)
    known = read_predictions(out, samples)[0] if out.is_file() and out.stat().st_size else {}
    waiting = [(video, one) for video, one in rows if one.id not in known or known[one.id].failure]
    if not waiting:
        console.print(f"Nothing to do: {out} has a reply to each of {len(samples)} questions.", markup=False)
        return 0
    if len(waiting) < len(samples):
        console.print(f"{len(samples) - len(waiting)} of {len(samples)} questions were answered before.", markup=False)
    asking = _Asking(name, teacher, replies, out, console, len(waiting))
    with ExitStack() as stack:
        if isinstance(teacher, VLLM):
            _start_engine(stack, name, teacher)
        try:
            stopped = asyncio.run(asking.run((one, _seen(video, one, videos, sight)) for video, one in waiting))
        except OSError as error:
            raise UserError(f"{out}: cannot be written ({error.strerror}).") from error
    line = f"{asking.done} replies in {out}"
    line += f"; {asking.failed} questions have none: run the same command again" if asking.failed else ""
    console.print(f"{stopped + ' ' if stopped else ''}{line}.", markup=False, soft_wrap=True)
    return 1 if stopped or asking.failed else 0


def read_teacher(name: str, config: Path | None, environ: Mapping[str, str]) -> TeacherKind:
    """The teacher *name* of the YAML file *config*; or *name* itself, when it is settings: ``{kind: openai, …}``.

    Raises:
        UserError: there is none, or its settings are wrong.
    """
    if name.lstrip().startswith("{"):
        where, tree = "--teacher", {"teachers": {INLINE: _yaml("--teacher", name)}}
        name = INLINE
    elif config is None:
        raise UserError(
            f"--teacher {name}: say with --config in which YAML it is, or give its settings: "
            "--teacher '{kind: openai, model: …, base_url: …}'"
        )
    else:
        where = str(config)
        try:
            tree = _yaml(where, config.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{config}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    teachers = tree.get("teachers") if isinstance(tree, dict) else None
    if not isinstance(teachers, dict) or not teachers:
        raise UserError(f"{where}: has no teachers.")
    if name not in teachers:
        raise UserError(
            f"{where}: has no teacher {name}. {did_you_mean(name, teachers, f'It has {listed(teachers)}.')}"
        )
    filled = expand(teachers[name], environ)
    told = [f"{'.'.join(map(str, one.path))}: {one.message} {one.hint}" for one in filled.mistakes]
    settings: TeacherKind
    settings, wrong = validate(TypeAdapter(TeacherKind), filled.value)
    told += [f"{'.'.join(map(str, one.path))}: {one.message} {one.hint}" for one in wrong]
    if told:
        raise UserError("\n".join(f"{where}: teachers.{name}: {one}".rstrip() for one in told))
    return settings


def _yaml(where: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{where}: is no YAML: {' '.join(str(error).split())}") from None


class _Asking:
    """Sends requests and appends replies."""

    def __init__(self, name: str, teacher: TeacherKind, replies: Path, out: Path, console: Console, total: int) -> None:
        self.name, self.teacher, self.replies, self.out = name, teacher, replies, out
        self.console, self.total = console, total
        self.done = self.failed = 0

    async def run(self, questions: Iterable[tuple[Sample, Request]]) -> str:
        """Ask all of *questions*. Returns why it stopped early, or nothing."""
        from .teaching import BudgetReached, make_teachers

        teacher = make_teachers({self.name: self.teacher}, self.replies)[self.name]
        self.out.parent.mkdir(parents=True, exist_ok=True)
        stopped = ""
        with self.out.open("a", encoding="utf-8") as file:
            try:
                async for sample, reply in _replies(
                    teacher, questions, AHEAD * getattr(self.teacher, "concurrency", 1)
                ):
                    self._write(file, sample, reply)
            except BudgetReached as reached:
                stopped = f"{reached}."
            finally:
                file.flush()
                os.fsync(file.fileno())
                await teacher.close()
        return stopped

    def _write(self, file: Any, sample: Sample, reply: Reply) -> None:
        row: dict[str, Any] = {"id": sample.id, "task": sample.task, "reply": reply.text if reply.ok else ""}
        if not reply.ok:
            row |= {"failure": reply.failure, "detail": reply.detail}
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        self.done += reply.ok
        self.failed += not reply.ok
        if (self.done + self.failed) % PLAIN == 0:
            self.console.print(f"{self.done + self.failed}/{self.total} questions", markup=False)


async def _replies(teacher: Any, questions: Iterable[tuple[Sample, Request]], most: int) -> Any:
    """(sample, reply) as they come, *most* questions under way at a time. What is under way when it ends is heard."""
    rest = iter(questions)
    under_way: dict[asyncio.Task[list[Reply]], Sample] = {}
    failure: BaseException | None = None
    while True:
        while failure is None and len(under_way) < most and (one := next(rest, None)) is not None:
            under_way[asyncio.create_task(teacher.ask([one[1]]))] = one[0]
        if not under_way:
            break
        finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            sample = under_way.pop(task)
            if (error := task.exception()) is not None:
                failure = failure or error
            else:
                yield sample, task.result()[0]
    if failure is not None:
        raise failure


def _start_engine(stack: ExitStack, name: str, teacher: VLLM) -> None:
    from .ray_run import start, stop
    from .teaching.vllm_engine import running

    if start(None):
        stack.callback(stop)
    stack.enter_context(running({name: teacher}))


def _videos(bench: Path) -> dict[str, tuple[str, str]]:
    """What to open, and its SHA-256, for each video of the data set by id."""
    found = {}
    for path in listed_files(bench, "timelines"):
        for row in pq.read_table(path, columns=["id", "uri", "media"]).to_pylist():
            uri, media = row["uri"], row["media"] or {}
            made = uri.startswith(MEDIA) and (bench / uri).exists()
            found[row["id"]] = str(bench / uri) if made else locate(uri, Path.cwd()), media.get("sha256", "")
    return found


def _seen(video: str, sample: Sample, videos: dict[str, tuple[str, str]], sight: Sight) -> Request:
    """What is sent for *sample* of *video* (an id): its frames, and its turns up to the last, which is the answer."""
    file, content = videos.get(video, ("", ""))
    if not content:
        made = file.startswith(MADE)
        why = "has no file: build the benchmark with `render: {mode: smart}`" if made else "was never opened"
        raise UserError(f"sample {sample.id}: its video {why}.")
    frames = Frames(file, content, sight.times(sample.start, sample.end), sight.size)
    system = next((one.content for one in sample.messages if one.role == "system"), "")
    said = [one for one in sample.messages[:-1] if one.role != "system"]
    first, *rest = [Turn("assistant" if one.role == "assistant" else "user", (one.content,)) for one in said]
    return Request((Turn(first.role, (frames, *first.parts)), *rest), system, purpose="predict")
