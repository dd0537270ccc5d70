"""``vdata build``, ``check``, ``plan`` and ``prompts``: what is done with a config."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ..plain_errors import plain_reason
from .places import ON_DISK

if TYPE_CHECKING:
    from ..pipelines.settings.config import Config

FAILED = 1
"""The exit status of a defect of ours, or of a stage's package."""


def _overrides(function: Any) -> Any:
    set_help = "Change a value, e.g. --set shots.min_seconds=1; shots#2 is the second of that name."
    function = click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help=set_help)(function)
    out_help = "The folder of the results, instead of output.path."
    function = click.option("--out", metavar="DIR", help=out_help)(function)
    return click.argument("config")(function)


def _forking(function: Any) -> Any:
    help = "Build into the folder NEW, and take over what stays valid of the build in the output folder."
    return click.option("--fork", metavar="NEW", help=help)(function)


@click.command(epilog="Example: vdata build quickstart --out out/first --limit 10")
@_overrides
@_forking
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N inputs only.")
@click.option(
    "--address",
    metavar="RAY",
    help="Build on the Ray cluster of this machine: auto, or HOST:6379. Else Ray starts here.",
)
@click.option(
    "--nodes",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --address: begin when the cluster has N nodes, its head among them, or after 10 minutes.",
)
@click.option("--overwrite", is_flag=True, help="Build anew what the folder already holds.")
@click.option("--retry-failed", is_flag=True, help="Take up again what failed in an earlier run.")
@click.option(
    "--preview",
    is_flag=True,
    help="Build three videos (or --limit N) beside the output, and show their samples, the requests, and what the "
    "whole will cost.",
)
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the progress is told: a table (a line each 10 s where the output is no terminal), or a line of JSON each "
    "10 s, which OUT/.vdata/progress.jsonl has in any case.",
)
@click.pass_context
def build(
    ctx: click.Context,
    config: str,
    out: str | None,
    overrides: tuple[str, ...],
    limit: int | None,
    address: str | None,
    nodes: int | None,
    overwrite: bool,
    retry_failed: bool,
    fork: str | None,
    preview: bool,
    log: Literal["text", "json"],
) -> None:
    """Build the data set that CONFIG describes, or go on where an earlier build stopped.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    if overwrite and retry_failed:
        raise click.UsageError("--overwrite deletes what --retry-failed would go on from: give one of them.")
    if overwrite and fork:
        raise click.UsageError("--fork leaves the old folder as it is, --overwrite does not: give one of them.")
    if preview and (fork or overwrite or retry_failed):
        raise click.UsageError("--preview builds beside the output: give it with --limit, --set and --out only.")
    if nodes and not address:
        raise click.UsageError("--nodes waits for those of a cluster: give --address too, or leave it out.")
    settings = _load(ctx, config, out, overrides)
    where: dict[str, Any] = {"address": address, "nodes": nodes or 1}
    old = settings.output.path if fork else None
    from ..pipelines.build import run_build
    from ..preview_page import VIDEOS, preview_page, previewed, samples_text
    from ..schemas.build_record import RECORD

    if preview:
        small = previewed(settings)
        with _without_secrets(ctx, settings):
            status = run_build(small, limit=None, **where, overwrite=True, preview=limit or VIDEOS, log=log)
            if (small.output.path / RECORD).exists():
                click.echo(settings.secrets.redact(preview_page(settings, small.output.path)))
        ctx.exit(status)

    with _without_secrets(ctx, settings):
        if old is not None and fork is not None:
            from ..fork_page import fork_page, forked

            settings = forked(settings, fork)
            click.echo(settings.secrets.redact(fork_page(settings, old, limit)), err=True)
        how: dict[str, Any] = {**where, "overwrite": overwrite, "retry_failed": retry_failed}
        status = run_build(settings, limit=limit, fork_of=old, log=log, **how)
        if limit is not None and status == 0 and (settings.output.path / RECORD).exists():
            click.echo(settings.secrets.redact(samples_text(settings.output.path, 3)))
    ctx.exit(status)


@click.command(epilog="Example: vdata check my.yaml --set shots.min_seconds=1")
@_overrides
@click.pass_context
def check(ctx: click.Context, config: str, out: str | None, overrides: tuple[str, ...]) -> None:
    """Say every mistake in CONFIG at once. Opens no video.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from ..pipelines.inputs.faults import faults_of_files, told
    from ..pipelines.planning.plan import resolve_plan
    from ..schemas.stage_names import numbered

    with _without_secrets(ctx, settings):
        route = resolve_plan(settings)
        called = zip(numbered(stage.name() for stage in route.stages), route.steps, strict=True)
        names = [name + (" (added)" if step.added else "") for name, step in called]
        faults = faults_of_files(settings.videos, settings.base, settings.table_columns)
    click.echo(f"{config}: no mistakes. Stages: {', '.join(names)}.")
    if faults:
        click.echo(f"Of the inputs, {len(faults)} cannot be used, and will be in the rejects:")
        for line in told(faults):
            click.echo(f"  {settings.secrets.redact(line)}")
    absent = [f"{key}:" for key in ("licence", "source") if getattr(settings, key) is None]
    if absent:
        columns = " (or columns of a manifest, for each video)" if settings.videos else ""
        click.echo(f"Before you publish, say {' and '.join(absent)}{columns}: the card has them as not stated.")


