"""``vdata plugins``: what users may add, of which kinds, and what is there."""

from __future__ import annotations

import importlib
import inspect
import os
from pathlib import Path
from typing import Any

from .export.format import FORMATS
from .pipelines.teachers.teacher_kinds import TEACHERS
from .rules.family import FAMILIES
from .schemas.plugins import PluginKind
from .show import table
from .stages.audio.taggers.tagger import TAGGERS
from .stages.haystack.needles.needle import NEEDLES
from .stages.labels.label_kinds import LABELS
from .stages.media.detectors.detector import DETECTORS
from .stages.media.object_detectors.object_detector import OBJECT_DETECTORS
from .stages.rate.scorers.scorer import SCORERS
from .stages.registry import STAGES
from .stages.verify.checks.check import CHECKS

KINDS: tuple[tuple[PluginKind[Any], str], ...] = (
    (STAGES, "vdata.stages.media.camera"),
    (DETECTORS, "vdata.stages.media.detectors.content"),
    (TAGGERS, "vdata.stages.audio.taggers.silero"),
    (SCORERS, "vdata.stages.rate.scorers.nudenet"),
    (OBJECT_DETECTORS, "vdata.stages.media.object_detectors.detr"),
    (LABELS, "vdata.stages.labels.kinds.subtitles"),
    (FAMILIES, "vdata.rules.families.first_last"),
    (CHECKS, "vdata.stages.verify.checks.leak"),
    (NEEDLES, "vdata.stages.haystack.needles.clip"),
    (TEACHERS, "vdata.pipelines.teachers.kinds.replay"),
    (FORMATS, "vdata.export.formats.openai"),
)
"""Every kind of plugin, with the module that a new one is best begun from."""


def plugin_list() -> str:
    """Every kind: where a new one goes and what to copy; and every class of it, with the package that it comes from."""
    parts = []
    for kind, copied in KINDS:
        model = Path(os.path.realpath(inspect.getfile(importlib.import_module(copied))))
        place = f"{model.parent} like {model.name}"
        if kind is STAGES:
            place = f"a room of {model.parent.parent} like {model.relative_to(model.parent.parent)}"
        head = f"{kind.title}: a file in {place}, or an entry point of the group {kind.group}"
        rows = [[f"  {name}", *_origin(cls)] for name, cls in kind.find().items()]
        parts.append(f"{head}\n{table(['  name', 'class', 'from'], rows)}")
    return "\n\n".join(parts)


def _origin(cls: type[Any]) -> tuple[str, str]:
    """*cls* as an entry point names it, and the package that it comes from."""
    return f"{cls.__module__}:{cls.__qualname__}", cls.__module__.partition(".")[0]
