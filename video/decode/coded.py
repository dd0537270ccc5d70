"""Coded pictures before they are decoded: which need not be, and where the size of one tells of another picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median
from typing import Any

from .unreferenced import Test

BESIDE = 8
"""Leading pictures before and after one whose sizes are compared with its own."""
LARGE = 1.4
"""A leading picture is large from so many times the sizes beside it on: the geometric mean of both sides."""
LEAST = 0.05
"""Share of the size of the last keyframe below which no picture is large."""
GAP = 3
"""Unreferenced pictures one after the other that are decoded where the picture that they lead to is large: of fewer,
the one that begins another shot is known within a frame."""


@dataclass(slots=True, eq=False)
class CodedPicture:
    """A packet, and whether its picture is to be decoded."""

    packet: Any
    key: bool
    spare: bool
    """No other picture is made from it."""
    wanted: bool = True


@dataclass(slots=True)
class CodedUnit:
    """A picture that leads, later on the screen than all before it in the file, and those that follow it in the file
    up to the next that leads."""

    coded: list[CodedPicture]
    large: float = 0.0
    """How many times as large as those beside it the leading picture is; 0 for a keyframe, whose size tells nothing."""

    @property
    def key(self) -> bool:
        return self.coded[0].key

    @property
    def size(self) -> int:
        return int(self.coded[0].packet.size)


@dataclass(slots=True)
class Sizes:
    """The sizes of leading pictures but keyframes before one."""

    before: deque[int] = field(default_factory=lambda: deque(maxlen=BESIDE))
    key: int = 0

    def large(self, unit: CodedUnit, after: Iterable[CodedUnit]) -> float:
        """How large the leading picture of *unit* is, once, in order."""
        if unit.key:
            self.key = unit.size
            return 0.0
        later = [one.size for one in after if not one.key]
        size, sides = max(1, unit.size), [max(1.0, median(side)) for side in (self.before, later) if side]
        self.before.append(unit.size)
        if not sides or size < LEAST * self.key:
            return 1.0
        return float(size / sides[0] if len(sides) == 1 else size / (sides[0] * sides[1]) ** 0.5)


def units(packets: Iterable[Any], spare: Test | None) -> Iterator[CodedUnit]:
    """The *packets* in units, each with how large it is; all that are *spare* are not wanted.

    Where many unreferenced pictures come one after the other and may hide where another shot begins, they are wanted.
    Packets without data or time are wanted, each in the unit before it.
    """
    sizes, waiting = Sizes(), deque[CodedUnit]()
    for unit in _parted(packets, spare):
        waiting.append(unit)
        if len(waiting) > BESIDE:
            yield _judged(sizes, waiting)
    while waiting:
        yield _judged(sizes, waiting)


def _judged(sizes: Sizes, waiting: deque[CodedUnit]) -> CodedUnit:
    unit = waiting.popleft()
    unit.large = sizes.large(unit, waiting)
    keep = _hidden(unit) >= GAP and (unit.key or unit.large >= LARGE)
    for one in unit.coded:
        one.wanted = keep or not one.spare
    return unit


def _hidden(unit: CodedUnit) -> int:
    """The most unreferenced pictures of *unit* that are shown one after the other."""
    shown = sorted((one for one in unit.coded if one.packet.pts is not None), key=lambda one: one.packet.pts)
    return max((len(list(run)) for spare, run in groupby(shown, lambda one: one.spare) if spare), default=0)


def _parted(packets: Iterable[Any], spare: Test | None) -> Iterator[CodedUnit]:
    unit: list[CodedPicture] = []
    last: int | None = None
    for packet in packets:
        timed = bool(packet.size) and packet.pts is not None and not packet.is_discard
        free = timed and spare is not None and not packet.is_keyframe and spare(packet)
        one = CodedPicture(packet, bool(packet.size and packet.is_keyframe), bool(free))
        leads = one.key or (timed and not free and (last is None or packet.pts > last))
        if leads and unit:
            yield CodedUnit(unit)
            unit = []
        if leads and packet.pts is not None:
            last = packet.pts if last is None or one.key else max(last, packet.pts)
        unit.append(one)
    if unit:
        yield CodedUnit(unit)
