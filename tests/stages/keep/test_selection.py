"""Top, quantile and balance: exact counts, ties, and the same whatever the order in which videos come."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.stages.keep.selection import Balance, ComparedSpan, LostPlace, Quantile, Selection, Top


def spans(values: list[Any]) -> list[ComparedSpan]:
    """Three to a video."""
    return [ComparedSpan(f"v{n // 3}", n % 3, value) for n, value in enumerate(values)]


def lost(stage: Selection, candidates: list[ComparedSpan], seed: int = 0) -> dict[tuple[str, int], LostPlace]:
    found = stage.losses(candidates, seed)
    return {candidates[n][:2]: loss for n, loss in found.items()}


def values_kept(stage: Selection, values: list[Any], seed: int = 0) -> list[Any]:
    out = stage.losses(spans(values), seed)
    return [value for n, value in enumerate(values) if n not in out]


FEW = st.integers(-3, 3).map(float)
CHOICES = [
    Top(by="x", count=4),
    Top(by="x", share=0.3, best="lowest"),
    Quantile(by="x", min=0.2, max=0.8),
    Balance(by="x", count=2),
    Balance(by="x"),
    Balance(by="x", count={"1": 2, "*": 1}),
    Balance(by="x", total=5),
]


@given(st.lists(FEW, max_size=30), st.sampled_from(CHOICES), st.randoms(), st.integers(0, 3))
def test_the_order_of_the_videos_changes_nothing(values: list[float], stage: Selection, random: Any, seed: int) -> None:
    candidates = spans(values)
    shuffled = random.sample(candidates, len(candidates))
    assert lost(stage, candidates, seed) == lost(stage, shuffled, seed)


@given(st.lists(FEW, max_size=30), st.integers(1, 12), st.sampled_from(["highest", "lowest"]))
def test_top_keeps_the_best_and_exactly_so_many(values: list[float], count: int, best: Any) -> None:
    kept = values_kept(Top(by="x", count=count, best=best), values)
    assert sorted(kept) == sorted(sorted(values, reverse=best == "highest")[:count])


@given(st.lists(FEW, min_size=1, max_size=30), st.floats(0.01, 1))
def test_top_by_share_is_rounded_and_keeps_one_at_least(values: list[float], share: float) -> None:
    kept = values_kept(Top(by="x", share=share), values)
    assert len(kept) == max(1, math.floor(share * len(values) + 0.5 + 1e-9))


def test_top_by_share_of_ten() -> None:
    assert values_kept(Top(by="x", share=0.3), list(range(10))) == [7, 8, 9]
    assert values_kept(Top(by="x", share=0.3, best="lowest"), list(range(10))) == [0, 1, 2]


@given(st.lists(FEW, min_size=1, max_size=30), st.floats(0, 0.45), st.floats(0.55, 1))
def test_equals_have_one_fate_between_quantiles(values: list[float], low: float, high: float) -> None:
    stage = Quantile(by="x", min=low, max=high)
    kept = values_kept(stage, values)
    assert kept, "what is between is never nothing"
    assert set(kept).isdisjoint(set(values) - set(kept))
    dropped = Counter(values) - Counter(kept)
    assert sum(dropped[value] for value in dropped if value < min(kept)) <= low * len(values) + 1e-6
    assert sum(dropped[value] for value in dropped if value > max(kept)) <= (1 - high) * len(values) + 1e-6


def test_quantiles_of_ten() -> None:
    assert values_kept(Quantile(by="x", min=0.1, max=0.9), list(range(10))) == list(range(1, 9))
    assert values_kept(Quantile(by="x", min=0.3), list(range(10))) == list(range(3, 10))
    assert values_kept(Quantile(by="x", max=0.7), list(range(10))) == list(range(7))
    assert values_kept(Quantile(by="x", max=0.7), []) == []


@given(st.lists(st.sampled_from("abcd"), max_size=40), st.integers(1, 10), st.integers(0, 3))
def test_balance_keeps_so_many_of_each(values: list[str], count: int, seed: int) -> None:
    kept = Counter(values_kept(Balance(by="x", count=count), values, seed))
    assert kept == Counter({value: min(count, size) for value, size in Counter(values).items()})


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=40))
def test_balance_without_a_count_goes_by_the_rarest(values: list[str]) -> None:
    sizes = Counter(values)
    kept = Counter(values_kept(Balance(by="x"), values))
    assert kept == Counter(dict.fromkeys(sizes, min(sizes.values())))


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_quotas_are_met_exactly_and_what_is_not_named_goes(values: list[str]) -> None:
    sizes, quotas = Counter(values), {"A": 3, "b": 0, "c": 7}
    kept = Counter(values_kept(Balance(by="x", count=quotas), values))
    assert kept == +Counter(a=min(3, sizes["a"]), c=min(7, sizes["c"]))
    kept = Counter(values_kept(Balance(by="x", count={"b": 1, "*": 2}), values))
    assert kept == Counter({value: min(1 if value == "b" else 2, size) for value, size in sizes.items()})


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 70), st.integers(0, 3))
def test_a_total_is_met_as_evenly_as_can_be(values: list[str], total: int, seed: int) -> None:
    sizes = Counter(values)
    kept = Counter(values_kept(Balance(by="x", total=total), values, seed))
    assert kept.total() == min(total, len(values))
    for one, size in sizes.items():  # who has fewer than another by two has nothing more
        assert kept[one] == size or kept[one] >= max(kept.values()) - 1


def test_closing_lines_name_the_quotas_that_are_not_met() -> None:
    quotas = Balance(by="topic", count={"cook": 3, "run": 5, "*": 0})
    told = quotas.told(spans(["cook"] * 4 + ["run"] * 2 + ["swim"]))
    assert quotas.summary(told) == "3 values of topic, of each at most 5; 5 are kept. Too few: run 2 of 5."
    total = Balance(by="topic", total=9)
    assert total.summary(total.told(spans(["cook"] * 4 + ["run"] * 20))) == (
        "2 values of topic, of each at most 5; 9 are kept."
    )
    assert "7 are kept of the 9 asked for" in total.summary(total.told(spans(["cook"] * 7)))


def grouped(values: list[tuple[str, float]]) -> list[ComparedSpan]:
    return [ComparedSpan(f"v{n}", 0, value, group) for n, (group, value) in enumerate(values)]


@given(st.lists(st.tuples(st.sampled_from("abc"), FEW), max_size=30))
def test_the_best_of_each_group_are_those_of_the_group_alone(values: list[tuple[str, float]]) -> None:
    for stage in (Top(by="x", per="kind", count=2), Quantile(by="x", per="kind", min=0.3)):
        found = lost(stage, grouped(values))
        alone: dict[Any, LostPlace] = {}
        for group in "abc":
            members = [one for one in grouped(values) if one.group == group]
            alone |= lost(stage, [one._replace(group="") for one in members])
        assert found == alone


def test_a_video_that_is_added_takes_at_most_the_places_it_fills() -> None:
    values = ["a"] * 30
    before, more = spans(values), [*spans(values), ComparedSpan("new", 0, "a")]
    stage = Balance(by="x", count=10)
    assert len(set(lost(stage, more)) - set(lost(stage, before)) - {("new", 0)}) <= 1


def test_the_seed_draws_others() -> None:
    stage, candidates = Top(by="x", count=10), spans([1.0] * 30)
    assert lost(stage, candidates, 0).keys() != lost(stage, candidates, 1).keys()


def test_what_a_reject_says() -> None:
    top, values = Top(by="motion", count=2), spans([3.0, 1.0, 2.0, 0.5])
    losses = top.losses(values, 0)
    breach = top.breach(0.5, losses[3], "spans of shots")
    assert (breach.reason, breach.value, breach.threshold) == ("motion_not_in_top", 0.5, 2.0)
    assert breach.detail == "motion 0.5; the highest 2 of 4 spans of shots end at 2"
    between = Quantile(by="motion", max=0.5)
    breach = between.breach(3.0, between.losses(values, 0)[0], "videos")
    assert (breach.reason, breach.threshold) == ("motion_above_quantile", 1.0)
    assert breach.detail == "motion 3 is above 1, the quantile 0.5 of 4 videos"
    each = Balance(by="attr.topic", count=1)
    (loss,) = each.losses(spans(["a", "a"]), 0).values()
    breach = each.breach("a", loss, "videos")
    assert (breach.reason, breach.value, breach.threshold) == ("attr_topic_over_balance", 2.0, 1.0)
    assert breach.detail == "attr.topic 'a' is had by 2 videos, of which 1 are kept"


@pytest.mark.parametrize(
    ("cls", "settings", "said"),
    [
        (Top, {"by": "x"}, "give count or share"),
        (Top, {"by": "x", "count": 1, "share": 0.5}, "not both"),
        (Top, {"by": "x", "share": 1.5}, "less than or equal to 1"),
        (Quantile, {"by": "x"}, "give min or max"),
        (Quantile, {"by": "x", "min": 0.5, "max": 0.5}, "nothing can be kept"),
        (Balance, {"by": "x", "count": 0}, "greater than or equal to 1"),
        (Balance, {"count": 3}, "by"),
        (Balance, {"by": "x", "count": {"a": -1}}, "greater than or equal to 0"),
        (Balance, {"by": "x", "count": 3, "total": 5}, "total has no effect beside count"),
    ],
)
def test_settings_that_are_refused(cls: type[Selection], settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        cls.model_validate(settings)
