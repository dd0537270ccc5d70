"""Buildings that stand out. Each function draws one class of ``pictures`` with a pen (units: 100 × 100)."""

from __future__ import annotations

import math
from itertools import pairwise

from .pen import (
    COLOURS,
    CREAM,
    GLASS,
    GOLD,
    INK,
    SHADE,
    SKY,
    STONE,
    WHITE,
    WOOD,
    Pen,
    arc_points,
    mirrored,
    mix,
    turned,
)


def lattice_tower(pen: Pen) -> None:
    leg = [(50, 6), (54, 30), (60, 56), (78, 94), (64, 94), (50, 70)]
    pen.shape([*leg, *mirrored(leg)[::-1]])
    pen.shape([*arc_points(50, 94, 15, 20, 180, 360)], CREAM)
    for y, half in ((30, 8.0), (56, 14.0)):
        pen.box(50 - half, y, 50 + half, y + 5, pen.dark, 1)
    for y, half, low, wide in ((14, 2, 29, 4), (36, 4.5, 55, 9), (62, 9, 74, 12)):
        pen.line([(50 - half, y), (50 + wide, low)], INK, 1.4)
        pen.line([(50 + half, y), (50 - wide, low)], INK, 1.4)
    pen.line([(50, 8), (50, 2)], INK, 3)


def pyramid(pen: Pen) -> None:
    pen.shape([(46, 12), (96, 86), (62, 90)], pen.dark)
    pen.shape([(46, 12), (62, 90), (4, 86)])
    for n in range(1, 7):
        t = n / 7
        pen.line(
            [(46 - 42 * t, 12 + 74 * t), (46 + 16 * t, 12 + 78 * t), (46 + 50 * t, 12 + 74 * t)],
            mix(pen.dark, INK, 0.2),
            1.6,
        )
    pen.shape([(57, 90), (56, 80), (50, 80), (49, 89.5)], INK)


def windmill(pen: Pen) -> None:
    pen.shape([(36, 40), (64, 40), (72, 95), (28, 95)])
    pen.pie(50, 41, 16, 14, 180, 360, WOOD)
    pen.shape([(44, 95), (44, 82), *arc_points(50, 82, 6, 6, 180, 360), (56, 95)], WOOD)
    pen.box(46, 56, 54, 66, GLASS)
    for n in range(4):
        arm = turned([(50, 38), (50, -4)], 50, 38, 45 + 90 * n)
        pen.shape(
            turned([(51, 26), (60, 26), (60, -2), (51, -2)], 50, 38, 45 + 90 * n),
            WHITE if pen.colour != COLOURS["white"] else CREAM,
        )
        for k in range(1, 4):
            pen.line(turned([(51, 26 - 7 * k), (60, 26 - 7 * k)], 50, 38, 45 + 90 * n), INK, 1.2)
        pen.line(arm, INK, 3)
    pen.oval(50, 38, 4.5, fill=SHADE)


