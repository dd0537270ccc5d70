"""Fruits. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

import math

from .pen import CREAM, INK, LEAF, WHITE, WOOD, Pen, arc_points, mirrored, mix, star_points


def apple(pen: Pen) -> None:
    half = [(50, 30), (62, 23), (78, 25), (88, 40), (87, 60), (77, 80), (62, 91), (50, 88)]
    pen.curve([*half, *mirrored(half[1:-1])[::-1]])
    pen.stroke([(50, 34), (51, 22), (56, 10)], WOOD, 4.5)
    pen.curve([(55, 20), (66, 8), (82, 8), (74, 20), (62, 23)], LEAF)
    pen.stroke([(22, 50), (23, 42), (28, 36)], WHITE, 4)


def banana(pen: Pen) -> None:
    outer = [(14, 24), (16, 50), (30, 72), (54, 84), (80, 82), (92, 74)]
    inner = [(90, 66), (70, 66), (50, 60), (36, 48), (28, 34), (24, 20)]
    pen.curve([*outer, *inner])
    pen.shape([(12, 12), (20, 9), (25, 22), (14, 26)], WOOD)
    pen.shape([(88, 67), (95, 66), (96, 73), (90, 76)], WOOD)
    pen.stroke([(22, 34), (32, 56), (54, 72), (80, 74)], pen.dark, 2)


def cherry(pen: Pen) -> None:
    pen.stroke([(60, 10), (42, 28), (30, 54)], LEAF, 4)
    pen.stroke([(60, 10), (66, 34), (70, 56)], LEAF, 4)
    pen.curve([(60, 12), (72, 4), (92, 10), (84, 22), (70, 22)], LEAF)
    for x, y in ((28, 70), (70, 72)):
        pen.oval(x, y, 20, 19)
        pen.stroke([(x - 11, y + 2), (x - 10, y - 5), (x - 6, y - 10)], WHITE, 3)


def bunch_of_grapes(pen: Pen) -> None:
    pen.stroke([(50, 26), (50, 14), (57, 7)], WOOD, 4.5)
    pen.curve([(52, 20), (66, 6), (86, 12), (80, 26), (62, 28)], LEAF)
    for row, count in enumerate((4, 5, 4, 3, 2, 1)):
        for n in range(count):
            x, y = 50 + (n - (count - 1) / 2) * 17, 29 + row * 11.4
            pen.oval(x, y, 9.4)
            pen.oval(x - 3, y - 3.4, 2, fill=pen.light, outline=0)


def lemon(pen: Pen) -> None:
    pen.curve(
        [
            (6, 52),
            (14, 45),
            (28, 30),
            (50, 24),
            (72, 30),
            (86, 45),
            (94, 52),
            (86, 59),
            (72, 74),
            (50, 80),
            (28, 74),
            (14, 59),
        ]
    )
    pen.curve([(52, 23), (58, 9), (76, 6), (72, 18), (62, 25)], LEAF)
    pen.stroke([(28, 44), (38, 36), (48, 34)], WHITE, 4)
    for x, y in ((46, 60), (58, 52), (68, 62), (56, 68), (36, 56), (72, 48)):
        pen.oval(x, y, 1.3, fill=pen.dark, outline=0)


def pear(pen: Pen) -> None:
    half = [(50, 18), (60, 20), (65, 34), (70, 48), (82, 62), (82, 80), (68, 92), (50, 93)]
    pen.curve([*half, *mirrored(half[1:-1])[::-1]])
    pen.stroke([(50, 20), (49, 12), (44, 5)], WOOD, 4.5)
    pen.curve([(51, 15), (60, 4), (76, 5), (68, 15), (58, 18)], LEAF)
    pen.stroke([(30, 78), (27, 70), (31, 62)], WHITE, 4)


def pineapple(pen: Pen) -> None:
    for lean, length in ((-34, 24), (34, 24), (-20, 34), (20, 34), (0, 38)):
        x, y = 50 + length * math.sin(math.radians(lean)), 40 - length * math.cos(math.radians(lean))
        pen.shape([(42, 42), (x - 4, y + 10), (x, y), (x + 4, y + 10), (58, 42)], LEAF)
    pen.oval(50, 65, 24, 30)
    inside = [(x, y) for y in range(42, 96, 9) for x in range(28, 76, 11)]
    for n, (x, y) in enumerate(inside):
        x += 5.5 * (n // 5 % 2)
        if ((x - 50) / 19) ** 2 + ((y - 65) / 25) ** 2 < 1:
            pen.shape([(x, y - 4.5), (x + 5, y), (x, y + 4.5), (x - 5, y)], pen.dark, 0)
            pen.shape([(x, y - 2), (x + 2, y), (x, y + 2), (x - 2, y)], pen.light, 0)


def strawberry(pen: Pen) -> None:
    half = [(50, 26), (66, 22), (84, 30), (86, 48), (74, 72), (58, 90), (50, 94)]
    pen.curve([*half, *mirrored(half[1:-1])[::-1]])
    for x, y in (
        (32, 44),
        (50, 46),
        (68, 44),
        (40, 58),
        (60, 58),
        (50, 70),
        (36, 70),
        (64, 70),
        (50, 82),
        (24, 52),
        (76, 52),
    ):
        pen.oval(x, y, 1.6, 2.6, fill=CREAM, outline=0)
    pen.shape(star_points(50, 27, 26, 9, 7, 90), LEAF)
    pen.line([(50, 26), (50, 8)], LEAF, 5)


def watermelon_slice(pen: Pen) -> None:
    pen.pie(50, 30, 45, 48, 0, 180, LEAF)
    pen.pie(50, 30, 39, 41, 0, 180, mix(LEAF, WHITE, 0.75))
    pen.shape(arc_points(50, 30, 35, 36, 0, 180), outline=0)
    for x, y in ((30, 40), (50, 38), (70, 40), (40, 50), (60, 50), (50, 59)):
        pen.shape([(x, y - 4), (x + 2.4, y + 2), (x, y + 3.4), (x - 2.4, y + 2)], INK, 0)


def kiwi_half(pen: Pen) -> None:
    pen.oval(50, 50, 43, 40, WOOD)
    pen.oval(50, 50, 37, 34, outline=0)
    for n in range(24):
        a = math.radians(15 * n)
        pen.line(
            [(50 + 15 * math.cos(a), 50 + 13 * math.sin(a)), (50 + 33 * math.cos(a), 50 + 30 * math.sin(a))],
            pen.light,
            1.2,
        )
    pen.oval(50, 50, 13, 11, CREAM, 0)
    for n in range(16):
        a = math.radians(22.5 * n + 8)
        pen.oval(50 + 19 * math.cos(a), 50 + 17 * math.sin(a), 1.5, 2.6, INK, 0, math.degrees(a) + 90)
