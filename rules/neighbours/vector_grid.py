"""Vectors on a grid of whole numbers, in a file, so that their products are exact and the same on every machine.

A vector of unit length becomes the nearest one whose numbers are multiples of 1/4032. Its length is then below 4096 at
up to 16,000 dimensions, so that no partial sum of a product of two exceeds 2^24 (Cauchy-Schwarz): in 32-bit floating
point each is a whole number, without rounding, in whatever order a library adds. A cosine moves by about 0.0001.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas import make_id

if TYPE_CHECKING:
    from numpy import float32, float64, int16
    from numpy.typing import ArrayLike, NDArray

SCALE = 4032
"""The length of a vector on the grid, in its steps."""
MOST = 16_000
"""Dimensions with which all products stay exact."""
BLOCK = 16_384
"""Vectors that are worked on at a time."""


class NotComparable(ValueError):
    """Vectors that cannot be compared with one another; the text is for users."""


class VectorGrid:
    """Vectors in a file without a name, which is gone with the process, or in memory.

    Args:
        count: how many there will be.
        dimensions: of each.
        folder: where the file lies, which takes two bytes a number; None: in memory.

    Raises:
        NotComparable: there are more dimensions than can be exact.
        OSError: the disk has no room.
    """

    def __init__(self, count: int, dimensions: int, folder: Path | None) -> None:
        import numpy as np

        if dimensions > MOST:
            raise NotComparable(f"vectors have {dimensions} numbers; {MOST} at most can be compared")
        self.count, self.dimensions = count, dimensions
        shape = (count, dimensions)
        self._numbers: NDArray[int16] = np.zeros(shape if folder is None else 0, np.int16)
        if folder is not None and count:
            with tempfile.TemporaryFile(dir=folder) as file:  # the mapping holds on to it
                if hasattr(os, "posix_fallocate"):  # a full disk is an error now, and no fault of the bus later
                    os.posix_fallocate(file.fileno(), 0, 2 * count * dimensions)
                self._numbers = np.memmap(file, np.int16, "w+", shape=shape)

    def put(self, places: ArrayLike, vectors: ArrayLike) -> None:
        """Lay *vectors*, of any length but 0, at *places*."""
        import numpy as np

        self._numbers[np.asarray(places)] = on_grid(np.asarray(vectors))

    def take(self, places: ArrayLike) -> NDArray[float32]:
        """The vectors at *places* in steps of the grid."""
        import numpy as np

        taken: NDArray[float32] = self._numbers[np.asarray(places)].astype(np.float32)
        return taken

    def blocks(self, size: int = BLOCK) -> Iterable[tuple[slice, NDArray[float32]]]:
        """All vectors, so many at a time, each time with their places."""
        import numpy as np

        for start in range(0, self.count, size):
            part = slice(start, min(start + size, self.count))
            yield part, self._numbers[part].astype(np.float32)


def on_grid(vectors: NDArray[float64]) -> NDArray[int16]:
    """*vectors*, rows of any length but 0, on the grid."""
    import numpy as np

    wide = np.asarray(vectors, np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", wide, wide))
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise NotComparable("a vector is no direction: its length is 0 or no number")
    laid: NDArray[int16] = np.rint(wide * (SCALE / lengths)[:, None]).astype(np.int16)
    return laid


def inverse_lengths(vectors: NDArray[float32]) -> NDArray[float32]:
    """One divided by the length of each of *vectors*, which lie on the grid."""
    import numpy as np

    squares: NDArray[float32] = np.einsum("nd,nd->n", vectors, vectors)  # whole numbers below 2^24
    return (1 / np.sqrt(squares)).astype(np.float32)


def random_order(seed: int, names: Sequence[tuple[str, int]]) -> list[int]:
    """The places of *names* in an order that a hash draws, whatever theirs was."""
    keys = [make_id(seed, *name) for name in names]
    return sorted(range(len(keys)), key=keys.__getitem__)
