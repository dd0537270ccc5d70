"""Measures against values worked out by hand."""

from __future__ import annotations

import random

import pytest

from vdata.rules.box_overlap import box_iou
from vdata.schemas import Sample
from vdata.scoring.items import Prediction, items, score
from vdata.scoring.measures import (
    both_questions,
    chance,
    interval,
    keyframes,
    log_mean,
    mean_share_at,
    order_places,
    recall_at,
    relative_accuracy,
    rubric,
    video_iou,
)
from vdata.scoring.truth import in_words


def test_keyframes_by_hand() -> None:
    precision, recall, f1 = keyframes([10.0, 50.0], [12.0, 30.0, 52.0], within=5)
    assert precision == 1.0
    assert recall == pytest.approx(2 / 3)
    assert f1 == pytest.approx(0.8)
    assert keyframes([], [1.0]) == (0.0, 0.0, 0.0)


def test_places_of_an_order() -> None:
    assert order_places([1, 3, 2], [1, 3, 2]) == (True, True, True)
    assert order_places([1, 2, 3], [1, 3, 2]) == (True, False, False)
    assert order_places([1], [1, 3, 2]) == (True, False, False)
    assert order_places([], [1, 2]) == (False, False)


def open_order(answer: str, name: str) -> Sample:
    return Sample("scene_order", "In which order …?", answer, 0.0, 9.0, id=name)


def test_an_open_order_is_no_stretch_of_time() -> None:
    samples = [open_order("1, 3, 2", "a"), open_order("1, 2, 3", "b"), open_order("3, 2, 1", "c")]
    replies = {
        "a": Prediction("They come so:\n1, 3, 2"),
        "b": Prediction("1, 3, 2"),
        "c": Prediction("I cannot tell."),
    }
    found = items(samples, replies)
    assert [item.status for item in found] == ["right", "wrong", "unreadable"]
    result = score(found)
    assert result["places"] == [pytest.approx(2 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)]
    assert "mean_iou" not in result
    assert "recall_at" not in result
    assert not any(in_words(sample) for sample in samples)


def test_marks_of_the_rubric() -> None:
    assert [rubric(mark) for mark in (1, 5, 10, 4, None)] == [0.0, pytest.approx(4 / 9), 1.0, 0.0, 0.0]


def test_two_questions_about_one_item() -> None:
    found = both_questions([True, True, False, False], [True, False, True, False])
    assert found == {"mean": 0.5, "both": 0.25, "only_first": 0.25, "only_second": 0.25, "neither": 0.25}


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(1)
    for share, count in ((0.3, 100), (0.95, 20), (0.5, 5)):
        drawn = [sum(rng.random() < share for _ in range(count)) for _ in range(1000)]
        covered = sum(low <= share <= high for low, high in (interval(right, count) for right in drawn)) / 1000
        assert 0.92 <= covered <= 0.99, (share, count)


def test_the_interval_of_few_items_and_of_all_or_none() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 2) == pytest.approx((0.0, 0.6576), abs=1e-4)  # "0 % - 0 %" would be a lie
    assert interval(2, 2) == pytest.approx((0.3424, 1.0), abs=1e-4)
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I, method 3


def test_chance_of_circular_items() -> None:
    assert chance([4, 4], [1, 1]) == 0.25
    assert chance([4], [4]) == pytest.approx(1 / 256)
    assert chance([2, 4], [1, 1]) == 0.375


def test_recall_at_overlaps() -> None:
    assert recall_at([0.29, 0.3, 0.5, 0.71]) == {"0.3": 0.75, "0.5": 0.5, "0.7": 0.25}
    assert recall_at([]) == {"0.3": 0.0, "0.5": 0.0, "0.7": 0.0}


def test_boxes_by_hand() -> None:
    assert box_iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(50 / 150)
    assert box_iou((0, 0, 10, 10), (10, 0, 20, 10)) == box_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0
    true = {1.0: (0.0, 0.0, 4.0, 4.0), 2.0: (0.0, 0.0, 4.0, 4.0)}
    assert video_iou({1.0: (0.0, 0.0, 4.0, 2.0), 3.0: (0.0, 0.0, 4.0, 4.0)}, true) == 0.25
    assert video_iou(true, true) == 1.0
    assert video_iou({}, true) == video_iou(true, {}) == 0.0


def test_boxes_are_within_bounds_and_alike_both_ways() -> None:
    rng = random.Random(0)
    for _ in range(300):
        one, two = (
            tuple(sorted((rng.uniform(0, 9), rng.uniform(0, 9))) + sorted((rng.uniform(0, 9), rng.uniform(0, 9))))
            for _ in range(2)
        )
        one, two = ((left, top, right, bottom) for left, right, top, bottom in (one, two))
        assert box_iou(one, two) == pytest.approx(box_iou(two, one))
        assert 0 <= box_iou(one, two) <= 1
        assert box_iou(one, one) == pytest.approx(1.0)


def test_the_logarithmic_mean_is_finite_and_rises() -> None:
    assert log_mean([0.0, 0.0], [5, 5]) == 0
    assert log_mean([0.5], [5]) == pytest.approx(0.6931, abs=1e-4)
    assert log_mean([1.0], [5]) == pytest.approx(2.3026, abs=1e-4)  # half of one of five wrong
    assert log_mean([1.0], [50]) > log_mean([1.0], [5]) > log_mean([0.8], [5])


def test_shares_at_levels() -> None:
    assert mean_share_at([0.05, 0.25, 1.0]) == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 * 3) / 5)
    assert (mean_share_at([1.0]), mean_share_at([0.0]), mean_share_at([])) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("said", "share"), [(2.0, 1.0), (2.05, 1.0), (2.22, 0.8), (1.6, 0.6), (3.0, 0.0), (1.0, 0.0), (-2.0, 0.0)]
)
def test_relative_accuracy_counts_the_levels_of_error(said: float, share: float) -> None:
    assert relative_accuracy(said, 2.0) == pytest.approx(share)
