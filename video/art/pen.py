"""A pen for flat drawings with a dark outline, on a square of 100 × 100 units with its origin at the top left."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Point = tuple[float, float]
RGB = tuple[int, int, int]

COLOURS: dict[str, RGB] = {
    "red": (217, 48, 42),
    "orange": (244, 137, 30),
    "yellow": (250, 208, 46),
    "green": (64, 160, 70),
    "blue": (45, 110, 205),
    "purple": (132, 66, 168),
    "pink": (246, 150, 180),
    "brown": (140, 90, 52),
    "grey": (150, 156, 164),
    "black": (62, 62, 68),
    "white": (248, 248, 246),
}
INK: RGB = (38, 34, 40)
"""Outlines, eyes."""
WOOD, LEAF, STONE, GLASS, GOLD, SKY, CREAM, SHADE = (
    (150, 98, 56),
    (70, 150, 66),
    (176, 176, 180),
    (190, 224, 240),
    (240, 190, 60),
    (150, 205, 240),
    (252, 240, 214),
    (96, 100, 108),
)
WHITE: RGB = (255, 255, 255)
OUTLINE = 2.2
"""Units."""
HALO = 1.6
"""Units of white around the whole drawing, so that it stands out from any frame."""
EDGE = 0.03
"""Share of the picture's side that is left free around the square, for outlines and the halo."""
CANVAS = 800
"""Pixels that are drawn each way for a small drawing; a large one has twice its own."""


class Pen:
    """Draws on a square picture of *size* pixels. *colour* is the one that the drawing's name gives."""

    def __init__(self, size: int, colour: RGB) -> None:
        self.size, self.colour = size, colour
        self.dark, self.light = mix(colour, INK, 0.28), mix(colour, WHITE, 0.45)
        finer = max(2, min(6, CANVAS // size))
        self.unit = size * finer * (1 - 2 * EDGE) / 100
        self.edge = size * finer * EDGE
        self.image = Image.new("RGBA", (size * finer, size * finer), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def shape(self, points: Sequence[Point], fill: RGB | None = None, outline: float = OUTLINE) -> None:
        """A polygon, filled (with ``colour`` unless told otherwise), with rounded corners to its outline."""
        at = self._at(points)
        self._draw.polygon(at, fill or self.colour)
        if outline:
            self.line([*points, points[0]], INK, outline)

    def line(self, points: Sequence[Point], colour: RGB = INK, width: float = OUTLINE) -> None:
        """A line with round joints and ends."""
        at = self._at(points)
        radius = width * self.unit / 2
        self._draw.line(at, colour, max(1, round(2 * radius)), joint="curve")
        for x, y in at:
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float = 0,
        fill: RGB | None = None,
        outline: float = OUTLINE,
        turn: float = 0,
    ) -> None:
        """An ellipse about (x, y), turned clockwise by *turn* degrees; *ry* 0 means a circle."""
        self.shape(arc_points(x, y, rx, ry or rx, 0, 360, turn), fill, outline)

    def pie(self, x: float, y: float, rx: float, ry: float, begin: float, end: float, fill: RGB | None = None) -> None:
        """The part of an ellipse between two angles (degrees clockwise from the right) with a straight edge."""
        self.shape(arc_points(x, y, rx, ry, begin, end), fill)

    def arc(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        begin: float,
        end: float,
        colour: RGB = INK,
        width: float = OUTLINE,
    ) -> None:
        """A piece of an ellipse's line."""
        self.line(arc_points(x, y, rx, ry, begin, end), colour, width)

    def tube(self, points: Sequence[Point], colour: RGB | None = None, width: float = 6) -> None:
        """A thick line with an outline."""
        self.line(points, INK, width + 2 * OUTLINE * 0.8)
        self.line(points, colour or self.colour, width)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: RGB | None = None,
        round_by: float = 0,
        outline: float = OUTLINE,
    ) -> None:
        """A rectangle, its corners rounded by a radius."""
        r = max(round_by, 0.01)
        corners = (
            (right - r, top + r, -90),
            (right - r, bottom - r, 0),
            (left + r, bottom - r, 90),
            (left + r, top + r, 180),
        )
        self.shape([p for x, y, a in corners for p in arc_points(x, y, r, r, a, a + 90, steps=8)], fill, outline)

    def curve(self, points: Sequence[Point], fill: RGB | None = None, outline: float = OUTLINE) -> None:
        """A closed, smooth shape through *points*."""
        self.shape(smooth(points, closed=True), fill, outline)

    def stroke(self, points: Sequence[Point], colour: RGB = INK, width: float = OUTLINE) -> None:
        """An open, smooth line through *points*."""
        self.line(smooth(points, closed=False), colour, width)

    def hole(self, x: float, y: float, r: float) -> None:
        """A round hole through everything, with an outline."""
        self._draw.polygon(self._at(arc_points(x, y, r, r, 0, 360)), (0, 0, 0, 0))
        self.arc(x, y, r, r, 0, 360)

    def eye(self, x: float, y: float, r: float = 3.0) -> None:
        self.oval(x, y, r, fill=INK, outline=0)
        self.oval(x + r * 0.3, y - r * 0.35, r * 0.35, fill=WHITE, outline=0)

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(self.edge + x * self.unit, self.edge + y * self.unit) for x, y in points]

    def finished(self) -> NDArray[np.uint8]:
        """The drawing (size, size, 4) with its halo."""
        small = np.array(
            self.image.convert("RGBa").resize((self.size, self.size), Image.Resampling.BOX).convert("RGBA")
        )
        return with_halo(small, HALO * self.size / 100)


