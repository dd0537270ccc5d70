"""Plain shapes. Each function draws one class of ``pictures`` with a pen (units: a square of 100 × 100)."""

from __future__ import annotations

from .pen import INK, Pen, arc_points, star_points, turned

BOLD = 3.0


def circle(pen: Pen) -> None:
    pen.oval(50, 50, 42, outline=BOLD)


def square(pen: Pen) -> None:
    pen.box(12, 12, 88, 88, outline=BOLD)


def triangle(pen: Pen) -> None:
    pen.shape([(50, 10), (92, 86), (8, 86)], outline=BOLD)


def star(pen: Pen) -> None:
    pen.shape(star_points(50, 54, 46, 19, 5), outline=BOLD)


def heart(pen: Pen) -> None:
    left = [*arc_points(29, 33, 21, 21, 160, 360)]
    right = [*arc_points(71, 33, 21, 21, 180, 380)]
    pen.shape([*left, *right, (83, 54), (50, 90), (17, 54)], outline=BOLD)


def lightning_bolt(pen: Pen) -> None:
    pen.shape([(42, 5), (76, 5), (60, 37), (82, 37), (30, 95), (45, 54), (22, 54)], outline=BOLD)


def diamond(pen: Pen) -> None:
    pen.shape([(50, 6), (82, 50), (50, 94), (18, 50)], outline=BOLD)


def cross(pen: Pen) -> None:
    arm = [
        (36, 8),
        (64, 8),
        (64, 36),
        (92, 36),
        (92, 64),
        (64, 64),
        (64, 92),
        (36, 92),
        (36, 64),
        (8, 64),
        (8, 36),
        (36, 36),
    ]
    pen.shape(arm, outline=BOLD)


def crescent(pen: Pen) -> None:
    outer = arc_points(46, 50, 42, 42, 48, 312)
    inner = arc_points(64, 50, 33, 33, 290, 70)
    pen.shape(turned([*outer, *inner], 50, 50, -20), outline=BOLD)


def ring(pen: Pen) -> None:
    pen.arc(50, 50, 32, 32, 0, 360, INK, 20 + 2 * BOLD)
    pen.arc(50, 50, 32, 32, 0, 360, pen.colour, 20)


def arrow(pen: Pen) -> None:
    pen.shape([(8, 36), (52, 36), (52, 14), (94, 50), (52, 86), (52, 64), (8, 64)], outline=BOLD)
