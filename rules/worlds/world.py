"""A small world: its states, its moves, and what can be said of them. How it looks is for ``video.scenes`` to say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from ...schemas.plugins import PluginKind

State = tuple[str, ...]
"""What is at each place, as codes: ``("red", "", "blue")``."""
Move = tuple[int, ...]
"""A move as numbers, which each world reads in its own way."""
BETWEEN = ": "
"""Between a place and what is there."""
NEXT = "; "
"""Between two places of a state."""


class Illegal(ValueError):
    """A move that cannot be made in a state, or taken back from it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a state: how it is asked for (a clause), what it is, and how it is stated (with {value})."""

    asked: str
    value: str
    stated: str


class World(ABC):
    """One kind of world: a file in ``kinds/``, or an entry point of another package (``vdata.worlds``).

    *size* is how large its states are; *words* are those of its kind in one language, by key, *ordinals* the ordinal
    numbers of places from the first one on; *then* stands between two moves, *several* between things at one place.
    """

    kind: ClassVar[str]
    sizes: ClassVar[tuple[int, int]]
    """The least and the largest size."""
    usual: ClassVar[int]
    """The size if none is given."""

    def __init__(
        self, size: int, words: Mapping[str, str], ordinals: Sequence[str], then: str, several: str = ", "
    ) -> None:
        self.size, self.words, self.ordinals, self.then, self.several = size, words, ordinals, then, several

    @abstractmethod
    def start(self, rng: Random) -> State:
        """A state to begin with, each as probable as any other."""

    def start_like(self, state: State, rng: Random) -> State:
        """Another state to begin with, of the same things as the start *state*."""
        return self.start(rng)

    @cached_property
    @abstractmethod
    def moves(self) -> tuple[Move, ...]:
        """Every move that there is."""

    @abstractmethod
    def play(self, state: State, move: Move) -> State:
        """The state after *move*.

        Raises:
            Illegal: the move cannot be made in *state*.
        """

    @abstractmethod
    def take_back(self, state: State, move: Move) -> State:
        """The state before *move*, where *state* is the one after it.

        Raises:
            Illegal: no state leads to *state* by this move.
        """

    @abstractmethod
    def say_move(self, move: Move) -> str:
        """What *move* does, as a clause. No two moves have the same."""

    @cached_property
    @abstractmethod
    def places(self) -> tuple[str, ...]:
        """What each place of a state is called."""

    def say_value(self, code: str) -> str:
        """What is at a place, for people. No two codes have the same."""
        return self.words.get(code, code)

    def read_value(self, text: str) -> str:
        """The code for what ``say_value`` says."""
        return self._codes.get(text, text)

    def say(self, state: State) -> str:
        """*state* in words, from which ``read`` gets it back."""
        return NEXT.join(
            f"{place}{BETWEEN}{self.say_value(code)}" for place, code in zip(self.places, state, strict=True)
        )

    def read(self, text: str) -> State:
        """The state that ``say`` has put into words.

        Raises:
            ValueError: it is none of this world.
        """
        parts = [part.partition(BETWEEN) for part in text.split(NEXT)]
        if tuple(place for place, _, _ in parts) != self.places:
            raise ValueError(f"{text!r} is no state of the world {self.kind} of size {self.size}")
        return tuple(self.read_value(value) for _, _, value in parts)

    def read_move(self, text: str) -> Move:
        """The move that ``say_move`` has put into words.

        Raises:
            ValueError: it is none of this world.
        """
        if text not in self._moves:
            raise ValueError(f"{text!r} is no move of the world {self.kind} of size {self.size}")
        return self._moves[text]

    def in_words_of(self, other: World, text: str) -> str:
        """*text*, a move, several or the value of a fact in the words of this world, in those of *other*."""
        moves = text.split(self.then)
        if all(move in self._moves for move in moves):
            return other.then.join(other.say_move(self._moves[move]) for move in moves)
        parts = text.split(self.several)
        return other.several.join(one if one.isdigit() else other.say_value(self.read_value(one)) for one in parts)

    @abstractmethod
    def facts(self, state: State) -> tuple[Fact, ...]:
        """What can be asked about a state; the same for every state but for the values."""

    def contents(self, state: State) -> State:
        """What two states are compared by, place by place."""
        return state

    @cached_property
    def happenings(self) -> dict[str, frozenset[Move]]:
        """What can be counted in a play, as clauses, each with the moves that count; each single move by default."""
        return {self.say_move(move): frozenset({move}) for move in self.moves}

    def legal(self, state: State) -> list[Move]:
        """The moves that can be made in *state*."""
        return [move for move in self.moves if self._can(state, move)]

    def nth(self, number: int) -> str:
        """The ordinal number after *number* others, as a word: a digit could be taken for an answer."""
        return self.ordinals[number]

    def fact(self, key: str, value: str, **slots: object) -> Fact:
        """The fact that the words *key* and *key*_is speak of."""
        asked, stated = (self.words[name].format(value="{value}", **slots) for name in (key, f"{key}_is"))
        return Fact(asked, value, stated)

    def _can(self, state: State, move: Move) -> bool:
        try:
            self.play(state, move)
        except Illegal:
            return False
        return True

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {text: code for code, text in self.words.items()}

    @cached_property
    def _moves(self) -> dict[str, Move]:
        return {self.say_move(move): move for move in self.moves}


@dataclass(frozen=True, slots=True)
class Play:
    """A play: *moves*, and the *states* around them, one more than there are moves."""

    states: tuple[State, ...]
    moves: tuple[Move, ...]


def follow(world: World, state: State, moves: Sequence[Move]) -> Play:
    """The play of *moves* from *state*.

    Raises:
        Illegal: one of them cannot be made.
    """
    states = [state]
    for move in moves:
        states.append(world.play(states[-1], move))
    return Play(tuple(states), tuple(moves))


def trace_back(world: World, state: State, moves: Sequence[Move]) -> Play:
    """The play of *moves* that ends in *state*.

    Raises:
        Illegal: there is none.
    """
    states = [state]
    for move in reversed(moves):
        states.append(world.take_back(states[-1], move))
    return Play(tuple(reversed(states)), tuple(moves))


def play_by_chance(world: World, state: State, number: int, rng: Random) -> Play:
    """A play of *number* moves from *state*, each drawn from those that can be made."""
    moves: list[Move] = []
    states = [state]
    for _ in range(number):
        moves.append(rng.choice(world.legal(states[-1])))
        states.append(world.play(states[-1], moves[-1]))
    return Play(tuple(states), tuple(moves))


WORLDS = PluginKind("world", "vdata.rules.worlds.kinds", "vdata.worlds", lambda: World, lambda world: world.kind)
