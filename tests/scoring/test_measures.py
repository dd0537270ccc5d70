"""Measures against values worked out by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.scoring.measures import (
    accuracy,
    both_questions,
    chance,
    circular_accuracy,
    count_accuracy,
    interval,
    iou,
    keyframes,
    mean_iou,
    order_accuracy,
    recall_at,
    rubric,
)


def test_an_item_counts_only_if_all_rotations_are_right() -> None:
    items = {"one": [True] * 4, "two": [True, True, True, False], "three": [False] * 4, "four": [True] * 4}
    assert circular_accuracy(items) == 0.5
    assert accuracy([turn for turns in items.values() for turn in turns]) == pytest.approx(11 / 16)
    assert circular_accuracy({}) == accuracy([]) == 0.0


def test_iou_by_hand() -> None:
    assert iou((2, 6), (4, 8)) == pytest.approx(2 / 6)
    assert iou((0, 1), (2, 3)) == 0
    assert iou(None, (2, 3)) == 0
    assert iou((2, 2), (2, 2)) == 1
    assert iou((0, 10), (4, 5)) == pytest.approx(0.1)


def test_an_item_without_an_answer_stays_in_the_mean() -> None:
    assert mean_iou([(0, 4), None], [(0, 4), (1, 2)]) == 0.5
    assert recall_at([[(0, 4)], []], [(0, 4), (1, 2)]) == 0.5


def test_recall_counts_the_first_k() -> None:
    said, true = [[(5.0, 9.0), (0.0, 4.0)]], [(0.0, 4.0)]
    assert recall_at(said, true, k=1) == 0
    assert recall_at(said, true, k=2) == 1
    assert recall_at([[(0.0, 8.0)]], true, k=1, threshold=0.5) == 1
    assert recall_at([[(0.0, 8.1)]], true, k=1, threshold=0.5) == 0


def test_keyframes_by_hand() -> None:
    precision, recall, f1 = keyframes([10.0, 50.0], [12.0, 30.0, 52.0], within=5)
    assert precision == 1.0
    assert recall == pytest.approx(2 / 3)
    assert f1 == pytest.approx(0.8)
    assert keyframes([], [1.0]) == (0.0, 0.0, 0.0)


def test_orders_and_counts() -> None:
    whole, places = order_accuracy(["b", "a", "c"], ["a", "b", "c"])
    assert not whole
    assert places == pytest.approx(1 / 3)
    assert order_accuracy(["a", "b"], ["a", "b"]) == (True, 1.0)
    assert order_accuracy([], ["a", "b"]) == (False, 0.0)
    assert count_accuracy(3, 3) == (True, 0.0)
    assert count_accuracy(5, 4) == (False, 0.25)
    assert count_accuracy(None, 4) == (False, 1.0)


def test_marks_of_the_rubric() -> None:
    assert [rubric(mark) for mark in (1, 5, 10, 4, None)] == [0.0, pytest.approx(4 / 9), 1.0, 0.0, 0.0]


def test_two_questions_about_one_item() -> None:
    found = both_questions([True, True, False, False], [True, False, True, False])
    assert found == {"mean": 0.5, "both": 0.25, "only_first": 0.25, "only_second": 0.25, "neither": 0.25}


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(1)
    covered = 0
    for trial in range(200):
        low, high = interval([float(rng.random() < 0.3) for _ in range(100)], draws=200, seed=trial)
        covered += low <= 0.3 <= high
    assert 0.88 <= covered / 200 <= 0.99
    assert interval([1.0]) == (0.0, 1.0)


def test_chance_of_circular_items() -> None:
    assert chance([4, 4], [1, 1]) == 0.25
    assert chance([4], [4]) == pytest.approx(1 / 256)
    assert chance([2, 4], [1, 1]) == 0.375


@given(st.tuples(st.floats(0, 100), st.floats(0, 100)), st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_iou_is_symmetric_and_a_share(a: tuple[float, float], b: tuple[float, float]) -> None:
    one, other = (min(a), max(a)), (min(b), max(b))
    assert 0 <= iou(one, other) <= 1
    assert iou(one, other) == iou(other, one)
