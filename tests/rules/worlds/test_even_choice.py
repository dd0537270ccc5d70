"""Options are even: whoever knows how probable each answer is, and sees the options alone, is right by chance."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from random import Random

import pytest

from vdata.rules.worlds.even_choice import also_refused, even_options, even_plans
from vdata.rules.worlds.inquiries import Inquiry, answer, draw, reaches
from vdata.rules.worlds.world import WORLDS, Play, World, play_by_chance
from vdata.rules.worlds.world_words import make_world


@pytest.mark.parametrize("most", [2, 3, 4])
def test_what_is_right_more_often_is_not_right_more_often_among_options(most: int) -> None:
    answers = ["0"] * 60 + ["1"] * 90 + ["2"] * 30 + ["3"] * 15 + ["4"] * 5
    rng, right = Random(0), defaultdict[frozenset[str], Counter[str]](Counter)
    for _ in range(5_000):
        truth = rng.randrange(len(answers))
        options = even_options(answers[truth], answers[:truth] + answers[truth + 1 :], most, rng)
        if options:
            assert answers[truth] in options
            assert len(set(options)) == len(options) == most
            right[frozenset(options)][answers[truth]] += 1
    whole = sum(counts.total() for counts in right.values())
    assert whole > 500
    best = sum(counts[max(options, key=answers.count)] for options, counts in right.items())
    rarest = sum(counts[min(options, key=answers.count)] for options, counts in right.items())
    assert best / whole == pytest.approx(1 / most, abs=0.05)
    assert rarest / whole == pytest.approx(1 / most, abs=0.05)


def test_asking_again_after_a_refusal_does_not_tell_what_is_right_more_often() -> None:
    """The worst case: the same question until its options are taken. Who is refused has one of the frequent answers."""
    odds, rng = {"0": 60, "1": 25, "2": 10, "3": 5}, Random(3)
    asked = hits = 0
    for _ in range(3_000):
        truth, *left = rng.choices(list(odds), list(odds.values()), k=80)
        for _ in range(20):
            if options := even_options(truth, left, 3, rng):
                hits += truth == max(options, key=lambda one: odds[one])
                asked += 1
                break
            left = [left[n] for n in also_refused(truth, left, 3, rng)]
    assert asked > 900
    assert hits / asked == pytest.approx(1 / 3, abs=0.05)


def test_fewer_than_three_answers_are_no_choice() -> None:
    assert even_options("1", ["1", "2", "2"], 4, Random(0)) == []
    assert even_options("1", ["1", "1"], 2, Random(0)) == []


def plan_of(world: World, rng: Random, most: int = 4) -> tuple[Play, tuple[Inquiry, list[str]] | None]:
    """A play of *world*, and what is asked for after it."""
    play = play_by_chance(world, world.start(rng), 6, rng)
    left = [play_by_chance(world, world.start_like(play.states[0], rng), 6, rng) for _ in range(100)]
    for _ in range(100):
        inquiry = draw(world, "world_plan", 6, "start", 2, rng, play.states[0])
        found, left = even_plans(world, play, left, inquiry, most, 2, rng)
        if found is not None or len(left) < 10:
            return play, found
    return play, None


@pytest.mark.parametrize("kind", sorted(WORLDS.find()))
@pytest.mark.parametrize("most", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_just_one_continuation_reaches_what_is_asked_for_and_doing_nothing_does_not(kind: str, most: int) -> None:
    world, rng, made = make_world(kind, WORLDS.find()[kind].usual), Random(1), 0
    for _ in range(12):
        play, found = plan_of(world, rng, most)
        if found is None:
            continue
        made += 1
        asked, options = found
        assert answer(world, play, asked) == options[0]
        assert len(set(options)) == len(options)
        assert min(3, most) <= len(options) <= most
        plans = [[world.read_move(move) for move in option.split(", then ")] for option in options]
        assert [reaches(world, play, asked.params, plan) for plan in ([], *plans)] == [
            *(False, True),
            *[False] * (len(options) - 1),
        ]
    assert made >= 6


def test_there_are_three_continuations_of_cups_where_a_thing_can_be_in_three_other_places() -> None:
    found = [plan_of(make_world("cups", 4), Random(seed))[1] for seed in range(8)]
    assert {len(one[1]) for one in found if one is not None} == {3}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chips", "cards"])
def test_the_continuation_that_is_most_often_right_is_right_by_chance(kind: str) -> None:
    """Who knows how the world is played, and sees the words alone: the plays that this one draws are others."""
    rng, hits, chance, asked = Random(5), 0, 0.0, 0
    world = make_world(kind, WORLDS.find()[kind].usual)
    for _ in range(150):
        play, found = plan_of(world, rng)
        if found is None:
            continue
        others = [play_by_chance(world, world.start_like(play.states[0], rng), 6, rng) for _ in range(150)]
        plans = sorted(json.loads(found[0].params["choices"]))
        right = Counter[int]()
        for one in others:
            reached = [n for n, plan in enumerate(plans) if reaches(world, one, found[0].params, plan)]
            if len(reached) == 1 and not reaches(world, one, found[0].params, ()):
                right[reached[0]] += 1
        asked += 1
        chance += 1 / len(plans)
        hits += reaches(world, play, found[0].params, plans[max(range(len(plans)), key=right.__getitem__)])
    assert asked > 100
    assert hits - chance < 2.6 * (chance * 0.75) ** 0.5


def test_a_question_for_what_holds_already_has_no_answer() -> None:
    world, rng = make_world("cups", 4), Random(1)
    play = play_by_chance(world, world.start(rng), 4, rng)
    value = world.facts(play.states[-1])[0].value
    params = {"fact": "0", "value": value, "choices": "[[[1, 2]], [[0, 1]], [[0, 2]]]"}
    assert [reaches(world, play, params, plan) for plan in ([], [(1, 2)], [(0, 1)], [(0, 2)])] == [
        *(True, True),
        *(False, False),
    ]
    with pytest.raises(ValueError, match="what is asked for holds already after the last move"):
        answer(world, play, Inquiry("world_plan", params))


def test_a_question_about_continuations_none_of_which_helps_has_no_answer() -> None:
    world, rng = make_world("cups", 3), Random(1)
    play = play_by_chance(world, world.start(rng), 4, rng)
    params = {"fact": "0", "value": "none of them", "choices": "[[[0, 1]], [[1, 2]]]"}
    with pytest.raises(ValueError, match="0 of the continuations lead to what is asked for"):
        answer(world, play, Inquiry("world_plan", params))
