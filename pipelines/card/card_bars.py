"""Small plots in plain text, for cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

WIDTH = 30
"""The length of the longest bar, in characters."""
MOST = 10
"""The largest number of bars in a plot."""


def bars(counts: Mapping[str, int]) -> list[str]:
    """A line for each of *counts*: the name, a bar and the number."""
    most, wide = max(counts.values(), default=0), max((len(name) for name in counts), default=0)
    return [
        f"{name:>{wide}} {'█' * ceil(WIDTH * count / most) if count else '':<{WIDTH}} {count:,}".rstrip()
        for name, count in counts.items()
    ]


def histogram(values: Sequence[float], unit: str = "", high: float | None = None) -> list[str]:
    """Bars that count *values* (0 or more) in ranges with round edges; *high* is the largest possible value."""
    if not any(values):
        return []
    step = _step(max(high or max(values), 1e-9))
    counts: dict[int, int] = {}
    last = ceil((high or max(values)) / step) - 1
    for value in values:
        place = min(floor(value / step), max(last, 0))
        counts[place] = counts.get(place, 0) + 1
    edges = range(max(last, 0) + 1)
    return bars({f"{_plain(n * step)} to {_plain((n + 1) * step)}{unit}": counts.get(n, 0) for n in edges})


def _step(most: float) -> float:
    """The least width, 1, 2 or 5 times a power of ten, of which MOST ranges reach *most*."""
    power = 10.0 ** floor(log10(most / MOST))
    return next(power * times for times in (1, 2, 5, 10) if power * times * MOST >= most * (1 - 1e-9))


def _plain(number: float) -> str:
    return f"{round(number, 6):,.6f}".rstrip("0").rstrip(".")
