"""Numbers and words as they stream by: what is kept of them does not grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..schemas.name_hashes import name_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F8 = NDArray[np.float64]


ABSURD = 1e15
PARTS = 256
"""Arrays of numbers that are held before they are joined."""


class Values:
    """Numbers, all of them up to *most*, above that every second, fourth, … of them; their count is exact."""

    def __init__(self, most: int = 20_000) -> None:
        self.most, self.count, self.stride = most, 0, 1
        self.least, self.greatest, self.total = float("inf"), float("-inf"), 0.0
        self._kept: list[F8] = []
        self._size = 0

    def add(self, numbers: Any) -> None:
        """Take up *numbers* (an array or sequence); what is not finite, or absurdly large, is left out."""
        array = np.asarray(numbers, np.float64)
        array = array[np.abs(array) < ABSURD]  # neither is NaN
        if not len(array):
            return
        if len(some := array[-self.count % self.stride :: self.stride]):
            self._kept.append(some.copy())  # else it would hold all of them
            self._size += len(some)
        if len(self._kept) > PARTS:
            self._kept = [self.array()]
        self.count += len(array)
        self.total += float(array.sum())
        self.least, self.greatest = min(self.least, float(array.min())), max(self.greatest, float(array.max()))
        while self._size > self.most:
            self._kept = [self.array()[::2].copy()]
            self._size = len(self._kept[0])
            self.stride *= 2

    def array(self) -> F8:
        """The numbers that are kept."""
        return np.concatenate(self._kept) if self._kept else np.empty(0)

    def __len__(self) -> int:
        return self.count


class WordCounts:
    """How often each word came. After *most* different words, new ones are counted together as others."""

    def __init__(self, most: int = 500) -> None:
        self.most, self.others = most, 0
        self.counts: Counter[Any] = Counter()

    def add(self, words: Iterable[Any]) -> None:
        """Take up *words*; None is left out."""
        for word, count in Counter(word for word in words if word is not None).items():
            if word in self.counts or len(self.counts) < self.most:
                self.counts[word] += count
            else:
                self.others += count

    def top(self, most: int) -> list[tuple[str, int]]:
        """The most frequent, and the sum of the others as ``others`` when there are more."""
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        rest = sum(count for _, count in ranked[most:]) + self.others
        return ranked[:most] + ([("others", rest)] if rest else [])


class NameCounts:
    """How often each name came. Of more than *most* names those are kept whose hashes end in zeros: half of them, a
    quarter, … What is kept is counted exactly."""

    def __init__(self, most: int = 20_000) -> None:
        self.most, self.stride = most, 1
        self._counts: Counter[int] = Counter()

    def add(self, names: Iterable[str]) -> None:
        """Take up *names*."""
        hashes, counts = np.unique(name_hashes(names), return_counts=True)
        kept = hashes % np.uint64(self.stride) == 0
        self._counts.update(dict(zip(hashes[kept].tolist(), counts[kept].tolist(), strict=True)))
        while len(self._counts) > self.most:
            self.stride *= 2
            self._counts = Counter({one: count for one, count in self._counts.items() if one % self.stride == 0})

    def values(self) -> Values:
        """The counts; of more than *most* names the number of them is an estimate."""
        found = Values(self.most)
        found.add(list(self._counts.values()))
        found.count, found.stride = found.count * self.stride, self.stride
        return found
