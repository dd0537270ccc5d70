"""The command line: ``vdata build``, ``check``, ``plan``, ``stages`` and ``recipes``.

Heavy modules are imported inside the commands, so that help and checks answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from . import __version__

if TYPE_CHECKING:
    from .pipelines.config import Config

DONE, FAILED, USER_ERROR, INTERRUPTED = 0, 1, 2, 130


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
    "--address", metavar="RAY", help="A running Ray cluster (auto, or ray://host:10001); else Ray starts here."
)
@click.option("--overwrite", is_flag=True, help="Build anew what the folder already holds.")
@click.pass_context
def build(
    ctx: click.Context,
    config: str,
    out: str | None,
    overrides: tuple[str, ...],
    limit: int | None,
    address: str | None,
    overwrite: bool,
) -> None:
    """Build the data set that CONFIG describes, or go on where an earlier build stopped.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from .pipelines.build import run_build

    ctx.exit(run_build(settings, limit=limit, address=address, overwrite=overwrite))


@commands.command(epilog="Example: vdata check my.yaml --set shots.min_seconds=1")
@_overrides
@click.pass_context
def check(ctx: click.Context, config: str, out: str | None, overrides: tuple[str, ...]) -> None:
    """Say every mistake in CONFIG at once. Opens no video.

    CONFIG is a YAML file, or the name of a recipe (`vdata recipes`).
    """
    settings = _load(ctx, config, out, overrides)
    from .pipelines.plan import resolve_plan

    names = [step.stage.name() + (" (added)" if step.added else "") for step in resolve_plan(settings).steps]
    click.echo(f"{config}: no mistakes. Stages: {', '.join(names)}.")


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

    click.echo(plan_page(settings, limit))


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
    from .pipelines.config import load_config
    from .recipes import find_config

    path = ctx.with_resource(find_config(config))
    return load_config(path, [*overrides, *([f"output.path={_quoted(out)}"] if out is not None else [])])


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
