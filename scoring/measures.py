"""Measures of one item or of many. Times are seconds; every measure is 0 (worst) to 1, but for those that say so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist, correlation, fmean

from ..rules.box_overlap import Box, box_iou
from ..rules.stretch import merged

Span = tuple[float, float]


def accuracy(right: Sequence[bool]) -> float:
    """The share that is right; 0 of nothing."""
    return fmean(right) if right else 0.0


def recall_at(ious: Sequence[float], levels: Sequence[float] = (0.3, 0.5, 0.7)) -> dict[str, float]:
    """The share of stretches whose IoU with the true one is at least each of *levels* (R1 of moment retrieval)."""
    return {f"{level:g}": accuracy([one >= level for one in ious]) for level in levels}


def shared(said: Iterable[Span], true: Iterable[Span]) -> tuple[float, float, float]:
    """IoU, precision and recall of several stretches as one answer (VUE-TR): what they share of all that either covers,
    of what was *said*, and of what is *true*. Nothing said where there is nothing counts as 1."""
    told, wanted = merged(said), merged(true)
    if not told or not wanted:
        return (1.0, 1.0, 1.0) if told == wanted else (0.0, 0.0, 0.0)
    both = sum(max(0.0, min(one[1], two[1]) - max(one[0], two[0])) for one in told for two in wanted)
    lengths = [sum(end - start for start, end in some) for some in (told, wanted)]
    either = sum(lengths) - both
    return tuple(both / whole if whole else 0.0 for whole in (either, *lengths))  # type: ignore[return-value]


def area_under(shares: Sequence[float], steps: int = 100, *, reached: bool = True) -> float:
    """The area under the curve of how many of *shares* reach a level, over levels from 0 to 1 in so many *steps*; where
    they must not only be *reached*, how many are above it."""
    levels = [n / steps for n in range(steps + 1)]
    curve = [accuracy([one >= level if reached else one > level for one in shares]) for level in levels]
    return sum((one + two) / (2 * steps) for one, two in pairwise(curve))


def keyframes(said: Sequence[float], true: Sequence[float | Span], within: float = 5.0) -> tuple[float, float, float]:
    """Precision, recall and F1 of moments: a hit lies at most *within* seconds from the nearest of the others, among
    which a stretch may stand for all of its moments (LV-Haystack)."""
    wanted = [one if isinstance(one, tuple) else (one, one) for one in true]
    near = [[start - within <= time <= end + within for start, end in wanted] for time in said]
    precision = accuracy([any(hits) for hits in near])
    recall = accuracy([any(hits[n] for hits in near) for n in range(len(wanted))])
    return precision, recall, harmonic(precision, recall)


def harmonic(precision: float, recall: float) -> float:
    """The harmonic mean of both (F1)."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean_share_at(shares: Sequence[float], levels: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5)) -> float:
    """The share of *shares* that reach a level, as the mean over *levels* (rec@IoU of CG-Bench)."""
    return fmean(recall_at(shares, levels).values())


def video_iou(said: Mapping[float, Box], true: Mapping[float, Box]) -> float:
    """The mean IoU of boxes over the times of the *true* ones; a time without a box *said* has 0 (V-STaR)."""
    return fmean(box_iou(said[time], box) if time in said else 0.0 for time, box in true.items()) if true else 0.0


def relative_accuracy(said: float, true: float, levels: int = 10) -> float:
    """The share of levels from 0.5 to 0.95 at which *said* is near enough to *true*: its error, as a share of *true*,
    is less than one minus the level (mean relative accuracy of VSI-Bench)."""
    error = abs(said - true) / abs(true) if true else math.inf
    return accuracy([error < 0.5 - n * 0.05 for n in range(levels)])


def tube_iou(said: Mapping[float, Box], true: Mapping[float, Box]) -> tuple[float, float]:
    """Boxes over time (LLaVA-ST): the mean IoU at the times that both have (sIoU), and the sum of IoU there over all
    the times that either has (stIoU). 0 where they have none in common."""
    common = [box_iou(said[time], true[time]) for time in said.keys() & true.keys()]
    return (fmean(common), sum(common) / len(said.keys() | true.keys())) if common else (0.0, 0.0)


def log_mean(shares: Sequence[float], counts: Sequence[int]) -> float:
    """The mean of -ln(1 - share) (V-STaR's logarithmic geometric mean): 0 of nothing right, and above 1 where much is.

    A share of 1 has no finite value: it counts as if half an item of its *counts* were wrong.
    """
    most = [min(share, 1 - 1 / (2 * count)) for share, count in zip(shares, counts, strict=True) if count]
    return fmean(-math.log(1 - share) for share in most) if most else 0.0


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


def correlations(said: Sequence[float | None], true: Sequence[float]) -> tuple[float, float]:
    """Spearman's and Pearson's correlation of numbers *said* with the *true* ones (SRCC, PLCC), -1 to 1.

    A number that was not said (None) is taken for the end of the true scale that is farther away. 0 where one side has
    a single value.
    """
    low, high = min(true, default=0.0), max(true, default=0.0)
    numbers = [
        (high if one - low < high - one else low) if told is None else told
        for told, one in zip(said, true, strict=True)
    ]
    return _pearson(_ranks(numbers), _ranks(true)), _pearson(numbers, true)


def _ranks(numbers: Sequence[float]) -> list[float]:
    """The rank of each from 1; equals share the mean of theirs."""
    places: dict[float, list[int]] = {}
    for place, one in enumerate(sorted(numbers), 1):
        places.setdefault(one, []).append(place)
    return [fmean(places[one]) for one in numbers]


def _pearson(some: Sequence[float], others: Sequence[float]) -> float:
    return correlation(some, others) if len(set(some)) > 1 and len(set(others)) > 1 else 0.0


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
