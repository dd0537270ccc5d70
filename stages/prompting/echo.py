"""Echoes: a weak teacher repeats what it was told to do, or what a field is said to hold, as its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ...rules.lane_kinds import fold

RUN = 6
"""Words that must stand in a row in our instructions for a text to repeat them."""
WHOLE = 4
"""Words of a text that does nothing else but repeat them."""
_MATERIAL = re.compile(r"<material .*?</material>", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.:;?!])\s+|\n+")
_QUOTED = re.compile(r'"([^"{}\n]+)"')
_ASKING = frozenset(
    ("what", "when", "where", "which", "whom", "does", "this", "that", "these", "those", "there", "with")
)


class Instructions:
    """What of a request is our own words, and not of the video."""

    def __init__(self, *told: str, schema: dict[str, Any] | None = None) -> None:
        texts = [*told, *(_described(schema) if schema is not None else ())]
        sentences = [fold(part) for text in texts for part in _SENTENCE.split(_MATERIAL.sub("\n", text))]
        self._runs = frozenset(run for sentence in sentences for run in _runs(sentence))
        self._sentences = frozenset(sentence for sentence in sentences if sentence.count(" ") >= WHOLE - 1)

    def echoed(self, text: str, material: str = "") -> str:
        """The words of *text* that repeat the instructions, folded; empty: none do. What *material* says is no echo."""
        folded = fold(text)
        if folded in self._sentences:
            return folded
        known = _runs(fold(material))
        return next((" ".join(run) for run in _runs(folded) if run in self._runs and run not in known), "")


def copied(text: str, prompt: str, material: str) -> str:
    """*text*, folded, where it stands in quotation marks in *prompt*, as part of an example, and has words that
    *material* has in no form; empty otherwise."""
    folded = fold(text)
    if not prompt or folded not in _quoted(prompt):
        return ""
    known = {word[:4] for word in fold(material).split()}
    strange = [word for word in folded.split() if len(word) > 3 and word not in _ASKING and word[:4] not in known]
    return folded if strange else ""


@lru_cache(maxsize=64)
def _quoted(prompt: str) -> frozenset[str]:
    return frozenset(fold(text) for text in _QUOTED.findall(prompt))


def _described(schema: Any) -> Iterator[str]:
    """The descriptions in a JSON schema."""
    if isinstance(schema, dict):
        for key, inner in schema.items():
            if key == "description" and isinstance(inner, str):
                yield inner
            else:
                yield from _described(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _described(inner)


@lru_cache(maxsize=1024)
def _runs(folded: str) -> tuple[tuple[str, ...], ...]:
    words = folded.split()
    return tuple(tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1))
