"""Calculates what each recipe takes, makes, needs and asks for, from its stages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .pipelines.errors import ConfigError
from .pipelines.planning.estimate import estimates
from .pipelines.planning.plan import Inputs, resolve_plan
from .pipelines.settings.config import Config
from .pipelines.settings.config_reader import ConfigReader
from .recipe_figures import RecipeFigures
from .stages import Stage, TeacherStage
from .stages.haystack.hide import Hide
from .stages.instruct.by_rule.tasks import Tasks
from .stages.instruct.by_teacher.questions import Questions

HOUR = 3600.0
TASKED = (Tasks, Questions, Hide)
"""Stages whose setting ``tasks`` says of what they make samples."""


def measure_recipe(name: str, text: str, family: str) -> RecipeFigures:
    """The figures of the recipe *text*, whatever files it names.

    Raises:
        ConfigError: it has a mistake.
    """
    reader = ConfigReader(Path(f"{name}.yaml"), text=text, find=False)
    config = reader.read((), {})
    if config is None:
        raise ConfigError(reader.problems)
    route = resolve_plan(config)
    asked = estimates(config, route, Inputs(videos=1, seconds=HOUR))
    kinds = [f"labels: {label.model_dump()['kind']}" for label in config.labels]
    return RecipeFigures(
        family,
        list(dict.fromkeys([*(["videos"] if config.videos else []), *kinds])),
        _makes(config.stages),
        [*_teachers(config), *(f"extra {one}" for one in sorted(set().union(*(one.extras() for one in route.stages))))],
        round(sum(one.calls for one in asked)),
        round(sum(one.images for one in asked)),
        round(sum(one.tokens_in for one in asked)),
        round(sum(one.tokens_out for one in asked)),
    )


def _makes(stages: Iterable[Stage]) -> list[str]:
    stages, tasks, done = list(stages), list[str](), list[str]()
    for stage in stages:
        if stage.gives_samples():
            named = _tasks(stage) if isinstance(stage, TASKED) else sorted(stage.own_tasks())
            tasks += named
            done += [] if named else [stage.name()]
    lanes = [f"lane {lane}" for stage in stages for lane in sorted(stage.lanes_written())]
    return list(dict.fromkeys([*tasks, *(f"+ {one}" if tasks else one for one in done)] or lanes))


def _tasks(stage: Tasks | Questions | Hide) -> list[str]:
    """The names of the tasks that *stage* lists."""
    return [one if isinstance(one, str) else one.name or getattr(one, "task", "") for one in stage.tasks or ()]


def _teachers(config: Config) -> list[str]:
    """The teachers that are asked, and whether they must see or hear."""
    asking = [stage for stage in config.stages if isinstance(stage, TeacherStage)]
    first = next(iter(config.teachers), "")
    asked = list(dict.fromkeys(name or first for stage in asking for name in stage.teachers()))
    seeing = {name or first for stage in asking for name in stage.pictures_to()}
    hearing = {name or first for stage in asking for name in stage.sounds_to()}
    told = []
    for name in asked:
        can = [word for word, group in (("sees", seeing), ("hears", hearing)) if name in group]
        told.append(f"teacher that {' and '.join(can)}" if can else "teacher of words")
    return [f"{told.count(one)} × {one}" if told.count(one) > 1 else one for one in dict.fromkeys(told)]
