"""Whether the right option is told by its length, and how wrong ones are chosen so that it is not."""

from __future__ import annotations

from collections.abc import Sequence

FAR = 1.5
"""The right option is told by its length when it is this many times as long as every other, or as short."""
CHARACTERS = 15
"""... and by at least so many characters."""


def told_by_length(options: Sequence[str], right: int) -> float | None:
    """How many times as long as the next option the right one is, or as short, where that tells it; else None."""
    own = max(len(options[right]), 1)
    others = sorted(len(option) for n, option in enumerate(options) if n != right)
    if not others:
        return None
    for longer, shorter in ((own, others[-1]), (others[0], own)):
        if longer >= FAR * shorter and longer - shorter >= CHARACTERS:
            return round(longer / max(shorter, 1), 2)
    return None


def choose_by_length(answer: str, wrongs: Sequence[str], count: int, shorter: int) -> list[str]:
    """*count* of *wrongs*, in their order; as far as there are such, *shorter* of them are shorter than *answer*.

    Of those on one side of it, the ones that are not far from it in length come first. When *shorter* is drawn evenly
    from 0 to *count*, the right option is the longest, the shortest and each between equally often.
    """
    if len(wrongs) <= count:
        return list(wrongs)
    own = len(answer)
    near = sorted(range(len(wrongs)), key=lambda n: told_by_length([answer, wrongs[n]], 0) is not None)
    below = [n for n in near if len(wrongs[n]) < own]
    above = [n for n in near if len(wrongs[n]) >= own]
    low = min(len(below), max(shorter, count - len(above)))
    return [wrongs[n] for n in sorted([*below[:low], *above[: count - low]])]
