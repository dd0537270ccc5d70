"""Many names in little memory: eight bytes of a hash stand for each.

Of ten million names two are taken for one with a chance of three in a million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint64]
F8 = NDArray[np.float64]

FEW = 4096
"""New names of a set that wait to be sorted in."""
BLOCK = 1 << 16
"""Hashes that are looked for at a time."""


def name_hashes(names: Iterable[str]) -> U8:
    """The hash of each of *names*, in order."""
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, np.uint64)


def are_among(hashes: U8, known: U8) -> NDArray[np.bool_]:
    """Which of *hashes* are among *known*, a sorted array; takes a byte of each and no more."""
    found = np.zeros(len(hashes), np.bool_)
    for start in range(0, len(hashes) if len(known) else 0, BLOCK):
        some = hashes[start : start + BLOCK]
        places = np.minimum(np.searchsorted(known, some), len(known) - 1)
        found[start : start + BLOCK] = known[places] == some
    return found


def distinct(parts: Iterable[U8]) -> U8:
    """The different hashes in *parts*, sorted."""
    found = np.concatenate([np.zeros(0, np.uint64), *parts])
    found.sort()
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


class NameSet:
    """Names that came up: 8 to 20 bytes of each."""

    def __init__(self) -> None:
        self._sorted: U8 = np.zeros(0, np.uint64)
        self._new: set[int] = set()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._new)

    def __contains__(self, name: str) -> bool:
        return bool(len(self)) and self._has(int(name_hashes([name])[0]))

    def add(self, name: str) -> bool:
        """Take up *name*. Returns whether it is new."""
        one = int(name_hashes([name])[0])
        if self._has(one):
            return False
        self._new.add(one)
        if len(self._new) > max(FEW, len(self._sorted) // 8):
            self._sorted = np.concatenate([self._sorted, np.fromiter(self._new, np.uint64, len(self._new))])
            self._sorted.sort()
            self._new = set()
        return True

    def _has(self, one: int) -> bool:
        if one in self._new:
            return True
        place = int(np.searchsorted(self._sorted, np.uint64(one)))
        return place < len(self._sorted) and int(self._sorted[place]) == one


class NameTable:
    """Numbers by name: 8 bytes of each name, and 8 of each number.

    Args:
        parts: names, and a number for each, or a row of as many numbers. Of a name that comes twice the last count.
    """

    def __init__(self, parts: Iterable[tuple[Sequence[str], Any]]) -> None:
        keys: list[U8] = []
        rows: list[F8] = []
        for names, numbers in parts:
            if len(names):
                keys.append(name_hashes(names))
                rows.append(np.asarray(numbers, np.float64).reshape(len(names), -1))
        joined = np.concatenate([np.zeros(0, np.uint64), *keys])
        keys.clear()
        order = np.argsort(joined, kind="stable")
        self._keys = joined[order]
        self._rows = np.concatenate(rows)[order] if rows else np.zeros((0, 1))

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, name: str) -> list[float] | None:
        """The numbers of *name*; None: it is not there."""
        one = name_hashes([name])[0]
        place = int(np.searchsorted(self._keys, one, side="right")) - 1
        if place < 0 or self._keys[place] != one:
            return None
        found: list[float] = self._rows[place].tolist()
        return found
