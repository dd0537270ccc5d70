"""Things. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

import math

from .pen import COLOURS, CREAM, GLASS, GOLD, INK, SHADE, STONE, WHITE, WOOD, Pen, arc_points, mirrored, mix, turned


def umbrella(pen: Pen) -> None:
    pen.tube([(50, 50), (50, 84), *arc_points(58, 84, 8, 8, 180, 0, steps=12)], WOOD, 3.4)
    scallops = [p for x in (83, 61, 39, 17) for p in arc_points(x, 54, 11, 7, 0, -180, steps=12)]
    pen.shape([*arc_points(50, 54, 44, 44, 180, 360), *scallops])
    for x in (28, 72):
        pen.stroke([(50, 10), ((x + 50) / 2 + (x - 50) * 0.22, 26), (x, 53)])
    pen.line([(50, 10), (50, 53)])
    pen.line([(50, 10), (50, 4)], INK, 4)


def key(pen: Pen) -> None:
    pen.shape([(42, 44), (94, 44), (94, 68), (84, 68), (84, 56), (76, 56), (76, 64), (67, 64), (67, 56), (42, 56)])
    pen.oval(27, 50, 23)
    pen.hole(21, 50, 8)


def clock(pen: Pen) -> None:
    pen.oval(50, 50, 44)
    pen.oval(50, 50, 35, fill=WHITE)
    for n in range(12):
        a = math.radians(30 * n)
        inner = 27 if n % 3 == 0 else 30
        pen.line([(50 + r * math.cos(a), 50 + r * math.sin(a)) for r in (inner, 32)], INK, 2.6 if n % 3 == 0 else 1.6)
    pen.line([(50, 50), (50, 26)], INK, 3)
    pen.line([(50, 50), (65, 59)], INK, 4)
    pen.oval(50, 50, 3.4, fill=pen.colour)


def lamp(pen: Pen) -> None:
    pen.tube([(50, 50), (50, 86)], STONE, 4)
    pen.pie(50, 94, 24, 12, 180, 360, SHADE)
    pen.shape([(34, 8), (66, 8), (86, 52), (14, 52)])
    pen.line([(66, 54), (66, 68)], INK, 1.6)
    pen.oval(66, 70, 2.6, fill=GOLD)
    pen.line([(17, 46), (83, 46)], pen.light, 3)


def cup(pen: Pen) -> None:
    for x in (32, 48, 64):
        pen.stroke([(x, 30), (x - 4, 23), (x + 4, 16), (x, 8)], STONE, 3)
    pen.arc(76, 60, 15, 14, -100, 110, INK, 8.6)
    pen.arc(76, 60, 15, 14, -100, 110, pen.colour, 4.6)
    pen.curve([(16, 42), (48, 40), (80, 42), (78, 66), (68, 84), (48, 88), (28, 84), (18, 66)])
    pen.oval(48, 43, 32, 7, WOOD)
    pen.oval(48, 92, 40, 5, pen.light)


def bottle(pen: Pen) -> None:
    pen.curve(
        [(43, 14), (57, 14), (57, 34), (68, 46), (70, 70), (69, 94), (50, 96), (31, 94), (30, 70), (32, 46), (43, 34)]
    )
    pen.box(41, 4, 59, 16, WOOD, 2)
    pen.box(31, 56, 69, 80, CREAM)
    pen.line([(38, 64), (62, 64)], SHADE, 2)
    pen.line([(38, 71), (54, 71)], SHADE, 2)
    pen.line([(38, 46), (38, 51)], WHITE, 3)


def book(pen: Pen) -> None:
    """Closed, standing."""
    pen.box(18, 8, 84, 94, pen.dark, 4)
    pen.box(22, 82, 84, 91, WHITE, 1)
    for y in (85, 88):
        pen.line([(24, y), (82, y)], STONE, 1)
    pen.box(18, 6, 84, 83, round_by=4)
    pen.box(18, 6, 30, 83, pen.dark, 4)
    pen.box(40, 20, 74, 42, CREAM, 2)
    pen.line([(46, 28), (68, 28)], SHADE, 2.4)
    pen.line([(46, 35), (60, 35)], SHADE, 2.4)


def envelope(pen: Pen) -> None:
    pen.box(6, 22, 94, 80, round_by=3)
    pen.line([(8, 78), (40, 50)])
    pen.line([(92, 78), (60, 50)])
    pen.shape([(7, 23), (93, 23), (50, 58)], pen.dark if pen.light == pen.colour else mix(pen.colour, WHITE, 0.2))
    pen.oval(50, 55, 8, fill=COLOURS["red"] if pen.colour != COLOURS["red"] else GOLD)


def hammer(pen: Pen) -> None:
    handle = [(44, 30), (56, 30), (58, 92), (50, 96), (42, 92)]
    head = [(16, 14), (68, 14), (80, 19), (86, 30), (68, 30), (64, 34), (26, 34), (16, 36)]
    pen.shape(turned(handle, 50, 50, 30))
    pen.shape(turned(head, 50, 50, 30), STONE)


def guitar(pen: Pen) -> None:
    def lean(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return turned([(48 + 0.88 * (x - 50), 46 + 0.88 * (y - 50)) for x, y in points], 50, 50, 35)

    pen.shape(lean([(43, -4), (57, -4), (55, 14), (45, 14)]), SHADE)
    half = [(50, 50), (63, 52), (66, 62), (62, 69), (70, 78), (72, 92), (62, 103), (50, 105)]
    pen.curve(lean([*half, *mirrored(half[1:-1])[::-1]]))
    pen.shape(lean([(46, 10), (54, 10), (54, 66), (46, 66)]), WOOD)
    (x, y), (bx, by), (cx, cy) = lean([(50, 72), (42, 92), (58, 92)])
    pen.oval(x, y, 7.5, fill=INK)
    pen.line([(bx, by), (cx, cy)], INK, 4)
    for n in (47.8, 50, 52.2):
        pen.line(lean([(n, 4), (n, 92)]), WHITE, 0.8)


def drum(pen: Pen) -> None:
    pen.shape([(12, 46), (88, 46), (88, 80), *arc_points(50, 80, 38, 13, 0, 180), (12, 80)])
    zigzag = [(12, 52), (24, 86), (37, 58), (50, 93), (63, 58), (76, 86), (88, 52)]
    pen.line(zigzag, WHITE, 2.6)
    pen.oval(50, 46, 38, 13, CREAM)
    for tip, end in (((38, 44), (14, 12)), ((62, 44), (86, 12))):
        pen.tube([tip, end], WOOD, 3)
        pen.oval(*tip, 4.4, fill=WOOD)


def bell(pen: Pen) -> None:
    pen.oval(50, 86, 9, fill=pen.dark)
    pen.oval(50, 12, 7, fill=pen.dark)
    half = [(50, 14), (64, 20), (73, 38), (76, 62), (90, 78), (88, 84), (50, 85)]
    pen.curve([*half, *mirrored(half[1:-1])[::-1]])
    pen.stroke([(26, 70), (50, 73), (74, 70)], pen.dark, 2.6)
    pen.stroke([(36, 58), (37, 42), (42, 32)], WHITE, 4)


def chair(pen: Pen) -> None:
    for x in (32, 72):
        pen.tube([(x, 58), (x, 84)], pen.dark, 5)
    pen.tube([(24, 8), (24, 94)], pen.colour, 6)
    pen.tube([(64, 8), (64, 94)], pen.colour, 6)
    for y in (14, 27, 40):
        pen.box(22, y, 66, y + 8, round_by=2)
    pen.shape([(20, 56), (64, 56), (84, 66), (84, 73), (20, 73)], pen.light)
    pen.tube([(82, 73), (82, 92)], pen.colour, 6)


def top_hat(pen: Pen) -> None:
    pen.oval(50, 78, 45, 12)
    pen.shape([(24, 14), (76, 14), (71, 78), *arc_points(50, 77, 21, 6, 0, 180), (29, 78)])
    band = COLOURS["red"] if pen.colour != COLOURS["red"] else INK
    pen.shape(
        [
            (28, 58),
            *arc_points(50, 58, 22, 6, 180, 0),
            (72, 58),
            (71, 72),
            *arc_points(50, 72, 21, 6, 0, 180),
            (29, 72),
        ],
        band,
    )
    pen.oval(50, 14, 26, 7, pen.light)


def camera(pen: Pen) -> None:
    pen.shape([(36, 26), (42, 14), (62, 14), (68, 26)], pen.dark)
    pen.box(14, 19, 28, 28, STONE, 2)
    pen.box(5, 25, 95, 84, round_by=7)
    pen.box(5, 40, 95, 68, STONE)
    pen.oval(52, 54, 24, fill=WHITE)
    pen.oval(52, 54, 18, fill=INK)
    pen.oval(52, 54, 11, fill=COLOURS["blue"], outline=0)
    pen.oval(47, 49, 4, fill=WHITE, outline=0)
    pen.box(78, 30, 90, 37, GLASS, 1)


def kite(pen: Pen) -> None:
    pen.stroke([(44, 70), (52, 78), (40, 86), (50, 96)], INK, 2)
    for x, y in ((50, 78), (43, 87)):
        pen.shape([(x, y), (x - 8, y - 5), (x - 8, y + 5)], GOLD, 1.4)
        pen.shape([(x, y), (x + 8, y - 5), (x + 8, y + 5)], GOLD, 1.4)
    pen.shape([(60, 4), (90, 32), (44, 70), (26, 22)])
    pen.shape([(60, 4), (90, 32), (56.5, 25)], pen.light)
    pen.shape([(56.5, 25), (44, 70), (26, 22)], pen.light)
    pen.line([(60, 4), (44, 70)])
    pen.line([(26, 22), (90, 32)])


def gift(pen: Pen) -> None:
    ribbon = WHITE if pen.colour == COLOURS["yellow"] else GOLD
    for side in (-1, 1):
        pen.curve(
            [(50, 30), (50 + 10 * side, 10), (50 + 26 * side, 8), (50 + 28 * side, 22), (50 + 14 * side, 30)], ribbon
        )
    pen.box(12, 46, 88, 94)
    pen.box(42, 46, 58, 94, ribbon)
    pen.box(6, 30, 94, 47, pen.light, 2)
    pen.box(42, 30, 58, 47, ribbon)


def crown(pen: Pen) -> None:
    pen.shape([(10, 74), (6, 28), (30, 52), (50, 16), (70, 52), (94, 28), (90, 74)])
    pen.box(10, 72, 90, 88, pen.dark, 2)
    jewels = [c for c in ("red", "blue", "green", "purple") if COLOURS[c] != pen.colour]
    for n, x in enumerate((26, 50, 74)):
        pen.oval(x, 80, 4.6, fill=COLOURS[jewels[n]])
    for x, y in ((7, 26), (50, 14), (93, 26)):
        pen.oval(x, y, 5, fill=WHITE)


def light_bulb(pen: Pen) -> None:
    pen.curve([(50, 14), (72, 22), (78, 44), (66, 62), (62, 74), (38, 74), (34, 62), (22, 44), (28, 22)])
    pen.stroke([(43, 72), (40, 50), (46, 45), (50, 52), (54, 45), (60, 50), (57, 72)], INK, 2)
    for y in (74, 82):
        pen.box(38, y, 62, y + 8, STONE, 2)
    pen.pie(50, 90, 9, 7, 0, 180, SHADE)
    for n in range(7):
        a = math.radians(-180 + 30 * n)
        pen.line([(50 + r * math.cos(a), 42 + r * math.sin(a)) for r in (33, 40)], GOLD, 3)


def candle(pen: Pen) -> None:
    pen.curve([(50, 4), (60, 20), (58, 30), (50, 34), (42, 30), (40, 20)], COLOURS["orange"])
    pen.curve([(50, 14), (55, 24), (50, 31), (45, 24)], COLOURS["yellow"], 0)
    pen.line([(50, 30), (50, 42)], INK, 3)
    pen.box(37, 40, 63, 86, round_by=3)
    pen.curve([(38, 42), (62, 42), (61, 52), (56, 48), (53, 60), (48, 50), (43, 54)], pen.light, 0)
    pen.oval(50, 88, 34, 7, GOLD)
    pen.arc(86, 86, 8, 8, -150, 150, GOLD, 4)


def anchor(pen: Pen) -> None:
    for ink, width in ((INK, 11.0), (pen.colour, 7.0)):
        pen.arc(50, 15, 8, 8, 0, 360, ink, width - 3)
        pen.line([(50, 25), (50, 88)], ink, width)
        pen.line([(32, 36), (68, 36)], ink, width)
        pen.arc(50, 52, 36, 36, 18, 162, ink, width)
    for points in ([(6, 70), (14, 50), (27, 66)], mirrored([(6, 70), (14, 50), (27, 66)])):
        pen.shape(points)


def padlock(pen: Pen) -> None:
    bow = [(30, 50), *arc_points(50, 30, 20, 20, 180, 360), (70, 50)]
    pen.line(bow, INK, 13)
    pen.line(bow, STONE, 8.6)
    pen.box(16, 44, 84, 92, round_by=7)
    pen.oval(50, 63, 7, fill=INK)
    pen.shape([(47, 64), (53, 64), (56, 80), (44, 80)], INK)


def pencil(pen: Pen) -> None:
    def lean(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return turned(points, 50, 50, 45)

    pen.shape(lean([(40, -2), (60, -2), (60, 8), (40, 8)]), COLOURS["pink"])
    pen.shape(lean([(40, 8), (60, 8), (60, 15), (40, 15)]), STONE)
    pen.shape(lean([(40, 15), (60, 15), (60, 76), (40, 76)]))
    pen.shape(lean([(47, 15), (53, 15), (53, 76), (47, 76)]), pen.light, 0)
    pen.shape(lean([(40, 76), (60, 76), (50, 104)]), CREAM)
    pen.shape(lean([(46.4, 94), (53.6, 94), (50, 104)]), INK)


def flag(pen: Pen) -> None:
    pen.curve(
        [(22, 12), (40, 7), (60, 14), (76, 15), (94, 10), (90, 34), (94, 58), (76, 63), (60, 60), (40, 53), (22, 58)]
    )
    pen.shape(arc_points(56, 36, 13, 13, 0, 360), WHITE, 0)
    pen.tube([(18, 8), (18, 95)], WOOD, 4)
    pen.oval(18, 7, 4.4, fill=GOLD)


def ladder(pen: Pen) -> None:
    for n in range(6):
        y = 14 + 14.4 * n
        pen.tube([(34 - 1.4 * n, y), (66 + 1.4 * n, y)], pen.light, 4)
    for side in (-1, 1):
        pen.tube([(50 + 17 * side, 5), (50 + 26 * side, 95)], pen.colour, 5)
