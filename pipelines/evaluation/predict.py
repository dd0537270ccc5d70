"""``vdata predict``: ask a model the questions of a data set, and append each reply to a file as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter
from rich.console import Console

from ...schemas import Frames, Reply, Request, Sample, Turn
from ..errors import UserError
from ..teachers.teacher_kinds import TeacherKind
from ..teachers.teacher_settings import TeacherSettings
from ..yaml.complaints import did_you_mean, listed, validate
from ..yaml.environment import expand
from ..yaml.old_words import OldWords, read_old_words
from .batch import appended, ask_all, mend
from .openable import OpenableVideo, films
from .score import load_rows, read_predictions

INLINE = "teacher"
"""The name of a teacher whose settings are given on the command line."""
PLAIN = 50
"""The number of replies between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The frames that the model sees: *frames* of them, or *fps* a second; *size* is their longest side in pixels.

    With 0 frames it is blind: what it gets right then, the questions give away.
    """

    frames: int = 16
    fps: float | None = None
    size: int = 512

    @property
    def blind(self) -> bool:
        """Whether the model sees nothing."""
        return self.frames == 0 and self.fps is None

    def times(self, start: float, end: float) -> tuple[float, ...]:
        """The times of the frames between *start* and *end*, in seconds: the middles of equal parts."""
        count = max(1, round((end - start) * self.fps)) if self.fps else self.frames
        return tuple(round(start + (end - start) * (n + 0.5) / count, 6) for n in range(count))


def run_predict(
    bench: Path, name: str, teacher: TeacherSettings, sight: Sight, out: Path, replies: Path, limit: int | None = None
) -> int:
    """Ask *teacher* every question of the data set in folder *bench* that *out* has no reply to yet.

    Args:
        bench: the folder of a finished build.
        name: the name of the teacher in messages.
        teacher: the settings of the teacher.
        sight: the frames that the teacher sees.
        out: the .jsonl file that replies are appended to.
        replies: the folder of the cache of replies.
        limit: the number of questions to ask, from the first on; None: all.

    Returns:
        The exit status: 0, or 1 when questions have no reply; the same command asks these again.

    Raises:
        UserError: the data set, the existing predictions or the teacher cannot be used.
    """
    from ..teachers.make import check_teacher

    console = Console(stderr=True, highlight=False)
    rows = load_rows(bench)[:limit]
    samples = [sample for _, sample in rows]
    videos = films(bench)
    if not (teacher.takes_pictures() or sight.blind):
        raise UserError(f"The teacher {name} has images: false, and sees no frames. Ask it blindly: --frames 0.")
    for video, sample in rows:
        _request(video, sample, videos, sight)  # a question that cannot be asked is an error before the first is sent
    check_teacher(name, teacher)
    mend(out)
    known = read_predictions(out, samples)[0] if out.is_file() and out.stat().st_size else {}
    waiting = [(video, one) for video, one in rows if one.id not in known or known[one.id].failure]
    if not waiting:
        console.print(f"Nothing to do: {out} has a reply to each of {len(samples)} questions.", markup=False)
        return 0
    if len(waiting) < len(samples):
        console.print(f"{len(samples) - len(waiting)} of {len(samples)} questions were answered before.", markup=False)
    questions = ((one, _request(video, one, videos, sight)) for video, one in waiting)
    with appended(out) as add:
        writer = _PredictionWriter(add, console, len(waiting))
        stopped = ask_all(name, teacher, replies, questions, writer.take)
    line = f"{writer.done} replies in {out}"
    line += f"; {writer.failed} questions have none: run the same command again" if writer.failed else ""
    console.print(f"{stopped + ' ' if stopped else ''}{line}.", markup=False, soft_wrap=True)
    return 1 if stopped or writer.failed else 0


def read_teacher(
    name: str, config: Path | None, environ: Mapping[str, str], option: str = "--teacher"
) -> TeacherSettings:
    """The settings of the teacher *name* in the YAML file *config*.

    Instead of a name, *name* may be the settings themselves: ``{kind: openai, …}``. *option* is the command's option
    for *name*.

    Raises:
        UserError: the file or the teacher does not exist, or its settings are wrong.
    """
    if name.lstrip().startswith("{"):
        where, tree = option, {"teachers": {INLINE: _yaml(option, name)}}
        name = INLINE
    elif config is None:
        raise UserError(
            f"{option} {name}: say with --config in which YAML it is, or give its settings: "
            f"{option} '{{kind: openai, model: …, base_url: …}}'"
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
    old = OldWords()
    filled = expand(read_old_words(teachers[name], TeacherKind, ("teachers", name), old), environ)
    for path, message in old.found:
        Console(stderr=True).print(f"{where}: {'.'.join(map(str, path))}: {message}", markup=False, soft_wrap=True)
    problems = [f"{path[-1]}: {message}" for path, message in old.twice]
    problems += [f"{'.'.join(map(str, one.path))}: {one.message} {one.hint}" for one in filled.mistakes]
    settings: TeacherSettings
    settings, wrong = validate(TypeAdapter(TeacherKind), filled.value)
    problems += [f"{'.'.join(map(str, one.path))}: {one.message} {one.hint}" for one in wrong]
    if problems:
        raise UserError("\n".join(f"{where}: teachers.{name}: {one}".rstrip() for one in problems))
    return settings


def _yaml(where: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{where}: is not valid YAML: {' '.join(str(error).split())}") from None


@dataclass
class _PredictionWriter:
    """Appends replies to a file and reports the progress."""

    add: Callable[[dict[str, Any]], None]
    console: Console
    total: int
    done: int = 0
    failed: int = 0

    def take(self, sample: Sample, reply: Reply) -> None:
        row: dict[str, Any] = {"id": sample.id, "task": sample.task, "reply": reply.text if reply.ok else ""}
        if not reply.ok:
            row |= {"failure": reply.failure, "detail": reply.detail}
        self.add(row)
        self.done += reply.ok
        self.failed += not reply.ok
        if (self.done + self.failed) % PLAIN == 0:
            self.console.print(f"{self.done + self.failed}/{self.total} questions", markup=False)


def _request(video: str, sample: Sample, videos: Mapping[str, OpenableVideo], sight: Sight) -> Request:
    """The request for *sample* of the video with the id *video*: its frames, if it shows any and the model sees, and
    its turns but for the answer."""
    shown: tuple[Frames, ...] = ()
    if not sample.text_only and not sight.blind:
        film = videos.get(video, OpenableVideo(problem="was never opened"))
        if film.problem:
            raise UserError(f"sample {sample.id}: its video {film.problem}.")
        times = sight.times(sample.start, sample.end)
        shown = (Frames(film.file, film.content, times, sight.size, plan=film.plan),)
    system = next((one.content for one in sample.messages if one.role == "system"), "")
    turns = [one for one in sample.messages[:-1] if one.role != "system"]
    first, *rest = [Turn("assistant" if one.role == "assistant" else "user", (one.content,)) for one in turns]
    return Request((Turn(first.role, (*shown, *first.parts)), *rest), system, purpose="predict")
