"""``vdata predict``, ``score``, ``arena`` and ``baselines``: a model at a benchmark, and what needs no model."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from ..schemas.bucket_path import is_bucket
from .places import ON_DISK, build_folder

if TYPE_CHECKING:
    from ..pipelines.teachers.teacher_settings import TeacherSettings


@click.command(epilog="Example: vdata predict out/vnbench --teacher watcher --config my.yaml --frames 32")
@click.argument("bench", metavar="BENCH")
@click.option("--teacher", required=True, metavar="NAME", help="A teacher of --config, or '{kind: openai, model: …}'.")
@click.option("--config", metavar="YAML", help="The file whose `teachers` has NAME.")
@click.option("--frames", type=click.IntRange(min=0), metavar="N", help="Frames of each video (16); 0: it is blind.")
@click.option("--fps", type=click.FloatRange(min=0, min_open=True), metavar="F", help="Frames a second, instead.")
@click.option("--size", type=click.IntRange(min=16), default=512, metavar="PIXELS", help="Their longest side (512).")
@click.option("--evidence", is_flag=True, help="Show the evidence of each question alone, for `score --clues`.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    default=1.0,
    metavar="SECONDS",
    help="After so many seconds of the video the model of a stream is asked again whether to speak (1).",
)
@click.option(
    "--out",
    type=ON_DISK,
    metavar="FILE",
    help="Where they go; by default BENCH/predictions-NAME.jsonl, with -blind or -evidence behind NAME of such runs. "
    "For s3://…/BENCH it is BENCH.predictions-NAME.jsonl, here.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask the first N questions only.")
@click.pass_context
def predict(
    ctx: click.Context,
    bench: str,
    teacher: str,
    config: str | None,
    frames: int | None,
    fps: float | None,
    size: int,
    evidence: bool,
    poll: float,
    out: str | None,
    limit: int | None,
) -> None:
    """Ask a model every question of the data set in the folder BENCH, for `vdata score`.

    Replies are kept as they come, and what was asked before is not asked again.
    """
    from ..pipelines.evaluation.predict import INLINE, Sight, run_predict
    from ..pipelines.settings.config import default_cache

    if frames is not None and fps is not None:
        raise click.UsageError("Give --frames or --fps, not both.")
    name, settings = _asked(teacher, config, INLINE)
    sight = Sight(16 if frames is None else frames, fps, size, evidence)
    if evidence and sight.blind:
        raise click.UsageError("--evidence shows frames: --frames 0 shows none.")
    kind = "-blind" * sight.blind + "-evidence" * evidence
    own = f"predictions-{name}{kind}.jsonl"
    beside = Path(f"{PurePosixPath(bench).name}.{own}") if is_bucket(bench) else Path(bench, own)
    path = Path(out) if out is not None else beside
    ctx.exit(run_predict(build_folder(bench), name, settings, sight, path, default_cache() / "replies", limit, poll))


@click.command(
    epilog="Examples: vdata score out/vnbench replies.jsonl · vdata score out/vnbench replies.jsonl --rules vnbench"
)
@click.argument("bench", metavar="BENCH")
@click.argument("predictions", type=ON_DISK, metavar="PREDICTIONS...", nargs=-1, required=True)
@click.option(
    "--out", type=ON_DISK, metavar="DIR", help="Where the score and its pictures go; by default beside PREDICTIONS."
)
@click.option("--judge", metavar="NAME", help="A teacher that marks answers in words; given as to `predict --teacher`.")
@click.option("--config", metavar="YAML", help="The file whose `teachers` has NAME.")
@click.option("--rules", metavar="NAME", help="Read replies as a published evaluator does: streamingbench, mvbench …")
@click.option(
    "--as-published", is_flag=True, help="And count what says nothing as it does, in or out of the denominator."
)
@click.option("--by", multiple=True, metavar="NAME", help="Score by a parameter or time, too: domain, seen_end:60,180.")
@click.option(
    "--clues",
    type=ON_DISK,
    metavar="FILE",
    help="Replies of `predict --evidence`: what the whole video recovers of them.",
)
@click.pass_context
def score(
    ctx: click.Context,
    bench: str,
    predictions: tuple[str, ...],
    out: str | None,
    judge: str | None,
    config: str | None,
    rules: str | None,
    as_published: bool,
    by: tuple[str, ...],
    clues: str | None,
) -> None:
    """Score PREDICTIONS against the data set in the folder BENCH: by task, length and depth.

    PREDICTIONS has a line {"id": …, "reply": …} for each question. What is empty, unreadable or missing is wrong.
    Answers in words are compared word by word, or marked by a model with --judge. Of several files each is scored, and
    compared with the first item by item: what differs, by how much, and whether it may be luck.
    """
    from ..pipelines.dataset.fetched import UNLESS_WORKED_ON
    from ..pipelines.evaluation.score import read_by, read_rules, score_benchmark
    from ..pipelines.tool_progress import ToolProgress

    marks = None
    if judge is not None:
        from ..pipelines.evaluation.judge import Judge
        from ..pipelines.settings.config import default_cache

        marks = Judge(*_asked(judge, config, "judge", "--judge"), default_cache() / "replies")
    elif config is not None:
        raise click.UsageError("--config is where --judge NAME is looked for: give both.")
    if as_published and rules is None:
        raise click.UsageError("--as-published goes with --rules NAME, whose evaluator is meant.")
    reading = read_rules(rules, as_published) if rules is not None else None
    files = list(map(Path, dict.fromkeys(predictions)))
    where = Path(out) if out is not None else None
    shown = Path(clues) if clues is not None else None
    how: dict[str, Any] = {"judge": marks, "reading": reading, "by": read_by(by), "clues": shown, "called": bench}
    with ToolProgress("score"):
        status = score_benchmark(build_folder(bench, UNLESS_WORKED_ON), files, where, **how)
    ctx.exit(status)


@click.command(epilog="Example: vdata baselines out/vnbench")
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@click.pass_context
def baselines(ctx: click.Context, folder: str, as_json: bool) -> None:
    """Score blind baselines on the data set in DIR: always A, the longest option, the most common answer and others.

    None of them sees a video. One that is above chance is a shortcut that a model will learn; what to do is said.
    """
    from ..pipelines.dataset.fetched import UNLESS_WORKED_ON
    from ..pipelines.evaluation.show_baselines import show_baselines

    ctx.exit(show_baselines(build_folder(folder, UNLESS_WORKED_ON), as_json))


def _asked(given: str, config: str | None, unnamed: str, option: str = "--teacher") -> tuple[str, TeacherSettings]:
    """The teacher that *given* names in the file *config* or is, as YAML; and its name, *unnamed* when it has none."""
    from ..pipelines.evaluation.predict import read_teacher

    settings = read_teacher(given, Path(config) if config is not None else None, os.environ, option)
    return given if re.fullmatch(r"[\w.-]+", given) else unnamed, settings


@click.command(epilog="Example: vdata arena verdicts.jsonl")
@click.argument("verdicts", type=ON_DISK, metavar="VERDICTS...", nargs=-1, required=True)
@click.option(
    "--out", type=ON_DISK, metavar="DIR", help="Where arena.json goes; by default beside the first of VERDICTS."
)
@click.pass_context
def arena(ctx: click.Context, verdicts: tuple[str, ...], out: str | None) -> None:
    """Rate models by verdicts on pairs of their replies: win rates, and Bradley and Terry's ratings with intervals.

    A line of VERDICTS is {"model_a": …, "model_b": …, "winner": "model_a"}, or model_b, or tie; and the id of the
    question. How much the order of the replies matters is said as well.
    """
    from ..pipelines.evaluation.show_arena import run_arena

    ctx.exit(run_arena([Path(one) for one in verdicts], Path(out) if out is not None else None))
