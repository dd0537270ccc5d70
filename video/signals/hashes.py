"""Counting bits: how far 64-bit hashes are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = np.array([bin(n).count("1") for n in range(1 << 16)], np.uint8)


def hamming(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The number of bits in which *left* and *right* differ, elementwise with broadcasting, 0..64."""
    different = np.ascontiguousarray(np.bitwise_xor(left, right))
    words = different.view(np.uint16).reshape(*different.shape, 4)
    bits = _BITS[words]
    count: NDArray[np.int64] = (bits[..., 0] + bits[..., 1] + bits[..., 2] + bits[..., 3]).astype(np.int64)
    return count
