"""Worlds: what is said is read back, what is played is taken back, and a play follows from either of its ends."""

from __future__ import annotations

from collections import Counter

import pytest

from vdata.rules.language_key import CODES
from vdata.rules.language_words import slots_in
from vdata.rules.worlds.world import WORLDS, Illegal, World, follow, play_by_chance, trace_back
from vdata.rules.worlds.world_words import make_world, world_words
from vdata.schemas import seeded

SIZES = [(kind, size) for kind, cls in WORLDS.find().items() for size in range(cls.sizes[0], cls.sizes[1] + 1)]


@pytest.fixture(params=SIZES, ids=str)
def world(request: pytest.FixtureRequest) -> World:
    return make_world(*request.param)


def test_a_play_follows_from_its_first_state_and_from_its_last_one(world: World) -> None:
    for seed in range(10):
        rng = seeded(world.kind, seed)
        play = play_by_chance(world, world.start(rng), 8, rng)
        assert len(set(play.states)) > 1
        assert follow(world, play.states[0], play.moves) == play
        assert trace_back(world, play.states[-1], play.moves) == play
        assert [world.read(world.say(state)) for state in play.states] == list(play.states)


def test_states_and_moves_in_words_hold_no_digit_but_in_values_and_are_read_back(world: World) -> None:
    rng = seeded(world.kind)
    state = world.start(rng)
    assert [world.read_move(world.say_move(move)) for move in world.moves] == list(world.moves)
    asked = [fact.asked for fact in world.facts(state)]
    assert len(set(asked)) == len(asked)
    words = [*asked, *world.happenings, *map(world.say_move, world.moves)]
    assert not any(letter.isdigit() for text in words for letter in text), "a digit could be the answer"
    assert all(fact.value in fact.stated.format(value=fact.value) for fact in world.facts(state))
    with pytest.raises(ValueError, match=f"no move of the world {world.kind}"):
        world.read_move("nothing happens")
    with pytest.raises(ValueError, match=f"no state of the world {world.kind}"):
        world.read("somewhere: something")


def test_another_start_has_the_same_things(world: World) -> None:
    rng = seeded(world.kind)
    start = world.start(rng)
    other = world.start_like(start, rng)
    if world.kind in ("cups", "tiles"):
        assert Counter(other) == Counter(start)
    if world.kind == "flips":
        assert Counter(other[:-1]) == Counter(start[:-1])
    if world.kind == "cards":
        assert Counter(" ".join(other).split()) == Counter(" ".join(start).split())


@pytest.mark.parametrize(
    ("kind", "state", "move", "after"),
    [
        ("cups", ("red", "blue", "green", "yellow"), (0, 2), ("green", "blue", "red", "yellow")),
        ("tiles", (*"1234", "empty", *"5678"), (2,), (*"12345", "empty", *"678")),
        ("flips", (*["white"] * 9, "4"), (0,), ("white", "black", *["white"] * 7, "1")),
        ("cards", ("red1 red2", "", "blue3"), (0, 1), ("red2", "red1", "blue3")),
        ("chips", ("2", "3", "4"), (1, -3), ("2", "0", "4")),
    ],
)  # fmt: skip
def test_moves_do_what_they_say(
    kind: str, state: tuple[str, ...], move: tuple[int, ...], after: tuple[str, ...]
) -> None:
    world = make_world(kind, WORLDS.find()[kind].usual)
    assert world.play(state, move) == after
    assert world.take_back(after, move) == state


@pytest.mark.parametrize(
    ("kind", "state", "move"),
    [
        ("tiles", ("empty", *map(str, range(1, 9))), (1,)),
        ("flips", (*["white"] * 9, "0"), (0,)),
        ("cards", ("", "red1", "red2"), (0, 1)),
        ("chips", ("0", "3", "12"), (0, -1)),
        ("chips", ("0", "3", "12"), (2, 1)),
    ],
)
def test_what_cannot_be_done_is_illegal(kind: str, state: tuple[str, ...], move: tuple[int, ...]) -> None:
    world = make_world(kind, 3)
    with pytest.raises(Illegal):
        world.play(state, move)
    assert move not in world.legal(state)


def test_mistakes_say_what_there_is() -> None:
    with pytest.raises(ValueError, match="no world dice; there are cards, chips, cups, flips, tiles"):
        make_world("dice", 3)
    with pytest.raises(ValueError, match="cups has sizes from 3 to 6, got 9"):
        make_world("cups", 9)
    with pytest.raises(
        ValueError, match="no questions about worlds in Klingon; there are Chinese, English, French, German, Spanish"
    ):
        make_world("cups", 4, "Klingon")


@pytest.mark.parametrize("language", CODES.values())
def test_every_task_has_six_phrasings_and_there_are_words_for_thirty_moves(language: str) -> None:
    words, english = world_words(language), world_words()
    assert all(len(set(texts)) >= 6 for texts in words["questions"].values())
    assert len(set(words["nth"])) == 30
    assert len(set(words["nth_place"])) == max(cls.sizes[1] for cls in WORLDS.find().values())
    for ask, texts in words["questions"].items():
        slots = [slots_in(text) for text in texts]
        assert all(one == slots_in(english["questions"][ask][0]) for one in slots), ask
    for name, own in words.items():
        if name in WORLDS.find():
            assert {key: slots_in(text) for key, text in own.items()} == {
                key: slots_in(text) for key, text in english[name].items()
            }
    assert words.keys() == english.keys() >= WORLDS.find().keys()
    assert {name: set(own) for name, own in words.items() if isinstance(own, dict)} == {
        name: set(own) for name, own in english.items() if isinstance(own, dict)
    }


@pytest.mark.parametrize("language", [name for name in CODES.values() if name != "English"])
def test_moves_and_values_are_put_into_another_language_and_back(world: World, language: str) -> None:
    other, rng = make_world(world.kind, world.size, language), seeded(world.kind)
    play = play_by_chance(world, world.start(rng), 4, rng)
    moves = world.then.join(map(world.say_move, play.moves))
    assert world.in_words_of(other, moves) == other.then.join(map(other.say_move, play.moves)) != moves
    for one, same in zip(world.facts(play.states[-1]), other.facts(play.states[-1]), strict=True):
        assert world.in_words_of(other, one.value) == same.value
        assert other.in_words_of(world, same.value) == one.value
