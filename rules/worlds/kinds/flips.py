"""A board of black and white cells with a disc on it: the cell that the disc comes to turns to the other colour."""

from __future__ import annotations

from functools import cached_property
from random import Random

from ..world import Fact, Illegal, Move, State, World
from .tiles import STEPS, WAYS

OTHER = {"black": "white", "white": "black"}


class Flips(World):
    """A square of cells, and last the number of the cell with the disc. A move is the way in which the disc goes."""

    kind = "flips"
    sizes = (3, 5)
    usual = 3

    def start(self, rng: Random) -> State:
        cells = [rng.choice(("black", "white")) for _ in range(self.size**2)]
        return (*cells, str(rng.randrange(self.size**2)))

    def start_like(self, state: State, rng: Random) -> State:
        return (*rng.sample(state[:-1], len(state) - 1), str(rng.randrange(self.size**2)))

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple((way,) for way in range(len(STEPS)))

    def play(self, state: State, move: Move) -> State:
        cell = self._from(int(state[-1]), STEPS[move[0]])
        return self._flipped(state, cell, cell)

    def take_back(self, state: State, move: Move) -> State:
        here, (down, right) = int(state[-1]), STEPS[move[0]]
        return self._flipped(state, here, self._from(here, (-down, -right)))

    def _from(self, cell: int, step: tuple[int, int]) -> int:
        row, column = divmod(cell, self.size)
        row, column = row + step[0], column + step[1]
        if not (0 <= row < self.size and 0 <= column < self.size):
            raise Illegal("the board ends there")
        return row * self.size + column

    def _flipped(self, state: State, cell: int, disc: int) -> State:
        after = list(state)
        after[cell], after[-1] = OTHER[state[cell]], str(disc)
        return tuple(after)

    def say_move(self, move: Move) -> str:
        return self.words[WAYS[move[0]]]

    @cached_property
    def _cells(self) -> tuple[str, ...]:
        cells = [divmod(n, self.size) for n in range(self.size**2)]
        return tuple(self.words["place"].format(row=self.nth(row), column=self.nth(column)) for row, column in cells)

    @cached_property
    def places(self) -> tuple[str, ...]:
        return (*self._cells, self.words["disc"])

    def say(self, state: State) -> str:
        return super().say((*state[:-1], self._cells[int(state[-1])]))

    def read(self, text: str) -> State:
        *cells, disc = super().read(text)
        return (*cells, str(self._cells.index(disc)))

    def contents(self, state: State) -> State:
        return state[:-1]

    def facts(self, state: State) -> tuple[Fact, ...]:
        rows = [state[n * self.size : (n + 1) * self.size] for n in range(self.size)]
        said = [self.several.join(map(self.say_value, row)) for row in rows]
        coloured = (self.fact("row", value, nth=self.nth(n)) for n, value in enumerate(said))
        return (*coloured, self.fact("black_cells", str(state.count("black"))))
