"""Whether a text says the same over and over, as small models do that run away."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from .lane_kinds import fold
from .lazy_pattern import lazy

SENTENCE = 3
"""Words from which a sentence that comes twice is a loop."""
CLAUSE = 2
"""Words from which a clause that comes three times in a row is one."""
_SENTENCES = lazy(r"[.!?。！？\n]+")
_CLAUSES = lazy(r"[.!?。！？\n,;，；]+")


def loop(text: str, material: str = "") -> str:
    """The words that *text* says over and over, folded; empty: none. What *material* says twice may be said twice."""
    said = Counter(part for part in map(fold, _SENTENCES.split(text)) if part.count(" ") >= SENTENCE - 1)
    heard = Counter(map(fold, _SENTENCES.split(material)))
    for part, times in said.items():
        if times > max(1, heard[part]):
            return part
    runs = ((part, len(list(run))) for part, run in groupby(map(fold, _CLAUSES.split(text))))
    known = fold(material)
    again = (part for part, times in runs if times > 2 and part.count(" ") >= CLAUSE - 1)
    return next((part for part in again if f"{part} {part}" not in known), "")
