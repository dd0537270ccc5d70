"""Words of older versions in a YAML tree: they are replaced by the new words, and noted with their paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel

from .yaml_lines import Path

T = TypeVar("T")


@dataclass(slots=True)
class OldWords:
    """The old words that were found in a tree, and how they changed the paths of what is below them."""

    found: list[tuple[Path, str]] = field(default_factory=list)
    """The path of each old word in the file, and the warning about it."""
    twice: list[tuple[Path, str]] = field(default_factory=list)
    """The path of each key that is given under its old word and its new one, and the complaint about it."""
    moves: list[tuple[Path, Path]] = field(default_factory=list)
    """Pairs (path before, path after), in the order in which keys were renamed."""

    def moved(self, table: Mapping[Path, T]) -> dict[Path, T]:
        """*table*, whose keys are paths with old words, with keys that are paths with the new words."""
        changed = dict(table)
        for old, new in self.moves:
            below = {path: changed.pop(path) for path in list(changed) if path[: len(old)] == old}
            changed |= {(*new, *path[len(old) :]): value for path, value in below.items()}
        return changed

    def move(self, old: Path, new: Path, message: str) -> None:
        """Note that the value at the path *old* is now at *new*, with the warning *message*."""
        self.found.append((self.written(old), message))
        self.moves.append((old, new))

    def written(self, path: Path) -> Path:
        """The path in the file of the value that is now at *path*."""
        for old, new in reversed(self.moves):
            if path[: len(new)] == new:
                path = (*old, *path[len(new) :])
        return path


def read_old_words(value: Any, kind: Any, at: Path, old: OldWords, *, replace: bool = False) -> Any:
    """A copy of *value* in which every old word is replaced by the new one.

    Args:
        value: a tree of plain YAML types.
        kind: the annotation that *value* is meant for: a model, or a type that mentions models.
        at: the path of *value*, in new words.
        old: collects the old words.
        replace: whether the value of an old key replaces that of the new key. If not, giving both is a mistake.
    """
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not isinstance(value, dict):
            return value
        value = _renamed(value, getattr(kind, "renamed", {}), at, old, replace)
        for name, info in kind.model_fields.items():
            key = info.alias or name
            if key in value:
                value[key] = read_old_words(value[key], info.annotation, (*at, key), old, replace=replace)
        return value
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
        return {k: read_old_words(v, inner[1], (*at, k), old, replace=replace) for k, v in items} or value
    if origin in (list, tuple):
        if isinstance(value, list):
            return [read_old_words(v, inner[0], (*at, n), old, replace=replace) for n, v in enumerate(value)]
        return value
    for member in inner[:1] if origin is Annotated else inner:
        value = read_old_words(value, member, at, old, replace=replace)
    return value


def _renamed(
    value: Mapping[str, Any], words: Mapping[str, str], at: Path, old: OldWords, replace: bool
) -> dict[str, Any]:
    """*value* with its keys, and the values of these, in the new *words*; ``group.key`` is a key of a group now."""
    keys = {before: now for before, now in words.items() if ": " not in before}
    renamed: dict[str, Any] = {}
    for key, inner in value.items():
        now = keys.get(key, key)
        group, _, last = now.rpartition(".")
        if group and key in keys:
            there = renamed.get(group, value.get(group, {}))
            if isinstance(there, dict) and (replace or last not in there):
                renamed[group] = {**there, last: inner}
                old.move((*at, key), (*at, group, last), f"the key {key} is now called {now}.")
            else:
                old.twice.append(((*at, key), f"is now called {now}, and {group} says otherwise."))
            continue
        if now != key and now in value and not replace:
            old.twice.append(((*at, key), f"given twice: it is now called {now}, which is there too."))
            continue
        if (now == key and not any(keys.get(other) == key for other in value)) or now != key:
            renamed[now] = renamed.get(now, inner) if now == key else inner
        if now != key:
            old.move((*at, key), (*at, now), f"the key {key} is now called {now}.")
    for word, now in words.items():
        key, colon, before = word.partition(": ")
        if colon and key in renamed:
            renamed[key] = _renamed_value(renamed[key], before, now, (*at, key), old)
    return renamed


def _renamed_value(value: Any, before: str, now: str, at: Path, old: OldWords) -> Any:
    """*value* with the word *before* replaced by *now*: as the value itself, in a list, or as a key of a table."""
    message = f"{before} is now called {now}."
    if value == before:
        old.found.append((old.written(at), message))
        return now
    if isinstance(value, list) and before in value:
        old.found.append((old.written((*at, value.index(before))), message))
        return [now if one == before else one for one in value]
    if isinstance(value, dict) and before in value:
        old.move((*at, before), (*at, now), message)
        return {now if key == before else key: inner for key, inner in value.items()}
    return value
