"""Several models on the same items: how much each differs from the first, and whether that is more than luck.

The items are paired, so that only those count on which two models differ: McNemar's exact test says how likely such an
imbalance is by chance, and Bonett and Price's interval how large the difference may be (Statistics in Medicine 2012;
it holds for few items). With several models the p-values are Holm's, so that all statements hold together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from .measures import interval

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """One model beside the first one. Shares are 0 to 1; a difference is this one's share less the first one's."""

    name: str
    items: int
    accuracy: float
    low: float
    high: float
    only_this: int = 0
    """Items that this one has right and the first one wrong."""
    only_first: int = 0
    difference: float = 0.0
    difference_low: float = 0.0
    difference_high: float = 0.0
    p: float | None = None
    """McNemar's, corrected for the number of models; None for the first."""


def compare(right: Mapping[str, Sequence[bool]]) -> list[ModelComparison]:
    """Every model of *right* (for each item, in the same order, whether it is right) beside the first."""
    (first, reference), *others = right.items()
    pairs = {name: _pairs(values, reference) for name, values in others}
    ps = _holm({name: mcnemar(*pair) for name, pair in pairs.items()})
    rows = [ModelComparison(first, len(reference), _share(reference), *interval(sum(reference), len(reference)))]
    for name, values in others:
        only_this, only_first = pairs[name]
        low, high = paired_interval(only_this, only_first, len(values))
        difference = _share(values) - _share(reference)
        whole = interval(sum(values), len(values))
        rows.append(
            ModelComparison(
                name, len(values), _share(values), *whole, only_this, only_first, difference, low, high, ps[name]
            )
        )
    return rows


def mcnemar(one: int, other: int) -> float:
    """The two-sided p-value of *one* against *other* discordant pairs, exact: a fair coin, so many times."""
    throws = one + other
    if not throws:
        return 1.0
    below = sum(math.comb(throws, n) for n in range(min(one, other) + 1))
    return min(1.0, float(2 * below / 2**throws))


def paired_interval(one: int, other: int, count: int, level: float = LEVEL) -> tuple[float, float]:
    """Bonett and Price's interval of the difference of two paired shares: *one* and *other* discordant, of *count*."""
    a, b = (one + 1) / (count + 2), (other + 1) / (count + 2)
    spread = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((a + b - (a - b) ** 2) / (count + 2))
    return max(-1.0, a - b - spread), min(1.0, a - b + spread)


def _holm(ps: Mapping[str, float]) -> dict[str, float]:
    found, most = {}, 0.0
    for rank, (name, p) in enumerate(sorted(ps.items(), key=lambda item: item[1])):
        most = max(most, min(1.0, p * (len(ps) - rank)))
        found[name] = most
    return found


def _pairs(some: Sequence[bool], others: Sequence[bool]) -> tuple[int, int]:
    pairs = list(zip(some, others, strict=True))
    return sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)


def _share(values: Sequence[bool]) -> float:
    return fmean(values) if values else 0.0
