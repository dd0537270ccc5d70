"""How long texts may be for a server that makes vectors and cuts off the rest without a word: found out by asking."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...schemas.vectors import unpack

SHORT = 200
"""Bytes of a text that every model is taken to read."""
STEP = 1.1
"""A length tells something new when it is so many times another that is known."""
KEPT = 0.8
"""The share of a text that stays as it is when the rest is made another."""
SAME = 0.01
"""Vectors that are no farther apart are of the same text: those of one text differ with what it is sent with."""


class TextLimit:
    """The length of the longest text that was read whole, and of the shortest that was not, bytes."""

    def __init__(self) -> None:
        self.whole: float = SHORT
        self.cut: float = math.inf

    def telling(self, texts: Sequence[str]) -> int | None:
        """Which of *texts* would tell more, the longest of them; None: none would."""
        sizes = [len(text.encode()) for text in texts]
        among = [size for size in sizes if self.whole * STEP < size < self.cut / STEP]
        return sizes.index(max(among)) if among else None

    def learn(self, text: str, vector: bytes, of_other: bytes) -> None:
        """Take in that *text* has *vector*, and with another end *of_other*; empty: the server refused that."""
        size = len(text.encode())
        if of_other and math.dist(unpack([vector])[0], unpack([of_other])[0]) <= SAME:
            self.cut = min(self.cut, size)
        else:
            self.whole = max(self.whole, size)

    def is_cut(self, text: str) -> bool:
        """Whether *text* is at least as long as one that was cut."""
        return len(text.encode()) >= self.cut


def other_end(text: str) -> str:
    """*text* whose last fifth is written backwards."""
    at = int(len(text) * KEPT)
    return text[:at] + text[: at - 1 : -1] if at else text
