"""How a stage is called wherever people read of it: in the funnel, rejects, mistakes of a config, and ``--set``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def numbered(names: Iterable[str]) -> list[str]:
    """*names* in order, with ``#2``, ``#3`` for those that come again: ``shots``, ``camera``, ``shots#2``."""
    seen: Counter[str] = Counter()
    called = []
    for name in names:
        seen[name] += 1
        called.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return called


def unnumbered(called: str) -> tuple[str, int]:
    """The name of the stage that is called *called*, and which of that name it is: ("shots", 2) for ``shots#2``.

    The number is 0 where none is said.
    """
    name, mark, number = called.partition("#")
    if mark and number.isascii() and number.isdecimal() and int(number):
        return name, int(number)
    return called, 0
