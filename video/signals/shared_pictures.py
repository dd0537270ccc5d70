"""What two videos show in common, and when: strips of hashes, matched picture by picture and lined up in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas import Signals, Span
from .hash_search import U8, Index, Lookup, are_telling, merge_neighbours

F8 = NDArray[np.float64]

AT_LEAST = 8
"""So many pictures are taken of a short video or span."""
DISTINCT = 3
"""So many different pictures must follow one another in both, at the same distance, to count as a shared stretch."""
GAP, DENSE = 4, 0.5
"""A stretch ends where so many pictures in a row do not match, and so much of it must."""
TRIED = 8
"""Distances in time that are looked at, those with the most matches first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When two videos count as showing the same."""

    every: float = 0.5
    """Seconds from one picture to the next."""
    bits: int = 7
    """Bits of 64 in which the hashes of one picture may differ; 8 and more take six times as long to look up."""
    min_share: float = 0.6
    """Share of one video's pictures that is found in the other …"""
    min_seconds: float = 3.0
    """… or seconds that both show in the same order and at the same pace."""
    min_frames: int = 3
    """A video with fewer pictures that can be compared is like none."""
    min_contrast: float = 6.0
    """Standard deviation of luma (0..127.5) below which a picture is plain, and not compared."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The pictures of a video or span that can be compared, in order; equal neighbours are one, shown for longer."""

    start: F8
    """Seconds."""
    seconds: F8
    hashes: U8
    frames: int = 0
    """Pictures before equal neighbours were joined."""

    @property
    def total(self) -> float:
        return float(self.seconds.sum())

    def plain(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "start": [round(float(each), 2) for each in self.start],
            "seconds": [round(float(each), 3) for each in self.seconds],
            "hashes": bytes(self.hashes.astype(">u8").tobytes()).hex(),
            "frames": self.frames,
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Strip:
        """The strip that ``plain`` turned into JSON types."""
        hashes = np.frombuffer(bytes.fromhex(plain["hashes"]), ">u8").astype(np.uint64)
        return cls(
            np.array(plain["start"], np.float64), np.array(plain["seconds"], np.float64), hashes, plain["frames"]
        )

    def between(self, start: float, end: float) -> Strip:
        """The pictures that begin at *start* ≤ time < *end* (seconds)."""
        inside = (self.start >= start) & (self.start < end)
        return Strip(self.start[inside], self.seconds[inside], self.hashes[inside], self.frames)


@dataclass(frozen=True, slots=True)
class StripPair:
    """Two strips that show the same, by their places: shares of each that the other has, and the stretch in each."""

    one: int
    other: int
    share: float
    """Of *one*, found in *other*; 0..1."""
    other_share: float
    here: tuple[float, float]
    """Seconds in *one*, start and end of what lines up …"""
    there: tuple[float, float]
    """… and in *other*."""
    seconds: float
    """How much lines up."""


def strip(signals: Signals, span: Span | None, rule: Rule) -> Strip:
    """The strip of *span* of a video, or of all of it; what is plain is left out."""
    span = span or Span(float(signals.time[0]), signals.end)
    step = min(rule.every, span.seconds / AT_LEAST)
    if step <= 0:
        return Strip(np.zeros(0), np.zeros(0), np.zeros(0, np.uint64))
    times = np.arange(span.start + step / 2, span.end, step)
    frames = np.maximum(np.searchsorted(signals.time, times, side="right") - 1, 0)
    good = (signals.contrast[frames] >= rule.min_contrast) & are_telling(signals.dhash[frames])
    times, hashes = times[good], merge_neighbours(signals.dhash[frames[good]], rule.bits // 3)
    first = np.ones(len(hashes), np.bool_)
    first[1:] = (hashes[1:] != hashes[:-1]) | (np.diff(times) > 1.5 * step)
    runs = np.cumsum(first) - 1
    lengths: F8 = np.bincount(runs, minlength=int(first.sum())).astype(np.float64) * step
    return Strip(times[first] - step / 2, lengths, hashes[first], len(hashes))


def pairs(ours: Sequence[Strip], theirs: Sequence[Strip] | None, rule: Rule) -> Iterator[StripPair]:
    """Every pair of *ours* and *theirs* (or, with None, of two of *ours*, once) that shows the same by *rule*.

    They do when enough of either is found in the other, or when enough seconds of both line up: the same pictures in
    the same order at the same distances, of which chance makes next to none. In order of *ours*, then of the others.
    """
    others = ours if theirs is None else theirs
    sizes = np.array([len(each.hashes) for each in others], np.int64)
    if not sizes.sum():
        return
    owner, offset = np.repeat(np.arange(len(others)), sizes), np.concatenate([[0], np.cumsum(sizes)])
    seconds = np.concatenate([each.seconds for each in others])
    values, which = np.unique(np.concatenate([each.hashes for each in others]), return_inverse=True)
    order = np.argsort(which, kind="stable")
    first = np.searchsorted(which[order], np.arange(len(values) + 1))
    totals = np.bincount(owner, weights=seconds, minlength=len(others))
    able = np.array([each.frames >= rule.min_frames for each in others])
    lookup = Lookup(values, rule.bits)
    for n, own in enumerate(ours):
        if own.frames < rule.min_frames or not len(own.hashes):
            continue
        mine, places = _matches(own.hashes, lookup, first, order)
        keep = able[owner[places]] & (owner[places] > n if theirs is None else True)
        mine, places = mine[keep], places[keep]
        who = owner[places]
        here = _sums(who, mine, own.seconds, len(own.hashes), len(others))
        there = _sums(who, places, seconds, len(owner), len(others))
        share, other = here / own.total, there / np.maximum(totals, 1e-9)
        likely = (share >= rule.min_share) | (other >= rule.min_share) | (np.minimum(here, there) >= rule.min_seconds)
        likely &= here > 0
        for m in np.flatnonzero(likely).tolist():
            at = who == m
            found = _line_up(own, others[m], mine[at], places[at] - offset[m], rule)
            if max(share[m], other[m]) >= rule.min_share or found is not None:
                ranges = found or _extent(own, others[m], mine[at], places[at] - offset[m])
                yield StripPair(n, m, round(float(share[m]), 4), round(float(other[m]), 4), *ranges)


def groups(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """Of *count* things, which group each is in, when those of a link belong together: the least of each group."""
    parent = list(range(count))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    for one, other in links:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return [root(n) for n in range(count)]


def _matches(hashes: U8, lookup: Lookup, first: Index, order: Index) -> tuple[Index, Index]:
    """Pairs (place in *hashes*, place in all of the others' hashes) that are near."""
    own, back = np.unique(hashes, return_inverse=True)
    query, value = lookup.near(own)
    count = first[value + 1] - first[value]
    steps = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    unique, places = np.repeat(query, count), order[steps + np.repeat(first[value], count)]
    by = np.argsort(back, kind="stable")  # back from distinct hashes to places
    begin = np.searchsorted(back[by], np.arange(len(own) + 1))
    many = begin[unique + 1] - begin[unique]
    steps = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return by[steps + np.repeat(begin[unique], many)], np.repeat(places, many)


def _sums(who: Index, what: Index, seconds: F8, size: int, count: int) -> F8:
    """For each of *count* others the seconds of all different *what* (of *size*) that are paired with it."""
    distinct = np.unique(who * size + what)
    sums = np.bincount(distinct // size, weights=seconds[distinct % size], minlength=count)
    return sums.astype(np.float64)


def _line_up(
    own: Strip, other: Strip, mine: Index, theirs: Index, rule: Rule
) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """The stretch of each in which pictures match at one distance in time, and its seconds; None when it is short."""
    shift = other.start[theirs] - own.start[mine]
    by = np.lexsort((mine, shift))
    shift, mine, theirs = shift[by], mine[by], theirs[by]
    ends = np.searchsorted(shift, shift + 2 * rule.every, side="right")
    summed = np.concatenate([[0.0], np.cumsum(np.minimum(own.seconds[mine], other.seconds[theirs]))])
    weight = summed[ends] - summed[: len(shift)]
    best = None
    for first in np.argsort(-weight, kind="stable")[:TRIED].tolist():
        if weight[first] < rule.min_seconds:
            break
        for here, there in _stretches(own, mine[first : ends[first]], theirs[first : ends[first]], rule):
            lined = round(min(float(own.seconds[here].sum()), float(other.seconds[there].sum())), 2)
            different = min(len(np.unique(own.hashes[here])), len(np.unique(other.hashes[there])))
            stretch = _range(own, here), _range(other, there), lined
            dense = lined >= DENSE * min(end - start for start, end in stretch[:2])
            if different >= DISTINCT and lined >= rule.min_seconds and dense and (best is None or lined > best[2]):
                best = stretch
    return best


def _stretches(own: Strip, mine: Index, theirs: Index, rule: Rule) -> Iterator[tuple[Index, Index]]:
    """Pairs of places, cut where nothing matches for GAP pictures; the places of each side once, in order."""
    by = np.argsort(mine, kind="stable")
    mine, theirs = mine[by], theirs[by]
    end = own.start[mine] + own.seconds[mine]
    for part in np.split(np.arange(len(mine)), np.flatnonzero(own.start[mine[1:]] - end[:-1] > GAP * rule.every) + 1):
        yield np.unique(mine[part]), np.unique(theirs[part])


def _extent(
    own: Strip, other: Strip, mine: Index, theirs: Index
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """From the first to the last picture that the two have in common, in whatever order; nothing lines up."""
    return _range(own, np.unique(mine)), _range(other, np.unique(theirs)), 0.0


def _range(of: Strip, places: Index) -> tuple[float, float]:
    return round(float(of.start[places[0]]), 2), round(float(of.start[places[-1]] + of.seconds[places[-1]]), 2)
