"""Plants, weather and sky. Each function draws one class of ``pictures`` with a pen (units: 100 × 100)."""

from __future__ import annotations

import math

from .pen import COLOURS, INK, LEAF, WHITE, WOOD, Pen, mirrored, star_points, turned


def oak_tree(pen: Pen) -> None:
    pen.shape([(42, 58), (58, 58), (60, 94), (40, 94)], WOOD)
    blobs = [(30, 44, 20), (70, 44, 20), (38, 26, 19), (62, 26, 19), (50, 54, 18)]
    for x, y, r in blobs:
        pen.oval(x, y, r + 1.2, fill=INK, outline=0)
    for x, y, r in blobs:
        pen.oval(x, y, r - 1, outline=0)
    for x, y in ((36, 24), (62, 34), (30, 46), (52, 54)):
        pen.arc(x, y, 7, 7, 190, 290, pen.light, 2.6)


def palm_tree(pen: Pen) -> None:
    trunk = [(46, 36), (54, 36), (54, 60), (62, 94), (46, 95), (48, 70)]
    pen.shape(trunk, WOOD)
    for y in (48, 60, 72, 83):
        pen.line([(48, y), (57, y - 2)], INK, 1.6)
    for lean in (-105, -60, 105, 60, -18, 18):
        frond = [(50, 38), (43, 24), (45, 10), (50, 3), (55, 12), (57, 24)]
        pen.curve(turned(frond, 50, 38, lean))
        pen.line(turned([(50, 34), (50, 10)], 50, 38, lean), pen.dark, 1.4)
    for x, y in ((45, 40), (55, 41), (50, 36)):
        pen.oval(x, y, 5, fill=COLOURS["brown"])


def flower(pen: Pen) -> None:
    pen.tube([(50, 50), (50, 94)], LEAF, 4)
    leaf = [(52, 84), (62, 68), (80, 66), (74, 80), (62, 86)]
    for points in (leaf, mirrored(leaf)):
        pen.curve(points, LEAF)
    for n in range(6):
        a = math.radians(60 * n)
        pen.oval(50 + 19 * math.cos(a), 36 + 19 * math.sin(a), 14, 10, turn=60 * n)
    pen.oval(50, 36, 11, fill=COLOURS["yellow"] if pen.colour != COLOURS["yellow"] else COLOURS["brown"])


def sun(pen: Pen) -> None:
    pen.shape(star_points(50, 50, 47, 31, 14), pen.dark)
    pen.oval(50, 50, 28)
    for x in (40, 60):
        pen.eye(x, 45, 3.4)
    pen.stroke([(37, 57), (44, 63), (50, 65), (56, 63), (63, 57)], INK, 2.6)


def cloud(pen: Pen) -> None:
    blobs = [(26, 60, 19), (44, 44, 22), (66, 46, 19), (78, 62, 16), (52, 62, 20)]
    for x, y, r in blobs:
        pen.oval(x, y, r + 1.2, fill=INK, outline=0)
    pen.box(26, 62, 78, 80, round_by=8)
    for x, y, r in blobs:
        pen.oval(x, y, r - 1.2, outline=0)
    pen.box(27, 60, 77, 78.8, round_by=6, outline=0)
    pen.arc(44, 46, 14, 14, 190, 280, WHITE if pen.light != pen.colour else pen.dark, 3)


def cactus(pen: Pen) -> None:
    for points in ([(50, 62), (28, 62), (24, 56), (24, 36)], [(50, 50), (72, 50), (76, 44), (76, 26)]):
        pen.stroke(points, INK, 17)
        pen.stroke(points, pen.colour, 13)
    pen.box(38, 6, 62, 80, round_by=12)
    for x in (45, 50, 55):
        pen.line([(x, 16), (x, 74)], pen.dark, 1.4)
    pen.shape([(28, 74), (72, 74), (66, 96), (34, 96)], COLOURS["orange"])
    pen.box(25, 70, 75, 79, COLOURS["orange"], 1)
    pen.shape(star_points(50, 8, 7, 3.5, 6), COLOURS["pink"], 1.4)


def snowflake(pen: Pen) -> None:
    branches = []
    for n in range(6):
        branches.append(turned([(50, 50), (50, 7)], 50, 50, 60 * n))
        for y, far in ((32, 10), (20, 11)):
            branches.append(turned([(50 - far, y - far), (50, y), (50 + far, y - far)], 50, 50, 60 * n))
    for branch in branches:
        pen.line(branch, INK, 7.4)
    for branch in branches:
        pen.line(branch, pen.colour, 3.6)


def leaf(pen: Pen) -> None:
    pen.stroke([(50, 70), (48, 86), (42, 97)], WOOD, 4.5)
    half = [
        (50, 4),
        (57, 18),
        (66, 14),
        (65, 30),
        (82, 24),
        (80, 36),
        (95, 44),
        (80, 54),
        (82, 62),
        (64, 62),
        (62, 70),
        (50, 68),
    ]
    pen.shape([*half, *mirrored(half)[::-1]])
    for points in (
        [(50, 68), (50, 20)],
        [(50, 60), (76, 40)],
        [(50, 60), (24, 40)],
        [(50, 42), (60, 28)],
        [(50, 42), (40, 28)],
    ):
        pen.line(points, pen.dark, 1.8)
