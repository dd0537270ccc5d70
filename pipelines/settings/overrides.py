"""``--set a.b=c``: one value of a config, changed from the command line."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schemas.stage_names import numbered, unnumbered
from ...stages import registry
from ..errors import Problem
from ..yaml.complaints import did_you_mean, listed, shown
from ..yaml.secrets import is_secret
from ..yaml.yaml_lines import Path, parse


@dataclass(slots=True)
class Changed:
    """A tree with its overrides applied, which override wrote which path, and those that could not be applied."""

    tree: Any
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """Overrides that call a stage by the name of an older version."""


class _Refused(Exception):
    """This override cannot be applied; the arguments are a message and a hint."""


def apply(tree: dict[str, Any], overrides: Sequence[str], keys: Iterable[str]) -> Changed:
    """Apply ``KEY=VALUE`` texts in order; VALUE is read as YAML.

    KEY is a path of *keys* of the config (``output.path``), or of a listed stage by name (``shots.min_seconds``, and
    ``shots#2.min_seconds`` for the second of that name) or by index from 0 (``stages.1.min_seconds``).
    """
    changed = Changed(copy.deepcopy(tree))
    for override in overrides:
        key, equals, text = override.partition("=")
        origin = f"--set {key}=…" if any(map(is_secret, key.split("."))) else f"--set {override}"
        document = parse(text)
        try:
            if not equals or not key.strip():
                raise _Refused("must be KEY=VALUE,", "for example shots.min_seconds=1.")
            if document.mistakes:
                raise _Refused(document.mistakes[0].message, document.mistakes[0].hint)
            path = _with_dots(changed.tree, _target(changed.tree, key.strip().split("."), list(keys)))
            if named := _formerly(path, key):
                changed.warnings.append(Problem(origin, 0, "", named))
            _put(changed.tree, path, document.value)
        except _Refused as refused:
            changed.problems.append(Problem(origin, 0, "", *refused.args))
            continue
        below = [old for old in changed.origins if old[: len(path)] == path]
        for old in below:
            del changed.origins[old]
        changed.origins[path] = origin
    return changed


def stage_names(tree: Any) -> list[str | None]:
    """The name of each entry under ``stages``; None where an entry is not a stage."""
    entries = tree.get("stages") if isinstance(tree, dict) else None
    names: list[str | None] = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and len(entry) == 1:
            entry = next(iter(entry))
        names.append(entry if isinstance(entry, str) else None)
    return names


def calls(tree: Any) -> list[str]:
    """What each entry under ``stages`` is called: ``shots``, ``shots#2``; ``entry 3`` for one that is not a stage."""
    names = stage_names(tree)
    called = iter(numbered(filter(None, names)))
    return [next(called) if name else f"entry {number}" for number, name in enumerate(names, 1)]


def _target(tree: dict[str, Any], parts: list[str], keys: list[str]) -> Path:
    """Where in *tree* the key goes."""
    names = stage_names(tree)
    first, *rest = parts
    if first in keys and first != "stages":
        return tuple(parts)
    if first == "stages":
        if not rest:
            return ("stages",)
        first, *rest = rest
    if first.isdecimal() and parts[0] == "stages":
        index = int(first)
        if index >= len(names):
            raise _Refused(f"there is no stage {index}, counted from 0.", _listed(tree))
        if not rest:
            return ("stages", index)
        if names[index] is None:
            raise _Refused(f"{calls(tree)[index]} is not well formed.", "Write it as `- name: {key: value}`.")
        return ("stages", index, str(names[index]), *rest)
    wanted, number = unnumbered(first)
    at = [index for index, name in enumerate(names) if name == wanted]
    if not at:
        at = [index for index, name in enumerate(names) if wanted in _former_names(name)]
    if number and at:
        if number > len(at):
            raise _Refused(f"there is no {first}: {wanted} is listed {_times(len(at))}.", _listed(tree))
        at = [at[number - 1]]
    if len(at) > 1:
        ways = listed(".".join([f"{wanted}#{n}", *rest]) for n in range(1, len(at) + 1))
        raise _Refused(f"the stage {first} is listed {_times(len(at))}.", f"Write {ways}.")
    if not at:
        if wanted in registry.find_stages():
            raise _Refused(f"the stage {wanted} is not listed in the config.", _listed(tree))
        known = [*(keys if parts[0] != "stages" else ()), *filter(None, names)]
        raise _Refused(
            f"{first} is neither a key of the config nor a listed stage.",
            did_you_mean(wanted, known, f"Known here: {', '.join(dict.fromkeys(known))}."),
        )
    return ("stages", at[0], str(names[at[0]]), *rest)


def _with_dots(tree: Any, path: Path) -> Path:
    """*path* with the parts put together that are one key of *tree* with dots in it: ``overlap.speech``."""
    found: list[str | int] = []
    rest = list(path)
    while rest:
        size = 1
        if isinstance(tree, dict) and rest[0] not in tree:
            joined = (n for n in range(len(rest), 1, -1) if ".".join(map(str, rest[:n])) in tree)
            size = next(joined, 1)
        part = ".".join(map(str, rest[:size])) if size > 1 else rest[0]
        found.append(part)
        rest = rest[size:]
        inside = tree.get(part) if isinstance(tree, dict) else None
        if isinstance(tree, list) and str(part).isdecimal() and int(part) < len(tree):
            inside = tree[int(part)]
        tree = inside
    return tuple(found)


def _former_names(name: str | None) -> Iterable[str]:
    cls = registry.stage_class(name) if name else None
    return cls.formerly if cls else ()


def _formerly(path: Path, key: str) -> str:
    """What to say when *key*, which means *path*, calls a stage by an old name; empty otherwise."""
    name = str(path[2]) if path[0] == "stages" and len(path) > 2 else ""
    parts = [unnumbered(part)[0] for part in key.strip().split(".")]
    old = next((part for part in parts[:2] if part in _former_names(name)), "")
    return f"the stage {old} is here the stage {name} now." if old and name not in parts[:2] else ""


def _listed(tree: Any) -> str:
    return f"Listed: {', '.join(called)}." if (called := calls(tree)) else "No stage is listed."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _put(tree: Any, path: Path, value: Any) -> None:
    """Set *path* in *tree*, making mappings on the way."""
    if len(path) > 2 and path[0] == "stages" and isinstance(entry := tree["stages"][path[1]], str):
        tree["stages"][path[1]] = {entry: {}}
    *parents, last = path
    for n, part in enumerate(parents):
        tree = _step(tree, part, path[:n], make=True)
    if isinstance(tree, list):
        _step(tree, last, path[:-1], make=False)
        tree[int(last)] = value
    elif isinstance(tree, dict):
        tree[str(last)] = value
    else:
        raise _Refused(f"{'.'.join(map(str, parents))} is {shown(tree)} and has no keys.")


def _step(tree: Any, part: str | int, done: Path, *, make: bool) -> Any:
    where = ".".join(map(str, done))
    if isinstance(tree, list):
        if not str(part).isdecimal() or int(part) >= len(tree):
            raise _Refused(f"{where} has no item {part}.", f"It has {len(tree)}, counted from 0.")
        return tree[int(part)]
    if not isinstance(tree, dict):
        raise _Refused(f"{where} is {shown(tree)} and has no keys.")
    if make and tree.get(part) is None:
        tree[part] = {}
    return tree[part]


def origin(origins: Mapping[Path, str], path: Path) -> str | None:
    """The override that the value at *path* is from, among *origins*; None where it stands in the file."""
    return next((origins[path[:n]] for n in range(len(path), 0, -1) if path[:n] in origins), None)
