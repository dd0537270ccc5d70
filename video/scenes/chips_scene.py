"""Boxes in a row with chips in them, or with a lid where they are covered; chips fly in and out."""

from __future__ import annotations

from .scene import TABLE, Point, SceneView, WorldScene, between, colour_named

TALL, WIDE, CHIP, FLOOR = 0.4, 0.34, 0.032, 0.92
ACROSS = 4
"""Chips beside each other in a box."""
CLEAR, TOKEN = (250, 250, 248), (110, 84, 60)


class ChipsScene(WorldScene):
    """Each box has a foot in the colour that it is called by, and is filled from below, row by row."""

    kind = "chips"

    def draw(self, shown: SceneView, share: float) -> None:
        self.picture[:] = TABLE
        count = len(shown.state)
        box, more = shown.move or (0, 0)
        width = min(WIDE * self.unit, 0.86 * self.width / count)
        for n, (code, name) in enumerate(zip(shown.state, ("red", "blue", "green", "yellow"), strict=False)):
            x, middle = self.row(n, count), (FLOOR - TALL / 2) * self.unit
            stay = int(code) + (min(more, 0) if n == box else 0)
            self.box((x, middle), (width, TALL * self.unit), colour_named(name) if shown.covered else CLEAR)
            for k in range(0 if shown.covered else stay):
                self.disc(self._slot(x, k), CHIP * self.unit, TOKEN)
            self.box((x, (FLOOR + 0.02) * self.unit), (width, 0.06 * self.unit), colour_named(name))
        for k in range(abs(more)):
            x = self.row(box, count)
            above = x + (k - 1) * 3 * CHIP * self.unit, 0.12 * self.unit
            inside = x + (k - 1) * 3 * CHIP * self.unit, (FLOOR - TALL - 0.05) * self.unit
            self.disc(between(above, inside, share if more > 0 else 1 - share), CHIP * self.unit, TOKEN)

    def _slot(self, x: float, number: int) -> Point:
        row, column = divmod(number, ACROSS)
        step = 2.3 * CHIP * self.unit
        return x + (column - (ACROSS - 1) / 2) * step, (FLOOR - 0.07) * self.unit - row * step
