"""A summary under a budget by weights: never too long, as good as greedy, weights of 0 do nothing, ties, lanes."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.schemas import Span, Timeline
from vdata.stages.keep.keep import Keep
from vdata.stages.keep.selection import ComparedSpan
from vdata.stages.keep.summary_budget import RatedSpan, SummaryBudget, SummaryWeights

SPANS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 4), st.sampled_from(["", "a", "b"]), st.sampled_from("xyz")), max_size=9
)
WEIGHTS = st.tuples(*[st.sampled_from([0.0, 0.5, 2.0])] * 3).filter(any)
Rows = list[tuple[int, int, str, str]]


def setting(importance: float, continuity: float, diversity: float, seconds: float) -> SummaryBudget:
    weights = {"importance": importance, "continuity": continuity, "diversity": diversity}
    keys = {"events": "event" if continuity else None, "kinds": "kind" if diversity else None}
    return SummaryBudget.model_validate({"seconds": seconds, "by": "score", "weights": weights, **keys})


def candidates(rows: Rows, most: float) -> list[ComparedSpan]:
    return [ComparedSpan("v", n, RatedSpan(float(s), float(r), e, k, most)) for n, (s, r, e, k) in enumerate(rows)]


def chosen(rows: Rows, weights: tuple[float, ...], most: float, seed: int = 0) -> set[int]:
    lost = setting(*weights, most).losses(candidates(rows, most), seed)  # type: ignore[call-arg]
    return set(range(len(rows))) - set(lost)


def worth(rows: Rows, weights: tuple[float, ...], taken: set[int]) -> float:
    """The weighted sum, worked out from its definition."""

    def terms(places: set[int]) -> tuple[float, float, float]:
        events, continuity = {e for _, _, e, _ in rows if e}, 0.0
        for event in events:
            of_it = [n for n, row in enumerate(rows) if row[2] == event]
            share = sum(rows[n][0] for n in of_it if n in places) / sum(rows[n][0] for n in of_it)
            continuity += max(rows[n][1] for n in of_it) * share**2
        kinds = {k: max((rows[n][1] for n in places if rows[n][3] == k), default=0) for k in "xyz"}
        return float(sum(rows[n][1] for n in places)), continuity, float(sum(kinds.values()))

    whole = terms(set(range(len(rows))))
    return sum(w * t / all_of for w, t, all_of in zip(weights, terms(taken), whole, strict=True) if all_of)


def length(rows: Rows, taken: set[int]) -> int:
    return sum(rows[n][0] for n in taken)


def best(rows: Rows, weights: tuple[float, ...], most: float) -> float:
    """The most that any choice within the budget is worth: all of them are tried."""
    all_choices = (set(one) for size in range(len(rows) + 1) for one in combinations(range(len(rows)), size))
    return max(worth(rows, weights, one) for one in all_choices if length(rows, one) <= most)


def greedy(rows: Rows, most: float, rate: Any) -> float:
    """What is worth most by *rate* first, as long as it fits: its sum of ratings."""
    taken: set[int] = set()
    for n in sorted(range(len(rows)), key=lambda n: -rate(rows[n])):
        if length(rows, taken | {n}) <= most:
            taken.add(n)
    return worth(rows, (1.0, 0.0, 0.0), taken)


@given(SPANS, WEIGHTS, st.integers(1, 25), st.integers(0, 3))
def test_the_budget_is_never_exceeded_and_the_same_comes_again(rows: Rows, weights: Any, most: int, seed: int) -> None:
    kept = chosen(rows, weights, most, seed)
    assert length(rows, kept) <= most
    stage, given_order = setting(weights[0], weights[1], weights[2], most), candidates(rows, most)
    turned = given_order[::-1]
    assert {turned[n].place for n in stage.losses(turned, seed)} == set(stage.losses(given_order, seed))


@given(SPANS, st.integers(1, 25))
def test_by_importance_alone_it_is_as_good_as_greedy_and_half_of_the_best(rows: Rows, most: int) -> None:
    alone = (1.0, 0.0, 0.0)
    found = worth(rows, alone, chosen(rows, alone, most))
    assert found >= best(rows, alone, most) / 2 - 1e-9
    longest_worth = max((row[1] for row in rows if row[0] <= most), default=0)
    assert found >= longest_worth / max(1, sum(row[1] for row in rows)) - 1e-9
    distinct = [(s, 10 * r + n, e, k) for n, (s, r, e, k) in enumerate(rows)]  # without ties greedy is one
    found = worth(distinct, alone, chosen(distinct, alone, most))
    assert found >= greedy(distinct, most, lambda row: row[1]) - 1e-9


@given(SPANS, st.tuples(st.sampled_from([0.0, 1.0]), st.just(0.0), st.sampled_from([0.5, 2.0])), st.integers(1, 25))
def test_without_continuity_the_bound_of_its_source_holds(rows: Rows, weights: Any, most: int) -> None:
    bound = (1 - 1 / math.e) / 2
    assert worth(rows, weights, chosen(rows, weights, most)) >= bound * best(rows, weights, most) - 1e-9


@given(SPANS, WEIGHTS, st.integers(1, 25))
def test_a_weight_of_0_has_no_influence(rows: Rows, weights: Any, most: int) -> None:
    _, continuity, diversity = weights
    bare = [(s, r, e if continuity else "", k if diversity else "z") for s, r, e, k in rows]
    assert chosen(rows, weights, most) == chosen(bare, weights, most)
    doubled = tuple(2 * one for one in weights)
    assert chosen(rows, doubled, most) == chosen(rows, weights, most)


def test_each_weight_makes_its_own_summary() -> None:
    rows: Rows = [
        (5, 4, "", "x"),
        (5, 4, "", "x"),
        (5, 3, "goal", "y"),
        (5, 3, "goal", "y"),
        (5, 1, "", "z"),
        (5, 3, "", "x"),
    ]
    assert chosen(rows, (1, 0, 0), 10) == {0, 1}, "the two best ratings"
    assert chosen(rows, (0, 1, 0), 10) == {2, 3}, "the whole event"
    assert len(chosen(rows, (0, 0, 1), 15) & {0, 1}) == 1, "one of each kind, and the best of it"
    assert {rows[n][3] for n in chosen(rows, (0, 0, 1), 15)} == {"x", "y", "z"}


def test_a_whole_event_is_one_choice() -> None:
    rows: Rows = [(2, 5, "long", "x") for _ in range(5)] + [(10, 3, "other", "y")]
    assert chosen(rows, (0, 1, 0), 10) == {0, 1, 2, 3, 4}, "a piece of it adds less a second than the other does"


def test_the_seed_draws_among_equals() -> None:
    rows: Rows = [(5, 1, "", "x")] * 12
    drawn = {frozenset(chosen(rows, (1, 0, 0), 30, seed)) for seed in range(4)}
    assert len(drawn) > 1
    assert {len(one) for one in drawn} == {6}


def video() -> Timeline:
    one = Timeline("a.mp4", "a", duration=40.0)
    ratings = [3.0, 0.0, 5.0, 5.0]
    one.put("parts", [Span(10.0 * n, 10.0 * n + 10, label="ab"[n % 2], score=score) for n, score in enumerate(ratings)])
    return one


def test_several_summaries_of_one_lane_and_what_their_rejects_say() -> None:
    one = video()
    for into, share in (("short", 0.25), ("long", 0.75)):
        stage = Keep.model_validate({"of": "parts", "into": into, "budget": {"share": share, "by": "score"}})
        assert (stage.lanes_written(), stage.gathers(), stage.wants_length()) == ({into}, False, True)
        stage.run(one)
    assert [span.score for span in one.lane("parts")] == [3.0, 0.0, 5.0, 5.0]
    assert [span.score for span in one.lane("short")] == [5.0]
    assert [span.start for span in one.lane("long")] == [0.0, 20.0, 30.0]
    said = [(reject.reason, reject.value, reject.threshold) for reject in one.rejects]
    assert said[3:] == [("adds_nothing", 0.0, 0.0)]
    assert sorted(said[:3]) == [("adds_nothing", 0.0, 0.0), ("over_budget", 10.0, 10.0), ("over_budget", 10.0, 10.0)]
    detail = "rated 3, 10 s; compared with 4 spans of parts of this video: 10 s are kept at most"
    assert detail in [reject.detail for reject in one.rejects]


def test_a_span_without_a_rating_is_said() -> None:
    one = video()
    one.lane("parts")[0].score = None
    Keep.model_validate({"of": "parts", "budget": {"seconds": 20, "by": "score"}}).run(one)
    assert [span.start for span in one.lane("parts")] == [20.0, 30.0]
    assert [reject.reason for reject in one.rejects] == ["score_not_stated", "adds_nothing"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget": {}}, "give seconds or share"),
        ({"budget": {"seconds": 9, "share": 0.5}}, "not both"),
        ({"budget": {"seconds": 9, "weights": {"importance": 0}}}, "says nothing"),
        ({"budget": {"seconds": 9, "weights": {"continuity": 1}}}, "weights.continuity: say with events"),
        ({"budget": {"seconds": 9, "weights": {"diversity": 1}}}, "weights.diversity: say with kinds"),
        ({"budget": {"seconds": 9, "kinds": "label"}}, "kinds has no effect without weights.diversity"),
        ({"budget": {"seconds": 9}, "of": None}, "only spans fill one"),
        ({"budget": {"seconds": 9}, "into": "parts"}, "into: parts is the lane whose spans are chosen"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Keep.model_validate({"of": "parts", **settings})


def test_weights_count_importance_alone_unless_they_are_given() -> None:
    assert SummaryBudget(seconds=3).weights == SummaryWeights(importance=1.0)
