"""Scores by parameters and times: bands by hand, and every item in exactly one."""

from __future__ import annotations

import random

import pytest

from vdata.schemas import Sample
from vdata.scoring.attributes import By, in_order, labels, names_of
from vdata.scoring.items import Prediction, items, score, table


def at(second: float | None, name: str = "", **params: str) -> Sample:
    return Sample(
        "now", "What now?", "A", 0, 300, params=params, options=["A", "B"], answer_index=0, seen_end=second, id=name
    )


def test_bands_by_hand() -> None:
    samples = [at(second) for second in (0, 59.9, 60, 179, 180, 9000)] + [at(None)]
    by = By.read("seen_end:60,180")
    assert by == By("seen_end", (60.0, 180.0))
    found = labels(samples, by)
    assert found == ["< 60", "< 60", "60 – 180", "60 – 180", "≥ 180", "≥ 180", ""]
    assert in_order(found) == ["< 60", "60 – 180", "≥ 180", ""]
    assert in_order(["b", "10", "9", "a"]) == ["9", "10", "a", "b"]


@pytest.mark.parametrize("told", ["seen_end:60,x", "seen_end:180,60", "seen_end:60,60", "seen_end:60,"])
def test_limits_that_do_not_rise_are_refused(told: str) -> None:
    with pytest.raises(ValueError, match="numbers that rise"):
        By.read(told)


def test_many_numbers_become_bands_of_like_size() -> None:
    rng = random.Random(0)
    samples = [at(round(rng.uniform(0, 1000), 1)) for _ in range(400)]
    found = labels(samples, By("seen_end"))
    assert len(set(found)) == 4
    assert all(80 <= found.count(label) <= 120 for label in set(found))
    assert labels(samples[:3], By("seen_end")) == [f"{one.seen_end:g}" for one in samples[:3]], "few stay as they are"


def test_every_item_is_in_one_row() -> None:
    samples = [at(float(n), f"s{n}", domain="sports" if n % 3 else "news") for n in range(30)]
    scored = items(samples, {one.id: Prediction("A" if n % 2 else "B") for n, one in enumerate(samples)})
    for by in ("domain", By("seen_end"), "task"):
        rows = table(scored, by)
        assert sum(row["items"] for row in rows) == 30
        assert sum(row["items"] * row["accuracy"] for row in rows) == pytest.approx(15)
    assert [row["domain"] for row in table(scored, "domain")] == ["news", "sports"]
    assert {"domain", "task", "seen_end"} <= set(names_of(samples))
    found = score(scored, [By("domain")])
    assert {"by_domain", "by_seen_end"} <= found.keys(), "a stream is scored by time unasked"


def test_one_question_at_several_times_counts_at_each_and_as_a_whole() -> None:
    samples = [at(float(n), f"s{n}") for n in range(4)]
    for n, sample in enumerate(samples):
        sample.group = f"g{n // 2}"
    scored = items(samples, {"s0": Prediction("A"), "s1": Prediction("A"), "s2": Prediction("A")})
    assert len(scored) == 4
    assert score(scored)["all_times"] == {"groups": 2, "all_right": 0.5}
