"""The command line: ``vdata build``, ``check``, ``plan``, ``stages`` and ``recipes``.

Heavy modules are imported inside the commands, so that help and checks answer at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from . import __version__

if TYPE_CHECKING:
    from .export.times import TimesName
    from .pipelines.settings.config import Config

DONE, FAILED, USER_ERROR, INTERRUPTED = 0, 1, 2, 130
SHOWN = 50
"""Findings of `vdata doctor` that are printed."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `vdata recipes`, then `vdata plan CONFIG` and `vdata build CONFIG`.",
)
@click.version_option(__version__, prog_name="vdata")
def commands() -> None:
    """Make video-language training sets and haystack benchmarks from one YAML."""


def _overrides(function: Any) -> Any:
    set_help = "Change a value, e.g. --set shots.min_seconds=1 or --set stages.1.min_seconds=1 (from 0)."
    function = click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help=set_help)(function)
    out_help = "The folder of the results, instead of output.path."
    function = click.option("--out", metavar="DIR", help=out_help)(function)
    return click.argument("config")(function)


@commands.command(epilog="Example: vdata build quickstart --out out/first --limit 10")
@_overrides
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N inputs only.")
@click.option(
    "--address",
    metavar="RAY",
    help="Build on the Ray cluster of this machine: auto, or HOST:6379. Else Ray starts here.",
)
@click.option("--overwrite", is_flag=True, help="Build anew what the folder already holds.")
@click.option("--retry-failed", is_flag=True, help="Take up again what failed in an earlier run.")
@click.pass_context
def build(
    ctx: click.Context,
    config: str,
    out: str | None,
    overrides: tuple[str, ...],
    limit: int | None,
    address: str | None,
    overwrite: bool,
    retry_failed: bool,
) -> None:
    """Build the data set that CONFIG describes, or go on where an earlier build stopped.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    if overwrite and retry_failed:
        raise click.UsageError("--overwrite deletes what --retry-failed would go on from: give one of them.")
    settings = _load(ctx, config, out, overrides)
    from .pipelines.running.build import run_build

    with _without_secrets(ctx, settings):
        status = run_build(settings, limit=limit, address=address, overwrite=overwrite, retry_failed=retry_failed)
    ctx.exit(status)


@commands.command(epilog="Example: vdata check my.yaml --set shots.min_seconds=1")
@_overrides
@click.pass_context
def check(ctx: click.Context, config: str, out: str | None, overrides: tuple[str, ...]) -> None:
    """Say every mistake in CONFIG at once. Opens no video.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from .pipelines.planning.plan import resolve_plan

    with _without_secrets(ctx, settings):
        names = [step.stage.name() + (" (added)" if step.added else "") for step in resolve_plan(settings).steps]
    click.echo(f"{config}: no mistakes. Stages: {', '.join(names)}.")
    absent = [f"{key}:" for key in ("licence", "source") if getattr(settings, key) is None]
    if absent:
        columns = " (or columns of a manifest, for each video)" if settings.videos else ""
        click.echo(f"Before you publish, say {' and '.join(absent)}{columns}: the card has them as not stated.")


