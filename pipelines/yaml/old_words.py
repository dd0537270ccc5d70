"""Words of older versions in a YAML tree: read as the new ones, each with the path at which it stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel

from .yaml_lines import Path

T = TypeVar("T")


@dataclass(slots=True)
class OldWords:
    """The old words of a tree: where each stands and what to say of it, and how the paths below it have changed."""

    found: list[tuple[Path, str]] = field(default_factory=list)
    twice: list[tuple[Path, str]] = field(default_factory=list)
    """Keys that stand there under both words, and what to say of them."""
    moves: list[tuple[Path, Path]] = field(default_factory=list)

    def moved(self, table: Mapping[Path, T]) -> dict[Path, T]:
        """*table*, which has a value for paths with old words, for the paths with the new ones."""
        changed = dict(table)
        for old, new in self.moves:
            below = {path: changed.pop(path) for path in list(changed) if path[: len(old)] == old}
            changed |= {(*new, *path[len(old) :]): value for path, value in below.items()}
        return changed

    def move(self, old: Path, new: Path, said: str) -> None:
        """What stood at *old* is at *new* from now on."""
        self.found.append((self.written(old), said))
        self.moves.append((old, new))

    def written(self, path: Path) -> Path:
        """Where *path* stands in the file."""
        for old, new in reversed(self.moves):
            if path[: len(new)] == new:
                path = (*old, *path[len(new) :])
        return path


def read_old_words(value: Any, kind: Any, at: Path, old: OldWords, *, replace: bool = False) -> Any:
    """*value*, which stands at the path *at* and is meant for the annotation *kind*, in today's words.

    Args:
        value: of plain YAML types; it is not changed.
        kind: a model, or an annotation that mentions some.
        at: a path in today's words.
        old: takes what was found.
        replace: whether the value of an old key takes the place of that of the new one, as one given later does; if
            not, to give both is a mistake.
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
    """*value* with its own keys, and their values, in the new *words*."""
    keys = {before: now for before, now in words.items() if ": " not in before}
    renamed: dict[str, Any] = {}
    for key, inner in value.items():
        now = keys.get(key, key)
        if now != key and now in value and not replace:
            old.twice.append(((*at, key), f"given twice: it is now called {now}, which is there too."))
            continue
        if (now == key and not any(keys.get(other) == key for other in value)) or now != key:
            renamed[now] = inner
        if now != key:
            old.move((*at, key), (*at, now), f"the key {key} is now called {now}.")
    for word, now in words.items():
        key, colon, before = word.partition(": ")
        if colon and key in renamed:
            renamed[key] = _said(renamed[key], before, now, (*at, key), old)
    return renamed


def _said(value: Any, before: str, now: str, at: Path, old: OldWords) -> Any:
    """*value* with the word *before*, alone, in a list or as the key of a table, replaced by *now*."""
    said = f"{before} is now called {now}."
    if value == before:
        old.found.append((old.written(at), said))
        return now
    if isinstance(value, list) and before in value:
        old.found.append((old.written((*at, value.index(before))), said))
        return [now if one == before else one for one in value]
    if isinstance(value, dict) and before in value:
        old.move((*at, before), (*at, now), said)
        return {now if key == before else key: inner for key, inner in value.items()}
    return value
