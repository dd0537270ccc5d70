"""Scores by what is known of the samples: a parameter, the task, or a time, whose numbers may be put into bands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from ..schemas import Sample
from .reply_parsing import number_of

MOST = 12
"""More different numbers than these are put into bands of about as many items each."""
BANDS = 4
TIMES: dict[str, Callable[[Sample], float | None]] = {
    "start": lambda sample: sample.start,
    "end": lambda sample: sample.end,
    "seen_start": lambda sample: sample.seen_start,
    "seen_end": lambda sample: sample.seen_end,
}
"""Times of samples, in seconds, by which one may score."""
TEXTS: dict[str, Callable[[Sample], str]] = {
    "task": lambda sample: sample.task,
    "teacher": lambda sample: sample.teacher,
}
"""Other fields of samples by which one may score."""


@dataclass(frozen=True, slots=True)
class By:
    """What to score by: *name*, and the limits of its bands where it is a number."""

    name: str
    limits: tuple[float, ...] = ()

    @classmethod
    def read(cls, told: str) -> By:
        """``NAME``, or ``NAME:60,180``: below 60, from 60 to below 180, and from 180 on.

        Raises:
            ValueError: the limits are no numbers that rise.
        """
        name, _, listed = told.partition(":")
        limits = [number_of(one) for one in listed.split(",")] if listed else []
        numbers = tuple(one for one in limits if one is not None)
        if len(numbers) < len(limits) or sorted(set(numbers)) != list(numbers):
            raise ValueError(f"{told}: the limits of bands are numbers that rise: {name}:60,180")
        return cls(name, numbers)


def attribute(sample: Sample, name: str) -> str:
    """What is known of *sample* under *name*; empty where nothing is."""
    if name in TIMES:
        time = TIMES[name](sample)
        return "" if time is None else f"{time:g}"
    return TEXTS[name](sample) if name in TEXTS else sample.params.get(name, "")


def names_of(samples: Iterable[Sample]) -> list[str]:
    """The names under which something is known of any of *samples*."""
    found = {name: None for sample in samples for name in (*sample.params, *TIMES, *TEXTS) if attribute(sample, name)}
    return sorted(found)


def labels(samples: Sequence[Sample], by: By) -> list[str]:
    """For each of *samples* its value of *by*, or the band of it; empty where it has none."""
    values = [attribute(sample, by.name) for sample in samples]
    numbers = [number_of(value) for value in values]
    limits = by.limits or _even([one for one in numbers if one is not None])
    if not limits:
        return values
    return [value if number is None else _band(number, limits) for value, number in zip(values, numbers, strict=True)]


def in_order(found: Iterable[str]) -> list[str]:
    """The values or bands *found*, in order: numbers by size, then words, what has no value last."""
    return sorted(set(found), key=lambda label: (not label, _begin(label), label))


def _even(numbers: Sequence[float]) -> tuple[float, ...]:
    """The limits of bands with about as many of *numbers* each; none where these are few."""
    if len(set(numbers)) <= MOST:
        return ()
    limits = dict.fromkeys(float(f"{limit:.3g}") for limit in quantiles(numbers, n=BANDS))
    return tuple(limit for limit in limits if limit > min(numbers))


def _band(number: float, limits: Sequence[float]) -> str:
    place = bisect_right(limits, number)
    if place == 0:
        return f"< {limits[0]:g}"
    return f"≥ {limits[-1]:g}" if place == len(limits) else f"{limits[place - 1]:g} – {limits[place]:g}"


def _begin(label: str) -> float:
    """Where a number or a band begins."""
    first = label.split(" – ")[0]
    if first.startswith("< "):
        return float("-inf")
    number = number_of(first.removeprefix("≥ "))
    return float("inf") if number is None else number
