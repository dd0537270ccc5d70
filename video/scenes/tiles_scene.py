"""A frame with tiles and one empty place; covered tiles show no number."""

from __future__ import annotations

from .scene import INK, SceneView, WorldScene

SIDE = 0.84
TILE, BACK, HOLE = (240, 222, 170), (120, 150, 190), (70, 66, 60)
STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
"""Up, down, left, right: rows and columns that a tile moves on."""


class TilesScene(WorldScene):
    """A square in the middle of the picture."""

    kind = "tiles"

    def draw(self, shown: SceneView, share: float) -> None:
        size = round(len(shown.state) ** 0.5)
        side = SIDE * self.unit / size
        left, top = self.width / 2 - side * size / 2, self.height / 2 - side * size / 2
        self.box((self.width / 2, self.height / 2), (side * size * 1.03, side * size * 1.03), HOLE)
        empty = shown.state.index("empty")
        down, right = STEPS[shown.move[0]] if shown.move else (0, 0)
        sliding = empty - down * size - right if shown.move else -1
        for n, tile in enumerate(shown.state):
            if n == empty:
                continue
            row, column = divmod(n, size)
            gone = share if n == sliding else 0.0
            at = left + side * (column + 0.5 + right * gone), top + side * (row + 0.5 + down * gone)
            self.box(at, (0.94 * side, 0.94 * side), BACK if shown.covered else TILE)
            if not shown.covered:
                self.word(tile, at, 0.4 * side, INK)
