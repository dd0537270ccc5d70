"""Whether two videos show the same, one cropped, letterboxed, mirrored, trimmed or at another speed than the other.

Pictures are compared by the grid of the scan's table. Signs of random projections (Charikar 2002) find those that may
be the same; then the one is laid into a rectangle of the other, a straight line is fitted to their times, and the areas
that both show must rise and fall together, in each picture and from picture to picture.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas import Signals
from .hash_search import Index, Lookup
from .hashes import hamming

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
U1 = NDArray[np.uint8]
U8 = NDArray[np.uint64]
Box = tuple[float, float, float, float]
"""Left, right, top and bottom of a rectangle, shares of the width and height."""
Extent = tuple[float, float]

ROWS, COLUMNS = 8, 9
WINDOWS = 1.0, 0.88, 0.77
"""Sides of the middle of a picture that is compared with whole pictures, to find those that were cropped."""
CROPS = 0.9, 0.8, 0.72
LEAST = 0.6
"""The smallest side of the window that a crop leaves, as a share of the whole."""
BAR = 0.03
"""Share of a side that a dark border takes at least to be one."""
BITS = 10
"""Bits of 64 in which the projections of pictures that may be the same differ at most."""
VOTES, TRIED, FITTED = 2, 4, 24
"""Pairs of pictures that make two videos be looked at, videos that are looked at for each, pairs that are fitted to."""
ASKED, MANY = 64, 200
"""Pictures of one video that videos like it are looked for by, and that partners in such a video are, at most."""
PACES = np.arange(0.7, 1.44, 0.02)
"""Seconds of the other video that one second may be."""
SAME, NEAR = 0.85, 0.7
"""Correlation of the areas of two pictures that show the same, and of those that may."""
FOLLOWS = 0.85
"""Correlation of what changes from picture to picture in two videos that show the same."""
STILL, ALL_STILL = 2.5, 0.98
"""Spread of the areas' levels over time, 0..255, below which nothing changes; pictures must be more alike then."""
MOST, LEAST_PICTURES = 0.5, 3
"""Share of a video's pictures that must be laid out alike for hashes to count, and the fewest that say anything."""
PROJECTION = np.random.default_rng(1).normal(size=(ROWS * COLUMNS, 64)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reel:
    """The pictures of a video or span that can be compared."""

    times: F8
    """Seconds, rising."""
    grids: U1
    """(n, 8, 9), as the scan's table has them."""
    box: Box
    """Inside the dark border that all pictures have."""

    @property
    def levels(self) -> F4:
        """``grids`` as numbers to calculate with."""
        return self.grids.astype(np.float32)

    @classmethod
    def none(cls) -> Reel:
        """A reel without pictures."""
        return cls(np.zeros(0), np.zeros((0, ROWS, COLUMNS), np.uint8), (0.0, 1.0, 0.0, 1.0))

    def plain(self) -> dict[str, Any]:
        """As JSON types, 95 bytes a picture."""
        times, grids = (base64.b85encode(each.tobytes()).decode() for each in (self.times.astype("<f4"), self.grids))
        return {"times": times, "grids": grids, "box": list(self.box)}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Reel:
        """The reel that ``plain`` turned into JSON types."""
        times = np.frombuffer(base64.b85decode(plain["times"]), "<f4").astype(np.float64)
        grids = np.frombuffer(base64.b85decode(plain["grids"]), np.uint8)
        left, right, top, bottom = plain["box"]
        return cls(times, grids.reshape(-1, ROWS, COLUMNS), (left, right, top, bottom))

    def between(self, start: float, end: float) -> Reel:
        """The pictures at *start* ≤ time < *end* (seconds)."""
        inside = (self.times >= start) & (self.times < end)
        return Reel(self.times[inside], self.grids[inside], self.box)

    def mirrored(self) -> Reel:
        left, right, top, bottom = self.box
        return Reel(self.times, self.grids[:, :, ::-1], (1 - right, 1 - left, top, bottom))

    def projections(self, side: float = 1.0) -> U8:
        """A hash of each picture's middle, of *side* times the width and height."""
        box = _window(self.box, side, 0.5, 0.5)
        across, down = _between(COLUMNS, box[:2], self.box[:2]), _between(ROWS, box[2:], self.box[2:])
        flat = (down @ self.levels @ across.T).reshape(-1, ROWS * COLUMNS)
        bits = (flat - flat.mean(1, keepdims=True)) @ PROJECTION > 0
        return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


def reel(signals: Signals, frames: Index, times: F8) -> Reel:
    """The pictures at *frames* of the table, which are shown at *times*."""
    border = signals.border[frames]
    sides = (np.min(border, axis=0) / 100).tolist() if len(frames) else [0.0] * 4
    top, bottom, left, right = (side if side >= BAR else 0.0 for side in sides)
    grids = signals.grid[frames].reshape(-1, ROWS, COLUMNS).astype(np.uint8)
    return Reel(times, grids, (left, 1 - right, top, 1 - bottom))


class Reels:
    """Finds which of some reels are like one of them."""

    def __init__(self, reels: Sequence[Reel], mirror: bool) -> None:
        """*mirror*: what was mirrored left to right is the same."""
        self.reels, self.turns = reels, (False, True)[: 1 + mirror]
        self.whole = _index([each.projections() for each in reels])
        self.windows = _index([_windows(each) for each in reels])

    def share(self, n: int, kept: NDArray[np.bool_]) -> tuple[int, float] | None:
        """The first of the *kept* reels in whose order of likeness reel *n* is found, and the share of it that is."""
        for other, turned in self.likely(self.reels[n], kept):
            own = self.reels[n].mirrored() if turned else self.reels[n]
            share = share_along(own, self.reels[other])
            if share is not None:
                return other, share
        return None

    def likely(self, reel: Reel, kept: NDArray[np.bool_]) -> list[tuple[int, bool]]:
        """Reels of *kept* that have most pictures in common with *reel*, each with whether that is mirrored."""
        votes: dict[tuple[int, bool], set[int]] = {}
        some = _spread_over(len(reel.times), ASKED)
        few, count = Reel(reel.times[some], reel.grids[some], reel.box), len(some)
        for turned in self.turns if count else ():
            own = few.mirrored() if turned else few
            whole = own.projections()
            for hashes, (lookup, owner) in (
                (whole, self.whole), (whole, self.windows), (_windows(own), self.whole),
            ):  # fmt: skip
                mine, theirs = lookup.near(hashes)
                good = kept[owner[theirs]]
                found = np.unique(np.stack([mine[good] % count, owner[theirs[good]]]), axis=1)
                for picture, other in found.T.tolist():
                    votes.setdefault((other, turned), set()).add(picture)
        enough = {who: len(pictures) for who, pictures in votes.items() if len(pictures) >= VOTES}
        return sorted(enough, key=lambda who: (-enough[who], who))[:TRIED]


def _spread_over(count: int, most: int) -> Index:
    """At most *most* of *count* places, evenly spread."""
    return np.unique(np.linspace(0, count - 1, most).astype(np.int64)) if count else np.zeros(0, np.int64)


def _windows(reel: Reel) -> U8:
    return np.concatenate([reel.projections(side) for side in WINDOWS[1:]])


def _index(hashes: list[U8]) -> tuple[Lookup, Index]:
    """All *hashes*, and of which of them each is."""
    joined = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
    return Lookup(joined, BITS), np.repeat(np.arange(len(hashes)), [len(each) for each in hashes])


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a reel shows what another one shows, in the same order at one pace."""

    share: float
    """Of the reel's pictures, 0..1."""
    here: Extent
    """Seconds of the reel, start and end of what is the same, …"""
    there: Extent
    """… and of the other one."""
    seconds: float
    """How much of the reel is the same."""

    def share_of(self, their: Reel) -> float:
        """The share of the other reel that is the same, 0..1."""
        inside = (their.times >= self.there[0]) & (their.times <= self.there[1])
        return float(inside.mean() * self.seconds / max(self.here[1] - self.here[0], self.seconds, 1e-9))


def share_along(own: Reel, their: Reel) -> float | None:
    """The share of *own* that *their* shows in the same order at one pace, 0..1; None when what changes differs."""
    found = alignment(own, their)
    return None if found is None else found.share


def alignment(own: Reel, their: Reel) -> Alignment | None:
    """Where *their* shows *own* in the same order at one pace; None when it does not, or when what changes differs."""
    if min(len(own.times), len(their.times)) < LEAST_PICTURES:
        return None
    mine, theirs = _pairs(own, their)
    if len(mine) < VOTES:
        return None
    one, other = _laid(own, their, _place(own, their, mine, theirs))
    if ((one[mine] * other[theirs]).sum(1) >= SAME).sum() < VOTES:
        return None
    pace, shift = _line(own, their, one, other, mine, theirs)
    alike, inside, seen = _follow(own, their, one, other, pace, shift)
    good = inside & (alike >= SAME)
    if good.sum() < LEAST_PICTURES:
        return None
    still = _spread(own.levels[good]) < STILL
    if (float(np.median(alike[good])) < ALL_STILL) if still else (_follows(one[good], seen[good]) < FOLLOWS):
        return None
    step, times = float(np.median(np.diff(own.times))), own.times[good]
    here = round(float(times[0]) - step / 2, 2), round(float(times[-1]) + step / 2, 2)
    there = round(max(shift + pace * here[0], 0.0), 2), round(shift + pace * here[1], 2)
    return Alignment(float(good.mean()), here, there, round(float(good.sum()) * step, 2))


def laid_out_alike(own: Reel, their: Reel) -> bool:
    """Whether most of *own* is laid out like pictures of *their*, in any order, and changes like them.

    It does not in what one camera that stands still saw at two times. Of very few pictures nobody can say: True.
    """
    if min(len(own.times), len(their.times)) < LEAST_PICTURES:
        return True
    one, other = _laid(own, their, (own.box, their.box))
    alike = one @ other.T
    good = alike.max(1) >= SAME
    if good.mean() < MOST:
        return False
    still = _spread(own.levels[good]) < STILL
    return still or _follows(one[good], other[alike.argmax(1)[good]]) >= FOLLOWS


def _follows(one: F4, other: F4) -> float:
    """The correlation of two series of pictures (n, areas) when each area's mean is taken off."""
    a, b = one - one.mean(0), other - other.mean(0)
    return float((a * b).sum() / max(float(np.sqrt((a**2).sum() * (b**2).sum())), 1e-9))


def _spread(grids: F4) -> float:
    """How much the areas' levels vary over time, 0..255, when the light of each picture is taken off."""
    levels = grids.reshape(len(grids), -1)
    return float((levels - levels.mean(1, keepdims=True)).std(0).mean())


def _pairs(own: Reel, their: Reel) -> tuple[Index, Index]:
    """Pairs of pictures (of *own*, of *their*), nearest first by their projections or those of their middles."""
    some = _spread_over(len(own.times), MANY)
    ours = [own.projections(side)[some] for side in WINDOWS]
    theirs = [their.projections(side) for side in WINDOWS]
    best = hamming(ours[0][:, None], theirs[0][None])
    for smaller in range(1, len(WINDOWS)):
        best = np.minimum(best, hamming(ours[0][:, None], theirs[smaller][None]))
        best = np.minimum(best, hamming(ours[smaller][:, None], theirs[0][None]))
    nearest = best.argmin(1)
    bits = best[np.arange(len(best)), nearest]
    order = np.argsort(bits, kind="stable")
    order = order[bits[order] <= BITS][:FITTED]
    return some[order], nearest[order]


def _place(own: Reel, their: Reel, mine: Index, theirs: Index) -> tuple[Box, Box]:
    """The rectangles of the frames of *own* and *their* in which pairs of pictures show the same."""
    middle = (0.0, 0.5, 1.0)
    tried = [(own.box, their.box)]
    for side in CROPS:
        for x in middle:
            for y in middle:
                tried.append((_window(own.box, side, x, y), their.box))
                tried.append((own.box, _window(their.box, side, x, y)))

    ours = Reel(own.times[mine], own.grids[mine], own.box)
    others = Reel(their.times[theirs], their.grids[theirs], their.box)

    def fit(place: tuple[Box, Box]) -> float:
        one, other = _laid(ours, others, place)
        return float(np.clip((one * other).sum(1) - 0.3, 0, None).sum())

    best = max(tried, key=fit)
    score = fit(best)
    cropped = int(best[0] == own.box)  # the rectangle whose edges move
    for step in (0.04, 0.02, 0.02):
        for edge in range(4):
            for move in (-step, step):
                box = list(best[cropped])
                box[edge] += move
                whole = (own, their)[cropped].box
                axis = edge // 2 * 2
                inside = whole[axis] - 1e-9 <= box[axis] and box[axis + 1] <= whole[axis + 1] + 1e-9
                if not inside or box[axis + 1] - box[axis] < LEAST * (whole[axis + 1] - whole[axis]):
                    continue
                moved: Any = (tuple(box), best[1]) if cropped == 0 else (best[0], tuple(box))
                now = fit(moved)
                if now > score:
                    best, score = moved, now
    return best


def _laid(own: Reel, their: Reel, place: tuple[Box, Box]) -> tuple[F4, F4]:
    """The areas that both show, (n, areas) and (m, areas), without mean and of length 1."""
    one, other = own.levels, their.levels
    here, there = place
    if (here[1] - here[0]) * (here[3] - here[2]) < (there[1] - there[0]) * (there[3] - there[2]):
        one, seen = _into(other, there, their.box, here, own.box)
        one, other = own.levels.reshape(len(own.grids), -1)[:, seen], one[:, seen]
    else:
        laid, seen = _into(one, here, own.box, there, their.box)
        one, other = laid[:, seen], their.levels.reshape(len(their.grids), -1)[:, seen]
    return _normal(one), _normal(other)


def _normal(areas: F4) -> F4:
    even = areas - areas.mean(1, keepdims=True)
    return np.asarray(even / (np.sqrt((even**2).sum(1, keepdims=True)) + 1e-3), np.float32)


def _into(grids: F4, here: Box, inside: Box, there: Box, content: Box) -> tuple[F4, NDArray[np.bool_]]:
    """*grids*, whose rectangle *here* is laid onto *there* of another frame: its areas (n, 72), and which are covered.

    What lies outside *inside* of the one and *content* of the other covers nothing.
    """
    across, wide = _cover(COLUMNS, here[:2], inside[:2], there[:2], content[:2])
    down, high = _cover(ROWS, here[2:], inside[2:], there[2:], content[2:])
    laid = np.asarray((down @ grids @ across.T).reshape(len(grids), -1), np.float32)
    return laid, (high[:, None] & wide[None]).ravel()


def _cover(parts: int, here: Extent, inside: Extent, there: Extent, content: Extent) -> tuple[F4, NDArray[np.bool_]]:
    """For one axis the matrix that averages areas of the one frame into those of the other, and which it covers."""
    edges = np.arange(parts + 1) / parts
    scale = (there[1] - there[0]) / (here[1] - here[0])
    moved = there[0] + (edges - here[0]) * scale
    clean = (edges[:-1] >= inside[0] - 0.1 / parts) & (edges[1:] <= inside[1] + 0.1 / parts)
    overlap = np.minimum(edges[1:, None], moved[None, 1:]) - np.maximum(edges[:-1, None], moved[None, :-1])
    overlap = np.clip(overlap, 0, None) * clean[None]
    covered = overlap.sum(1)
    known = (edges[:-1] >= content[0] - 0.1 / parts) & (edges[1:] <= content[1] + 0.1 / parts)
    share: F4 = (overlap / np.maximum(covered, 1e-9)[:, None]).astype(np.float32)
    return share, np.asarray(known & (covered * parts >= 0.85), np.bool_)


def _line(own: Reel, their: Reel, one: F4, other: F4, mine: Index, theirs: Index) -> tuple[float, float]:
    """Pace and shift of the straight line of times on which most pictures are the same."""
    alike = (one[mine] * other[theirs]).sum(1)
    near = alike >= min(NEAR, float(np.sort(alike)[-VOTES]))
    step, tried = float(np.median(np.diff(own.times))), list[tuple[float, float]]()
    at, to = own.times[mine[near]], their.times[theirs[near]]
    for pace in PACES.tolist():
        shifts = np.sort(to - pace * at)
        count = np.searchsorted(shifts, shifts + step, side="right") - np.arange(len(shifts))
        for first in np.argsort(-count, kind="stable")[:2].tolist():
            tried.append((pace, float(shifts[first : first + count[first]].mean())))

    def fit(line: tuple[float, float]) -> float:
        return float(np.clip(_follow(own, their, one, other, *line)[0] - 0.5, 0, None).sum())

    pace, shift = max(tried, key=fit)
    near_it = [(pace + a * 0.01, shift + b * step / 4) for a in (-1, 0, 1) for b in range(-3, 4)]
    return max(near_it, key=fit)


def _follow(own: Reel, their: Reel, one: F4, other: F4, pace: float, shift: float) -> tuple[F4, NDArray[np.bool_], F4]:
    """For each picture of *own*: how like what *their* shows at *shift* + *pace* times its time, whether that shows
    anything then, and what."""
    times = shift + pace * own.times
    after = np.clip(np.searchsorted(their.times, times), 1, len(their.times) - 1)
    low, high = their.times[after - 1], their.times[after]
    gap = np.median(np.diff(their.times))
    inside = (times >= low - 0.75 * gap) & (times <= high + 0.75 * gap)
    share = np.clip((times - low) / np.maximum(high - low, 1e-6), 0, 1).astype(np.float32)[:, None]
    choices = _normal(other[after - 1] * (1 - share) + other[after] * share), other[after - 1], other[after]
    found = np.stack([(one * each).sum(1) for each in choices])
    which = found.argmax(0)
    seen = np.stack(choices)[which, np.arange(len(one))]
    return np.where(inside, found.max(0), 0).astype(np.float32), inside, seen


def _window(box: Box, side: float, x: float, y: float) -> Box:
    """The part of *box* of *side* times its width and height; *x*, *y*: 0 at the left and top, 1 at the other end."""
    left, right, top, bottom = box
    wide, high = (right - left) * side, (bottom - top) * side
    across, down = left + x * (right - left - wide), top + y * (bottom - top - high)
    return (across, across + wide, down, down + high)


def _between(parts: int, to: tuple[float, float], content: tuple[float, float]) -> F4:
    """A matrix (parts, parts) that interpolates areas in the extent *to* from those of 0..1 inside *content*."""
    centres = (np.arange(parts) + 0.5) / parts
    low, high = int(np.ceil(content[0] * parts - 0.15)), int(np.floor(content[1] * parts + 0.15))
    known = np.arange(low, max(high, low + 2))
    place = (to[0] + centres * (to[1] - to[0]) - centres[known[0]]) * parts
    place = np.clip(place, -0.5, len(known) - 0.5)
    first = np.clip(np.floor(place).astype(int), 0, len(known) - 2)
    share, rows = place - first, np.arange(parts)
    matrix = np.zeros((parts, parts), np.float32)
    matrix[rows, known[first]] = 1 - share
    matrix[rows, known[first + 1]] += share
    return matrix
