"""Boxes and cameras in a room, in metres with z upwards, as the words of spans tell them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, float, float]
Axes = tuple[Vector, Vector, Vector]
UPRIGHT: Axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
ROUNDS = 200
"""Projections by turns that bring two boxes' nearest points together."""
CENTRE, SIZE, AXES, AT, AREA = "centre", "size", "axes", "at", "area"
_PARTS = {
    CENTRE: "`chair | centre 1.2 0.4 0.5 | size 0.5 0.5 1` (with `| axes` and nine numbers where it is turned)",
    AT: "`camera | at 0 0 1.6 | axes 1 0 0 0 0 -1 0 1 0`, whose axes are its right, down and forward",
    AREA: "`room | area 23.5`",
}


@dataclass(frozen=True, slots=True)
class Solid:
    """A box around an object: its *name*, *centre*, *size* along its *axes* (unit vectors)."""

    name: str
    centre: Vector
    size: Vector
    axes: Axes = UPRIGHT

    def nearest(self, point: Vector) -> Vector:
        """The point of the box that is nearest to *point*."""
        away = minus(point, self.centre)
        found = self.centre
        for axis, length in zip(self.axes, self.size, strict=True):
            share = max(-length / 2, min(length / 2, dot(away, axis)))
            found = plus(found, times(axis, share))
        return found

    def along(self, axis: Vector) -> tuple[float, float]:
        """From where to where the box reaches along *axis*."""
        middle = dot(self.centre, axis)
        half = sum(abs(dot(own, axis)) * length / 2 for own, length in zip(self.axes, self.size, strict=True))
        return middle - half, middle + half

    def written(self) -> str:
        """The box in words, for ``read_solid``."""
        turned = "" if self.axes == UPRIGHT else f" | {AXES} {_numbers(value for axis in self.axes for value in axis)}"
        return f"{self.name} | {CENTRE} {_numbers(self.centre)} | {SIZE} {_numbers(self.size)}{turned}"


@dataclass(frozen=True, slots=True)
class CameraPose:
    """Where a camera stands, and its unit vectors to the right, down and forward, at *time* (seconds)."""

    time: float
    place: Vector
    axes: Axes

    def written(self) -> str:
        """The pose in words, for ``read_camera``."""
        return (
            f"camera | {AT} {_numbers(self.place)} | {AXES} {_numbers(value for axis in self.axes for value in axis)}"
        )


def read_solid(text: str) -> Solid:
    """The box that *text* tells.

    Raises:
        ValueError: it tells none.
    """
    name, parts = _parts(text, CENTRE)
    size = _vector(parts.get(SIZE, ()), text, CENTRE)
    if min(size) <= 0:
        raise ValueError(f"{text!r} has a size of {min(size):g} m")
    axes = _axes(parts[AXES], text, CENTRE) if AXES in parts else UPRIGHT
    return Solid(name, _vector(parts[CENTRE], text, CENTRE), size, axes)


def read_camera(text: str, time: float) -> CameraPose:
    """The pose at *time* that *text* tells.

    Raises:
        ValueError: it tells none.
    """
    _, parts = _parts(text, AT)
    return CameraPose(time, _vector(parts[AT], text, AT), _axes(parts.get(AXES, ()), text, AT))


def read_area(text: str) -> float:
    """The area of a room, in square metres.

    Raises:
        ValueError: *text* tells none.
    """
    _, parts = _parts(text, AREA)
    if len(parts[AREA]) != 1 or parts[AREA][0] <= 0:
        raise ValueError(f"{text!r} tells no area: write {_PARTS[AREA]}")
    return parts[AREA][0]


def apart(one: Solid, other: Solid) -> float:
    """Metres between the nearest points of two boxes (projections by turns; Cheney and Goldstein 1959)."""
    here = one.centre
    for _ in range(ROUNDS):
        there = other.nearest(here)
        again = one.nearest(there)
        if length(minus(again, here)) < 1e-6:
            break
        here = again
    return length(minus(one.nearest(there), there))


def plus(one: Vector, other: Vector) -> Vector:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def minus(one: Vector, other: Vector) -> Vector:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def times(one: Vector, number: float) -> Vector:
    return one[0] * number, one[1] * number, one[2] * number


def dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def length(one: Vector) -> float:
    return math.sqrt(dot(one, one))


def _parts(text: str, needed: str) -> tuple[str, dict[str, Sequence[float]]]:
    name, *rest = (" ".join(part.split()) for part in text.split("|"))
    try:
        split = (part.split() for part in rest)
        parts: dict[str, Sequence[float]] = {word: tuple(map(float, numbers)) for word, *numbers in split}
    except ValueError:
        parts = {}
    if not name or needed not in parts or not all(math.isfinite(one) for some in parts.values() for one in some):
        raise ValueError(f"{text!r} tells no {needed}: write {_PARTS[needed]}")
    return name, parts


def _vector(numbers: Sequence[float], text: str, form: str) -> Vector:
    if len(numbers) != 3:
        raise ValueError(f"{text!r}: a vector has three numbers: write {_PARTS[form]}")
    return numbers[0], numbers[1], numbers[2]


def _axes(numbers: Sequence[float], text: str, form: str) -> Axes:
    found = [_vector(numbers[n : n + 3], text, form) for n in (0, 3, 6)]
    square = [abs(dot(one, other) - (one is other)) for one in found for other in found]
    if len(numbers) != 9 or max(square) > 0.01:
        raise ValueError(f"{text!r}: axes are three unit vectors at right angles: write {_PARTS[form]}")
    return found[0], found[1], found[2]


def _numbers(values: object) -> str:
    return " ".join(f"{round(value, 4) + 0.0:g}" for value in values)  # type: ignore[attr-defined]
