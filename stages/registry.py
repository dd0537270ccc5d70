"""Finding stages: every Stage in a module below this folder that is not abstract, and those of installed packages."""

from __future__ import annotations

from ..schemas.plugins import PluginKind
from .stage import Stage

STAGES = PluginKind("stage", "vdata.stages", "vdata.stages", lambda: Stage, lambda stage: stage.name())


def find_stages() -> dict[str, type[Stage]]:
    """Every stage by its YAML name, in the order of the names."""
    return STAGES.find()


def stage_class(name: str) -> type[Stage] | None:
    """The stage called *name* in YAML, or None."""
    return find_stages().get(name)
