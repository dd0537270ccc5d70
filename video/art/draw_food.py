"""Food. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

import math

from .pen import COLOURS, CREAM, LEAF, WHITE, WOOD, Pen, mix, turned


def carrot(pen: Pen) -> None:
    for lean in (-30, 0, 30):
        pen.curve(turned([(50, 28), (44, 16), (50, 2), (56, 16)], 50, 30, lean), LEAF)
    pen.curve([(36, 28), (50, 24), (64, 28), (66, 40), (58, 70), (50, 96), (42, 70), (34, 40)])
    for left, right, y in ((36, 46, 42), (54, 62, 52), (42, 50, 62), (50, 56, 74)):
        pen.line([(left, y), (right, y)], pen.dark, 2)


def mushroom(pen: Pen) -> None:
    pen.curve([(38, 50), (62, 50), (62, 74), (66, 90), (50, 94), (34, 90), (38, 74)], CREAM)
    pen.curve([(8, 52), (14, 28), (34, 12), (50, 10), (66, 12), (86, 28), (92, 52), (74, 58), (50, 60), (26, 58)])
    spot = WHITE if min(pen.colour) < 200 else COLOURS["brown"]
    for x, y, r in ((34, 30, 7), (58, 24, 6), (70, 42, 6.5), (46, 46, 5.5), (22, 46, 4.5)):
        pen.oval(x, y, r, r * 0.85, spot, 0)


def pumpkin(pen: Pen) -> None:
    pen.stroke([(50, 34), (50, 20), (60, 10)], LEAF, 8)
    for x, rx in ((22, 16), (78, 16), (34, 18), (66, 18), (50, 16)):
        pen.oval(x, 60, rx, 30)
    pen.stroke([(50, 20), (66, 14), (74, 22), (82, 16)], LEAF, 3)


def ice_cream(pen: Pen) -> None:
    pen.shape([(30, 48), (70, 48), (50, 97)], COLOURS["orange"])
    cone = COLOURS["brown"]
    for a, b in (((38, 50), (58, 77)), ((50, 50), (63, 66)), ((62, 50), (42, 77)), ((50, 50), (37, 66))):
        pen.line([a, b], cone, 1.6)
    pen.curve(
        [
            (26, 50),
            (24, 34),
            (32, 16),
            (50, 8),
            (68, 16),
            (76, 34),
            (74, 50),
            (66, 54),
            (58, 49),
            (50, 56),
            (42, 49),
            (34, 54),
        ]
    )
    pen.oval(50, 10, 6, fill=COLOURS["red"])
    pen.stroke([(34, 36), (36, 27), (42, 21)], WHITE, 3.5)


def cake(pen: Pen) -> None:
    pen.box(12, 52, 88, 88, mix(COLOURS["brown"], WHITE, 0.35), 4)
    pen.curve(
        [
            (10, 48),
            (14, 42),
            (86, 42),
            (90, 48),
            (88, 60),
            (80, 66),
            (72, 58),
            (62, 66),
            (50, 58),
            (38, 66),
            (28, 58),
            (20, 66),
            (12, 60),
        ]
    )
    for x, colour in ((30, "blue"), (50, "yellow"), (70, "green")):
        pen.box(x - 3, 24, x + 3, 44, COLOURS[colour])
        pen.curve([(x, 8), (x + 4, 17), (x, 22), (x - 4, 17)], COLOURS["orange"], 1.2)
    pen.box(5, 88, 95, 94, COLOURS["grey"], 2)


def doughnut(pen: Pen) -> None:
    pen.oval(50, 50, 43, 43, mix(WOOD, COLOURS["orange"], 0.55))
    wavy = [
        (50 + (37 + 2.6 * math.sin(9 * a)) * math.cos(a), 50 + (37 + 2.6 * math.sin(9 * a)) * math.sin(a))
        for a in (math.tau * n / 90 for n in range(90))
    ]
    pen.shape(wavy, outline=1.2)
    pen.oval(50, 50, 15, fill=mix(WOOD, COLOURS["orange"], 0.55), outline=1.2)
    pen.hole(50, 50, 11)
    for n in range(14):
        a = n * 2.4
        r = 20 + 13 * (n % 3) / 2
        x, y, lean = 50 + r * math.cos(a), 50 + r * math.sin(a), a * 1.7
        colour = COLOURS[("yellow", "green", "red", "blue")[n % 4]]
        pen.line([(x, y), (x + 4 * math.cos(lean), y + 4 * math.sin(lean))], colour, 2.4)


def lollipop(pen: Pen) -> None:
    pen.box(47, 56, 53, 98, WHITE, 2)
    pen.oval(50, 36, 32)
    curl = [(50 + r * math.cos(a), 36 + r * math.sin(a)) for r, a in ((1 + n * 0.31, n * 0.17) for n in range(92))]
    pen.line(curl, WHITE, 5)
    pen.arc(50, 36, 32, 32, 0, 360)
