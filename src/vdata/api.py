"""vdata from Python, as in a notebook: what the commands do, as functions that return objects and raise exceptions.

Every path is meant from the working directory, as on the command line, unless ``base`` says otherwise.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from .data_set import DataSet
from .pipelines.errors import ConfigError, Problem, UserError
from .pipelines.planning.estimate import Estimate, estimates
from .pipelines.planning.plan import Inputs, cpu_seconds
from .pipelines.settings.config import Config
from .schemas.stage_names import numbered

Given = str | os.PathLike[str] | Mapping[str, Any] | Config
"""A config: a file's path, the name of a recipe, YAML as text (of several lines), a dict, or one that was loaded."""
Changes = Mapping[str, Any] | Sequence[str]
"""Values to change, as ``--set`` does: ``{"shots.min_seconds": 1}``, or texts as on the command line."""
CALLED = "config"
"""How a config is called in messages that is not in a file."""


class BuildFailed(Exception):
    """A build stopped, or kept nothing; the text is what the command line says. What was done is safe."""


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A stage of a build, as it is planned."""

    name: str
    """As it is counted: ``shots``, ``shots#2``."""
    reads: list[str]
    uses: list[str]
    """Lanes that it makes use of where they are there."""
    writes: list[str]
    makes_samples: bool
    in_pass: int
    """From 1: a new pass begins with a stage that sees all videos first."""
    added: bool
    """Whether the planner has put it there."""
    decodes: bool


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build would do, and what it costs, roughly. As a text it is what ``vdata plan`` prints."""

    stages: list[PlannedStage]
    inputs: Inputs
    cpu_seconds: float | None
    """Decoding on one core; None: nothing is known."""
    teachers: list[Estimate]
    """What each is asked: calls, images, tokens, dollars, seconds."""
    output: Path
    text: str

    @property
    def calls(self) -> float:
        """About how many calls of teachers."""
        return sum(one.calls for one in self.teachers)

    @property
    def dollars(self) -> float:
        """About what they cost."""
        return sum(one.dollars for one in self.teachers)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is. As a text it is a line for people."""

    share: float
    """Of the work that is done, 0..1."""
    done: int
    """Videos that are done, of *inputs*."""
    inputs: int
    kept: int
    dropped: int
    failed: int
    seconds: float
    """Since the build began."""
    seconds_left: float | None
    """None while nothing is known."""
    facts: dict[str, Any]
    """Everything that is known: a line of ``.vdata/progress.jsonl``, with stages and teachers."""

    def __str__(self) -> str:
        from .pipelines.run.progress_text import plain_line

        return plain_line(self.facts)


def load(
    config: Given,
    *,
    out: str | os.PathLike[str] | None = None,
    changes: Changes = (),
    base: str | os.PathLike[str] | None = None,
) -> Config:
    """Read a config, and find every mistake in it. No video is opened, and no code of a user is run.

    Args:
        config: a path, the name of a recipe, YAML as text, or a dict.
        out: the folder of the results, in the place of ``output.path``.
        changes: values to change, as ``--set`` does.
        base: the folder that relative paths of videos and labels start from.

    Raises:
        ConfigError: ``.problems`` lists every mistake.
        UserError: there is no such file or recipe.
    """
    from .pipelines.settings.config_reader import load_config
    from .recipes import find_config

    if isinstance(config, Config):
        if out is not None or changes:
            raise UserError("out and changes are for a config that is read: give the file, the text or the dict.")
        return config
    how: dict[str, Any] = {"overrides": _overrides(changes, out), "base": Path(base) if base is not None else None}
    how["warn"] = lambda line: warnings.warn(line, stacklevel=4)
    if isinstance(config, Mapping):
        try:
            return load_config(CALLED, text=_as_yaml(config), **how)
        except ConfigError as error:  # the lines are not the user's
            found = [replace(one, line=0) if one.where == CALLED else one for one in error.problems]
            raise ConfigError(found) from None
    if isinstance(config, str) and "\n" in config:
        return load_config(CALLED, text=config, **how)
    with find_config(os.fspath(config)) as path:
        return load_config(path, **how)


def check(
    config: Given,
    *,
    out: str | os.PathLike[str] | None = None,
    changes: Changes = (),
    base: str | os.PathLike[str] | None = None,
) -> list[Problem]:
    """Every mistake in *config*, in order; an empty list: there is none. The arguments are those of ``load``."""
    try:
        load(config, out=out, changes=changes, base=base)
    except ConfigError as error:
        return error.problems
    return []


def plan(config: Given, *, limit: int | None = None) -> BuildPlan:
    """What a build of *config*, of the first *limit* inputs, would do and cost. Nothing is decoded.

    Raises:
        UserError: as for ``load``; or the inputs cannot be found.
    """
    from .plan_page import looked_at, route_page

    whole = load(config)
    with _without_secrets(whole):
        route, inputs = looked_at(whole, limit)
        page = whole.secrets.redact(route_page(whole, route, inputs))
    names = numbered(one.name() for one in route.stages)
    stages = [
        PlannedStage(
            name,
            sorted(step.stage.lanes_read()),
            sorted(step.stage.uses - step.stage.lanes_read()),
            sorted(step.stage.lanes_written()),
            step.stage.gives_samples(),
            step.in_pass + 1,
            step.added,
            step.stage.decodes and step.stage.opens_videos(),
        )
        for name, step in zip(names, route.steps, strict=True)
    ]
    asked = estimates(whole, route, inputs) if inputs.videos + inputs.label_only else []
    return BuildPlan(stages, inputs, cpu_seconds(route, inputs), asked, whole.output.path, page)