@commands.command(epilog="Example: vdata plan my.yaml")
@_overrides
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N inputs only.")
@click.pass_context
def plan(ctx: click.Context, config: str, out: str | None, overrides: tuple[str, ...], limit: int | None) -> None:
    """Show what a build of CONFIG would do: stages, lanes, videos, hours, time and cost. Decodes nothing.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from .plan_page import plan_page

    with _without_secrets(ctx, settings):
        page = plan_page(settings, limit)
    click.echo(page)


@commands.command(epilog="Example: vdata push out/first --repo me/first")
@click.argument("folder", metavar="DIR")
@click.option("--repo", required=True, metavar="OWNER/NAME", help="Its name on the Hub; or s3://BUCKET/FOLDER.")
@click.option("--public", is_flag=True, help="Let everybody see it; otherwise it is private.")
@click.option("--revision", metavar="BRANCH", help="Push to this branch, made if need be, instead of main.")
@click.option("--message", metavar="TEXT", help="The title of the commit.")
@click.option("--overwrite", is_flag=True, help="Replace files that vdata did not push. Others are kept.")
@click.pass_context
def push(
    ctx: click.Context,
    folder: str,
    repo: str,
    public: bool,
    revision: str | None,
    message: str | None,
    overwrite: bool,
) -> None:
    """Push the data set in DIR to the Hugging Face Hub: one revision, whole or absent.

    The token is the one of `hf auth login`, or HF_TOKEN. What is there already is not sent again.
    """
    from pathlib import Path

    from .pipelines.pushing.push import push_settings, run_push

    settings = push_settings(repo, private=not public, revision=revision, message=message)
    ctx.exit(run_push(Path(folder), settings, overwrite=overwrite))


@commands.command(epilog="Example: vdata doctor out/first")
@click.argument("folder", metavar="DIR")
@click.option("--cache", is_flag=True, help="Look at every entry of the caches as well; that may take long.")
@click.pass_context
def doctor(ctx: click.Context, folder: str, cache: bool) -> None:
    """Check the build in DIR: every part and published file by its hash, counts, rows, card. Changes nothing.

    Exit status: 0 sound, 1 something is wrong, 2 DIR is not a build.
    """
    from pathlib import Path

    from .pipelines.doctor.doctor import examine

    report = examine(Path(folder), cache=cache)
    for finding in report.findings[:SHOWN]:
        click.echo(finding)
    if len(report.findings) > SHOWN:
        click.echo(f"… and {len(report.findings) - SHOWN} more")
    click.echo(report.verdict())
    ctx.exit(FAILED if report.wrong else DONE)


@commands.command(epilog="Example: vdata predict out/vnbench --teacher watcher --config my.yaml --frames 32")
@click.argument("bench", metavar="BENCH")
@click.option("--teacher", required=True, metavar="NAME", help="A teacher of --config, or '{kind: openai, model: …}'.")
@click.option("--config", metavar="YAML", help="The file whose `teachers` has NAME.")
@click.option("--frames", type=click.IntRange(min=1), metavar="N", help="Frames that it sees of each video (16).")
@click.option("--fps", type=click.FloatRange(min=0, min_open=True), metavar="F", help="Frames a second, instead.")
@click.option("--size", type=click.IntRange(min=16), default=512, metavar="PIXELS", help="Their longest side (512).")
@click.option("--out", metavar="FILE", help="Where the predictions go; by default BENCH/predictions-NAME.jsonl.")
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
    out: str | None,
    limit: int | None,
) -> None:
    """Ask a model every question of the data set in the folder BENCH, for `vdata score`.

    Replies are kept as they come, and what was asked before is not asked again.
    """
    import re
    from pathlib import Path

    from .pipelines.examining.predict import INLINE, Sight, read_teacher, run_predict
    from .pipelines.settings.config import default_cache

    if frames is not None and fps is not None:
        raise click.UsageError("Give --frames or --fps, not both.")
    settings = read_teacher(teacher, Path(config) if config is not None else None, os.environ)
    name = teacher if re.fullmatch(r"[\w.-]+", teacher) else INLINE
    path = Path(out) if out is not None else Path(bench, f"predictions-{name}.jsonl")
    sight = Sight(frames or 16, fps, size)
    ctx.exit(run_predict(Path(bench), name, settings, sight, path, default_cache() / "replies", limit))


@commands.command(epilog="Example: vdata score out/vnbench predictions.jsonl")
@click.argument("bench", metavar="BENCH")
@click.argument("predictions", metavar="PREDICTIONS")
@click.option("--out", metavar="DIR", help="Where the score and its pictures go; by default beside PREDICTIONS.")
@click.option("--judge", metavar="NAME", help="A teacher that marks answers in words; given as to `predict --teacher`.")
@click.option("--config", metavar="YAML", help="The file whose `teachers` has NAME.")
@click.pass_context
def score(
    ctx: click.Context, bench: str, predictions: str, out: str | None, judge: str | None, config: str | None
) -> None:
    """Score PREDICTIONS against the data set in the folder BENCH: by task, length and depth.

    PREDICTIONS has a line {"id": …, "reply": …} for each question. What is empty, unreadable or missing is wrong.
    Answers in words are compared word by word, or marked by a model with --judge.
    """
    import re
    from pathlib import Path

    from .pipelines.examining.score import score_benchmark

    marks = None
    if judge is not None:
        from .pipelines.examining.marking import Judge
        from .pipelines.examining.predict import read_teacher
        from .pipelines.settings.config import default_cache

        settings = read_teacher(judge, Path(config) if config is not None else None, os.environ, "--judge")
        name = judge if re.fullmatch(r"[\w.-]+", judge) else "judge"
        marks = Judge(name, settings, default_cache() / "replies")
    elif config is not None:
        raise click.UsageError("--config is where --judge NAME is looked for: give both.")
    ctx.exit(score_benchmark(Path(bench), Path(predictions), Path(out) if out is not None else None, judge=marks))


@commands.command(epilog="Example: vdata export out/first --format ms_swift --out train.jsonl --media-root videos")
@click.argument("folder", metavar="DIR", required=False)
@click.option("--format", "name", metavar="F", help="The layout; --list shows them all.")
@click.option("--out", metavar="P", help="The file to write; for webdataset, the folder.")
@click.option("--media-root", metavar="PATH", default="", help="A folder or URL that names of videos are joined to.")
@click.option(
    "--times",
    type=click.Choice(["plain", "clock", "fixed", "percent", "tokens"]),
    help="Write times anew: 7.5 seconds, 00:07, 0007.5 seconds, 12.5%, <12>. Otherwise they stay as they are.",
)
@click.option("--tokens", type=click.IntRange(min=2), default=100, metavar="N", help="Time tokens in a video (100).")
@click.option("--token", default="<{}>", metavar="TEXT", help="How a time token is written; {} is its number (<{}>).")
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test", "all"]),
    help="The samples of this split; by default those of train.",
)
@click.option("--no-media", is_flag=True, help="webdataset: without the video files.")
@click.option("--shard-mb", type=click.IntRange(min=1), default=1024, metavar="MB", help="webdataset: the size (1024).")
@click.option("--overwrite", is_flag=True, help="Replace what an earlier export wrote there.")
@click.option("--list", "listing", is_flag=True, help="List the formats.")
@click.pass_context
def export(
    ctx: click.Context,
    folder: str | None,
    name: str | None,
    out: str | None,
    media_root: str,
    times: TimesName | None,
    tokens: int,
    token: str,
    split: str | None,
    no_media: bool,
    shard_mb: int,
    overwrite: bool,
    listing: bool,
) -> None:
    """Write the samples of the data set in DIR in the layout that a trainer reads.

    The file is whole or absent. A sample that the format cannot express is counted, by reason, and named in
    P.left_out.jsonl.
    """
    from pathlib import Path

    from .export.registry import format_list

    if listing:
        click.echo(format_list())
        return
    if folder is None or name is None or out is None:
        raise click.UsageError("Give DIR, --format and --out; or --list.")
    if token.count("{}") != 1 or token.count("{") + token.count("}") != 2:
        raise click.UsageError("--token must hold {} once, in the place of the number.")
    from .export.base import Shards
    from .export.times import TIMES, Times
    from .pipelines.export import Export, pick_format, run_export

    clock = Times(TIMES[times], tokens, token) if times is not None else None
    shards = Shards(media=not no_media, most_bytes=shard_mb * 2**20)
    wanted = Export(Path(folder), pick_format(name), Path(out), media_root, clock, shards, split or "")
    ctx.exit(run_export(wanted, overwrite=overwrite, say=click.echo))


@commands.command(epilog="Example: vdata mix mix.yaml")
@click.argument("config", metavar="YAML")
@click.option("--out", metavar="DIR", help="The folder of the result, instead of output.path.")
@click.option("--overwrite", is_flag=True, help="Make anew what the folder already holds.")
@click.pass_context
def mix(ctx: click.Context, config: str, out: str | None, overwrite: bool) -> None:
    """Put finished builds together as YAML says: weights, caps, a profile of lengths.

    What a source holds out for validation or testing stays held out. The result is whole or absent.
    """
    from pathlib import Path

    from .pipelines.mixing.mix import run_mix
    from .pipelines.mixing.mix_config import load_mix

    ctx.exit(run_mix(load_mix(Path(config), out), overwrite=overwrite, say=click.echo))


@commands.command(epilog="Example: vdata leaks out/mine --against benchmarks/videos --against out/bench")
@click.argument("folder", metavar="DIR")
@click.option(
    "--against", multiple=True, required=True, metavar="OTHER", help="A finished build, or a folder of videos."
)
@click.option("--min-share", type=click.FloatRange(0, 1, min_open=True), default=0.6, help="Of either video (0.6).")
@click.option("--min-seconds", type=click.FloatRange(min=0, min_open=True), default=3.0, help="That line up (3).")
@click.option(
    "--every", type=click.FloatRange(min=0, min_open=True), default=0.5, help="Seconds between pictures (0.5)."
)
@click.option("--cache", metavar="DIR", help="Where frame tables are kept; by default the cache of the build.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@click.pass_context
def leaks(
    ctx: click.Context,
    folder: str,
    against: tuple[str, ...],
    min_share: float,
    min_seconds: float,
    every: float,
    cache: str | None,
    as_json: bool,
) -> None:
    """Say which videos of the data set in DIR show what OTHER shows: which, when, and how much of both.

    Pictures are compared by hashes: copies, excerpts and re-encodings are found, mirrored or cropped ones are not. An
    excerpt of fast movement may need a smaller --every.
    Videos that were not scanned before are. Exit status: 0 no leak, 1 a leak, or a video that could not be compared.
    """
    from pathlib import Path

    from .pipelines.mixing.leaks import run_leaks
    from .stages.gather._shared import Rule

    rule = Rule(every, min_share=min_share, min_seconds=min_seconds)

    def say(line: str) -> None:
        click.echo(line, err=True)

    where = Path(cache) if cache is not None else None
    ctx.exit(run_leaks(Path(folder), against, rule, cache=where, as_json=as_json, say=say, out=click.echo))


@commands.command(epilog="Example: vdata report out/first")
@click.argument("folder", metavar="DIR")
@click.option("--out", metavar="FILE", help="Where the page goes; by default DIR/report.html.")
@click.option("--max-mb", type=click.FloatRange(min=1), default=25, help="Its greatest size, megabytes (25).")
@click.option("--seed", type=int, default=0, help="Choose other samples, where not all of them fit.")
@click.option("--thumbnails/--no-thumbnails", default=True, help="Whether pictures are cut from the videos.")
def report(folder: str, out: str | None, max_mb: float, seed: int, thumbnails: bool) -> None:
    """Write one HTML page about the data set in DIR: funnel, distributions, samples, rejects, cost.

    It needs no network. Videos are looked for from the working directory: call it where the build was called.
    """
    from pathlib import Path

    from .report.page import Options, run_report

    run_report(Path(folder), Path(out) if out is not None else None, Options(max_mb, seed, thumbnails), click.echo)


@commands.command(epilog="Examples: vdata stages · vdata stages shots")
@click.argument("name", required=False)
def stages(name: str | None) -> None:
    """List the stages, or show one: what it reads and writes, and its settings."""
    from .stage_page import stage_list, stage_page

    click.echo(stage_page(name) if name else stage_list())


@commands.command(epilog="Examples: vdata recipes · vdata recipes quickstart > my.yaml")
@click.argument("name", required=False)
def recipes(name: str | None) -> None:
    """List the recipes that come with vdata, or print one to begin your own from."""
    from .recipes import recipe_list, recipe_text

    click.echo(recipe_text(name) if name else recipe_list(), nl=not name)


def _load(ctx: click.Context, config: str, out: str | None, overrides: Sequence[str]) -> Config:
    """Read the file, or the recipe, called *config*."""
    from .pipelines.settings.config import load_config
    from .recipes import find_config

    path = ctx.with_resource(find_config(config))
    return load_config(path, [*overrides, *([f"output.path={_quoted(out)}"] if out is not None else [])])


@contextmanager
def _without_secrets(ctx: click.Context, config: Config) -> Iterator[None]:
    """Take the secrets of *config* out of whatever error comes, its traceback included."""
    from .pipelines.errors import UserError

    try:
        yield
    except UserError as error:
        raise UserError(config.secrets.redact(str(error))) from None
    except (click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception:  # a defect of ours, or of a stage's package
        click.echo(config.secrets.redact(traceback.format_exc()), err=True)
        ctx.exit(FAILED)


def _quoted(text: str) -> str:
    """*text* as a YAML text that nothing is read into."""
    import json

    return json.dumps(text.replace("${", "$${"))


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line *args* and return its exit status."""
    from .pipelines.errors import UserError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = commands.main(args, prog_name="vdata", standalone_mode=False)
    except UserError as error:
        return _complain(str(error))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # `vdata stages | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status if isinstance(status, int) else DONE


def _complain(text: str) -> int:
    from .schemas import clean

    click.echo(clean(text), err=True)
    return USER_ERROR


def main() -> None:
    """The ``vdata`` command."""
    sys.exit(run())
