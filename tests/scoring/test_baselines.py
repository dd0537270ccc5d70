"""Blind baselines: each finds the shortcut that was planted for it, and none is found where there is none."""

from __future__ import annotations

from random import Random

import pytest

from vdata.pipelines.dataset.baseline_scores import remarks
from vdata.schemas.build_record import BaselineScore
from vdata.scoring.baselines import (
    ALL,
    COMMON,
    LEAST,
    LONGEST,
    NEAREST,
    OVERLAP,
    SHORTEST,
    BlindItem,
    advice,
    blind_baselines,
    blind_item,
    standing_out,
)

WORDS = ["amber", "birch", "coral", "dune", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kelp", "lagoon"]


def text(rng: Random, words: int = 4) -> str:
    return " ".join(rng.choice(WORDS) + str(rng.randrange(10, 99)) for _ in range(words))


def fair(rng: Random, task: str = "what", count: int = 4) -> BlindItem:
    """A question that nothing gives away."""
    options = tuple(text(rng, rng.randint(3, 6)) for _ in range(count))
    right = rng.randrange(count)
    return BlindItem(task, f"What of {text(rng)}?", options[right], options, right)


def planted(rng: Random, name: str) -> BlindItem:
    item = fair(rng)
    options = list(item.options)
    right = item.right
    if name == "always B":
        right = 1
    elif name == LONGEST:
        options[right] += " " + text(rng, 6)
    elif name == SHORTEST:
        options[right] = WORDS[rng.randrange(12)] + str(rng.randrange(99))
    elif name == NEAREST:
        options = [text(rng, 1 if n % 2 else 9) for n in range(4)]
        options[right] = text(rng, 5)
    elif name == OVERLAP:
        options[right] = f"it is {item.question.removeprefix('What of ').rstrip('?')}"
        options = [option if n == right else f"it is {option}" for n, option in enumerate(options)]
    elif name == COMMON:
        options[right] = rng.choice(("a dog", "a cat"))
        options[(right + 1) % 4] = "a cow " + text(rng, 1)
    return BlindItem(item.task, item.question, options[right], tuple(options), right)


def total(scores: list[BaselineScore]) -> dict[str, BaselineScore]:
    return {one.baseline: one for one in scores if one.task == ALL}


def test_of_few_questions_nothing_is_a_shortcut() -> None:
    rng = Random(2)
    items = [planted(rng, "always B") for _ in range(LEAST)]
    assert standing_out(blind_baselines(items))[0].baseline == "always B"
    few = blind_baselines(items[:-1])
    assert total(few)["always B"].low > 0.25
    assert standing_out(few) == []
    told = "Blind baselines: 19 questions that can be guessed blindly, too few to show a shortcut (20 and more do)."
    assert remarks(few) == [told]


@pytest.mark.parametrize("name", ["always B", LONGEST, SHORTEST, NEAREST, OVERLAP, COMMON])
def test_a_planted_shortcut_is_found_and_what_to_do_is_known(name: str) -> None:
    rng = Random(1)
    scores = blind_baselines([planted(rng, name) if n % 2 else fair(rng) for n in range(300)])
    found = total(scores)[name]
    assert found.accuracy > 0.5
    assert found.low > found.chance == 0.25
    assert found.items == 300
    assert standing_out(scores)[0].baseline in (name, *((COMMON, SHORTEST) if name == COMMON else ()))
    assert advice(name).endswith(".")


def test_nothing_stands_out_where_nothing_gives_the_answer_away() -> None:
    alarms = 0
    for seed in range(100, 120):
        rng = Random(seed)
        alarms += bool(standing_out(blind_baselines([fair(rng, task) for task in ("a", "b", "c") for _ in range(60)])))
    assert alarms <= 3  # 4 % of 300 such data sets have an alarm


def test_tasks_have_scores_of_their_own_and_all_come_first() -> None:
    rng = Random(3)
    items = [fair(rng, "fine", count=5) for _ in range(50)]
    items += [BlindItem("bad", item.question, *_at(item, 0)) for item in (fair(rng) for _ in range(50))]
    scores = blind_baselines(items)
    assert next(one.task for one in scores) == ALL
    by_task = {(one.task, one.baseline): one for one in scores}
    assert by_task["bad", "always A"].accuracy == 1.0
    assert by_task["fine", "always A"].chance == 0.2
    assert by_task["fine", "always E"].items == by_task["", "always E"].items == 50  # where there is an E
    assert ("bad", "always E") not in by_task
    assert {one.task for one in standing_out(scores) if one.baseline == "always A"} == {ALL, "bad"}


def _at(item: BlindItem, place: int) -> tuple[str, tuple[str, ...], int]:
    options = [option for option in item.options if option != item.answer]
    options.insert(place, item.answer)
    return item.answer, tuple(options), place


def test_equal_options_share_the_odds_and_no_item_is_told_of_itself() -> None:
    one = BlindItem("t", "Which?", "ab", ("ab", "cd", "ef", "gh"), 0)
    scores = total(blind_baselines([one]))
    assert {scores[name].accuracy for name in (LONGEST, SHORTEST, OVERLAP, COMMON, NEAREST)} == {0.25}
    two = total(blind_baselines([one, BlindItem("t", "And?", "ab", ("xy", "ab", "zw", "uv"), 1)]))
    assert two[COMMON].accuracy == 1.0  # each is told of the other


def test_all_rotations_of_a_question_are_one_question() -> None:
    rng = Random(5)
    turns = []
    for n in range(40):
        item = planted(rng, LONGEST)
        for turn in range(4):
            options = item.options[turn:] + item.options[:turn]
            turns.append(BlindItem("t", item.question, item.answer, options, (item.right - turn) % 4, f"g{n}"))
    found = total(blind_baselines(turns))
    assert {found[name].accuracy for name in ("always A", "always B", "always C", "always D")} == {0.25}
    assert found[LONGEST].items == 40
    assert found[LONGEST].accuracy > 0.9
    assert found[LONGEST].chance == 0.25
    assert found[COMMON].accuracy < 0.3  # its own other turns tell nothing


def test_numbers_and_yes_or_no_are_guessed_without_options() -> None:
    answers = ["Yes."] * 70 + ["No."] * 30
    items = [blind_item("is", f"Is it so, {n}?", answer, (), None) for n, answer in enumerate(answers)]
    found = total(blind_baselines([item for item in items if item is not None]))
    assert (found["always yes"].accuracy, found["always no"].accuracy) == (0.7, 0.3)
    assert (found[COMMON].accuracy, found[COMMON].chance) == (0.7, 0.5)
    assert [one.baseline for one in standing_out(found.values())] == ["always yes", COMMON]
    counts = [blind_item("count", "How many?", answer, (), None) for answer in ["2"] * 30 + ["3"] * 10 + ["five"] * 5]
    found = total(blind_baselines([item for item in counts if item is not None]))
    assert list(found) == [COMMON]
    assert (found[COMMON].accuracy, found[COMMON].chance) == (round(30 / 45, 4), round(1 / 3, 4))
    assert blind_item("what", "What?", "A dog barks.", (), None) is None
    assert blind_item("what", "What?", "A", ("A",), 0) is None
    assert blind_baselines([]) == []
