"""The sliding puzzle: numbered tiles in a square with one empty place, into which a tile beside it slides."""

from __future__ import annotations

from functools import cached_property
from random import Random

from ..world import Fact, Illegal, Move, State, World

STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
"""Up, down, to the left, to the right: rows and columns."""
WAYS = ("up", "down", "left", "right")
EMPTY = "empty"


class Tiles(World):
    """A square of places. A move is the number of the way in which a tile slides into the empty place."""

    kind = "tiles"
    sizes = (3, 4)
    usual = 3

    def start(self, rng: Random) -> State:
        tiles = [*(str(n) for n in range(1, self.size**2)), EMPTY]
        return tuple(rng.sample(tiles, len(tiles)))

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple((way,) for way in range(len(STEPS)))

    def play(self, state: State, move: Move) -> State:
        return self._slid(state, STEPS[move[0]])

    def take_back(self, state: State, move: Move) -> State:
        down, right = STEPS[move[0]]
        return self._slid(state, (-down, -right))

    def _slid(self, state: State, step: tuple[int, int]) -> State:
        """*state* after the tile that lies against *step* from the empty place has taken it."""
        row, column = divmod(state.index(EMPTY), self.size)
        row, column = row - step[0], column - step[1]
        if not (0 <= row < self.size and 0 <= column < self.size):
            raise Illegal("no tile is there")
        tile, empty, after = row * self.size + column, state.index(EMPTY), list(state)
        after[tile], after[empty] = EMPTY, state[tile]
        return tuple(after)

    def say_move(self, move: Move) -> str:
        return self.words[WAYS[move[0]]]

    @cached_property
    def places(self) -> tuple[str, ...]:
        cells = [divmod(n, self.size) for n in range(self.size**2)]
        return tuple(self.words["place"].format(row=self.nth(row), column=self.nth(column)) for row, column in cells)

    def say_value(self, code: str) -> str:
        return self.words[EMPTY] if code == EMPTY else self.words["tile"].format(n=code)

    def read_value(self, text: str) -> str:
        return next(code for code in (EMPTY, *map(str, range(1, self.size**2))) if self.say_value(code) == text)

    def facts(self, state: State) -> tuple[Fact, ...]:
        pairs = zip(self.places, state, strict=True)
        return tuple(self.fact("there", self.say_value(code), place=place) for place, code in pairs)
