"""``vdata predict``: ask a model the questions of a data set, and append each reply to a file as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter
from rich.console import Console

from ...rules.media_parts import MarksDiffer, media_parts
from ...rules.stretch import merged
from ...schemas import Frames, Part, Reply, Request, Sample, Turn
from ...schemas.teaching import Mark, Region
from ...scoring.located import places
from ..errors import UserError
from ..teachers.teacher_kinds import TeacherKind
from ..teachers.teacher_settings import TeacherSettings
from ..yaml.complaints import did_you_mean, listed, validate
from ..yaml.environment import expand
from ..yaml.old_words import OldWords, read_old_words
from .batch import appended, ask_all, mend
from .openable import OpenableVideo, films
from .predictions import read_predictions
from .score import load_rows
from .stream_run import POLL, StreamRun, poll_times

INLINE = "teacher"
"""The name of a teacher whose settings are given on the command line."""
NOW = 0.02
"""Seconds before a moment at which what is there then is on the screen, the last moment of a video as well."""
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
    evidence: bool = False
    """Frames of the evidence alone, where a sample has any that is not the whole video."""

    @property
    def blind(self) -> bool:
        """Whether the model sees nothing."""
        return self.frames == 0 and self.fps is None

    def latest(self, start: float, end: float) -> tuple[float, ...]:
        """The times of the frames of a stream that has run from *start* to *end*; the last is what is there now."""
        count = max(1, round((end - start) * self.fps)) if self.fps else self.frames
        share = (end - start) / count
        return tuple(round(max(start, start + share * (n + 1) - NOW), 6) for n in range(count))

    def times(self, parts: Sequence[tuple[float, float]]) -> tuple[float, ...]:
        """The times of the frames in *parts* (starts and ends, seconds), put one behind another: the middles of equal
        shares; of moments, these."""
        length = sum(end - start for start, end in parts)
        count = max(1, round(length * self.fps)) if self.fps else self.frames
        if not length:
            return tuple(start for start, _ in parts)
        return tuple(round(_along(parts, length * (n + 0.5) / count), 6) for n in range(count))


def run_predict(
    bench: Path,
    name: str,
    teacher: TeacherSettings,
    sight: Sight,
    out: Path,
    replies: Path,
    limit: int | None = None,
    poll: float = POLL,
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
        poll: the seconds of the video after which the model of a stream is asked again whether to speak.

    Returns:
        The exit status: 0, or 1 when questions have no reply; the same command asks these again.

    Raises:
        UserError: the data set, the existing predictions or the teacher cannot be used.
    """
    from ..teachers.make import check_teacher

    console = Console(stderr=True, highlight=False)
    rows = load_rows(bench)
    if sight.evidence and (streams := sum(sample.is_stream for _, sample in rows)):
        rows = [(video, sample) for video, sample in rows if not sample.is_stream]
        many = "1 stream is" if streams == 1 else f"{streams} streams are"
        told = f"{many} left out: the evidence of a stream would tell when there is something to say."
        if not rows:
            raise UserError(f"{bench}: {told}")
        console.print(told, markup=False, soft_wrap=True)
    rows = rows[:limit]
    samples = [sample for _, sample in rows]
    videos = films(bench)
    if not (teacher.takes_pictures() or sight.blind):
        raise UserError(f"The teacher {name} has images: false, and sees no frames. Ask it blindly: --frames 0.")
    for video, sample in rows:  # a question that cannot be asked is an error before the first is sent
        _first_request(video, sample, videos, sight, poll)
    check_teacher(name, teacher)
    mend(out)
    known = read_predictions(out, samples)[0] if out.is_file() and out.stat().st_size else {}
    waiting = [(video, one) for video, one in rows if one.id not in known or known[one.id].failure]
    if not waiting:
        console.print(f"Nothing to do: {out} has a reply to each of {len(samples)} questions.", markup=False)
        return 0
    if len(waiting) < len(samples):
        console.print(f"{len(samples) - len(waiting)} of {len(samples)} questions were answered before.", markup=False)
    if polls := sum(len(_polls(video, one, videos, poll)) for video, one in waiting if one.is_stream):
        console.print(f"Streams are asked up to {polls} times whether to speak.", markup=False, soft_wrap=True)
    questions = (_first_request(video, one, videos, sight, poll) for video, one in waiting)
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


