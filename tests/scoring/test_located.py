"""Moments and stretches that predictions name beside their replies, and replies that are moments."""

from __future__ import annotations

import random

import pytest

from vdata.schemas import Evidence, Sample
from vdata.scoring.items import Prediction, items, score
from vdata.scoring.located import Located, clue_recovery, evidence_found, moments, places, stretches


def asked(name: str, *spans: tuple[float, float], duration: float = 100.0, **more: str) -> Sample:
    evidence = [Evidence(start, end, "events", "x") for start, end in spans]
    params = {"duration": str(duration), **more}
    options = ["dog", "cat"]
    return Sample("q", f"Q{name}?", "dog", 0, duration, evidence, params, options, 0, id=name)


def test_named_moments_and_stretches_by_hand() -> None:
    sample = asked("a", (10, 20), (50, 50))
    found = evidence_found(sample, Located((12.0, 30.0, 54.0), ((15.0, 25.0),)))
    assert found.near == pytest.approx((2 / 3, 1.0))  # inside, 10 s off, 4 s off
    assert found.iou == pytest.approx(5 / 15)
    assert evidence_found(sample, Located()) == (None, None)
    assert evidence_found(asked("b", (0, 100)), Located((1.0,), ((0.0, 9.0),))) == (None, None), "the whole video"
    assert places(asked("b", (0, 100))) == []


def test_what_names_nothing_has_0_and_stays_in_the_denominator() -> None:
    samples = [asked("a", (10, 20)), asked("b", (40, 50)), asked("c", (0, 100))]
    replies = {
        "a": Prediction("A", located=Located((15.0,), ((10.0, 20.0),))),
        "b": Prediction("B"),
        "c": Prediction("A"),
    }
    found = score(items(samples, replies))
    assert found["moments"] == {"items": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert found["clues"] == {"items": 2, "mean_iou": 0.5, "rec_at_iou": 0.5}
    assert found["chains"]["acc_at_iou"] == 1.0, "one question names stretches and is right"
    assert "moments" not in score(items(samples, {"a": Prediction("A")}))


def test_perfect_is_1_empty_is_0_within_bounds_and_free_of_order() -> None:
    rng = random.Random(1)
    for _ in range(200):
        starts = [rng.uniform(0, 90) for _ in range(rng.randint(1, 4))]
        sample = asked("a", *((start, start + rng.uniform(0, 5)) for start in starts))
        true = places(sample)
        perfect = evidence_found(sample, Located(tuple(start for start, _ in true), tuple(true)))
        assert perfect.near == (1.0, 1.0)
        assert perfect.iou == pytest.approx(1.0)
        assert evidence_found(sample, Located((), ())) == ((0.0, 0.0), 0.0)
        said = [(time, time + rng.uniform(0, 9)) for time in (rng.uniform(0, 90) for _ in range(3))]
        named = Located(tuple(start for start, _ in said), tuple(said))
        turned = Located(named.times[::-1] if named.times else None, tuple(reversed(said)))
        found, other = evidence_found(sample, named), evidence_found(sample, turned)
        assert found.near == pytest.approx(other.near)
        assert found.iou == pytest.approx(other.iou)
        assert 0 <= (found.iou or 0) <= 1
        assert all(0 <= share <= 1 for share in found.near or ())


def test_means() -> None:
    assert moments([(1.0, 0.5), None])["f1"] == pytest.approx(1 / 3)
    assert stretches([0.35, None]) == {"items": 2, "mean_iou": 0.175, "rec_at_iou": pytest.approx(0.3)}


def test_how_much_the_whole_video_recovers() -> None:
    samples = [asked(name, (10, 20)) for name in "abcd"] + [asked("whole", (0, 100))]
    long = items(samples, {name: Prediction("A") for name in ("a", "whole")})
    clue = items(samples, {name: Prediction("A") for name in "abc"})
    found = clue_recovery(long, clue)
    assert found == {"items": 4, "long_acc": 0.25, "clue_acc": 0.75, "crr": pytest.approx(1 / 3)}
    assert clue_recovery(clue, clue)["crr"] == clue_recovery(clue, long)["crr"] == 1.0
    assert clue_recovery(long, items(samples, {}))["crr"] == 0.0
