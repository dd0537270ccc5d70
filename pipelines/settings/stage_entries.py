"""The entries under ``stages``: how they may be written, and what is wrong with the code that some name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...stages import Stage, TeacherStage, registry
from ...stages.own_code.python import Python
from ..yaml.complaints import did_you_mean
from ..yaml.yaml_lines import Path as Keys
from .overrides import calls
from .route import ADDED

Unsound = tuple[Keys, str, int, str, str]
"""Where in the settings; the file, its line (0: none, it is the config's), what is wrong, and a hint."""


def spelt_out(tree: dict[str, Any]) -> dict[str, Any]:
    """*tree* with ``- python: filters.py:f`` as ``- python: {code: filters.py:f}``, of each stage with a shorthand."""
    entries = tree.get("stages")
    return {**tree, "stages": [_spelt_out(entry) for entry in entries]} if isinstance(entries, list) else tree


def _spelt_out(entry: Any) -> Any:
    if not isinstance(entry, dict) or len(entry) != 1:
        return entry
    ((name, given),) = entry.items()
    cls = registry.stage_class(name) if isinstance(name, str) else None
    if cls is None or not cls.shorthand or given is None or isinstance(given, dict):
        return entry
    return {name: {cls.shorthand: given}}


def read_code(stage: Stage, base: Path) -> tuple[Stage, bool, list[Unsound]]:
    """*stage* with the code that it runs, looked for from *base*; whether its lanes are known; and what is wrong."""
    if not isinstance(stage, Python):
        return stage, True, []
    read, mistakes = stage.read_in(base)
    found: list[Unsound] = [((one.key,), stage.file, one.line, one.message, one.hint) for one in mistakes]
    return read, read.sha256 is not None and not mistakes, found


def crowded(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The complaint about a stage entry of several keys, and a hint."""
    first, *others = entry
    message = f"must be one stage, got the keys {', '.join(entry)}."
    if entry[first] is None and not any(other in registry.find_stages() for other in others):
        return message, f"Indent the settings of {first} further than its name."
    return message, "Begin each stage with a dash of its own."


def resource_complaints(tree: Mapping[str, Any]) -> list[tuple[Keys, str, str]]:
    """What is wrong under ``resources`` of *tree*: where, what, and a hint."""
    given = tree.get("resources")
    names = [*calls(tree), *ADDED.values()]
    listed = f"It lists {', '.join(dict.fromkeys(names))}."
    found: list[tuple[Keys, str, str]] = []
    for name, keys in given.items() if isinstance(given, dict) else ():
        asks = (cls := registry.stage_class(str(name).partition("#")[0])) is None or issubclass(cls, TeacherStage)
        if name not in names:
            found.append((("resources", name), "no stage of this config.", did_you_mean(str(name), names, listed)))
        elif isinstance(keys, dict) and "askers" in keys and not asks:
            found.append((("resources", name, "askers"), f"{name} asks no teacher.", "Leave it out."))
    return found
