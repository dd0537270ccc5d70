"""What is said of worlds in each language: a file of ``words/`` by its code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..language_key import CODES
from ..language_words import ENGLISH
from .world import WORLDS, World


@cache
def world_words(language: str = ENGLISH) -> Mapping[str, Any]:
    """The words of *language* (its English name).

    Raises:
        ValueError: there are none; says which languages there are.
    """
    import yaml

    folder = files(__package__) / "words"
    there = {name: folder / f"{code}.yaml" for code, name in CODES.items() if (folder / f"{code}.yaml").is_file()}
    if language not in there:
        raise ValueError(f"there are no questions about worlds in {language}; there are {', '.join(sorted(there))}")
    tree: dict[str, Any] = yaml.safe_load(there[language].read_text(encoding="utf-8"))
    return tree


def make_world(kind: str, size: int, language: str = ENGLISH) -> World:
    """The world *kind* of this size, which speaks *language*.

    Raises:
        ValueError: there is no such world, or none of this size, or no words for it.
    """
    cls = WORLDS.find().get(kind)
    if cls is None:
        raise ValueError(f"there is no world {kind}; there are {', '.join(WORLDS.find())}")
    least, most = cls.sizes
    if not least <= size <= most:
        raise ValueError(f"the world {kind} has sizes from {least} to {most}, got {size}")
    words = world_words(language)
    if kind not in words:
        raise ValueError(f"there are no words for the world {kind} in {language}")
    return cls(size, words[kind], words["nth_place"], words["then"], words["several"])
