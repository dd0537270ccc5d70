"""Numbers as answers: the stretch of a scale that a number lies in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from .lazy_pattern import lazy

_NUMBER = lazy(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\d)")
GivenBins = Sequence[float] | Sequence[str] | Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True)
class NumberBin:
    """A stretch of numbers, *low* and *high* included, and what it is called in an answer."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NumberBins:
    """Stretches that follow one another. In *named* ones, whose names show no bounds, a shared bound is the upper's."""

    bins: tuple[NumberBin, ...]
    named: bool = False

    def find(self, number: float) -> str:
        """The name of the one stretch that *number* lies in.

        Raises:
            ValueError: it lies in none, or on a bound that two of them show.
        """
        found = [one.name for one in self.bins if one.low <= number <= one.high]
        if not found:
            raise ValueError(f"{number:g} lies in no bin")
        if len(found) > 1 and not self.named:
            raise ValueError(f"{number:g} lies on the bound of two bins")
        return found[-1]

    def faults(self) -> list[str]:
        """What is wrong with the stretches: that one is empty, or that two overlap or leave a gap."""
        wrong = [f"{one.name} is empty: {one.low:g} is above {one.high:g}" for one in self.bins if one.low > one.high]
        whole = not self.named and all(bound % 1 == 0 for one in self.bins for bound in (one.low, one.high))
        for one, two in pairwise(self.bins):
            next_whole = whole and two.low == one.high + 1  # 0 to 4, 5 to 9: of whole numbers
            if one.high > two.low:
                wrong.append(f"{one.name} and {two.name} overlap")
            elif one.high < two.low and not next_whole:
                wrong.append(f"between {one.name} and {two.name} is a gap, {one.high:g} to {two.low:g}")
        return wrong

    def dump(self) -> str:
        """As text that ``load_bins`` reads."""
        bins = [
            [one.name, *(None if abs(bound) == inf else bound for bound in (one.low, one.high))] for one in self.bins
        ]
        return json.dumps({"named": self.named, "bins": bins}, ensure_ascii=False)


def load_bins(text: str) -> NumberBins:
    """The stretches that ``dump`` wrote."""
    told = json.loads(text)
    return NumberBins(tuple(_named(name, low, high) for name, low, high in told["bins"]), told["named"])


def read_bins(given: GivenBins) -> NumberBins:
    """The stretches that a config gives: bounds [0, 5, 10], texts ["0 to 5", "5 to 10"], or {few: [0, 5], many: [5,
    null]}, where null is no bound.

    Raises:
        ValueError: a text does not hold two numbers, or there are fewer than two stretches.
    """
    if isinstance(given, Mapping):
        bins = [_named(name, low, high) for name, (low, high) in given.items()]
    elif all(isinstance(one, int | float) for one in given):
        bounds = [float(one) for one in given]
        bins = [NumberBin(f"{low:g} to {high:g}", low, high) for low, high in pairwise(bounds)]
    else:
        bins = [_read(str(text)) for text in given]
    if len(bins) < 2:
        raise ValueError("give two bins at least")
    return NumberBins(tuple(bins), isinstance(given, Mapping))


def _named(name: str, low: float | None, high: float | None) -> NumberBin:
    return NumberBin(name, -inf if low is None else float(low), inf if high is None else float(high))


def _read(text: str) -> NumberBin:
    found = _NUMBER.findall(text)
    if len(found) != 2:
        raise ValueError(f"{text!r} does not hold two numbers; write for example {{{text}: [20, null]}}")
    return NumberBin(text, float(found[0]), float(found[1]))