@click.command(epilog="Example: vdata plan my.yaml")
@_overrides
@_forking
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N inputs only.")
@click.pass_context
def plan(
    ctx: click.Context,
    config: str,
    out: str | None,
    overrides: tuple[str, ...],
    limit: int | None,
    fork: str | None,
) -> None:
    """Show what a build of CONFIG would do: stages, lanes, videos, hours, time and cost. Decodes nothing.

    With --fork, show what `vdata build --fork NEW` would take over and do again, and what that costs.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from ..fork_page import fork_page, forked
    from ..plan_page import plan_page

    with _without_secrets(ctx, settings):
        page = fork_page(forked(settings, fork), settings.output.path, limit) if fork else plan_page(settings, limit)
    click.echo(settings.secrets.redact(page))


@click.command(epilog="Example: vdata prompts my.yaml --stage caption --html prompts.html")
@_overrides
@click.option("--video", metavar="V", default="", help="A name, path, uri or id; by default the first input.")
@click.option("--stage", metavar="S", default="", help="Only the requests of this stage: caption, or caption#2.")
@click.option("--all", "every", is_flag=True, help="Show each request, and not one of each kind.")
@click.option("--schema", is_flag=True, help="Show the whole JSON schema of replies, and not a table of its fields.")
@click.option("--html", type=ON_DISK, metavar="FILE", help="Write one page, with the pictures as they are sent.")
@click.pass_context
def prompts(
    ctx: click.Context,
    config: str,
    out: str | None,
    overrides: tuple[str, ...],
    video: str,
    stage: str,
    every: bool,
    schema: bool,
    html: str | None,
) -> None:
    """Show the exact requests that one video would cause. Nothing is sent, and no server and no key is needed.

    Replies that are kept already are taken; for others, placeholders such as ⟦text of caption.describe: alfa hotel⟧
    stand in the requests that follow.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    if html is not None and schema:
        raise click.UsageError("--schema is for the terminal: the page of --html has the whole schema of each reply.")
    settings = _load(ctx, config, out, overrides)
    from ..pipelines.dry_run.dry_run import run_dry
    from ..prompts_page import prompts_page

    with _without_secrets(ctx, settings):
        found = run_dry(settings, video, stage, say=lambda line: click.echo(line, err=True))
        if html is None:
            click.echo(settings.secrets.redact(prompts_page(settings, found, every=every, schema=schema)))
            return
        from ..report.requests_html import write_prompts

        click.echo(write_prompts(settings, found, Path(html), every=every))


def _load(ctx: click.Context, config: str, out: str | None, overrides: Sequence[str]) -> Config:
    """Read the file, or the recipe, called *config*."""
    from ..pipelines.settings.config_reader import load_config
    from ..recipes import find_config

    path = ctx.with_resource(find_config(config))
    changes = [*overrides, *([f"output.path={_quoted(out)}"] if out is not None else [])]
    return load_config(path, changes, warn=lambda line: click.echo(line, err=True))


@contextmanager
def _without_secrets(ctx: click.Context, config: Config) -> Iterator[None]:
    """Take the secrets of *config* out of whatever error comes, its traceback included."""
    from ..pipelines.errors import UserError

    try:
        yield
    except UserError as error:
        raise UserError(config.secrets.redact(str(error))) from None
    except (click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # a defect of ours, or of a stage's package
        if plain_reason(error) is not None:
            raise
        click.echo(config.secrets.redact(traceback.format_exc()), err=True)
        ctx.exit(FAILED)


def _quoted(text: str) -> str:
    """*text* as a YAML text that nothing is read into."""
    import json

    return json.dumps(text.replace("${", "$${"))
