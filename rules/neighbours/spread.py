"""A choice of vectors that are far from one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .vector_grid import VectorGrid, inverse_lengths

if TYPE_CHECKING:
    from numpy import float32, int64
    from numpy.typing import NDArray

POOL = 8192
"""Vectors that the next ones are looked for among."""
NEW = 1024
"""Chosen ones at most with which all vectors are compared at a time."""


class Spread(NamedTuple):
    """A choice of vectors, and what it leaves."""

    chosen: NDArray[int64]
    """The places of those that were chosen, in the order in which they were."""
    kept: NDArray[int64]
    """For each vector the place of the chosen one that is nearest; of equals the one that was chosen first."""
    distance: NDArray[float32]
    """For each vector the cosine distance to it."""


def farthest_first(grid: VectorGrid, count: int) -> Spread:
    """Choose *count* vectors: the first one, and then ever the one that is farthest from all that are chosen.

    The greedy solution of the k-centre problem, at most twice as far from the best (Gonzalez 1985), exactly: of
    equals the first. Cosines to the nearest chosen one only grow, so those of all but a pool of the farthest may be
    old.
    """
    import numpy as np

    count = min(count, grid.count)
    cosine = np.full(grid.count, -2, np.float32)
    kept = np.zeros(grid.count, np.int64)
    chosen: list[int] = [0] if count else []
    cosine[chosen] = 2
    known = 0  # chosen ones that all vectors have been compared with
    while True:
        _bring_up(grid, cosine, kept, np.array(chosen[known:], np.int64))
        known = len(chosen)
        if known >= count:
            break
        pool = np.argsort(cosine, kind="stable")[: POOL + 1]
        limit = float(cosine[pool[-1]]) if len(pool) > POOL else np.inf
        pool = np.sort(pool[:POOL])
        vectors, now = grid.take(pool), cosine[pool].copy()
        scale = inverse_lengths(vectors)
        while len(chosen) < min(count, known + NEW):
            best = int(now.argmin())
            if now[best] >= limit and len(chosen) > known:
                break
            chosen.append(int(pool[best]))
            now = np.maximum(now, (vectors @ vectors[best]) * scale * scale[best])
            now[best] = 2  # it is not chosen again
        cosine[np.array(chosen[known:], np.int64)] = 2
    places = np.array(chosen, np.int64)
    kept[places], cosine[places] = places, 1
    return Spread(places, kept, np.maximum(0, 1 - cosine))


def _bring_up(grid: VectorGrid, cosine: NDArray[float32], kept: NDArray[int64], new: NDArray[int64]) -> None:
    """Compare all vectors with the chosen ones that are *new*."""
    import numpy as np

    if not len(new):
        return
    centres = grid.take(new)
    scale = inverse_lengths(centres)
    for part, vectors in grid.blocks():
        products = (vectors @ centres.T) * scale
        best = products.argmax(1)
        value = products[np.arange(len(best)), best] * inverse_lengths(vectors)
        better = value > cosine[part]
        cosine[part][better], kept[part][better] = value[better], new[best[better]]
