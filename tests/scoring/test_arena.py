"""Ratings from verdicts: by hand, a planted order, and what swapping sides does."""

from __future__ import annotations

import math
import random

import pytest

from vdata.scoring.arena import Battle, sides, standings, win_rates


def planted(strengths: dict[str, float], count: int, seed: int, ties: float = 0.1) -> list[Battle]:
    """Verdicts by Bradley and Terry's odds, and some ties."""
    rng = random.Random(seed)
    found = []
    for n in range(count):
        one, two = rng.sample(sorted(strengths), 2)
        odds = 1 / (1 + 10 ** ((strengths[two] - strengths[one]) / 400))
        winner = "tie" if rng.random() < ties else "first" if rng.random() < odds else "second"
        found.append(Battle(f"q{n}", one, two, winner))  # type: ignore[arg-type]
    return found


def test_two_models_by_hand() -> None:
    battles = [Battle(str(n), "a", "b", "first" if n < 300 else "second") for n in range(400)]
    first, second = standings(battles)
    assert (first.model, first.battles, first.wins, first.ties, first.win_rate) == ("a", 400, 300, 0, 0.75)
    assert first.rating - second.rating == pytest.approx(400 * math.log10(3), abs=2)  # 191, but for the tie besides
    assert (first.rating + second.rating) / 2 == pytest.approx(1000)
    assert first.win_low < 0.75 < first.win_high
    assert 0.08 < first.win_high - first.win_low < 0.09  # 2 * 1.96 * sqrt(0.75 * 0.25 / 400) = 0.085
    assert (first.rank, second.rank) == (1, 2)
    assert win_rates(battles) == {"a": {"b": 0.75}, "b": {"a": 0.25}}


def test_a_planted_order_is_recovered() -> None:
    strengths = {"e": 1200.0, "d": 1100.0, "c": 1000.0, "b": 900.0, "a": 800.0}
    held = 0
    for seed in range(2):
        rows = standings(planted(strengths, 1200, seed, ties=0))
        assert [row.model for row in rows] == ["e", "d", "c", "b", "a"]
        assert [row.rank for row in rows] == [1, 2, 3, 4, 5]
        assert all(row.rating == pytest.approx(strengths[row.model], abs=60) for row in rows)
        held += sum(row.low <= strengths[row.model] <= row.high for row in rows)
    assert held >= 8, "of 10 intervals of 95 %"


def test_swapping_sides_swaps_verdicts_and_changes_no_rating() -> None:
    battles = planted({"a": 1100.0, "b": 1000.0, "c": 950.0}, 300, 5)
    swapped = [one.swapped for one in battles]
    assert [one.swapped for one in swapped] == battles
    assert standings(swapped) == standings(battles)
    assert win_rates(swapped) == win_rates(battles)
    assert sides(swapped).first_wins == pytest.approx(1 - sides(battles).first_wins)


def test_the_order_of_verdicts_does_not_matter() -> None:
    battles = planted({"a": 1100.0, "b": 1000.0, "c": 950.0}, 200, 6)
    mixed = random.Random(1).sample(battles, len(battles))
    for one, two in zip(standings(battles), standings(mixed), strict=True):
        assert one.rating == pytest.approx(two.rating)
        assert one.win_rate == pytest.approx(two.win_rate)


def test_one_that_always_wins_has_a_finite_rating() -> None:
    rows = standings([Battle(str(n), "best", "worst", "first") for n in range(50)])
    assert rows[0].win_rate == 1.0
    assert rows[1].win_rate == 0.0
    assert 1200 < rows[0].high < 3000


def test_ties_alone_make_equals() -> None:
    rows = standings([Battle(str(n), "a", "b", "tie") for n in range(20)])
    assert [row.rating for row in rows] == [pytest.approx(1000), pytest.approx(1000)]
    assert [(row.rank, row.ties, row.win_rate) for row in rows] == [(1, 20, 0.5), (1, 20, 0.5)]
    assert standings([]) == []


def test_sides() -> None:
    battles = [
        *(Battle("q1", "a", "b", "first"), Battle("q1", "b", "a", "second")),  # the same both times
        *(Battle("q2", "a", "b", "first"), Battle("q2", "b", "a", "first")),  # whoever is first
        Battle("q3", "a", "b", "tie"),
    ]
    assert sides(battles)[1:] == (2, 0.5)
    assert sides(battles).first_wins == pytest.approx(3.5 / 5)
    assert sides([]) == (0.0, 0, 0.0)
