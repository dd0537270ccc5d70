"""Boxes with chips: at each move one or more chips are put into a box, or taken out of it."""

from __future__ import annotations

from functools import cached_property
from random import Random

from ..world import Fact, Illegal, Move, State, World

BOXES = ("red", "blue", "green", "yellow")
MOST = 3
"""Chips that are put in or taken out at once."""
STARTS, FULL = (2, 6), 12
"""Chips in a box at the start, the least and the most; and what a box holds."""


class Chips(World):
    """Boxes in a row, each with its number of chips. A move is the box and how many chips more it has (or fewer)."""

    kind = "chips"
    sizes = (2, 4)
    usual = 3

    def start(self, rng: Random) -> State:
        return tuple(str(rng.randint(*STARTS)) for _ in range(self.size))

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple((box, sign * n) for box in range(self.size) for sign in (1, -1) for n in range(1, MOST + 1))

    def play(self, state: State, move: Move) -> State:
        return self._changed(state, *move)

    def take_back(self, state: State, move: Move) -> State:
        return self._changed(state, move[0], -move[1])

    def _changed(self, state: State, box: int, more: int) -> State:
        number = int(state[box]) + more
        if not 0 <= number <= FULL:
            raise Illegal("the box has not so many chips, or no room for them")
        return (*state[:box], str(number), *state[box + 1 :])

    def say_move(self, move: Move) -> str:
        box, more = move
        key = f"{'put' if more > 0 else 'taken'}_{abs(more)}"
        return self.words[key].format(box=self.words[BOXES[box]])

    @cached_property
    def places(self) -> tuple[str, ...]:
        return tuple(self.words["place"].format(box=self.words[box]) for box in BOXES[: self.size])

    def facts(self, state: State) -> tuple[Fact, ...]:
        return tuple(self.fact("number", code, box=self.words[box]) for box, code in zip(BOXES, state, strict=False))

    @cached_property
    def happenings(self) -> dict[str, frozenset[Move]]:
        said = {}
        for key, sign in (("puts", 1), ("takes", -1)):
            for n, box in enumerate(BOXES[: self.size]):
                moves = frozenset(move for move in self.moves if move[0] == n and move[1] * sign > 0)
                said[self.words[key].format(box=self.words[box])] = moves
        return said