def lighthouse(pen: Pen) -> None:
    for points in ([(40, 20), (4, 10), (4, 30)], mirrored([(40, 20), (4, 10), (4, 30)])):
        pen.shape(points, mix(GOLD, WHITE, 0.4), 0)
    edges = [(38 - 10 * t, 34 + 54 * t, 62 + 10 * t) for t in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    for n, ((a, y, b), (c, d, e)) in enumerate(pairwise(edges)):
        pen.shape([(a, y), (b, y), (e, d), (c, d)], pen.colour if n % 2 == 0 else WHITE)
    pen.box(41, 16, 59, 32, GOLD)
    pen.line([(50, 16), (50, 32)])
    pen.shape([(37, 16), (63, 16), (50, 4)])
    pen.box(33, 30, 67, 36, SHADE, 1)
    pen.shape([(46, 88), (46, 78), *arc_points(50, 78, 4, 4, 180, 360), (54, 88)], INK)
    pen.curve([(8, 95), (16, 88), (50, 86), (84, 88), (92, 95), (50, 97)], STONE)


def castle(pen: Pen) -> None:
    def tower(left: float, right: float, top: float) -> None:
        pen.box(left, top, right, 94)
        third = (right - left) / 5
        for n in (0, 2, 4):
            pen.box(left + n * third, top - 7, left + (n + 1) * third, top + 2)
        middle = (left + right) / 2
        pen.shape(
            [
                (middle - 3, top + 22),
                (middle - 3, top + 13),
                *arc_points(middle, top + 13, 3, 3, 180, 360),
                (middle + 3, top + 22),
            ],
            INK,
        )

    pen.line([(50, 30), (50, 4)], INK, 2.6)
    pen.shape([(51, 5), (66, 10), (51, 15)], COLOURS["red"])
    tower(36, 64, 30)
    pen.box(20, 56, 80, 94)
    for x in range(30, 70, 9):
        pen.box(x, 50, x + 5, 58, outline=1.6)
    tower(6, 28, 40)
    tower(72, 94, 40)
    pen.shape([(40, 94), (40, 76), *arc_points(50, 76, 10, 10, 180, 360), (60, 94)], WOOD)


def bridge(pen: Pen) -> None:
    """A suspension bridge over water."""
    pen.box(2, 80, 98, 94, SKY, 2)
    for y in (84, 89):
        pen.stroke([(6, y), (22, y - 2), (38, y + 2), (54, y - 2), (70, y + 2), (94, y - 1)], WHITE, 1.8)
    cable = [(26 + 48 * t, 18 + 40 * (1 - (2 * t - 1) ** 2)) for t in (n / 20 for n in range(21))]
    for at, top in cable[2:-1:2]:
        pen.line([(at, top), (at, 64)], INK, 1.4)
    for a, b in (((26, 18), (2, 60)), ((74, 18), (98, 60))):
        pen.line([a, b], INK, 2.6)
    pen.line(cable, INK, 2.6)
    for x in (26, 74):
        pen.box(x - 6, 10, x + 6, 88)
        for y in (20, 34, 48):
            pen.box(x - 2.5, y, x + 2.5, y + 9, CREAM, outline=1.4)
    pen.box(1, 62, 99, 70, pen.dark, 1)


def temple(pen: Pen) -> None:
    pen.shape([(6, 34), (50, 8), (94, 34)])
    pen.shape([(26, 30), (50, 16), (74, 30)], pen.dark, 1.4)
    pen.box(8, 34, 92, 43)
    pen.box(14, 43, 86, 82, SHADE)
    for x in (14, 32, 50, 68, 86):
        pen.box(x - 6, 47, x + 6, 79)
        pen.box(x - 8, 43, x + 8, 48, outline=1.6)
        pen.box(x - 8, 78, x + 8, 83, outline=1.6)
        for dx in (-2, 2):
            pen.line([(x + dx, 50), (x + dx, 76)], pen.dark, 1.2)
    pen.box(5, 82, 95, 88)
    pen.box(1.5, 88, 98.5, 95)


def pagoda(pen: Pen) -> None:
    pen.line([(50, 16), (50, 3)], INK, 3)
    for n in range(3):
        y, half = 26 + 26 * n, 14 + 6 * n
        pen.box(50 - half, y, 50 + half, y + 16, CREAM)
        for x in range(-1, 2):
            pen.box(50 + x * half * 0.6 - 3, y + 4, 50 + x * half * 0.6 + 3, y + 14, WOOD, outline=1.4)
        roof = [
            (50, y - 12),
            (56 + half * 0.3, y - 8),
            (50 + half + 4, y - 2),
            (50 + half + 14, y - 5),
            (50 + half + 10, y + 4),
            (50, y + 4),
        ]
        pen.shape([*roof, *mirrored(roof)[::-1]])
    pen.box(14, 93, 86, 98, STONE, 1)


def igloo(pen: Pen) -> None:
    pen.pie(46, 84, 42, 60, 180, 360)
    for y, half in ((44, 31), (58, 37.5), (71, 41)):
        pen.stroke([(46 - half, y), (46, y - 3), (46 + half, y)], mix(pen.dark, INK, 0.2), 2)
    for x, top, low in (
        (46, 24, 41),
        (28, 43, 55),
        (62, 43, 55),
        (16, 58, 70),
        (44, 56, 68),
        (20, 72, 84),
        (40, 70, 84),
        (60, 57, 68),
    ):
        pen.line([(x, top), (x, low)], mix(pen.dark, INK, 0.2), 2)
    pen.shape([(56, 84), (56, 70), *arc_points(76, 70, 20, 22, 180, 360), (96, 84)])
    pen.shape([(65, 84), (65, 72), *arc_points(77, 72, 12, 14, 180, 360), (89, 84)], INK)
    pen.box(1.5, 83, 98.5, 90, WHITE, 3)


def ferris_wheel(pen: Pen) -> None:
    for side in (-1, 1):
        pen.line([(50, 46), (50 + 28 * side, 96)], INK, 7)
        pen.line([(50, 46), (50 + 28 * side, 96)], STONE, 3.6)
    for r in (36, 26):
        pen.arc(50, 46, r, r, 0, 360, INK, 4.6 if r == 36 else 2)
    pen.arc(50, 46, 36, 36, 0, 360, pen.colour, 2.4)
    spots = [
        (50 + 36 * math.cos(math.radians(45 * n + 22)), 46 + 36 * math.sin(math.radians(45 * n + 22))) for n in range(8)
    ]
    for x, y in spots:
        pen.line([(50, 46), (x, y)], SHADE, 1.6)
    for n, (x, y) in enumerate(spots):
        pen.shape(
            [*arc_points(x, y + 3, 7, 7, 0, 180), (x - 7, y + 3), (x - 5, y - 4), (x + 5, y - 4)],
            pen.colour if n % 2 == 0 else pen.light,
        )
    pen.oval(50, 46, 6)
    pen.line([(14, 96), (86, 96)], INK, 4)
