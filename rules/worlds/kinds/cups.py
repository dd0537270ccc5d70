"""Cups in a row with a ball under each; two of them swap at each move (the shell game)."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from random import Random

from ..world import Fact, Move, State, World

BALLS = ("red", "blue", "green", "yellow", "purple", "orange")


class Cups(World):
    """Places in a row, each with a ball of another colour under its cup. A move is the two places whose cups swap."""

    kind = "cups"
    sizes = (3, 6)
    usual = 4

    def start(self, rng: Random) -> State:
        return tuple(rng.sample(BALLS, self.size))

    def start_like(self, state: State, rng: Random) -> State:
        return tuple(rng.sample(state, len(state)))

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple(combinations(range(self.size), 2))

    def play(self, state: State, move: Move) -> State:
        one, other = move
        after = list(state)
        after[one], after[other] = state[other], state[one]
        return tuple(after)

    def take_back(self, state: State, move: Move) -> State:
        return self.play(state, move)

    def say_move(self, move: Move) -> str:
        return self.words["swap"].format(one=self.nth(move[0]), other=self.nth(move[1]))

    @cached_property
    def places(self) -> tuple[str, ...]:
        return tuple(self.words["place"].format(nth=self.nth(n)) for n in range(self.size))

    def facts(self, state: State) -> tuple[Fact, ...]:
        return tuple(self.fact("under", self.say_value(code), nth=self.nth(n)) for n, code in enumerate(state))

    @cached_property
    def happenings(self) -> dict[str, frozenset[Move]]:
        return {
            self.words["moved"].format(nth=self.nth(n)): frozenset(move for move in self.moves if n in move)
            for n in range(self.size)
        }
