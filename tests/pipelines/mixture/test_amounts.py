"""How much of what goes into a mixture: never more than there is or is wanted, and never less than can be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdata.pipelines.mixture.amounts import ENDLESS, Wish, amounts, apportion, fill, most

SMALL = st.integers(0, 4)


def best(available: list[list[int]], rows: list[int], columns: list[int]) -> int:
    """The largest sum by trying all (2 by 2)."""
    (a, b), (c, d) = available
    return max(
        w + x + y + z
        for w, x, y, z in product(range(a + 1), range(b + 1), range(c + 1), range(d + 1))
        if w + x <= rows[0] and y + z <= rows[1] and w + y <= columns[0] and x + z <= columns[1]
    )


@settings(max_examples=150)
@given(st.lists(SMALL, min_size=4, max_size=4), st.lists(SMALL, min_size=4, max_size=4))
def test_as_much_as_can_be_is_taken(cells: list[int], limits: list[int]) -> None:
    available, rows, columns = [cells[:2], cells[2:]], limits[:2], limits[2:]
    taken = fill(available, rows, columns)
    assert all(
        0 <= here <= there
        for line, lines in zip(taken, available, strict=True)
        for here, there in zip(line, lines, strict=True)
    )
    assert [sum(line) <= row for line, row in zip(taken, rows, strict=True)] == [True, True]
    assert [sum(line[n] for line in taken) <= column for n, column in enumerate(columns)] == [True, True]
    assert sum(map(sum, taken)) == best(available, rows, columns)


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 100), min_size=1, max_size=6))
def test_parts_add_up(whole: int, shares: list[float]) -> None:
    parts = apportion(whole, shares)
    assert sum(parts) == whole
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - whole * share / sum(shares)) <= 1


def test_weights() -> None:
    wish = Wish([[100], [30]], [100, 30], [3, 1], [1.0])
    assert amounts(wish, None) == [[92], [30]], "as near to 3 to 1 as whole numbers come"
    assert amounts(wish, 40) == [[30], [10]]
    assert amounts(wish, 1000) == [[100], [30]], "short, and not made up for by others"
    assert amounts(Wish([[ENDLESS], [30]], [ENDLESS, 30], [3, 1], [1.0]), None) == [[92], [30]]
    ((many,), (few,)) = amounts(Wish([[ENDLESS], [30]], [ENDLESS, 30], [300, 1], [1.0]), None)
    assert few == 30
    assert many / few == pytest.approx(300, rel=0.02)
    assert amounts(Wish([[100], [30]], [50, 30], None, [1.0]), None) == [[50], [30]]
    assert amounts(Wish([[100], [30]], [50, 30], None, [1.0]), 40) == [[25], [15]]


def test_a_profile_is_met_where_it_can_be() -> None:
    wish = Wish([[80, 10], [80, 20]], [90, 100], None, [0.5, 0.5])
    assert most(wish) == 61
    assert [sum(row[n] for row in amounts(wish, None)) for n in range(2)] == [31, 30]
    assert [sum(row[n] for row in amounts(wish, 100)) for n in range(2)] == [50, 30]
    both = Wish([[80, 10], [80, 20]], [90, 100], [1, 1], [0.5, 0.5])
    taken = amounts(both, None)
    assert [sum(row) for row in taken] == [31, 30]
    assert [sum(row[n] for row in taken) for n in range(2)] == [31, 30]


@given(
    st.lists(st.lists(st.integers(0, 300), min_size=2, max_size=2), min_size=1, max_size=3),
    st.lists(st.floats(0.1, 5), min_size=3, max_size=3),
    st.floats(0.05, 0.95),
)
def test_the_most_meets_all_that_is_wanted(available: list[list[int]], weights: list[float], share: float) -> None:
    wish = Wish(available, [sum(row) for row in available], weights[: len(available)], [share, 1 - share])
    taken = amounts(wish, None)
    count = sum(map(sum, taken))
    assert [sum(row) for row in taken] == apportion(count, weights[: len(available)])
    assert [sum(row[n] for row in taken) for n in range(2)] == apportion(count, [share, 1 - share])
    assert count == pytest.approx(most(wish))
