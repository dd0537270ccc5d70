"""Questions that count only with their basic ones: worked out by hand, and by a reader that sees nothing."""

from __future__ import annotations

import random

import pytest

from vdata.rules.prerequisites import require
from vdata.schemas import Sample
from vdata.scoring.gated import GatedAnswer, gated
from vdata.scoring.items import Prediction, items, score


def asked(name: str, *requires: str, **more: object) -> Sample:
    sample = Sample("now", f"{name}?", "one", 0, 5, id=name, options=["one", "two"], answer_index=0, **more)  # type: ignore[arg-type]
    if requires:
        require(sample, requires)
    return sample


def test_gates_by_hand() -> None:
    gates = [
        GatedAnswer(True, [True, True]),
        GatedAnswer(True, [True, False]),
        GatedAnswer(False, [True, True]),
        GatedAnswer(True, [True, None]),
    ]
    assert gated(gates) == {
        "items": 4,
        "accuracy": 0.75,
        "basic": 0.5,
        "score": 0.25,
        "missing_pass": 0.5,
        "missing": 1,
    }
    assert gated([]) == {}


def test_a_right_answer_without_the_basic_ones_does_not_count() -> None:
    samples = [asked("b0"), asked("b1"), asked("x", "b0", "b1"), asked("y", "b0", "b1"), asked("z", "b0", "gone")]
    said = {"b0": "A", "b1": "B", "x": "A", "y": "B", "z": "A"}
    found = score(items(samples, {name: Prediction(text) for name, text in said.items()}))["gated"]
    assert (found["items"], found["accuracy"]) == (3, pytest.approx(2 / 3))
    assert (found["score"], found["missing_pass"], found["missing"]) == (0, pytest.approx(1 / 3), 1)
    found = score(items(samples, {name: Prediction("A") for name in ("b0", "b1", "x", "y")}))["gated"]
    assert (found["score"], found["basic"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert "gated" not in score(items(samples[:2], {}))


def test_all_rotations_of_a_basic_question_must_be_right() -> None:
    turned = [asked("r0", group="g"), asked("r1", group="g")]
    samples = [*turned, asked("x", "r0")]
    said = {"r0": Prediction("A"), "r1": Prediction("B"), "x": Prediction("A")}
    assert score(items(samples, said))["gated"]["score"] == 0
    assert score(items(samples, {**said, "r1": Prediction("A")}))["gated"]["score"] == 1


def test_who_guesses_counts_for_an_eighth() -> None:
    rng = random.Random(7)
    samples: list[Sample] = []
    said: dict[str, Prediction] = {}
    for n in range(2000):
        names = [f"{n}b0", f"{n}b1", f"{n}x"]
        samples += [asked(names[0]), asked(names[1]), asked(names[2], *names[:2])]
        said |= {name: Prediction(rng.choice("AB")) for name in names}
    found = score(items(samples, said))["gated"]
    assert found["accuracy"] == pytest.approx(0.5, abs=0.04)
    assert found["score"] == pytest.approx(0.125, abs=0.03)
