"""The questions of all videos that can be examples in context, and the drawing of some for one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from random import Random
from typing import Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its answer, and the stretch of its video (seconds) that is shown with it."""

    id: str
    start: float
    end: float
    question: str
    answer: str
    values: Sequence[str] = ()
    """What it is compared by; empty where it is not known."""
    uri: str = ""
    """Of its video; empty: that of the question which has examples."""
    content: str = ""
    """SHA-256 of the file."""
    split: str = ""
    task: str = ""

    def plain(self) -> list[object]:
        """It as JSON types."""
        return list(astuple(self))

    @classmethod
    def of(cls, plain: Sequence[object]) -> Example:
        """What ``plain`` gave."""
        return cls(*plain)  # type: ignore[arg-type]

    @property
    def shows(self) -> tuple[str, float, float]:
        """What is seen with it: its video, start and end."""
        return self.uri, self.start, self.end

    def same_video(self, other: Example) -> bool:
        """Whether both show one video, or files of one content."""
        return self.uri == other.uri or (bool(self.content) and self.content == other.content)

    def alike(self, other: Example) -> list[bool]:
        """In which of their values both agree; what is not known agrees with nothing."""
        return [bool(one) and one == two for one, two in zip(self.values, other.values, strict=True)]


class ExamplePool:
    """Examples by split and task, and by each of their values."""

    def __init__(
        self, by: Sequence[str], alike: Literal["same", "other", "one"] | None, shares: Sequence[float], fill: bool
    ) -> None:
        self.names, self.rule, self.fill = len(by), alike, fill
        self.shares = list(shares) or [1.0] * len(by)
        self.every: dict[tuple[str, str], list[Example]] = {}
        self.of_value: dict[tuple[str, str, int, str], list[Example]] = {}

    def add(self, example: Example) -> None:
        """Put *example* into the pool."""
        self.every.setdefault((example.split, example.task), []).append(example)
        for place, value in enumerate(example.values):
            self.of_value.setdefault((example.split, example.task, place, value), []).append(example)

    def draw(self, query: Example, count: int, rng: Random) -> list[Example]:
        """At most *count* examples for *query*, in random order, no two of the same stretch of a video.

        ``one`` is EILEV's way (yukw777/EILEV, ``eilev/data/frame.py``): each value has its share, a lack is filled from
        the other values, and at last from whatever is not alike in all.
        """
        drawn: list[Example] = []
        if self.rule == "one":
            total, owed = sum(self.shares), 0.0
            for place, share in enumerate(self.shares):
                owed += count * share / total
                wanted = (int(owed + 1e-9) if place < self.names - 1 else count) - len(drawn)
                drawn += self._some(self._alike_in(query, place, rng), wanted, drawn)
            for place in range(self.names if self.fill else 0):
                drawn += self._some(self._alike_in(query, place, rng), count - len(drawn), drawn)
            if self.fill:
                rest = (one for one in self._others(query, rng) if not all(query.alike(one)))
                drawn += self._some(rest, count - len(drawn), drawn)
        elif self.rule == "same":
            drawn = self._some(self._same(query, rng), count, drawn)
        else:
            others = self._others(query, rng)
            if self.rule == "other":
                others = (one for one in others if not any(query.alike(one)))
            drawn = self._some(others, count, drawn)
        rng.shuffle(drawn)
        return drawn

    def _some(self, found: Iterator[Example], count: int, drawn: Sequence[Example]) -> list[Example]:
        """The first *count* of those *found* that show something else than those *drawn*, and than one another."""
        known = {one.shows for one in drawn}
        some: list[Example] = []
        while len(some) < count and (one := next(found, None)) is not None:
            if one.shows not in known:
                known.add(one.shows)
                some.append(one)
        return some

    def _others(self, query: Example, rng: Random) -> Iterator[Example]:
        """Those of other videos, in random order."""
        every = shuffled(self.every.get((query.split, query.task), []), rng)
        return (one for one in every if not one.same_video(query))

    def _alike_in(self, query: Example, place: int, rng: Random) -> Iterator[Example]:
        """Those that agree with *query* in the value at *place*, and in no other."""
        for one in self._bucket(query, place, rng):
            alike = query.alike(one)
            if alike[place] and sum(alike) == 1:
                yield one

    def _same(self, query: Example, rng: Random) -> Iterator[Example]:
        """Those that agree in all values."""
        return (one for one in self._bucket(query, 0, rng) if all(query.alike(one)))

    def _bucket(self, query: Example, place: int, rng: Random) -> Iterator[Example]:
        known = self.of_value.get((query.split, query.task, place, query.values[place]), [])
        return (one for one in shuffled(known, rng) if not one.same_video(query))


def shuffled(items: Sequence[T], rng: Random) -> Iterator[T]:
    """*items* in random order; only as many are moved as are taken (Fisher and Yates)."""
    moved: dict[int, int] = {}
    for n in range(len(items)):
        m = rng.randrange(n, len(items))
        yield items[moved.get(m, m)]
        moved[m] = moved.get(n, n)