def _shown(sample: Sample, sight: Sight) -> list[tuple[float, float]]:
    """The stretches of the video that are shown with *sample*."""
    start, end = sample.seen or (sample.start, sample.end)
    held = [(max(start, first), min(end, last)) for first, last in merged(places(sample))] if sight.evidence else []
    return [(first, last) for first, last in held if first <= last] or [(start, end)]


def _along(parts: Sequence[tuple[float, float]], seconds: float) -> float:
    """The time that lies *seconds* behind the start of *parts*, put one behind another."""
    for start, end in parts:
        if seconds <= end - start:
            return start + seconds
        seconds -= end - start
    return parts[-1][1]


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

    def take(self, about: Sample | StreamRun, reply: Reply) -> list[tuple[Sample | StreamRun, Request]]:
        """Keep *reply*; what is asked next of a stream that runs on."""
        if isinstance(about, StreamRun) and reply.ok and (following := about.take(reply.text)) is not None:
            return [(about, following)]
        sample = about.sample if isinstance(about, StreamRun) else about
        row: dict[str, Any] = {"id": sample.id, "task": sample.task, "reply": reply.text if reply.ok else ""}
        if not reply.ok:
            row |= {"failure": reply.failure, "detail": reply.detail}
        elif isinstance(about, StreamRun):
            row |= about.row()
        self.add(row)
        self.done += reply.ok
        self.failed += not reply.ok
        if (self.done + self.failed) % PLAIN == 0:
            self.console.print(f"{self.done + self.failed}/{self.total} questions", markup=False)
        return []


def _first_request(
    video: str, sample: Sample, videos: Mapping[str, OpenableVideo], sight: Sight, poll: float
) -> tuple[Sample | StreamRun, Request]:
    """What is asked first of *sample*, and what takes the reply."""
    if not sample.is_stream:
        return sample, request_of(video, sample, videos, sight)
    film = videos.get(video, OpenableVideo(problem="was never opened"))
    if film.problem and not sight.blind:
        raise UserError(f"sample {sample.id}: its video {film.problem}.")

    def frames(start: float, end: float) -> tuple[Frames, ...]:
        times = sight.latest(start, end)
        return () if sight.blind else (Frames(film.file, film.content, times, sight.size, plan=film.plan),)

    run = StreamRun(sample, _polls(video, sample, videos, poll), frames)
    return run, run.request()


def _polls(video: str, sample: Sample, videos: Mapping[str, OpenableVideo], poll: float) -> list[float]:
    """When the model of the stream *sample* is asked whether to speak."""
    return poll_times(sample, poll, videos[video].seconds if video in videos else None)


def request_of(video: str, sample: Sample, videos: Mapping[str, OpenableVideo], sight: Sight) -> Request:
    """The request for *sample* of the video with the id *video*: its frames, if it shows any and the model sees, and
    its turns but for the answer."""

    def frames(
        named: str, stretches: Sequence[tuple[float, float]], mark: Mark = "", regions: Sequence[Region] = ()
    ) -> tuple[Frames, ...]:
        if sight.blind:
            return ()
        film = videos.get(named, OpenableVideo(problem="was never opened"))
        if film.problem:
            raise UserError(f"sample {sample.id}: its video {film.problem}.")
        times, drawn = sight.times(stretches), mark if regions else ""
        shown = (tuple(regions),) * len(times) if drawn else ()
        return (Frames(film.file, film.content, times, sight.size, plan=film.plan, mark=drawn, regions=shown),)

    system = next((one.content for one in sample.messages if one.role == "system"), "")
    try:
        told = zip(sample.messages[:-1], media_parts(sample), strict=False)
    except MarksDiffer as why:
        raise UserError(f"sample {sample.id}: {why}.") from None
    turns = []
    for turn, own in ((turn, own) for turn, own in told if turn.role != "system"):
        parts: list[Part] = []
        for one in own:
            if isinstance(one, str):
                parts.append(one)
            else:
                parts += frames(one.video or video, [(one.start, one.end)], one.mark, one.regions)
        turns.append(Turn("assistant" if turn.role == "assistant" else "user", tuple(parts)))
    if not turns:
        raise UserError(f"sample {sample.id}: asks nothing: it is a document, and not a question.")
    shown = () if sample.text_only or sample.media else frames(video, _shown(sample, sight))
    return Request((Turn(turns[0].role, (*shown, *turns[0].parts)), *turns[1:]), system, purpose="predict")