def build(
    config: Given,
    *,
    limit: int | None = None,
    overwrite: bool = False,
    retry_failed: bool = False,
    address: str | None = None,
    nodes: int = 1,
    progress: bool | Callable[[BuildProgress], object] = True,
) -> DataSet:
    """Build the data set of *config*, or go on where an earlier build stopped, and open it.

    Interrupt it (Ctrl-C, or the stop button of a notebook) and nothing is lost: the same call goes on.

    Args:
        config: as for ``load``.
        limit: take the first so many inputs only.
        overwrite: build anew what the folder already holds.
        retry_failed: take up again what failed in an earlier run.
        address: the Ray cluster, ``auto`` or HOST:6379; by default Ray starts on this machine.
        nodes: begin when the cluster has so many, its head among them, or after ten minutes.
        progress: True shows it, in a notebook as one line that changes; False prints nothing; a function is called each
            second, from a thread, with a ``BuildProgress``.

    Raises:
        UserError: the input is at fault.
        BuildFailed: the build stopped, or nothing was kept.
        KeyboardInterrupt: it was interrupted.
    """
    from .pipelines.build import run_build
    from .pipelines.run.progress import Watcher

    if overwrite and retry_failed:
        raise UserError("overwrite deletes what retry_failed would go on from: give one of them.")
    whole = load(config)
    shown = _line_of_notebook() if progress is True else progress or None
    watcher = Watcher(None if shown is None else lambda facts: shown(_progress(facts)), quiet=progress is False)
    with _without_secrets(whole):
        where: dict[str, Any] = {"address": address, "nodes": nodes}
        how: dict[str, Any] = {"limit": limit, "overwrite": overwrite, "retry_failed": retry_failed}
        status = run_build(whole, **where, **how, watcher=watcher)
    if status > 128:
        raise KeyboardInterrupt(watcher.said[-1] if watcher.said else "")
    if status:
        raise BuildFailed(whole.secrets.redact(_why_not(whole, watcher.said)))
    return DataSet(whole.output.path)


def open(folder: str | os.PathLike[str]) -> DataSet:
    """The data set that a build left in *folder*.

    Raises:
        UserError: it holds no finished build.
    """
    return DataSet(folder)


def _why_not(config: Config, said: Sequence[str]) -> str:
    """Why a build has no data set: nothing was kept, or what it *said* last."""
    try:
        found = DataSet(config.output.path)
    except UserError:
        return said[-1] if said else f"{config.output.path}: the build failed."
    if found.record.videos:
        return said[-1] if said else f"{config.output.path}: the build failed."
    reasons: dict[str, int] = {}
    for one in found.rejects():
        if not one.lane:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1]))
    return f"{config.output.path}: nothing was kept of {found.record.inputs} inputs ({told}). Its rejects say why."


def _progress(facts: dict[str, Any]) -> BuildProgress:
    videos = facts["videos"]
    ends = {name: videos[name] for name in ("done", "inputs", "kept", "dropped", "failed")}
    return BuildProgress(
        facts["share"], **ends, seconds=facts["seconds"], seconds_left=facts["seconds_left"], facts=facts
    )


def _line_of_notebook() -> Callable[[BuildProgress], object] | None:
    """What shows the progress in the output of a notebook's cell, in one line that changes; None elsewhere."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython import get_ipython  # type: ignore[attr-defined, unused-ignore]
    from IPython.display import display

    if get_ipython() is None:  # type: ignore[no-untyped-call, unused-ignore]
        return None
    handle = display({"text/plain": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call, unused-ignore]

    def show(progress: BuildProgress) -> None:
        bar = f"<progress value='{progress.share:.3f}' max='1'></progress> {escape(str(progress))}"
        handle.update({"text/plain": str(progress), "text/html": bar}, raw=True)

    return show


def _overrides(changes: Changes, out: str | os.PathLike[str] | None) -> list[str]:
    """*changes* as texts for ``--set``."""
    if isinstance(changes, str):
        changes = [changes]
    if isinstance(changes, Mapping):
        changes = [f"{key}={json.dumps(_plain(value), ensure_ascii=False)}" for key, value in changes.items()]
    folder = [] if out is None else [f"output.path={json.dumps(os.fspath(out).replace('${', '$${'))}"]
    return [*changes, *folder]


def _as_yaml(config: Mapping[str, Any]) -> str:
    import yaml

    try:
        return str(yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True))
    except yaml.YAMLError as error:
        raise UserError(f"config: holds what YAML cannot say: {error}.") from None


def _plain(value: Any) -> Any:
    """*value* with paths as texts, and everything in plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


@contextmanager
def _without_secrets(config: Config) -> Iterator[None]:
    """Take the secrets of *config* out of whatever error of the user's comes."""
    try:
        yield
    except UserError as error:
        raise UserError(config.secrets.redact(str(error))) from None
