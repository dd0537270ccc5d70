"""Paired tests of models on the same items."""

from __future__ import annotations

import random

import pytest

from vdata.scoring.comparison import compare, mcnemar, paired_interval


def test_mcnemar_is_a_fair_coin() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(1, 9) == mcnemar(9, 1) == pytest.approx(22 / 1024)
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert 0 < mcnemar(400, 1600) < 1e-100


def test_the_interval_of_a_difference_covers_it_as_often_as_it_says() -> None:
    rng = random.Random(3)
    for a, b, count in ((0.2, 0.1, 60), (0.05, 0.05, 200), (0.4, 0.1, 20)):
        covered = 0
        for _ in range(1000):
            draws = [rng.random() for _ in range(count)]
            low, high = paired_interval(sum(x < a for x in draws), sum(a <= x < a + b for x in draws), count)
            covered += low <= a - b <= high
        assert 930 <= covered <= 995, (a, b, count)


def test_models_beside_the_first() -> None:
    first = [True] * 40 + [False] * 60
    better = [True] * 70 + [False] * 30
    other = [n % 2 == 0 for n in range(100)]
    rows = compare({"first": first, "better": better, "other": other, "same": list(first)})
    assert [row.name for row in rows] == ["first", "better", "other", "same"]
    assert rows[0].p is None
    assert (rows[1].only_this, rows[1].only_first) == (30, 0)
    assert rows[1].difference == pytest.approx(0.3)
    assert rows[1].difference_low > 0.18
    assert rows[1].p == pytest.approx(3 * mcnemar(30, 0))  # three comparisons, the smallest first
    assert (rows[2].only_this, rows[2].only_first) == (30, 20)
    assert rows[2].p == pytest.approx(2 * mcnemar(30, 20))
    assert (rows[3].p, rows[3].difference) == (1.0, 0.0)
    assert rows[3].difference_low < 0 < rows[3].difference_high
    with pytest.raises(ValueError, match="zip"):
        compare({"first": first, "short": [True]})


def test_pairs_that_are_no_pairs_of_luck_are_seldom_called_a_difference() -> None:
    rng = random.Random(5)
    found = 0
    for _ in range(400):
        models = {name: [rng.random() < 0.6 for _ in range(80)] for name in "abc"}
        found += any((row.p or 1) < 0.05 for row in compare(models)[1:])
    assert found / 400 <= 0.06
