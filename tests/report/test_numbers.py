"""How often names came: all of them when they are few, and else a part that is counted exactly."""

from __future__ import annotations

from collections import Counter

import numpy as np

from vdata.report.numbers import NameCounts, Values


def test_few_names_are_counted() -> None:
    counts = NameCounts(most=10)
    for names in (["a", "b", "a"], [], ["c", "a"]):
        counts.add(names)
    values = counts.values()
    assert sorted(values.array().tolist()) == [1, 1, 3]
    assert (values.count, values.stride) == (3, 1)


def test_of_many_names_a_part_is_counted_and_their_number_estimated() -> None:
    names = [f"video {n}" for n in range(20_000) for _ in range(1 + n % 3)]
    counts = NameCounts(most=1000)
    for start in range(0, len(names), 500):
        counts.add(names[start : start + 500])
    values = counts.values()
    kept = values.array().tolist()
    assert 400 < len(kept) <= 1000
    assert values.stride == 32
    assert abs(values.count - 20_000) < 2500
    assert set(kept) == {1, 2, 3}  # each is exact, whenever the other half was let go
    assert min(Counter(kept).values()) > len(kept) / 4


def test_numbers_that_come_one_by_one_hold_nothing_besides() -> None:
    one, many = Values(most=1000), Values(most=1000)
    for number in range(50_000):
        one.add([number])
    many.add(np.arange(50_000.0))
    assert one.array().tolist() == many.array().tolist()
    for values in (one, many):
        assert sum(part.nbytes if part.base is None else part.base.nbytes for part in values._kept) <= 8 * 1000
        assert len(values._kept) <= 256
