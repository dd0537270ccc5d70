"""Piles of cards side by side, fanned out downwards with the top card in front; covered ones lie on their faces."""

from __future__ import annotations

from .scene import TABLE, WALL, Point, SceneView, WorldScene, between, colour_named

TALL, WIDE, FAN = 0.3, 0.22, 0.072
FACE, BACK = (252, 252, 250), (96, 120, 150)


class CardsScene(WorldScene):
    """The bottom card of a pile lies highest in the picture."""

    kind = "cards"

    def draw(self, shown: SceneView, share: float) -> None:
        self.picture[:] = TABLE
        piles = [pile.split() for pile in shown.state]
        flying = ""
        if shown.move:
            giver, taker = shown.move
            one, other = self._place(piles, giver, len(piles[giver]) - 1), self._place(piles, taker, len(piles[taker]))
            flying = piles[giver].pop(0)
        for n, pile in enumerate(piles):
            self.box((self.row(n, len(piles)), (0.06 + TALL / 2) * self.unit), self._size(1.15), WALL)
            for place, card in enumerate(reversed(pile)):
                self._card(self._place(piles, n, place), card, shown.covered)
        if flying:
            self._card(between(one, other, share, 0.1 * self.unit), flying, shown.covered)

    def _place(self, piles: list[list[str]], pile: int, place: int) -> Point:
        return self.row(pile, len(piles)), (0.06 + TALL / 2 + FAN * place) * self.unit

    def _size(self, times: float = 1.0) -> Point:
        return WIDE * self.unit * times, TALL * self.unit * times

    def _card(self, at: Point, card: str, covered: bool) -> None:
        self.box(at, self._size(), BACK if covered else FACE)
        if not covered:
            high = at[1] - (TALL - FAN) / 2 * self.unit
            self.word(card[-1], (at[0], high), 0.6 * FAN * self.unit, colour_named(card[:-1]))
