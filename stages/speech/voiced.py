"""Leaving out the silence: the stretches with speech put one behind the other, and times brought back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .sentences import Line, Word

PAD = 0.4
"""Seconds that a stretch is made longer at both ends."""
GAP = 2.0
"""Pauses that are at most so long are heard, too, seconds: they part sentences."""

Pieces = list[tuple[float, float]]
"""Stretches of a sound in time order that do not overlap, seconds."""


def pieces_of(stretches: Iterable[tuple[float, float]], seconds: float) -> Pieces:
    """What is heard of a sound of so many *seconds*: *stretches* with what is around them, near ones joined."""
    pieces: Pieces = []
    for start, end in sorted(stretches):
        start, end = max(0.0, start - PAD), min(seconds, end + PAD)
        if pieces and start - pieces[-1][1] <= GAP:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
        elif end > start:
            pieces.append((start, end))
    return pieces


def only(sound: Any, pieces: Pieces, rate: int) -> Any:
    """*pieces* of *sound* (*rate* samples a second), one behind the other."""
    import numpy as np

    if not pieces:
        return sound[:0]
    return np.concatenate([sound[round(start * rate) : round(end * rate)] for start, end in pieces])


def brought_back(lines: Iterable[Line], pieces: Pieces) -> list[Line]:
    """*lines* of what ``only`` made, with the times that they have in the whole sound.

    A word lies in the piece in which its middle is heard, and does not reach beyond it.
    """
    return [Line([_back(word, pieces) for word in line.words], line.values) for line in lines]


def _back(word: Word, pieces: Pieces) -> Word:
    middle, before = (word.start + word.end) / 2, 0.0
    start, end = pieces[-1]
    for start, end in pieces:
        if middle < before + end - start:
            break
        before += end - start
    else:
        before -= end - start
    first, last = (round(min(max(time - before + start, start), end), 3) for time in (word.start, word.end))
    return Word(word.text, first, last, word.score)
