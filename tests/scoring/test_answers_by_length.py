"""What the length of a video tells of answers: whole where they go together, nothing where they do not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from vdata.schemas.build_record import BaselineScore
from vdata.scoring.answers_by_length import AnswersByLength
from vdata.scoring.baselines import (
    COMMON,
    DURATION,
    BlindItem,
    advice,
    blind_baselines,
    blind_item,
    standing_out,
)


def counted(n: int, seconds: float, answer: int, first: int) -> BlindItem:
    """A question how many there are, with four numbers from *first* on."""
    options = tuple(str(first + k) for k in range(4))
    return BlindItem("count", "How many?", str(answer), options, answer - first, video=f"v{n}", seconds=seconds)


def counts(rng: Random, told: bool, items: int = 120) -> list[BlindItem]:
    """Counts of 1 to 6 in videos of 180 or 300 s; *told*: each thing that is counted makes them 3 s longer."""
    made = []
    for n in range(items):
        first = rng.randint(1, 3)
        answer = first + n % 4
        made.append(counted(n, rng.choice((180.0, 300.0)) + told * 3 * answer, answer, first))
    return made


def of_duration(items: list[BlindItem]) -> BaselineScore:
    return next(one for one in blind_baselines(items) if one.baseline == DURATION)


def test_videos_that_are_longer_by_what_is_counted_give_it_away() -> None:
    scores = blind_baselines(counts(Random(1), told=True))
    (found,) = standing_out(scores)
    assert (found.baseline, found.items, found.chance) == (DURATION, 120, 0.25)
    assert found.accuracy > 0.9
    assert advice(DURATION).startswith("How long a video is tells what happens in it.")


def test_lengths_that_do_not_depend_on_the_answer_tell_nothing() -> None:
    alarms = [standing_out(blind_baselines(counts(Random(seed), told=False))) for seed in range(20)]
    assert sum(map(bool, alarms)) <= 1
    same = [replace(item, seconds=60.0) for item in counts(Random(2), told=False)]
    assert of_duration(same).accuracy == pytest.approx(0.25, abs=0.1)
    rng = Random(3)
    alone = [replace(item, seconds=rng.uniform(5, 500)) for item in counts(rng, told=False)]
    assert of_duration(alone).accuracy == pytest.approx(0.25, abs=0.12)


def test_longer_videos_with_more_in_them_are_told_of_too() -> None:
    """No length comes twice, and each answer has a range of them."""
    rng = Random(4)
    items = [replace(item, seconds=30 * int(item.answer) + rng.uniform(0, 30)) for item in counts(rng, told=False)]
    assert of_duration(items).accuracy > 0.9


def test_an_item_is_told_of_other_videos_alone() -> None:
    two = [replace(counted(n, 10.0, 2, 1), video="v") for n in range(3)]
    assert DURATION not in {one.baseline for one in blind_baselines(two)}
    known = AnswersByLength([("t", "a", 10.0, "x"), ("t", "a", 10.0, "x"), ("t", "b", 20.0, "y"), ("t", "c", 0.0, "z")])
    assert known.told("t", "a", 10.0, ["x", "y"]) == [0.0, 0.0]  # b is all there is
    assert known.told("t", "c", 10.0, ["x", "y"]) == pytest.approx([0.0, 0.0])  # both, for there are so few
    assert known.told("other", "c", 10.0, ["x"]) is None
    assert sorted(known.answers("t")) == ["x", "y"]


def test_the_nearest_lengths_count_and_of_those_that_are_as_near_all() -> None:
    rows = [("t", f"v{n}", 10.0, "x") for n in range(6)] + [("t", f"w{n}", 12.0, "y") for n in range(6)]
    known = AnswersByLength([*rows, *(("t", f"u{n}", 90.0, "z") for n in range(12))])
    assert known.told("t", "new", 10.0004, ["x", "y", "z"]) == pytest.approx([6 - 1.5, -1.5, -3])
    assert known.told("t", "v1", 10.0, ["x", "y", "z"]) == pytest.approx([5 - 25 / 23, -30 / 23, -60 / 23])
    assert known.told("t", "new", 11.0, ["x", "y", "z"]) == pytest.approx([6 - 3, 6 - 3, -6])
    assert known.told("t", "new", 500.0, ["x", "y", "z"]) == pytest.approx([-3, -3, 12 - 6])


def test_one_of_a_length_that_is_left_out_does_not_hide_what_the_length_tells() -> None:
    """Each of a pair of options is right once, in videos that last as long; a third is right in shorter ones."""
    items = []
    for n in range(20):
        options = (f"this {n}", f"that {n}", "both")
        for right, seconds in enumerate((6.0, 6.0, 3.0)):
            items.append(BlindItem("order", "Which?", options[right], options, right, "", f"{n} {right}", seconds))
    found = of_duration(items)
    assert (found.accuracy, found.chance) == (0.6667, 0.3333)
    assert [one.baseline for one in standing_out([found])] == [DURATION]


def test_what_is_nearly_always_right_is_not_laid_to_the_length() -> None:
    """Numbers, yes and no, of which one comes more often than the others: the length tells nothing of that."""
    rng = Random(5)
    made = [
        blind_item("is", "Is it so?", rng.choice(3 * ["Yes"] + ["No"]), (), None, "", f"v{n}", rng.uniform(5, 90))
        for n in range(200)
    ]
    scores = blind_baselines([item for item in made if item is not None])
    assert {one.baseline for one in standing_out(scores)} == {"always yes", COMMON}
    told = [replace(item, seconds=60.0 if item.answer == "No" else 9.0) for item in made if item is not None]
    assert of_duration(told).accuracy == 1.0


def test_all_rotations_of_a_question_are_told_the_same_and_count_once() -> None:
    turns = []
    for item in counts(Random(6), told=True, items=60):
        for turn in range(4):
            options = item.options[turn:] + item.options[:turn]
            turns.append(replace(item, options=options, right=(item.right - turn) % 4, group=f"g{item.video}"))
    assert of_duration(turns).items == 60
    assert of_duration(turns).accuracy > 0.7
