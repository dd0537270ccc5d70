"""When a line of text comes and goes, between two pictures of which one has it and the other has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas.rounding import FRAME_ROUNDING, ROUNDING
from .ocr import OcrLine, Run

PARTS = 4
"""In each round of looking, what lies between is cut into so many equal parts."""
BEFORE = 2 * FRAME_ROUNDING
"""The frame before a cut is the one that is shown so many seconds before it."""
AROUND = 2.5
"""A line that has moved is looked for as far around its box as this many times the box's shorter side."""

Page = tuple[float, float, list[OcrLine]]


@dataclass(slots=True)
class TextEdge:
    """Start or end of a run, somewhere between a time at which its line is seen and one at which it is not."""

    run: Run
    is_start: bool
    line: OcrLine
    """As it is read at *seen*."""
    seen: float
    unseen: float
    cuts: list[float]
    """The cuts between, those nearest to *seen* first; in the end the limit, if there is one."""
    limit: float | None
    """Where *unseen* is no picture without the line but the end of what is looked at, this is that time."""
    wide: float
    """By how many seconds what the run has may be wrong."""
    at: float | None = None
    """The edge, once it is found."""
    exact: bool = False
    """Whether it is a cut."""
    follows: TextEdge | None = None
    """Another line's edge, with which this one comes or goes."""
    looked: bool = False
    """Whether *unseen* is a time that was looked at since; then only the line's very place was."""

    def looks(self) -> list[float]:
        """The times to look at in this round, from *unseen* to *seen*."""
        if not self.cuts:
            return [self.unseen + (self.seen - self.unseen) * part / PARTS for part in range(1, PARTS)]
        cut = self.cuts[0]
        sides = [cut - BEFORE, cut] if self.is_start else [cut, cut - BEFORE]
        return sides[1:] if cut == self.limit else sides

    def narrow(self, looks: list[float], without: set[float]) -> None:
        """Take what this round's *looks* saw: those *without* the line.

        The line is there from the first look on that has it: a look after that which has it not was misread.
        """
        first = next((n for n, time in enumerate(looks) if time not in without), len(looks))
        if self.cuts:
            cut = self.cuts.pop(0)
            if first == len(looks) - 1:  # it is there on this side of the cut and not on the other
                self.at, self.exact = cut, True
                return
            if first == len(looks):
                self.cuts = []
        if first < len(looks):
            self.seen = looks[first]
        if first > 0:
            self.unseen, self.looked = looks[first - 1], True

    def settle(self) -> float:
        """Give the run the edge, if it is found; by how many seconds what the run has may be wrong."""
        if self.follows is not None:
            self.at, self.seen, self.unseen = self.follows.at, self.follows.seen, self.follows.unseen
        if self.at is None:
            return self.wide
        if self.is_start:
            self.run.start = self.at
        else:
            self.run.end = self.at
        return 0.0 if self.exact else abs(self.seen - self.unseen) / 2


