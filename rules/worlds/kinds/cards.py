"""Piles of cards: at each move the top card of one pile goes onto another."""

from __future__ import annotations

from functools import cached_property
from itertools import permutations
from random import Random

from ..world import Fact, Illegal, Move, State, World

DECK = tuple(f"{colour}{number}" for colour in ("red", "blue") for number in range(1, 7))
NAMES = ("left", "middle", "right")
EACH = 3
"""Cards of a pile at the start."""


class Cards(World):
    """Piles in a row, each with the codes of its cards, the top one first. A move is from which pile to which."""

    kind = "cards"
    sizes = (2, 3)
    usual = 3

    def start(self, rng: Random) -> State:
        return self._dealt(rng.sample(DECK, self.size * EACH))

    def start_like(self, state: State, rng: Random) -> State:
        there = " ".join(state).split()
        return self._dealt(rng.sample(there, len(there)))

    def _dealt(self, cards: list[str]) -> State:
        return tuple(" ".join(cards[n * EACH : (n + 1) * EACH]) for n in range(self.size))

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        return tuple(permutations(range(self.size), 2))

    def play(self, state: State, move: Move) -> State:
        return self._put(state, *move)

    def take_back(self, state: State, move: Move) -> State:
        return self._put(state, move[1], move[0])

    def _put(self, state: State, giver: int, taker: int) -> State:
        if not state[giver]:
            raise Illegal("the pile has no card")
        after = list(state)
        card, _, after[giver] = state[giver].partition(" ")
        after[taker] = f"{card} {state[taker]}".strip()
        return tuple(after)

    def say_move(self, move: Move) -> str:
        return self.words["move"].format(giver=self._pile(move[0]), taker=self._pile(move[1]))

    def _pile(self, number: int) -> str:
        names = NAMES if self.size == len(NAMES) else (NAMES[0], NAMES[-1])
        return self.words[names[number]]

    @cached_property
    def places(self) -> tuple[str, ...]:
        return tuple(self.words["pile"].format(name=self._pile(n)) for n in range(self.size))

    def say_value(self, code: str) -> str:
        return self.several.join(self._card(card) for card in code.split()) or self.words["none"]

    def read_value(self, text: str) -> str:
        return "" if text == self.words["none"] else " ".join(self._cards[card] for card in text.split(self.several))

    @cached_property
    def _cards(self) -> dict[str, str]:
        return {self._card(card): card for card in DECK}

    def _card(self, card: str) -> str:
        return self.words["card"].format(colour=self.words[card[:-1]], number=card[-1])

    def facts(self, state: State) -> tuple[Fact, ...]:
        said: list[Fact] = []
        for n, pile in enumerate(state):
            name = self._pile(n)
            said.append(self.fact("top", self.say_value(pile.partition(" ")[0]), name=name))
            said.append(self.fact("bottom", self.say_value(pile.rpartition(" ")[2]), name=name))
            said.append(self.fact("number", str(len(pile.split())), name=name))
        return tuple(said)

    @cached_property
    def happenings(self) -> dict[str, frozenset[Move]]:
        taken = {
            self.words["taken"].format(name=self._pile(n)): frozenset(move for move in self.moves if move[0] == n)
            for n in range(self.size)
        }
        return super().happenings | taken
