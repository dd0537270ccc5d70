"""Run lengths of COCO: as its own library writes them, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vdata.rules import masks

DISC = np.add.outer((np.arange(48) - 20) ** 2, (np.arange(64) - 30) ** 2) < 144


def test_counts_are_those_of_coco() -> None:
    """What pycocotools 2.0.11 makes of the same disc."""
    assert masks.written(DISC) == "48x64:Pm09U14M2N2N2N2O0O2O0000000000000001N101N2N2N2N3LbP1"


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=30)))
def test_masks_come_back(mask: masks.Grid) -> None:
    text = masks.written(mask)
    assert (masks.read(text) == mask).all()
    assert masks.size_of(text) == mask.shape[::-1]
    runs = [len(one) for one in np.split(mask.ravel("F"), np.flatnonzero(np.diff(mask.ravel("F"))) + 1)]
    runs = [0, *runs] if mask.ravel("F")[0] else runs
    assert masks.of_counts(runs, *mask.shape) == text
    assert masks.of_counts(text.partition(":")[2], *mask.shape) == text


@given(st.tuples(*[st.integers(0, 20)] * 2), st.tuples(*[st.integers(1, 20)] * 2))
def test_bounds_of_a_rectangle(corner: tuple[int, int], size: tuple[int, int]) -> None:
    (x, y), (w, h) = corner, size
    mask = np.zeros((40, 50), bool)
    mask[y : y + h, x : x + w] = True
    found = masks.bounds(masks.written(mask))
    assert found == pytest.approx((x / 50, y / 40, (x + w) / 50, (y + h) / 40))
    polygon = [x, y, x + w, y, x + w, y + h, x, y + h]
    assert masks.of_polygons([polygon], 40, 50) == masks.written(mask)


def test_an_empty_mask_has_no_bounds() -> None:
    assert masks.bounds(masks.written(np.zeros((4, 5), bool))) is None


def test_polygons_may_leave_the_picture_and_are_added() -> None:
    two = masks.read(masks.of_polygons([[-5, -5, 3, -5, 3, 2, -5, 2], [6, 1, 99, 1, 99, 99, 6, 99]], 4, 8))
    assert two.tolist() == [
        [n < 3 for n in range(8)],
        [n < 3 or n > 5 for n in range(8)],
        *[[n > 5 for n in range(8)]] * 2,
    ]


@pytest.mark.parametrize("text", ["", "4x5", "4x5:", "axb:0", "4x5:0", "0x5:0", "4x5:~", "4x5:P", "99999x99999:0"])
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        masks.read(text)


@pytest.mark.parametrize(
    ("counts", "why"), [([3, 5], "add up to 8"), ([2.5, 1.5], "whole numbers"), ([-1, 21], "add up")]
)
def test_runs_that_do_not_fill_the_picture_are_refused(counts: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        masks.of_counts(counts, 4, 5)
