"""Clusters of vectors by direction: spherical k-means, the same for any order of machines and libraries.

Spherical k-means: Dhillon and Modha 2001. The first centres: k-means++, Arthur and Vassilvitskii 2007, with the best
of several draws, as scikit-learn does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .vector_grid import BLOCK, VectorGrid, inverse_lengths, on_grid

if TYPE_CHECKING:
    from numpy import float32, float64, int64
    from numpy.random import Generator
    from numpy.typing import NDArray

PER_CENTRE = 40
"""Vectors for each centre that centres are learned from."""
AT_LEAST = 10_000
"""Vectors that centres are learned from, where there are so many."""
ROUNDS = 12
"""Rounds at most in which centres move."""
ROUGH_ROUNDS = 4
DRAWS = 3
"""Vectors of which the best becomes the next first centre, besides the one that is farthest from all before."""


def learned_centres(grid: VectorGrid, count: int, seed: int, *, rough: bool = False) -> NDArray[float32]:
    """The centres of *count* clusters, or of as many as there are different vectors, on the grid.

    They are learned from the first vectors alone where there are very many: lay them in an order that is random.

    Args:
        rough: take the first vectors for the first centres, and move them a few times only, which is quicker.
    """
    import numpy as np

    some = min(grid.count, max(AT_LEAST, PER_CENTRE * count))
    sample = grid.take(np.arange(some))
    draw = np.random.Generator(np.random.PCG64(seed))
    centres = sample[np.arange(min(count, some)) if rough else _spread(sample, count, draw)]
    before = np.full(some, -1)
    for _ in range(ROUGH_ROUNDS if rough else ROUNDS):
        where, like = nearest_centres(sample, centres)
        if (where == before).all():
            break
        before = where
        centres = _moved(sample, where, like, centres)
    return centres


def nearest_centres(vectors: NDArray[float32], centres: NDArray[float32]) -> tuple[NDArray[int64], NDArray[float32]]:
    """The centre that is nearest to each of *vectors*, the first of equals, and the cosine."""
    import numpy as np

    where, cosine = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float32)
    scale = inverse_lengths(centres)
    for start in range(0, len(vectors), BLOCK):
        part = slice(start, start + BLOCK)
        products = vectors[part] @ centres.T
        products *= scale
        where[part] = products.argmax(1)
        cosine[part] = products[np.arange(len(products)), where[part]] * inverse_lengths(vectors[part])
    return where, cosine


def _spread(sample: NDArray[float32], count: int, draw: Generator) -> NDArray[int64]:
    """The places of *count* vectors that are far from one another, fewer if there are no more that differ."""
    import numpy as np

    scale = inverse_lengths(sample)
    chosen = [0]
    far = _distances(sample, scale, sample[:1])[0]
    while len(chosen) < count:
        total = np.cumsum(far)
        if total[-1] <= 0:
            break
        drawn = np.searchsorted(total, draw.random(DRAWS) * total[-1], side="right")
        drawn = np.append(np.minimum(drawn, len(sample) - 1), far.argmax())
        left = np.minimum(far, _distances(sample, scale, sample[drawn]))
        best = int(left.sum(1).argmin())
        chosen.append(int(drawn[best]))
        far = left[best]
    return np.array(chosen, np.int64)


def _distances(sample: NDArray[float32], scale: NDArray[float32], others: NDArray[float32]) -> NDArray[float64]:
    """The cosine distance of every vector of *sample* to each of *others*, in whole millionths, so that
    sums are exact."""
    import numpy as np

    cosine = (others @ sample.T) * scale * inverse_lengths(others)[:, None]
    return np.maximum(0, np.rint((1 - cosine.astype(np.float64)) * 1e6))


def _moved(
    sample: NDArray[float32], where: NDArray[int64], like: NDArray[float32], centres: NDArray[float32]
) -> NDArray[float32]:
    """The means of the clusters; one that has no vector takes the vector that is worst off."""
    import numpy as np

    order = np.argsort(where, kind="stable")
    sizes = np.bincount(where, minlength=len(centres))
    there = np.flatnonzero(sizes)
    sums = np.zeros(centres.shape)
    starts = np.cumsum(sizes) - sizes
    for n in there:  # whole numbers: exact in any order
        sums[n] = sample[order[starts[n] : starts[n] + sizes[n]]].sum(0, dtype=np.float64)
    lost = np.flatnonzero(sizes == 0)
    sums[lost] = sample[np.argsort(like, kind="stable")[: len(lost)]]
    lengths = np.einsum("nd,nd->n", sums, sums)
    sums[lengths == 0] = centres[lengths == 0]
    return on_grid(sums).astype(np.float32)
