"""Which rows are shown when there are too many: a choice that depends on the seed alone."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..schemas import make_id

FEW = 4
"""A kind with less rows than this in the chosen videos is filled up to it from others."""


class RowKey(NamedTuple):
    """A row as far as the choice asks: its number in the table, what kind it is of, its video, its name and group."""

    number: int
    kind: str
    video: str
    name: str
    group: str = ""
    """Rows of one video with the same group, when they have one, are one item asked in several ways."""


@dataclass(slots=True)
class RowChoice:
    """The numbers of the rows that were chosen, in the order of their turns, out of *total*."""

    numbers: list[int]
    total: int


class _Least:
    """The *most* rows with the least hashes of their names, as they stream by."""

    def __init__(self, most: int, seed: int) -> None:
        self.most, self.seed = most, seed
        self.heap: list[tuple[int, RowKey]] = []

    def add(self, row: RowKey) -> None:
        item = (-int(make_id(self.seed, row.video, row.name), 16), row)
        if len(self.heap) < self.most:
            heapq.heappush(self.heap, item)
        elif item > self.heap[0]:
            heapq.heapreplace(self.heap, item)

    def rows(self) -> list[RowKey]:
        return [row for _, row in sorted(self.heap, reverse=True)]


def choose_videos(names: Iterable[str], most: int, seed: int) -> set[str]:
    """At most *most* of *names*, which may repeat: those whose hashes are least."""
    chosen: dict[str, int] = {}
    greatest = 0
    for name in names:
        if name in chosen:
            continue
        rank = int(make_id(seed, name), 16)
        if len(chosen) < most:
            chosen[name] = rank
        elif rank < greatest:
            del chosen[max(chosen, key=chosen.__getitem__)]
            chosen[name] = rank
        else:
            continue
        greatest = max(chosen.values())
    return set(chosen)


def choose(rows: Iterable[RowKey], most: int, seed: int, videos: Collection[str] | None = None) -> RowChoice:
    """At most *most* of *rows*: the kinds take turns, and within a kind a hash of the row's name decides.

    With *videos*, rows of others are taken only of kinds that have hardly any there. Of a group, one row is taken
    before further ones are. Memory grows with *most* and the number of kinds only.
    """
    inside: dict[str, _Least] = {}
    outside: dict[str, _Least] = {}
    total = 0
    for row in rows:
        total += 1
        if videos is None or row.video in videos:
            inside.setdefault(row.kind, _Least(2 * most, seed)).add(row)  # twice: groups are passed over
        else:
            outside.setdefault(row.kind, _Least(FEW, seed)).add(row)
    queues = {}
    for kind in sorted({*inside, *outside}):
        here = inside[kind].rows() if kind in inside else []
        there = outside[kind].rows() if kind in outside else []
        queues[kind] = here + there[: max(0, FEW - len(here))]
    return RowChoice(_turns(queues, most), total)


def _turns(queues: dict[str, list[RowKey]], most: int) -> list[int]:
    """One of each queue in turn; further rows of a group when the queues have nothing else, or when a kind has."""
    first: dict[str, list[RowKey]] = {}
    further: dict[str, list[RowKey]] = {}
    groups: set[tuple[str, str]] = set()
    for kind, queue in queues.items():
        for row in queue:
            again = bool(row.group) and (row.video, row.group) in groups
            groups.add((row.video, row.group))
            (further if again else first).setdefault(kind, []).append(row)
        if kind not in first:
            first[kind] = [further[kind].pop(0)]
    numbers: list[int] = []
    for part in (first, further):
        for turn in range(max(map(len, part.values()), default=0)):
            numbers += [queue[turn].number for queue in part.values() if turn < len(queue)]
    return numbers[:most]
