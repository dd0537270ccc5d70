"""A board of cells, black and white, or all grey where they are covered, and a red disc on one of them."""

from __future__ import annotations

from .scene import SceneView, WorldScene, between, colour_named

SIDE = 0.84
CELLS = {"black": (40, 40, 44), "white": (250, 250, 248)}
COVER = (170, 174, 180)
STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


class FlipsScene(WorldScene):
    """A square in the middle of the picture. A cell turns when the disc has come."""

    kind = "flips"

    def draw(self, shown: SceneView, share: float) -> None:
        *cells, disc = shown.state
        size = round(len(cells) ** 0.5)
        side = SIDE * self.unit / size
        left, top = self.width / 2 - side * size / 2, self.height / 2 - side * size / 2
        middles = [(left + side * (n % size + 0.5), top + side * (n // size + 0.5)) for n in range(len(cells))]
        for colour, at in zip(cells, middles, strict=True):
            self.box(at, (side, side), COVER if shown.covered else CELLS[colour])
        here = there = int(disc)
        if shown.move:
            down, right = STEPS[shown.move[0]]
            there = here + down * size + right
        self.disc(between(middles[here], middles[there], share), 0.2 * side, colour_named("red"))
