"""Which of many vectors are near another that is better: one of each bunch stays.

Every vector is looked at in the order of rank and stays unless one that stays is near. So each that goes is near one
that stays, no two that stay are near, and chains of pairs take nothing else along. Nothing is missed: vectors are laid
into cells around centres, and one whose distance to the border of another cell (the hyperplane between two centres) is
less than the limit is compared with that cell, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .kmeans import learned_centres
from .vector_grid import SCALE, VectorGrid, inverse_lengths

if TYPE_CHECKING:
    from numpy import bool_, float32, int64
    from numpy.typing import NDArray

SMALL = 20_000
"""Vectors that are compared without cells: all with all."""
MOST_CELLS = 2048
RANKED = 16_384
"""Vectors that are looked at together."""
PAIRS = 4_000_000
"""Near pairs among those that are looked at together; of more, half are looked at first."""
TILE = (1024, 16_384)
"""Vectors that are compared at once: so many with so many."""
SLACK = 1e-6
"""What rounding may take from a cosine."""


class Alike(NamedTuple):
    """What ``keep_apart`` found, for each vector."""

    kept: NDArray[int64]
    """The place of the nearest one that stays and was there before; its own if it stays."""
    distance: NDArray[float32]
    """The cosine distance to it, 0 to 2."""


def keep_apart(grid: VectorGrid, order: NDArray[int64], distance: float, seed: int) -> Alike:
    """Go through the vectors of *grid* in *order* and keep those that are farther than *distance* from all kept ones.

    Args:
        grid: the vectors, in a random order.
        order: their places, the best first.
        distance: a cosine distance, more than 0 and less than 2.
        seed: of the cells, on which the result does not depend.
    """
    import numpy as np

    cells = 1 if grid.count <= SMALL else min(MOST_CELLS, 2 * math.isqrt(grid.count))
    centres = learned_centres(grid, cells, seed, rough=True) if cells > 1 else np.zeros((1, grid.dimensions))
    search = _Search(grid, centres.astype(np.float32), distance)
    size = 1024
    start = 0
    while start < len(order):
        search.add(order[start : start + size])
        start += size
        size = min(2 * size, RANKED)
    return Alike(search.kept, search.distance)


class _Search:
    """The vectors that are kept so far, by cell."""

    def __init__(self, grid: VectorGrid, centres: NDArray[float32], distance: float) -> None:
        import numpy as np

        self.grid, self.centres, self.limit = grid, centres, np.float32(1 - distance - SLACK)
        self.kept = np.arange(grid.count)
        self.distance = np.zeros(grid.count, np.float32)
        self.members: list[NDArray[int64]] = [np.empty(0, np.int64) for _ in centres]
        slack = math.sqrt(grid.dimensions) / 2  # how much longer or shorter than SCALE a vector on the grid may be
        self.reach = math.sqrt((2 * slack) ** 2 + 2 * (SCALE + slack) ** 2 * (distance + SLACK))
        squares = np.einsum("nd,nd->n", centres, centres).astype(np.float64)
        apart = squares[:, None] + squares - 2 * (centres @ centres.T).astype(np.float64)
        self.borders = (np.sqrt(np.maximum(apart, 0)) * self.reach + 1).astype(np.float32)

    def add(self, places: NDArray[int64]) -> None:
        """Look at the vectors at *places*, which are in the order of rank."""
        import numpy as np

        vectors = self.grid.take(places)
        products = vectors @ self.centres.T
        cell = products.argmax(1)
        best = products[np.arange(len(places)), cell]
        near = (best[:, None] - products) <= self.borders[cell]
        del products
        scale = inverse_lengths(vectors)
        self._compare(places, vectors, scale, near)
        left = np.flatnonzero(self.kept[places] == places)
        self._settle(places[left], vectors[left], scale[left], near[left], cell[left])

    def _compare(
        self, places: NDArray[int64], vectors: NDArray[float32], scale: NDArray[float32], near: NDArray[bool_]
    ) -> None:
        """Note for each of *places* the nearest that is kept, if it is near enough; of equals the first by place."""
        import numpy as np

        best = np.full(len(places), self.limit, np.float32)
        found = np.full(len(places), -1)
        for number in np.flatnonzero(near.any(0)):
            members = self.members[number]
            if not len(members):
                continue
            for rows, some in _tiles(np.flatnonzero(near[:, number]), members):
                others = self.grid.take(some)
                cosine = vectors[rows] @ others.T
                cosine *= inverse_lengths(others)
                top = cosine.argmax(1)
                value = cosine[np.arange(len(rows)), top] * scale[rows]
                which = some[top]
                better = (value > best[rows]) | ((value == best[rows]) & ((found[rows] < 0) | (which < found[rows])))
                best[rows[better]], found[rows[better]] = value[better], which[better]
        gone = found >= 0
        self.kept[places[gone]], self.distance[places[gone]] = found[gone], _apart(best[gone])

    def _settle(
        self,
        places: NDArray[int64],
        vectors: NDArray[float32],
        scale: NDArray[float32],
        near: NDArray[bool_],
        cell: NDArray[int64],
    ) -> None:
        """Decide among the vectors at *places*, none of which is near one that is kept so far."""
        import numpy as np

        pairs: list[tuple[NDArray[int64], NDArray[int64], NDArray[float32]]] = []
        total = 0
        for number in np.unique(cell):
            inside = np.flatnonzero(cell == number)
            for rows, some in _tiles(np.flatnonzero(near[:, number]), inside):
                cosine = (vectors[rows] @ vectors[some].T) * scale[some] * scale[rows][:, None]
                row, column = np.nonzero((cosine >= self.limit) & (rows[:, None] > some))
                pairs.append((rows[row], some[column], cosine[row, column]))
                total += len(row)
                if total > PAIRS:
                    break
            if total > PAIRS:
                half = len(places) // 2
                self._settle(places[:half], vectors[:half], scale[:half], near[:half], cell[:half])
                self._compare(places[half:], vectors[half:], scale[half:], near[half:])
                left = half + np.flatnonzero(self.kept[places[half:]] == places[half:])
                self._settle(places[left], vectors[left], scale[left], near[left], cell[left])
                return
        gone = np.zeros(len(places), bool)
        if total:
            later, earlier = (np.concatenate([each[side] for each in pairs]) for side in (0, 1))
            distance = _apart(np.concatenate([each[2] for each in pairs]))
            for n in np.lexsort((places[earlier], distance, later)):
                one, other = later[n], earlier[n]
                if not gone[one] and not gone[other]:
                    gone[one] = True
                    self.kept[places[one]], self.distance[places[one]] = places[other], distance[n]
        stay = ~gone
        for number in np.unique(cell[stay]):
            self.members[number] = np.concatenate([self.members[number], places[stay & (cell == number)]])


def _tiles(rows: NDArray[int64], others: NDArray[int64]) -> Iterator[tuple[NDArray[int64], NDArray[int64]]]:
    """*rows* and *others* in pieces, each of all of the one with all of the other."""
    for first in range(0, len(others), TILE[1]):
        for start in range(0, len(rows), TILE[0]):
            yield rows[start : start + TILE[0]], others[first : first + TILE[1]]


def _apart(cosine: NDArray[float32]) -> NDArray[float32]:
    import numpy as np

    return np.maximum(0, 1 - cosine)
