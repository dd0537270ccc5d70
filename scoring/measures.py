"""Measures of one item or of many. Times are seconds; every measure is 0 (worst) to 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, fmean

Span = tuple[float, float]


def accuracy(right: Sequence[bool]) -> float:
    """The share that is right; 0 of nothing."""
    return fmean(right) if right else 0.0


def recall_at(ious: Sequence[float], levels: Sequence[float] = (0.3, 0.5, 0.7)) -> dict[str, float]:
    """The share of stretches whose IoU with the true one is at least each of *levels* (R1 of moment retrieval)."""
    return {f"{level:g}": accuracy([one >= level for one in ious]) for level in levels}


def keyframes(said: Sequence[float], true: Sequence[float], within: float = 5.0) -> tuple[float, float, float]:
    """Precision, recall and F1 of moments: a hit lies at most *within* seconds from the nearest of the others
    (LV-Haystack)."""

    def share(some: Sequence[float], others: Sequence[float]) -> float:
        near = [any(abs(one - other) <= within for other in others) for one in some]
        return accuracy(near)

    precision, recall = share(said, true), share(true, said)
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


RUBRIC = (1, 3, 5, 7, 10)
"""NIAVH's marks: from nothing in common with the truth to all of it."""


def rubric(mark: float | None) -> float:
    """A judge's mark of NIAVH's rubric as a share: 1 is 0, 10 is 1. No mark, or one that is not in it, is 0."""
    return (mark - RUBRIC[0]) / (RUBRIC[-1] - RUBRIC[0]) if mark in RUBRIC else 0.0


def both_questions(first: Sequence[bool], second: Sequence[bool]) -> dict[str, float]:
    """Multi-hop items that are asked twice (MH-NIAH of VideoChat-Flash): the mean of both accuracies, and how many
    items have both, only one or the other, or neither right."""
    pairs = list(zip(first, second, strict=True))
    return {
        "mean": (accuracy(first) + accuracy(second)) / 2,
        "both": accuracy([a and b for a, b in pairs]),
        "only_first": accuracy([a and not b for a, b in pairs]),
        "only_second": accuracy([b and not a for a, b in pairs]),
        "neither": accuracy([not (a or b) for a, b in pairs]),
    }


def order_places(said: Sequence[int], true: Sequence[int]) -> tuple[bool, ...]:
    """Whether each place of the order *true* has the same number in *said* (Vript-ERO)."""
    return tuple(n < len(said) and said[n] == number for n, number in enumerate(true))


def interval(right: float, count: int, level: float = 0.95) -> Span:
    """Wilson's interval of a share, *right* of *count*: it holds for few items, and at 0 and 100 %, too (JASA 1927)."""
    if not count:
        return (0.0, 1.0)
    z, share = NormalDist().inv_cdf((1 + level) / 2), right / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    low, high = ((middle + sign * spread) / (1 + z * z / count) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def chance(options: Iterable[int], turns: Iterable[int]) -> float:
    """What guessing gives: for each item, one in its options, to the power of its rotations that must all be right."""
    shares = [(1 / count) ** turn if count else 0.0 for count, turn in zip(options, turns, strict=True)]
    return fmean(shares) if shares else 0.0
