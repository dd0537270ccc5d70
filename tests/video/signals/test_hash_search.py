"""The lookup of hashes misses no near one and finds no other; hashes that say nothing are left out."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vdata.video.signals.hash_search import Lookup, are_telling, doubles, merge_neighbours

U8 = NDArray[np.uint64]
HASHES = st.lists(st.sampled_from([0, 2**64 - 1, 0x0F0F00FF3355AA01, 0x0123456789ABCDEF]), min_size=1, max_size=6)
FLIPS = st.lists(st.sets(st.integers(0, 63), max_size=17), min_size=12, max_size=12)


@given(HASHES, HASHES, FLIPS, st.integers(0, 15))
def test_the_lookup_finds_all_and_only_the_near(left: list[int], right: list[int], flips: Any, bits: int) -> None:
    def flipped(hashes: list[int], by: list[set[int]]) -> list[int]:
        return [each ^ sum(1 << bit for bit in some) for each, some in zip(hashes, by, strict=False)]

    left, right = flipped(left, flips[:6]), flipped(right, flips[6:])
    mine, theirs = Lookup(np.array(right, np.uint64), bits).near(np.array(left, np.uint64))
    near = [(a, b) for a, x in enumerate(left) for b, y in enumerate(right) if (x ^ y).bit_count() <= bits]
    assert list(zip(mine.tolist(), theirs.tolist(), strict=True)) == near


def test_telling_and_settled_hashes() -> None:
    hashes = np.array([0, 0xFF, 0x7F, 2**64 - 1, 2**64 - 256], np.uint64)
    assert are_telling(hashes).tolist() == [False, True, False, False, True]
    assert merge_neighbours(np.array([0, 1, 3, 7, 15, 0], np.uint64), 2).tolist() == [0, 0, 0, 7, 7, 0]


@pytest.mark.slow
def test_a_hundred_thousand_hashes() -> None:
    random = np.random.default_rng(5)
    items: list[U8] = [random.integers(0, 1 << 63, 30, dtype=np.uint64) * 2 for _ in range(3300)]
    items += [items[7 * n] ^ np.uint64(0b10010001) for n in range(100)]
    begin = time.process_time()
    found = doubles(items, list(range(len(items))), 10, 0.6, 3)
    assert found == {3300 + n: (7 * n, 1.0) for n in range(100)}
    assert time.process_time() - begin < 60
