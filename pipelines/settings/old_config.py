"""Configs of older versions: their words for stages, keys and values are replaced by the new ones."""

from __future__ import annotations

from typing import Any

from ...stages import registry
from ...stages.labels.label_kinds import LabelImport
from ..yaml.complaints import known_keys
from ..yaml.old_words import OldWords, read_old_words
from .config import Config


def read_old_config(tree: dict[str, Any], old: OldWords, *, replace: bool = False) -> dict[str, Any]:
    """A copy of *tree*, the YAML of a config, in new words. *old* collects the old words.

    *replace* is that of ``read_old_words``.
    """
    from ..teachers.teacher_kinds import TeacherKind

    rest = {key: value for key, value in tree.items() if key not in ("stages", "labels", "teachers")}
    renewed = {**tree, **read_old_words(rest, Config, (), old, replace=replace)}
    for key, kind in (("labels", list[LabelImport]), ("teachers", dict[str, TeacherKind])):
        if key in tree:
            renewed[key] = read_old_words(tree[key], kind, (key,), old, replace=replace)
    if isinstance(tree.get("stages"), list):
        renewed["stages"] = [_stage(entry, ("stages", n), old, replace) for n, entry in enumerate(tree["stages"])]
    return renewed


def _stage(entry: Any, at: tuple[str | int, ...], old: OldWords, replace: bool) -> Any:
    """The *entry* of the list ``stages`` with the new name and settings of its stage."""
    is_name = isinstance(entry, str)
    if not is_name and not (isinstance(entry, dict) and len(entry) == 1):
        return entry
    name, settings = (entry, None) if is_name else next(iter(entry.items()))
    given = settings if isinstance(settings, dict) else {}
    if isinstance(name, str) and (successor := registry.successor(name, given)) is not None:
        implied = successor.formerly[name]
        settings_text = f" with {', '.join(f'{key} {value}' for key, value in implied.items())}" if implied else ""
        message = f"the stage {name}{settings_text} is now the stage {successor.name()}."
        if is_name:
            old.found.append((at, message))
            return successor.name()
        old.move((*at, name), (*at, successor.name()), message)
        known = known_keys(successor)  # a null may switch off a key that only the old stage had
        settings = {k: v for k, v in given.items() if k not in implied and (v is not None or k in known)} or None
        name = successor.name()
    cls = registry.stage_class(name) if isinstance(name, str) else None
    if cls is None or is_name:
        return entry
    return {name: read_old_words(settings, cls, (*at, name), old, replace=replace)}
