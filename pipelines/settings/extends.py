"""``extends``: a config that begins from another file, or several, of which it says only what is otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from ..yaml.complaints import did_you_mean, shown
from ..yaml.yaml_lines import Document, Mistake, parse
from ..yaml.yaml_lines import Path as Keys
from .paths import text_of

KEY = "extends"
PACKAGE = "vdata.configs"
SHARED = "shared"
"""The folder of the package with what recipes share: no recipes themselves."""
ENDINGS = (".yaml", ".yml")


Places = dict[Keys, tuple[str, int]]
"""The file and the line of each path of a merged value; the file is empty for the config itself."""


@dataclass(slots=True)
class Extended:
    """The value of a config with what it extends, and where each part of it stands."""

    value: Any
    places: Places
    mistakes: list[tuple[str, Mistake]] = field(default_factory=list)
    """What is wrong with the texts: the name of the file (empty: the config itself), and the mistake."""

    def document(self) -> Document:
        """The value with the line of every path."""
        return Document(self.value, {path: line for path, (_, line) in self.places.items()})


def read_extended(text: str, path: Path, base: Path | None = None, seen: tuple[str, ...] = ()) -> Extended:
    """What *text* holds, the config *path*, together with what it extends.

    A mapping is merged key by key, anything else takes the place of what was there, and null takes it out. Of several
    files the later ones are put on top of the earlier ones. If what is
    extended cannot be read, the value is None: nothing can be said of what may only be missing.

    Args:
        base: the folder of relative names, where the text stands in no file; by default the one of *path*.
        seen: the files that lead to this one.
    """
    document = parse(text)
    tree, places = document.value, {at: ("", line) for at, line in document.lines.items()}
    mistakes = [("", one) for one in document.mistakes]
    if not isinstance(tree, dict) or KEY not in tree:
        return Extended(tree, places, mistakes)
    named, here = tree.pop(KEY), (*seen, _identity(path))
    whole, merged, read = dict[str, Any](), Places(), True
    for given in _names(named):
        name, below, problem = _found(given, base or path.parent)
        if problem is None and _identity(Path(name)) in here:
            problem = f"{given} extends this file in turn.", "Take one of the two lines out."
        if problem is not None:
            mistakes.append(("", Mistake(document.line((KEY,)), (KEY,), *problem)))
            read = False
            continue
        found = read_extended(below, Path(name), seen=here)
        mistakes += [(file or name, one) for file, one in found.mistakes]
        if isinstance(found.value, dict):
            new = {at: (file or name, line) for at, (file, line) in found.places.items()}
            whole = _merged(whole, found.value, (), merged, new)
            continue
        if not found.mistakes:
            mistakes.append(("", Mistake(document.line((KEY,)), (KEY,), f"{given} holds no keys with values.")))
        read = False
    if not read:
        return Extended(None, places, mistakes)
    return Extended(_merged(whole, tree, (), merged, places), merged, mistakes)


def written_out(text: str, path: Path) -> str:
    """*text*, the config *path*, with what it extends put where it says so, comments included: a text that runs alone.

    A key of which more than one says something holds the merged value; comments of it are kept where the parts, written
    one after the other, hold that value.

    Raises:
        ValueError: what it extends cannot be read.
    """
    document = parse(text)
    if not isinstance(document.value, dict) or KEY not in document.value:
        return text
    merged = read_extended(text, path)
    if merged.value is None:
        raise ValueError("; ".join(one.message for _, one in merged.mistakes))
    own, base = _blocks(text, document), dict[str, list[str]]()
    for named in _names(document.value[KEY]):
        name, below, _ = _found(named, path.parent)
        below = written_out(below, Path(name))
        for key, block in _blocks(below, parse(below)).items():
            base.setdefault(key, []).append(block)
    made = [own.pop("", "")]
    for key, block in own.items():
        if key == KEY:
            made += [_one(merged.value, other, said) for other, said in base.items() if other and other not in own]
        elif key not in base:
            made.append(block)
        elif key in merged.value:
            made.append(_one(merged.value, key, [*base[key], block]))
    return "".join(made)


def _one(value: Mapping[str, Any], key: str, blocks: Sequence[str]) -> str:
    """One block of the *blocks* that say something of *key*: themselves in a row, if that holds the merged *value*."""
    (head, *_), rests = blocks[0].splitlines(keepends=True), [block.split("\n", 1)[1] for block in blocks]
    joined = "".join([head, *(rest if rest.endswith("\n") else f"{rest}\n" for rest in rests if rest)])
    if len(blocks) == 1:
        return blocks[0]
    if parse(joined).value == {key: value[key]}:
        return joined
    return yaml.safe_dump({key: value[key]}, sort_keys=False, allow_unicode=True, width=110)


def _blocks(text: str, document: Document) -> dict[str, str]:
    """The lines of *text* by the key at the top under which they stand; those before the first under an empty text."""
    lines = text.splitlines(keepends=True)
    first = sorted((document.line((key,)) - 1, str(key)) for key in document.value)
    starts = [(0, ""), *first, (len(lines), "")]
    return {key: "".join(lines[start:end]) for (start, key), (end, _) in pairwise(starts)}


def find_shipped(name: str) -> Traversable | None:
    """The file called *name* that comes with vdata: one that recipes share, or a recipe."""
    ours = files(PACKAGE)
    places = (ours.joinpath(SHARED, f"{name}.yaml"), ours.joinpath(f"{name}.yaml"))
    return next((place for place in places if place.is_file()), None)


def shared_files() -> list[str]:
    """The names of the files that recipes share."""
    names = (entry.name for entry in files(PACKAGE).joinpath(SHARED).iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _names(named: Any) -> list[Any]:
    """The files that *named*, the value of the key, lists."""
    return named if isinstance(named, list) and named else [named]


def _found(named: Any, folder: Path) -> tuple[str, str, tuple[str, str] | None]:
    """What the file *named* is called, its text, and what is wrong with it, as a message and a hint."""
    if not isinstance(named, str) or not named.strip():
        return (
            "",
            "",
            (
                f"must be the name of a file, or a list of names, got {shown(named)}.",
                f"For example {KEY}: base.yaml.",
            ),
        )
    path = folder / Path(named).expanduser()
    stem = next((named.removesuffix(one) for one in ENDINGS if named.endswith(one)), named)
    if not path.is_file() and "/" not in stem and (ours := find_shipped(stem)) is not None:
        return f"{PACKAGE.replace('.', '/')}/{ours.name}", ours.read_text(encoding="utf-8"), None
    if not path.exists() and named == stem and "/" not in named:
        there = f"Of vdata's there are {', '.join(shared_files())}, and the recipes; a file of yours ends with .yaml."
        return named, "", (f"there is no file {named}.", did_you_mean(named, shared_files(), there))
    text, problem = text_of(path)
    if problem is not None:
        return named, "", (f"{named}: {problem[0]}", problem[1])
    return str(path), text or "", None


def _identity(path: Path) -> str:
    return str(path.resolve()) if path.exists() else str(path)


def _merged(before: Mapping[str, Any], now: Mapping[str, Any], at: Keys, places: Places, new: Places) -> dict[str, Any]:
    """*now* on top of *before*, whose *places* become those of what is left; *new* are those of *now*."""
    made = dict(before)
    for key, value in now.items():
        here = (*at, key)
        if isinstance(value, dict) and isinstance(before.get(key), dict):
            made[key] = _merged(before[key], value, here, places, new)
            continue
        for path in [path for path in places if path[: len(here)] == here]:
            del places[path]
        if value is None and key in before:
            del made[key]
            continue
        made[key] = value
        places |= {path: place for path, place in new.items() if path[: len(here)] == here}
    places |= {at: new[at]} if at in new else {}
    return made
