"""How a stage reports what it met in languages that its rules do not read, and how that is told."""

from __future__ import annotations

from collections.abc import Mapping

OTHER_LANGUAGE = "other_language:"
"""Before the name of a language: the number of samples and captions in it, among the values that a stage reports."""


def other_languages(values: Mapping[str, float]) -> str:
    """``12 texts in German, 3 in Spanish``; empty where a stage reports none."""
    found = {key.removeprefix(OTHER_LANGUAGE): int(n) for key, n in values.items() if key.startswith(OTHER_LANGUAGE)}
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(
        f"{count:,}{'' if n else ' text' if count == 1 else ' texts'} in {name}"
        for n, (name, count) in enumerate(ranked)
    )
