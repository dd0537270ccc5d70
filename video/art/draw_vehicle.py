"""Vehicles. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

import math

from .pen import COLOURS, GLASS, INK, SHADE, WHITE, WOOD, Pen, mirrored, mix


def _wheel(pen: Pen, x: float, y: float, r: float) -> None:
    pen.oval(x, y, r, fill=INK)
    pen.oval(x, y, r * 0.5, fill=COLOURS["grey"], outline=0)


def car(pen: Pen) -> None:
    pen.curve([(20, 54), (26, 38), (36, 28), (58, 27), (70, 36), (80, 54)])
    pen.shape([(30, 50), (34, 40), (40, 34), (48, 34), (48, 50)], GLASS)
    pen.shape([(53, 50), (53, 34), (58, 34), (65, 40), (71, 50)], GLASS)
    pen.box(4, 50, 96, 72, round_by=8)
    pen.line([(50, 53), (50, 70)], pen.dark, 1.6)
    pen.box(87, 55, 96, 62, COLOURS["yellow"], 2)
    pen.line([(54, 58), (60, 58)])
    for x in (26, 74):
        _wheel(pen, x, 72, 11)


def bus(pen: Pen) -> None:
    pen.box(3, 18, 97, 78, round_by=7)
    for n in range(4):
        pen.box(9 + 19 * n, 26, 24 + 19 * n, 46, GLASS, 2)
    pen.box(82, 26, 92, 68, GLASS, 2)
    pen.line([(87, 27), (87, 67)])
    pen.line([(5, 56), (80, 56)], WHITE, 4)
    for x in (24, 70):
        _wheel(pen, x, 79, 11)


def bicycle(pen: Pen) -> None:
    for x in (23, 77):
        pen.arc(x, 66, 19, 19, 0, 360, INK, 4.4)
        for n in range(6):
            a = math.radians(60 * n + 15)
            pen.line([(x, 66), (x + 18 * math.cos(a), 66 + 18 * math.sin(a))], COLOURS["grey"], 1)
    for points in ([(23, 66), (38, 38), (66, 38), (46, 66), (23, 66)], [(38, 38), (46, 66)], [(63, 28), (77, 66)]):
        pen.line(points, INK, 8.4)
    for points in ([(23, 66), (38, 38), (66, 38), (46, 66), (23, 66)], [(38, 38), (46, 66)], [(63, 28), (77, 66)]):
        pen.line(points, pen.colour, 5.4)
    pen.line([(38, 38), (35, 30)], INK, 3.6)
    pen.box(25, 26, 44, 31, INK, 2.4)
    pen.stroke([(63, 28), (68, 22), (78, 23)], INK, 4)
    pen.oval(46, 66, 5, fill=COLOURS["grey"])


def sailing_boat(pen: Pen) -> None:
    pen.line([(48, 8), (48, 72)], WOOD, 4)
    pen.shape([(52, 10), (88, 64), (52, 64)])
    pen.shape([(44, 20), (44, 64), (14, 64)], pen.light)
    pen.shape([(4, 70), (96, 70), (82, 90), (18, 90)], WOOD)
    pen.line([(8, 77), (91, 77)], WHITE, 2.4)
    pen.shape([(48, 4), (62, 9), (48, 14)], outline=1.4)


def rocket(pen: Pen) -> None:
    pen.curve([(38, 80), (50, 76), (62, 80), (57, 90), (50, 99), (43, 90)], COLOURS["orange"])
    fin = [(34, 56), (16, 72), (16, 88), (36, 78)]
    for points in (fin, mirrored(fin)):
        pen.shape(points, pen.dark)
    pen.curve([(50, 3), (64, 22), (68, 48), (64, 78), (50, 80), (36, 78), (32, 48), (36, 22)])
    pen.curve([(50, 3), (57, 11), (63, 22), (50, 26), (37, 22), (43, 11)], pen.dark)
    pen.oval(50, 44, 10, fill=GLASS)
    pen.arc(50, 44, 10, 10, 0, 360, SHADE, 3)
    pen.line([(50, 64), (50, 84)], pen.dark, 5)


def plane(pen: Pen) -> None:
    """Seen from above, on its way up."""
    tail = [(48, 78), (28, 92), (28, 97), (50, 92)]
    wing = [(48, 36), (4, 62), (4, 72), (48, 60)]
    for points in (tail, mirrored(tail), wing, mirrored(wing)):
        pen.shape(points, pen.light)
    pen.curve([(50, 3), (57, 12), (59, 30), (58, 66), (53, 94), (50, 97), (47, 94), (42, 66), (41, 30), (43, 12)])
    pen.curve([(45, 14), (50, 9), (55, 14), (50, 18)], GLASS, 1.4)
    for x in (26, 74):
        pen.box(x - 4, 46, x + 4, 58, SHADE, 3)


def hot_air_balloon(pen: Pen) -> None:
    for x in (41, 59):
        pen.line([(x + (x - 50) * 0.9, 62), (x, 84)], WOOD, 2)
    pen.curve([(50, 3), (72, 9), (86, 28), (82, 48), (68, 62), (50, 68), (32, 62), (18, 48), (14, 28), (28, 9)])
    pen.curve([(50, 3), (62, 12), (67, 34), (60, 58), (50, 68), (40, 58), (33, 34), (38, 12)], WHITE)
    pen.curve([(50, 3), (55, 14), (57, 34), (54, 56), (50, 68), (46, 56), (43, 34), (45, 14)])
    pen.box(39, 82, 61, 97, WOOD, 3)
    pen.line([(40, 87), (60, 87)])


def train(pen: Pen) -> None:
    """A steam engine from the side."""
    pen.box(68, 16, 82, 44, SHADE)
    pen.shape([(64, 16), (86, 16), (83, 8), (67, 8)], SHADE)
    for x, y, r in ((56, 10, 7), (44, 7, 5)):
        pen.oval(x, y, r, fill=WHITE)
    pen.box(34, 40, 90, 68, round_by=5)
    pen.box(8, 24, 38, 68)
    pen.box(4, 17, 42, 25, pen.dark, 2)
    pen.box(14, 31, 31, 46, GLASS)
    pen.shape([(84, 68), (97, 84), (76, 84)], SHADE)
    pen.box(6, 66, 88, 74, mix(pen.colour, INK, 0.5))
    _wheel(pen, 24, 78, 14)
    for x in (52, 74):
        _wheel(pen, x, 82, 10)
    pen.line([(24, 78), (52, 82)], COLOURS["grey"], 3)
