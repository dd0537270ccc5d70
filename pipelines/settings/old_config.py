"""A config in the words of older versions, read as one in today's."""

from __future__ import annotations

from typing import Any

from ...stages import registry
from ...stages.labels.label_kinds import LabelImport
from ..yaml.complaints import known_keys
from ..yaml.old_words import OldWords, read_old_words
from .config import Config


def read_old_config(tree: dict[str, Any], old: OldWords, *, replace: bool = False) -> dict[str, Any]:
    """The *tree* of a config in today's words; what was found, and what stands where, goes to *old*.

    *replace*: as for ``read_old_words``.
    """
    from ..teachers.teacher_kinds import TeacherKind

    rest = {key: value for key, value in tree.items() if key not in ("stages", "labels", "teachers")}
    read = {**tree, **read_old_words(rest, Config, (), old, replace=replace)}
    for key, kind in (("labels", list[LabelImport]), ("teachers", dict[str, TeacherKind])):
        if key in tree:
            read[key] = read_old_words(tree[key], kind, (key,), old, replace=replace)
    if isinstance(tree.get("stages"), list):
        read["stages"] = [_stage(entry, ("stages", n), old, replace) for n, entry in enumerate(tree["stages"])]
    return read


def _stage(entry: Any, at: tuple[str | int, ...], old: OldWords, replace: bool) -> Any:
    """An entry under ``stages`` with today's name and settings."""
    alone = isinstance(entry, str)
    if not alone and not (isinstance(entry, dict) and len(entry) == 1):
        return entry
    name, settings = (entry, None) if alone else next(iter(entry.items()))
    given = settings if isinstance(settings, dict) else {}
    if isinstance(name, str) and (now := registry.successor(name, given)) is not None:
        was = now.formerly[name]
        how = f" with {', '.join(f'{key} {value}' for key, value in was.items())}" if was else ""
        said = f"the stage {name}{how} is now the stage {now.name()}."
        if alone:
            old.found.append((at, said))
            return now.name()
        old.move((*at, name), (*at, now.name()), said)
        known = known_keys(now)  # what the old stage could do besides may have been switched off
        settings = {k: v for k, v in given.items() if k not in was and (v is not None or k in known)} or None
        name = now.name()
    cls = registry.stage_class(name) if isinstance(name, str) else None
    if cls is None or alone:
        return entry
    return {name: read_old_words(settings, cls, (*at, name), old, replace=replace)}
