"""Animals. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

import math

from .pen import COLOURS, CREAM, INK, LEAF, WHITE, Pen, mirrored, mix

PINK, BEAK = COLOURS["pink"], COLOURS["orange"]


def fish(pen: Pen) -> None:
    pen.curve([(70, 50), (84, 34), (96, 26), (91, 50), (96, 74), (84, 66)], pen.dark)
    pen.curve([(40, 30), (50, 14), (64, 16), (66, 34)], pen.dark)
    pen.curve([(6, 52), (22, 34), (44, 27), (64, 35), (78, 50), (64, 67), (44, 75), (22, 69)])
    pen.stroke([(34, 30), (40, 50), (34, 73)])
    pen.curve([(46, 52), (58, 46), (60, 56), (54, 64)], pen.dark)
    pen.eye(20, 47, 4)
    pen.stroke([(8, 58), (15, 60), (20, 58)])


def cat(pen: Pen) -> None:
    ear = [(16, 44), (14, 10), (42, 26)]
    for points in (ear, mirrored(ear)):
        pen.shape(points)
    inner = [(20, 36), (19, 19), (33, 27)]
    for points in (inner, mirrored(inner)):
        pen.shape(points, PINK, 0)
    pen.oval(50, 56, 40, 35)
    for x in (33, 67):
        pen.oval(x, 50, 6.5, 8, WHITE, 1.4)
        pen.oval(x, 51, 2.6, 6, INK, 0)
    pen.shape([(44, 62), (56, 62), (50, 69)], PINK, 1.4)
    pen.stroke([(36, 74), (44, 77), (50, 69), (56, 77), (64, 74)])
    for y, rise in ((64, -3), (70, 1), (76, 5)):
        whisker = [(32, y), (3, y + rise)]
        for points in (whisker, mirrored(whisker)):
            pen.line(points, INK, 1.4)


def rabbit(pen: Pen) -> None:
    for side in (-1, 1):
        pen.oval(50 + 16 * side, 26, 10, 25, turn=9 * side)
        pen.oval(50 + 16.5 * side, 27, 5, 18, PINK, 0, 9 * side)
    pen.oval(50, 66, 34, 30)
    for x in (37, 63):
        pen.eye(x, 60, 4.4)
    for x in (42, 58):
        pen.oval(x, 78, 9, 7.5, pen.light if pen.light != pen.colour else WHITE, 0)
    pen.box(46, 81, 54, 92, WHITE, 2, 1.4)
    pen.line([(50, 82), (50, 91)], INK, 1.2)
    pen.shape([(45, 70), (55, 70), (50, 76)], PINK, 1.4)


def pig(pen: Pen) -> None:
    ear = [(16, 34), (16, 8), (44, 24)]
    for points in (ear, mirrored(ear)):
        pen.curve(points, pen.dark)
    pen.oval(50, 54, 41, 38)
    for x in (32, 68):
        pen.eye(x, 44, 4)
    pen.oval(50, 63, 20, 15, mix(pen.colour, INK, 0.14))
    for x in (42, 58):
        pen.oval(x, 63, 3.4, 5, INK, 0)
    pen.stroke([(38, 82), (50, 86), (62, 82)])


def owl(pen: Pen) -> None:
    half = [(50, 20), (66, 20), (82, 8), (84, 34), (86, 62), (72, 88), (50, 94)]
    pen.curve([*half, *mirrored(half[1:-1])[::-1]])
    pen.oval(50, 70, 20, 22, mix(CREAM, pen.colour, 0.25), 0)
    for row, count in enumerate((3, 2, 3)):
        for n in range(count):
            x, y = 50 + (n - (count - 1) / 2) * 11, 62 + 9 * row
            pen.stroke([(x - 4, y), (x, y + 4), (x + 4, y)], pen.dark, 1.8)
    wing = [(16, 48), (27, 52), (30, 70), (22, 82)]
    for points in (wing, mirrored(wing)):
        pen.curve(points, pen.dark)
    for x in (34, 66):
        pen.oval(x, 38, 15, fill=WHITE)
        pen.oval(x, 38, 9, fill=COLOURS["yellow"], outline=0)
        pen.eye(x, 38, 5.5)
    pen.shape([(44, 44), (56, 44), (50, 56)], BEAK)
    for x in (40, 60):
        pen.oval(x, 93, 7, 4, BEAK)


def penguin(pen: Pen) -> None:
    for x in (38, 62):
        pen.oval(x, 92, 12, 5, BEAK)
    wing = [(24, 42), (12, 62), (14, 74), (26, 66)]
    for points in (wing, mirrored(wing)):
        pen.curve(points, pen.dark)
    pen.curve([(50, 5), (68, 14), (74, 34), (80, 60), (70, 86), (50, 92), (30, 86), (20, 60), (26, 34), (32, 14)])
    pen.curve(
        [
            (50, 26),
            (62, 23),
            (67, 36),
            (64, 46),
            (71, 64),
            (64, 82),
            (50, 87),
            (36, 82),
            (29, 64),
            (36, 46),
            (33, 36),
            (38, 23),
        ],
        WHITE,
        0,
    )
    for x in (42, 58):
        pen.eye(x, 34, 3.4)
    pen.shape([(43, 40), (57, 40), (50, 48)], BEAK)


def butterfly(pen: Pen) -> None:
    upper = [(50, 44), (58, 22), (78, 8), (94, 16), (92, 40), (74, 52)]
    lower = [(51, 54), (74, 54), (88, 68), (82, 88), (66, 88), (54, 72)]
    for points in (lower, mirrored(lower)):
        pen.curve(points, pen.dark)
    for points in (upper, mirrored(upper)):
        pen.curve(points)
    for side in (-1, 1):
        pen.oval(50 + 30 * side, 28, 7, fill=pen.light, outline=1.4)
        pen.oval(50 + 23 * side, 72, 5.5, fill=pen.light, outline=1.4)
        pen.stroke([(50, 30), (50 + 6 * side, 16), (50 + 13 * side, 10)], INK, 2)
        pen.oval(50 + 13 * side, 10, 2, fill=INK, outline=0)
    pen.oval(50, 54, 4.5, 27, INK, 0)


def snail(pen: Pen) -> None:
    body = mix(COLOURS["yellow"], CREAM, 0.5)
    for x, tip in ((78, 72), (86, 92)):
        pen.line([(x, 50), (tip, 26)], INK, 5)
        pen.line([(x, 50), (tip, 27)], body, 2.6)
        pen.oval(tip, 25, 4, fill=INK, outline=0)
    pen.curve([(4, 86), (20, 76), (50, 78), (68, 74), (72, 54), (82, 44), (94, 52), (93, 70), (84, 86), (50, 88)], body)
    pen.oval(42, 52, 33)
    curl = [(42 + r * math.cos(a), 52 + r * math.sin(a)) for r, a in ((1 + n * 0.29, n * 0.16 - 1) for n in range(94))]
    pen.line(curl, pen.dark, 4)
    pen.stroke([(84, 66), (89, 66), (92, 62)])


def turtle(pen: Pen) -> None:
    skin = mix(LEAF, COLOURS["yellow"], 0.45)
    pen.curve([(8, 72), (2, 80), (16, 80)], skin)
    for x in (26, 62):
        pen.box(x - 8, 68, x + 9, 88, skin, 5)
    pen.curve([(70, 70), (80, 52), (92, 46), (98, 56), (93, 68), (82, 78)], skin)
    pen.eye(90, 56, 2.8)
    pen.stroke([(91, 64), (95, 63), (97, 60)], INK, 1.6)
    pen.pie(43, 72, 37, 46, 180, 360)
    for points in ([(34, 34), (53, 34), (60, 52), (43, 62), (27, 52)],):
        pen.shape(points, pen.light)
    for a, b in (
        ((27, 52), (14, 54)),
        ((60, 52), (73, 54)),
        ((43, 62), (43, 71)),
        ((34, 34), (30, 31)),
        ((53, 34), (57, 31)),
    ):
        pen.line([a, b])
    pen.box(4, 69, 82, 77, pen.dark, 4)


def ladybird(pen: Pen) -> None:
    for side in (-1, 1):
        for y, lean in ((44, -8), (60, 2), (76, 10)):
            pen.line([(50 + 30 * side, y), (50 + 46 * side, y + lean)], INK, 3.4)
        pen.stroke([(50 + 8 * side, 20), (50 + 14 * side, 8), (50 + 22 * side, 5)], INK, 2.6)
    pen.oval(50, 26, 21, 16, INK)
    for x in (41, 59):
        pen.oval(x, 22, 4.4, fill=WHITE, outline=0)
        pen.oval(x, 21, 2, fill=INK, outline=0)
    pen.oval(50, 60, 37, 34)
    pen.line([(50, 27), (50, 94)], INK, 2.6)
    for x, y, r in ((32, 44, 6), (34, 66, 7), (24, 57, 4.5), (40, 82, 5)):
        pen.oval(x, y, r, fill=INK, outline=0)
        pen.oval(100 - x, y, r, fill=INK, outline=0)


def whale(pen: Pen) -> None:
    for side in (-1, 1):
        pen.stroke([(34, 30), (34 + 5 * side, 16), (34 + 13 * side, 16)], COLOURS["blue"], 4)
    pen.curve([(78, 56), (81, 42), (71, 30), (82, 30), (87, 37), (95, 28), (95, 41), (89, 52), (86, 70)])
    pen.curve(
        [(6, 60), (10, 44), (26, 33), (48, 34), (64, 48), (78, 56), (88, 62), (82, 78), (64, 88), (34, 88), (14, 80)]
    )
    pen.curve([(8, 66), (30, 72), (54, 74), (70, 84), (56, 88), (34, 88), (14, 80)], WHITE, 1.4)
    for n in range(4):
        pen.line([(22 + 9 * n, 74 + n), (22 + 9 * n, 82 + n)], pen.dark, 1.6)
    pen.curve([(46, 70), (62, 70), (62, 84), (54, 82)], pen.dark)
    pen.eye(24, 56, 3.6)


def crab(pen: Pen) -> None:
    for side in (-1, 1):
        for y, far, low in ((62, 44, 74), (70, 40, 86), (76, 32, 94)):
            pen.line([(50 + 24 * side, y), (50 + far * side, (y + low) / 2 - 6), (50 + (far + 3) * side, low)], INK, 6)
            pen.line(
                [(50 + 24 * side, y), (50 + far * side, (y + low) / 2 - 6), (50 + (far + 3) * side, low)], pen.dark, 3
            )
        pen.tube([(50 + 26 * side, 56), (50 + 38 * side, 46), (50 + 36 * side, 34)], pen.dark, 6)
        claw = [(82, 36), (70, 26), (72, 10), (80, 6), (82, 18), (90, 6), (96, 16), (93, 32)]
        pen.curve(claw if side > 0 else mirrored(claw))
        pen.line([(50 + 11 * side, 48), (50 + 12 * side, 34)], INK, 4)
    pen.oval(50, 66, 32, 22)
    for x in (38, 62):
        pen.oval(x, 33, 6.5, fill=WHITE)
        pen.oval(x, 33, 3, fill=INK, outline=0)
    pen.stroke([(38, 74), (50, 79), (62, 74)])


def duck(pen: Pen) -> None:
    pen.curve([(4, 52), (18, 60), (38, 52), (52, 52), (72, 50), (84, 62), (80, 80), (62, 90), (34, 90), (14, 80)])
    pen.curve([(88, 28), (98, 34), (97, 41), (84, 42), (78, 34)], BEAK)
    pen.curve(
        [(52, 54), (50, 34), (54, 16), (68, 8), (82, 14), (88, 28), (84, 42), (78, 52), (80, 64), (66, 66)], outline=0
    )
    pen.stroke([(48, 51), (50, 34), (54, 17), (68, 8), (82, 14), (88, 28), (84, 42), (79, 52)])
    pen.curve([(24, 66), (40, 60), (58, 64), (54, 76), (38, 82), (26, 76)], pen.dark)
    pen.eye(73, 24, 3.6)


def octopus(pen: Pen) -> None:
    for x, tip in ((25, 12), (34, 27), (45, 42), (55, 58), (66, 73), (75, 88)):
        side = -1 if x < 50 else 1
        leg = [(x, 54), (x + (tip - x) * 0.4, 74), (tip + (x - tip) * 0.3, 90), (tip, 86 if abs(tip - 50) > 30 else 91)]
        pen.stroke(leg, INK, 12)
        pen.stroke(leg, mix(pen.colour, INK, 0.1 if side > 0 else 0.04), 8.4)
    pen.curve([(50, 5), (72, 12), (82, 34), (78, 56), (66, 66), (50, 68), (34, 66), (22, 56), (18, 34), (28, 12)])
    for x in (38, 62):
        pen.oval(x, 38, 7.5, 9, WHITE, 1.6)
        pen.eye(x, 40, 4)
    pen.stroke([(40, 54), (50, 59), (60, 54)])


def elephant(pen: Pen) -> None:
    ear = [(32, 24), (14, 14), (2, 30), (5, 54), (18, 64), (34, 56)]
    for points in (ear, mirrored(ear)):
        pen.curve(points, mix(pen.colour, PINK, 0.35))
    pen.curve([(50, 8), (70, 16), (76, 38), (70, 58), (50, 64), (30, 58), (24, 38), (30, 16)])
    for side in (-1, 1):
        pen.curve(
            [
                (50 + 10 * side, 60),
                (50 + 18 * side, 58),
                (50 + 22 * side, 74),
                (50 + 28 * side, 82),
                (50 + 16 * side, 78),
            ],
            CREAM,
            1.6,
        )
    pen.curve([(40, 46), (50, 42), (60, 46), (60, 66), (62, 80), (74, 84), (72, 94), (58, 95), (47, 88), (41, 70)])
    for y in (60, 69, 78):
        pen.stroke([(43, y), (50, y + 3), (57, y)], pen.dark, 1.8)
    for x in (35, 65):
        pen.eye(x, 36, 3.6)


def frog(pen: Pen) -> None:
    for side in (-1, 1):
        pen.oval(50 + 30 * side, 74, 17, 15)
        pen.curve([(50 + 16 * side, 88), (50 + 30 * side, 84), (50 + 46 * side, 92), (50 + 28 * side, 95)], pen.dark)
    pen.oval(50, 66, 32, 26)
    pen.oval(50, 76, 20, 15, mix(pen.colour, CREAM, 0.7), 0)
    for x in (28, 72):
        pen.oval(x, 24, 14)
    pen.oval(50, 44, 42, 24)
    for x in (28, 72):
        pen.oval(x, 24, 13, outline=0)
        pen.oval(x, 22, 9, fill=WHITE, outline=1.6)
        pen.oval(x, 22, 5, fill=INK, outline=0)
    pen.stroke([(20, 46), (34, 57), (50, 60), (66, 57), (80, 46)], INK, 2.6)
    for x in (46, 54):
        pen.oval(x, 40, 1.5, fill=INK, outline=0)
