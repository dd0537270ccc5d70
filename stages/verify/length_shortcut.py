"""Is the right option the longest, or the shortest, far more often than by chance? Over all samples, not one by one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ...schemas import Sample

WAYS = {"longest": max, "shortest": min}
SIGMAS = 3.0
"""Lengths tell the right option when it is the longest, or the shortest, so many standard deviations more often than by
chance."""
_COUNT = "lengths:"


def count_lengths(samples: Iterable[Sample]) -> dict[str, float]:
    """How many of *samples* have options of different lengths, how many of these have the longest (the shortest) one
    right, how many would by chance, and the variance of that. Equal lengths share."""
    totals: dict[str, float] = {}
    for sample in samples:
        lengths = [len(option) for option in sample.options]
        if sample.answer_index is None or len(set(lengths)) < 2:
            continue
        odds = 1 / len(lengths)
        found = {"items": 1.0, "chance": odds, "variance": odds * (1 - odds)}
        for way, pick in WAYS.items():
            best = pick(lengths)
            found[way] = (lengths[sample.answer_index] == best) / lengths.count(best)
        for name, value in found.items():
            totals[_COUNT + name] = totals.get(_COUNT + name, 0.0) + value
    return totals


def told_lengths(totals: Mapping[str, float]) -> str:
    """``the right option is the longest in 8 of 8 (2 by chance)``, where that is no chance; else nothing."""
    items, chance, variance = (totals.get(_COUNT + name, 0.0) for name in ("items", "chance", "variance"))
    for way in WAYS:
        often = totals.get(_COUNT + way, 0.0)
        if often > chance + SIGMAS * math.sqrt(variance) and items:
            return (
                f"the right option is the {way} in {often:.0f} of {items:.0f} ({chance:.0f} by chance): balance "
                "lengths with options: {existing: balance}, or have wrong options written as long as the right ones"
            )
    return ""
