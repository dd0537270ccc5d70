"""Small plots in plain text, for cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

import numpy as np

WIDTH = 30
"""The length of the longest bar, in characters."""
MOST = 10
"""The largest number of bars in a plot."""
LEAST_STEP = 1e-6
"""The least width of a range: narrower ones would have the same name."""


def bars(counts: Mapping[str, int]) -> list[str]:
    """A line for each of *counts*: the name, a bar and the number."""
    most, wide = max(counts.values(), default=0), max((len(name) for name in counts), default=0)
    return [
        f"{name:>{wide}} {'█' * ceil(WIDTH * count / most) if count else '':<{WIDTH}} {count:,}".rstrip()
        for name, count in counts.items()
    ]


def histogram(values: Sequence[float], unit: str = "", high: float | None = None) -> list[str]:
    """Bars that count *values* (0 or more) in ranges with round edges; *high* is the largest possible value."""
    numbers = np.asarray(values, np.float64)
    if not numbers.any():
        return []
    most = high or float(numbers.max())
    step = _step(max(most, MOST * LEAST_STEP))
    last = max(ceil(most / step) - 1, 0)
    counts = np.bincount(np.clip(np.floor(numbers / step), 0, last).astype(np.int64), minlength=last + 1).tolist()
    return bars({f"{_plain(n * step)} to {_plain((n + 1) * step)}{unit}": counts[n] for n in range(last + 1)})


def _step(most: float) -> float:
    """The least width, 1, 2 or 5 times a power of ten, of which MOST ranges reach *most*."""
    power = 10.0 ** floor(log10(most / MOST))
    return next(power * times for times in (1, 2, 5, 10) if power * times * MOST >= most * (1 - 1e-9))


def _plain(number: float) -> str:
    return f"{round(number, 6):,.6f}".rstrip("0").rstrip(".")
