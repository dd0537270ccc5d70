"""Cups in a row on a table, upside down; where they are lifted, the ball under each is seen."""

from __future__ import annotations

from .scene import WOOD, Point, SceneView, WorldScene, between, colour_named

TABLE_TOP, BALL_Y, LIFT = 0.55, 0.66, 0.34
BALL, CUP = 0.06, 0.2


class CupsScene(WorldScene):
    """The number of each place stands in front of it. Two cups that swap pass behind and in front of each other."""

    kind = "cups"

    def draw(self, shown: SceneView, share: float) -> None:
        count = len(shown.state)
        self.table(TABLE_TOP)
        for n in range(count):
            self.word(str(n + 1), (self.row(n, count), 0.9 * self.unit), 0.06 * self.unit)
        at = {n: (self.row(n, count), BALL_Y * self.unit) for n in range(count)}
        if shown.move:
            one, other = shown.move
            rise = 0.14 * self.unit
            at[one], at[other] = between(at[one], at[other], share, rise), between(at[other], at[one], share, -rise)
        for n in sorted(at, key=lambda n: at[n][1]):
            self._cup(at[n], shown.state[n], shown.covered)

    def _cup(self, at: Point, ball: str, covered: bool) -> None:
        x, y = at
        if not covered:
            self.disc(at, BALL * self.unit, colour_named(ball))
            y -= LIFT * self.unit
        half, foot, top = CUP / 2 * self.unit, y + BALL * self.unit, y - (CUP - BALL) * self.unit
        self.shape([(x - 0.6 * half, top), (x + 0.6 * half, top), (x + half, foot), (x - half, foot)], WOOD)
