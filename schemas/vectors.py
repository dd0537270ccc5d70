"""Vectors of an embedder: numbers of unit length, kept as float16 bytes (little endian)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BYTES_EACH = 2
"""Of a float16."""


def pack(numbers: Any) -> bytes:
    """*numbers* (a sequence or an array of one dimension), scaled to unit length.

    Raises:
        ValueError: they are none, not all finite, or all zero.
    """
    import numpy as np

    given = np.asarray(numbers, np.float64)
    if given.ndim != 1 or not given.size or not np.isfinite(given).all():
        raise ValueError("is no vector of finite numbers")
    largest = float(np.abs(given).max())
    if not largest:
        raise ValueError("is a vector of zeros, which has no direction")
    given = given / largest
    return (given / np.linalg.norm(given)).astype("<f2").tobytes()


def unpack(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """*vectors* as rows of one array.

    Raises:
        ValueError: they differ in length.
    """
    import numpy as np

    if len({len(one) for one in vectors}) > 1:
        raise ValueError(f"vectors of {different_lengths(vectors)} numbers cannot be compared")
    size = len(vectors[0]) // BYTES_EACH if vectors else 0
    return np.frombuffer(b"".join(vectors), "<f2").reshape(len(vectors), size).astype(np.float32)


def mean(vectors: Sequence[bytes]) -> bytes:
    """The mean of *vectors*, of unit length.

    Raises:
        ValueError: there are none, they differ in length, or they cancel out.
    """
    return pack(unpack(vectors).mean(axis=0)) if vectors else pack([])


def cosine(one: bytes, other: bytes) -> float:
    """The cosine of the angle between two vectors, -1..1.

    Raises:
        ValueError: they differ in length.
    """
    first, second = unpack([one, other])
    return max(-1.0, min(1.0, float(first @ second)))


def different_lengths(vectors: Sequence[bytes]) -> str:
    """The numbers of dimensions of *vectors*, as ``384 and 768``."""
    return " and ".join(str(size) for size in sorted({len(one) // BYTES_EACH for one in vectors}))
