"""Finding hashes that differ in few bits, among very many, without comparing all pairs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .hashes import hamming

U8 = NDArray[np.uint64]
Index = NDArray[np.int64]

BANDS = 4
BLOCK = 256
"""Hashes that are looked up at a time, which bounds memory."""
LEAST_BITS = 8
"""A hash with fewer ones, or fewer zeros, is of a picture with next to nothing in it."""


def are_telling(hashes: U8) -> NDArray[np.bool_]:
    """Which hashes say enough of their picture to be compared."""
    ones = hamming(hashes, np.zeros(1, np.uint64))
    tells: NDArray[np.bool_] = (ones >= LEAST_BITS) & (ones <= 64 - LEAST_BITS)
    return tells


def merge_neighbours(hashes: U8, bits: int) -> U8:
    """Let a hash that differs in at most *bits* from the last one that stood count as that one.

    A long still picture is then one hash instead of thousands that are all near one another.
    """
    settled, last = [], None
    for each in hashes.tolist():
        if last is None or (each ^ last).bit_count() > bits:
            last = each
        settled.append(last)
    return np.array(settled, np.uint64)


class Lookup:
    """Multi-index hashing (Norouzi, Punjani and Fleet 2012): exact, all hashes within *bits* bits are found.

    Four bands of 16 bits: where two hashes differ in at most *bits* bits, they differ in at most bits // 4 of some
    band, so that few buckets of each band are looked into. A band takes every fourth bit, so that a plain sky or a
    black bar, which leaves neighbouring bits equal, does not fill one bucket.
    """

    def __init__(self, hashes: U8, bits: int) -> None:
        self.hashes, self.bits = hashes, bits
        flips = [each for n in range(bits // BANDS + 1) for each in combinations(range(16), n)]
        self.flips = np.array([sum(1 << bit for bit in each) for each in flips], np.uint16)
        self.order: list[Index] = []
        self.start: list[Index] = []
        for key in _keys(hashes):
            self.order.append(np.argsort(key, kind="stable"))
            self.start.append(np.concatenate([[0], np.cumsum(np.bincount(key, minlength=1 << 16))]))

    def near(self, queries: U8) -> tuple[Index, Index]:
        """Pairs (place in *queries*, place in the hashes) of all that are near, each once, in order."""
        found = [self._block(queries[at : at + BLOCK], at) for at in range(0, len(queries), BLOCK)]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        pairs = np.concatenate(found)
        return pairs // len(self.hashes), pairs % len(self.hashes)

    def _block(self, queries: U8, at: int) -> Index:
        size, found = len(self.hashes), []
        for key, order, start in zip(_keys(queries), self.order, self.start, strict=True):
            buckets = (key[:, None] ^ self.flips).ravel()
            low, count = start[buckets], start[buckets.astype(np.int64) + 1] - start[buckets]
            who = np.repeat(np.repeat(np.arange(len(queries)), len(self.flips)), count)
            places = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
            other = order[places]
            near = hamming(queries[who], self.hashes[other]) <= self.bits
            found.append((who[near] + at) * size + other[near])
        return np.unique(np.concatenate(found))


def _keys(hashes: U8) -> list[NDArray[np.uint16]]:
    """The 16 bits of each band, for every hash."""
    bits = np.unpackbits(np.ascontiguousarray(hashes).view(np.uint8).reshape(-1, 8), axis=1)
    return [np.packbits(bits[:, band::BANDS], axis=1).view(np.uint16).ravel() for band in range(BANDS)]


Search = Callable[[int, NDArray[np.bool_]], tuple[int, float] | None]


def doubles(
    items: list[U8],
    ranks: list[int],
    bits: int,
    min_share: float,
    least: int,
    holds: Callable[[int, int], bool] = lambda item, other: True,
    search: Search = lambda item, kept: None,
) -> dict[int, tuple[int, float]]:
    """Which items are alike an item that is kept: {item: (the kept one, share of its hashes found there)}.

    Items are looked at in the order of *ranks*; what has been found alike is no longer compared with. An item of
    fewer than *least* hashes is always kept. What hashes say of an item and a kept one counts if it *holds*; if
    nothing does, *search* gets the item and which are kept, and says which of those it is like, and how much of it.
    """
    found: dict[int, tuple[int, float]] = {}
    sizes = np.array([len(each) for each in items], np.int64)
    if not sizes.sum():
        return found
    values, which = np.unique(np.concatenate(items), return_inverse=True)
    holder = np.repeat(np.arange(len(items)), sizes)
    held = np.unique(which.astype(np.int64) * len(items) + holder)  # (value, item) pairs, by value
    holders, first = held % len(items), np.searchsorted(held // len(items), np.arange(len(values) + 1))
    lookup, kept = Lookup(values, bits), np.zeros(len(items), np.bool_)
    for item in np.argsort(np.array(ranks), kind="stable").tolist():
        if len(items[item]) >= least:
            own, times = np.unique(items[item], return_counts=True)
            shares = _shares(own, times, lookup, holders, first, kept)
            likely = sorted(
                (each for each in shares.items() if each[1] >= min_share), key=lambda e: (-e[1], ranks[e[0]])
            )
            best = next((each for each in likely if holds(item, each[0])), None) or search(item, kept)
            if best is not None and best[1] >= min_share:
                found[item] = best
                continue
        kept[item] = True
    return found


def _shares(
    own: U8, times: Index, lookup: Lookup, holders: Index, first: Index, kept: NDArray[np.bool_]
) -> dict[int, float]:
    """The share of an item's hashes (*own*, each so many *times*) that every kept item has too."""
    mine, theirs = lookup.near(own)
    count = first[theirs + 1] - first[theirs]
    places = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first[theirs], count)
    other, mine = holders[places], np.repeat(mine, count)
    pairs = np.unique(mine[kept[other]] * len(kept) + other[kept[other]])
    who, which = pairs % len(kept), pairs // len(kept)
    ids, place = np.unique(who, return_inverse=True)
    shares = np.bincount(place, weights=times[which], minlength=len(ids)) / times.sum()
    return dict(zip(ids.tolist(), shares.tolist(), strict=True))
