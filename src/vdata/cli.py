"""The command line: its commands, its exit statuses, and what a mistake looks like."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from . import __version__
from .commands import benchmarks, builds, lists, results
from .pipelines.interrupts import LISTENER, exit_status
from .plain_errors import plain_reason, too_little_memory

DONE, FAILED, USER_ERROR = 0, 1, 2


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `vdata recipes`, then `vdata plan CONFIG` and `vdata build CONFIG`.",
)
@click.version_option(__version__, prog_name="vdata")
def commands() -> None:
    """Make video-language training sets and haystack benchmarks from one YAML."""


for command in (
    *(builds.build, builds.check, builds.plan, builds.prompts),
    *(
        results.doctor,
        results.diff,
        results.why,
        results.drop,
        results.report,
        results.export,
        results.push,
        results.mix,
        results.leaks,
    ),
    *(benchmarks.predict, benchmarks.score, benchmarks.arena, benchmarks.baselines),
    *(lists.stages, lists.recipes, lists.plugins, lists.example),
):
    commands.add_command(command)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line *args* and return its exit status."""
    from .pipelines.errors import UserError
    from .schemas.plugins import PluginError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if args is None else args)
    if words and not {"-h", "--help", "--version"} & set(words) and (little := too_little_memory(words[0])):
        return _complain(little)
    try:
        status = _obey(words)
    except (UserError, PluginError) as error:
        return _complain(str(error))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as interrupted:
        click.echo("Interrupted.", err=True)
        return exit_status(interrupted)
    except BrokenPipeError:  # `vdata stages | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if (plain := plain_reason(error)) is None:
            raise
        return _complain(plain)
    return status if isinstance(status, int) else DONE


def _obey(words: Sequence[str]) -> Any:
    try:
        return commands.main(words, prog_name="vdata", standalone_mode=False)
    except Exception:
        LISTENER.check()  # libraries make errors of their own of what is raised inside them (pydantic does)
        raise


def _complain(text: str) -> int:
    from .pipelines.yaml.secrets import Secrets, secrets_around
    from .schemas import clean

    click.echo(Secrets(secrets_around(os.environ)).redact(clean(text)), err=True)
    return USER_ERROR


def main() -> None:
    """The ``vdata`` command."""
    try:
        LISTENER.start()
        status = run()
        LISTENER.end(status)
    except KeyboardInterrupt as interrupted:  # before the command began, or after it ended
        LISTENER.end(status := exit_status(interrupted))
    sys.exit(status)