def with_halo(patch: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """*patch* on a white copy of its silhouette that is larger by *radius* pixels."""
    r = max(1, math.ceil(radius))
    y, x = np.mgrid[-r : r + 1, -r : r + 1]
    around = cv2.dilate(patch[..., 3], (np.hypot(x, y) <= radius + 0.3).astype(np.uint8)).astype(np.float32)
    alpha = patch[..., 3:].astype(np.float32) / 255
    result = np.empty_like(patch)
    result[..., :3] = np.rint(patch[..., :3] * alpha + 255 * (1 - alpha))
    result[..., 3] = np.maximum(around, patch[..., 3])
    return result


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """*one*, with so much of *other* in it (0..1)."""
    r, g, b = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return r, g, b


def arc_points(
    x: float, y: float, rx: float, ry: float, begin: float, end: float, turn: float = 0, steps: int = 120
) -> list[Point]:
    """Points of an ellipse about (x, y) from angle *begin* to *end*, degrees clockwise from the right."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    found = []
    for n in range(steps + 1):
        angle = math.radians(begin + (end - begin) * n / steps)
        a, b = rx * math.cos(angle), ry * math.sin(angle)
        found.append((x + a * cos - b * sin, y + a * sin + b * cos))
    return found


def smooth(points: Sequence[Point], closed: bool, steps: int = 12) -> list[Point]:
    """Points of a Catmull-Rom curve through *points*."""
    n = len(points)
    found: list[Point] = []
    for i in range(n if closed else n - 1):
        near = [points[(i + k) % n] if closed else points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2)]
        for step in range(steps):
            t = step / steps
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
            x, y = (sum(w * p[axis] for w, p in zip(weights, near, strict=True)) / 2 for axis in (0, 1))
            found.append((x, y))
    return found if closed else [*found, points[-1]]


def star_points(x: float, y: float, outer: float, inner: float, tips: int, begin: float = -90) -> list[Point]:
    """Corners of a star; *begin*: the angle of its first tip."""
    angles = [math.radians(begin + 180 * n / tips) for n in range(2 * tips)]
    return [
        (x + (inner if n % 2 else outer) * math.cos(a), y + (inner if n % 2 else outer) * math.sin(a))
        for n, a in enumerate(angles)
    ]


def turned(points: Sequence[Point], x: float, y: float, degrees: float) -> list[Point]:
    """*points*, turned clockwise about (x, y)."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(x + (a - x) * cos - (b - y) * sin, y + (a - x) * sin + (b - y) * cos) for a, b in points]


def mirrored(points: Sequence[Point], x: float = 50) -> list[Point]:
    """*points*, left and right changed about *x*."""
    return [(2 * x - a, b) for a, b in points]
