"""Finding stages: every Stage in a module below this folder that is not abstract, and those of installed packages."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from ..schemas.plugins import PluginKind
from .stage import Stage

STAGES = PluginKind("stage", "vdata.stages", "vdata.stages", lambda: Stage, lambda stage: stage.name())


def find_stages() -> dict[str, type[Stage]]:
    """Every stage by its YAML name, in the order of the names."""
    return STAGES.find()


def stage_class(name: str) -> type[Stage] | None:
    """The stage called *name* in YAML, or None."""
    return STAGES.get(name) if name else None


def successor(name: str, settings: Mapping[str, object]) -> type[Stage] | None:
    """The present stage for the stage *name* of an older version with these settings; None if it was not renamed."""
    now = stage_class(name)
    if now is not None:
        try:
            now.model_validate(settings)
        except ValidationError:
            pass  # words of an older version, or a mistake, which is told where the settings are read
        else:
            return None  # without having imported every stage
    for cls in find_stages().values():
        was = cls.formerly.get(name)
        if was is not None and all(settings.get(key) == value for key, value in was.items()):
            return cls
    return None
