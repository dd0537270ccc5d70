"""Measures against values worked out by hand."""

from __future__ import annotations

import random

import pytest

from vdata.schemas import Sample
from vdata.scoring.items import Prediction, in_words, items, score
from vdata.scoring.measures import (
    both_questions,
    chance,
    interval,
    keyframes,
    order_places,
    rubric,
)


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
    assert not any(in_words(sample) for sample in samples)


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