@dataclass(slots=True)
class EdgeFinder:
    """Looks for the edges of runs: all edges of a video in one pass over it a round, in rising order of time."""

    points: Sequence[float]
    """The time of each page's picture, seconds."""
    pages: Sequence[Page]
    cuts: Sequence[float]
    """Where shots start, seconds, rising."""
    tolerance: float
    """Edges are looked for until they are right to so many seconds."""
    look: Callable[[list[float]], list[Any]]
    """Gives the pictures of so many rising times."""
    has: Callable[[Any, OcrLine, float], bool]
    """Whether a picture, of this time, has the line at its very place."""
    shows: Callable[[Any, OcrLine, float], bool]
    """Whether a picture, of this time, has the line anywhere."""
    batch: int
    """The number of pictures that are held in memory at a time."""

    def find(self, runs: list[Run]) -> list[tuple[float, float]]:
        """Give each of *runs* the start and end that are found; by how many seconds either may still be wrong.

        Lines of one picture mostly come and go together: the first of them is looked for, and of the others only
        whether they do as it does. At last each picture without a line in its place is looked at once more, around
        that place. Where the line is found there, it moves: such an edge stays as it was.
        """
        edges = [edge for run in runs for edge in self._edges(run)]
        first: dict[tuple[bool, float, float], TextEdge] = {}
        for edge in edges:
            first.setdefault((edge.is_start, edge.seen, edge.unseen), edge)
        others = [(edge, one) for edge in edges if (one := first[edge.is_start, edge.seen, edge.unseen]) is not edge]
        self._narrow(list(first.values()))
        self._follow([(edge, one) for edge, one in others if one.looked and not one.exact])
        self._narrow([edge for edge in edges if edge.follows is None])
        narrow = [edge for edge in edges if edge.at is None and edge.follows is None]
        for edge in narrow:
            edge.at = (edge.seen + edge.unseen) / 2
        doubtful = [edge for edge in narrow if edge.looked]
        for n, picture, time in self._pass([[edge.unseen] for edge in doubtful]):
            if self.shows(near(picture, doubtful[n].line), doubtful[n].line, time):
                doubtful[n].at = None
        return [(one.settle(), other.settle()) for one, other in zip(edges[::2], edges[1::2], strict=True)]

    def _narrow(self, edges: list[TextEdge]) -> None:
        """Look for *edges* until each is a cut or as narrow as asked."""
        while asked := [edge for edge in edges if self._open(edge)]:
            looks = [edge.looks() for edge in asked]
            for edge, times, without in zip(asked, looks, self._without(asked, looks), strict=True):
                edge.narrow(times, without)

    def _follow(self, pairs: list[tuple[TextEdge, TextEdge]]) -> None:
        """Let the first of each pair follow the other if it comes or goes between the same two looks."""
        looks = [[one.unseen, one.seen] for _, one in pairs]
        for (edge, one), without in zip(pairs, self._without([edge for edge, _ in pairs], looks), strict=True):
            if without == {one.unseen}:
                edge.follows = one

    def _without(self, edges: list[TextEdge], looks: list[list[float]]) -> list[set[float]]:
        """Of each edge's looks, those that have not its line in its place."""
        without: list[set[float]] = [set() for _ in edges]
        for n, picture, time in self._pass(looks):
            if not self.has(picture, edges[n].line, time):
                without[n].add(time)
        return without

    def _pass(self, looks: Sequence[list[float]]) -> Iterator[tuple[int, Any, float]]:
        """The pictures of all *looks*, each with the number of the look and the time, in rising order of time."""
        wanted: dict[float, list[int]] = defaultdict(list)
        for n, times in enumerate(looks):
            for time in times:
                wanted[time].append(n)
        rising = sorted(wanted)
        for at in range(0, len(rising), self.batch):
            some = rising[at : at + self.batch]
            for time, picture in zip(some, self.look(some), strict=True):
                for n in wanted[time]:
                    yield n, picture, time

    def _edges(self, run: Run) -> tuple[TextEdge, TextEdge]:
        """Start and end of *run*: up to the picture before and after, or to where those of the pages meet none."""
        sides = []
        for line, page, step, old in ((run.opening, run.first, -1, run.start), (run.closing, run.last, 1, run.end)):
            seen, other = self.points[page], page + step
            reaches = 0 <= other < len(self.pages)
            if reaches:
                before, after = self.pages[min(page, other)], self.pages[max(page, other)]
                reaches = after[0] <= before[1] + ROUNDING
            unseen = self.points[other] if reaches else old
            low, high = sorted((seen, unseen))
            cuts = [cut for cut in self.cuts if low < cut <= high][::step]
            cuts += [] if reaches else [old]
            wide = max(abs(old - seen), abs(old - unseen))
            sides.append(TextEdge(run, step < 0, line, seen, unseen, cuts, None if reaches else old, wide))
        return sides[0], sides[1]

    def _open(self, edge: TextEdge) -> bool:
        """Whether *edge* must be looked for on."""
        return edge.at is None and bool(edge.cuts or abs(edge.seen - edge.unseen) > 2 * self.tolerance)


def near(picture: Any, line: OcrLine) -> Any:
    """*picture* around the box of *line*."""
    height, width = picture.shape[:2]
    left, top, right, bottom = line.box
    wide = AROUND * min((right - left) * width, (bottom - top) * height)
    rows = slice(max(0, round(top * height - wide)), max(1, round(bottom * height + wide)))
    columns = slice(max(0, round(left * width - wide)), max(1, round(right * width + wide)))
    return picture[rows, columns]
