"""The word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of *words* that *word* was probably meant to be: about one slip in three letters, or None."""
    from rapidfuzz.distance import OSA

    def plain(text: str) -> str:
        return re.sub(r"[\W_]", "", text).lower()

    def score(other: str) -> tuple[float, int, int, str]:
        # of words as near as one another: a letter was left out, rather than put in, rather than replaced
        longer, same = len(plain(other)) > len(plain(word)), len(plain(other)) == len(plain(word))
        return OSA.distance(plain(word), plain(other)), OSA.distance(word, other), 2 * same - longer, other

    first: tuple[float, int, int, str] | None = None
    begun: tuple[float, int, int, str] | None = None
    for one in map(score, words):
        first = one if first is None else min(first, one)
        if len(word) >= 3 and (one[3].startswith(word) or word.startswith(one[3])):
            begun = one if begun is None else min(begun, one)
    if first is None:
        return None
    slips, _, _, best = first
    size = max(len(plain(word)), len(plain(best)))
    if slips <= max(1, size // 3) and slips < size:
        return best
    return begun[3] if begun is not None else None
