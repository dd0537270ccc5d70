"""The texts of a config that people will read, on the card, in rows, in what a teacher is told: they hold no key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..yaml.secrets import HIDDEN, Secrets, is_secret
from ..yaml.yaml_lines import Path as Keys

INSTEAD = "Take it out. A key belongs to a teacher, as its api_key."
FREE: tuple[Keys, ...] = (
    *(("name",), ("description",), ("licence",), ("source",), ("cite",)),
    ("output", "push", "message"),
)
"""The keys of free texts. The settings of stages are published as well: on the card, and in what teachers were told."""
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")


def published_secrets(
    tree: Any,
    secrets: Secrets,
    written: Mapping[Keys, tuple[str, str]] | None = None,
    paths: Collection[Keys] = (),
) -> Iterator[tuple[Keys, str]]:
    """A complaint about each text of *tree* that holds one of *secrets* and is published, with its place.

    *written* are the texts that held variables of the environment; *paths* are the places of stages that name files.
    """
    for key in FREE:
        for at, text in placed_texts(_at(tree, key), key):
            names = _VARIABLE.findall((written or {}).get(at, ("", ""))[0])
            if held := secrets.found_in(text) or [f"${{{name}}}" for name in names if is_secret(name)]:
                yield at, _complaint(held[0])
    for at, text in placed_texts(_at(tree, ("stages",)), ("stages",)):
        if at[-1] != "model" and not {at, at[:-1]} & set(paths) and (held := secrets.found_in(text)):
            yield at, _complaint(held[0])


def _complaint(held: str) -> str:
    what = "a key or a password" if held == HIDDEN else f"the secret {held}"
    return f"holds {what}, which would be published with the data set."


def _at(tree: Any, path: Keys) -> Any:
    """What is at *path* in *tree*; None where nothing is."""
    for part in path:
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def placed_texts(value: Any, at: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """The texts in *value*, which stands at *at*, each with its place."""
    if isinstance(value, str):
        yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from placed_texts(inner, (*at, key))
