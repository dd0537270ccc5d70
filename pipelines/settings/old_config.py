"""Configs of older versions: their words for stages, keys and values are replaced by the new ones."""

from __future__ import annotations

from typing import Any

from ...stages import registry
from ...stages.labels.label_kinds import LabelImport
from ..yaml.complaints import known_keys
from ..yaml.old_words import OldWords, read_old_words
from ..yaml.yaml_lines import Path
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
        stages = [_stage(entry, ("stages", n), old, replace) for n, entry in enumerate(tree["stages"])]
        renewed["stages"] = _with_new_stages(stages, old)
    return renewed


def _with_new_stages(stages: list[Any], old: OldWords) -> list[Any]:
    """*stages* with a stage behind each that still has a key of what is a stage of its own now (``Stage.became``).

    Where that stage is there already, as when an override names the old key, it takes what the key holds.
    """
    made = list(stages)
    for n in range(len(made) - 1, -1, -1):  # from the end, so that what is inserted moves no entry that is to come
        name, settings = next(iter(made[n].items())) if isinstance(made[n], dict) and len(made[n]) == 1 else ("", None)
        cls = registry.stage_class(name) if isinstance(name, str) else None
        if cls is None or not isinstance(settings, dict):
            continue
        for key, (now, inner) in cls.became.items():
            if key not in settings:
                continue
            held, settings = settings[key], {one: value for one, value in settings.items() if one != key}
            made[n] = {name: settings or None}
            message = f"the key {key} of {name} is now the stage {now}, with the key {inner}."
            if not held:
                old.found.append((old.written(("stages", n, name, key)), message))
                continue
            after = made[n + 1] if n + 1 < len(made) else None
            there = after.get(now) if isinstance(after, dict) else None
            parts = inner.split(".")
            new: Path = ("stages", n + 1, now, *parts)
            if not isinstance(there, dict) or there.get("of"):  # one of a lane is another stage
                new = ("stages", n + 1)  # so that what is wrong with the stage as a whole has this line
                old.moves += [(("stages", at), ("stages", at + 1)) for at in range(len(made) - 1, n, -1)]
                tasks = {"tasks": settings["tasks"]} if "tasks" in settings else {}
                made[n + 1 : n + 1] = [{now: {**_put({}, parts, held), **tasks}}]
            else:
                made[n + 1] = {now: _put(there, parts, held)}
            old.move(("stages", n, name, key), new, message)
    return made


def _put(settings: dict[str, Any], place: list[str], held: Any) -> dict[str, Any]:
    """*settings* with what is *held* at *place*, beside what is there."""
    key, *deeper = place
    there = settings.get(key)
    if deeper:
        held = _put(there if isinstance(there, dict) else {}, deeper, held)
    elif isinstance(held, dict) and isinstance(there, dict):
        held = {**there, **held}
    return {**settings, key: held}


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
