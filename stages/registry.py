"""Finding stages: every public Stage subclass in a module below this folder, and those of installed plugins."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from .stage import Gather, Stage, TeacherStage

ENTRY_POINTS = "vdata.stages"
"""A plugin names its stage classes in this entry-point group."""


@cache
def find_stages() -> dict[str, type[Stage]]:
    """Every stage by its YAML name, in the order of the names."""
    package = __name__.rpartition(".")[0]
    found: dict[str, type[Stage]] = {}
    for info in pkgutil.walk_packages([str(Path(__file__).parent)], prefix=package + "."):
        if info.ispkg or info.name.rpartition(".")[2].startswith("_"):
            continue
        module = importlib.import_module(info.name)
        for thing in vars(module).values():
            if _is_stage(thing) and thing.__module__ == module.__name__:
                found[thing.name()] = thing
    for point in entry_points(group=ENTRY_POINTS):
        thing = point.load()
        if _is_stage(thing):
            found.setdefault(thing.name(), thing)
    return dict(sorted(found.items()))


def stage_class(name: str) -> type[Stage] | None:
    """The stage called *name* in YAML, or None."""
    return find_stages().get(name)


def _is_stage(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Stage) and thing not in (Stage, Gather, TeacherStage)
