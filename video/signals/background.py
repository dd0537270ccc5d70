"""Does the background bear out what the camera is said to do? Where it is soft or plain, points do not tell."""

from __future__ import annotations

from collections import deque
from typing import Any

import cv2
import numpy as np

EDGE = 0.6
"""What is farther than this share of the half width or height from the centre is of the background, if anything is."""
STEPS = 3
"""Motions over which the picture is compared: together some half a second, in which a slow thing comes far enough."""
AREA = 4
"""Side of the areas whose means are compared, pixels: noise and a shift of a part of a pixel are not seen in them."""
FAINT, LEFT = 1.0, 0.5
"""An area bears a motion out when it differs by at most this many grey levels, and this share of what it differs by
when nothing is moved, from the area that the motion puts there; an area that does neither by more than the first tells
nothing of a motion …"""
RESTS = 1.0
"""… of more than this many pixels."""
KNOWN, SIDES = 0.2, 2
"""Least share of the areas near an edge that must tell something, and the number of edges that must, and count."""


def near_edges(x: Any, y: Any) -> list[Any]:
    """Which of the places *x*, *y* (-1..1 across the picture) are near its left, right, top and bottom edge."""
    return [x < -EDGE, x > EDGE, y < -EDGE, y > EDGE]


class Background:
    """Lays the picture of some motions ago, moved as they say together, on the picture of now.

    A thing that fills most of the picture, or that alone has corners before a soft background, is followed as if the
    camera moved. Near the edges, what does not move with it then looks as it did before rather than as it should.
    """

    def __init__(self, width: int, height: int) -> None:
        """*width* and *height* of the small picture, pixels."""
        self.half = width / 2 - 1, height / 2 - 1
        self.size = max(1, width // AREA), max(1, height // AREA)
        x, y = np.meshgrid(*((np.arange(n) + 0.5) / n * 2 - 1 for n in self.size))
        edges = np.array(near_edges(x, y))
        self.middle = complex(width - 1, height - 1) / 2
        self.near = edges.any(0)
        self.places = (x * self.middle.real + 1j * y * self.middle.imag)[self.near].astype(np.complex64)
        self.edges = edges[:, self.near].astype(np.float32)
        self.least = KNOWN * self.edges.sum(1)
        self.past: deque[tuple[Any, Any, complex, complex]] = deque(maxlen=STEPS)
        self.means: Any = None

    def forget(self) -> None:
        """What comes next has nothing to do with what was."""
        self.past.clear()
        self.means = None

    def agrees(self, before: Any, after: Any, shift: complex, turn: complex) -> float:
        """The share (0..1) of the areas near an edge that bear out the motions up to *after*, the last of them being
        *shift* + *turn* * place, pixels from the middle, from *before*; the mean of the two edges where it is least, as
        a thing may come in at one; 0 when too few edges tell."""
        means = self._means(before) if self.means is None else self.means
        self.means = now = self._means(after)
        self.past.append((before, means, shift, turn))
        shift = turn = 0j
        for _, _, along, about in self.past:
            shift, turn = shift + along + about * shift, turn + about + about * turn
        first, was = self.past[0][:2]
        said = was if shift == turn == 0 else self._means(self._moved(first, shift, turn))
        way = shift + turn * self.places
        source = (self.places - shift) / (1 + turn)
        seen = (abs(source.real) < self.half[0]) & (abs(source.imag) < self.half[1])
        if not seen.any():
            return 0.0
        ratios = np.sort((now / np.maximum(said, 1))[seen])
        light = ratios[len(ratios) // 2]
        unlike, change = abs(now - light * said), abs(now - light * was)
        tells = seen & ((abs(way) < RESTS) | (np.maximum(unlike, change) >= FAINT))
        bears = tells & (unlike <= FAINT + LEFT * change)
        known, good = self.edges @ tells, self.edges @ bears
        shares = np.sort((good / np.maximum(known, 1))[(known >= self.least) & (known > 0)])
        return float(shares[:SIDES].mean()) if len(shares) >= SIDES else 0.0

    def _means(self, picture: Any) -> Any:
        """The mean of each area near an edge, grey levels."""
        return cv2.resize(picture.astype(np.float32), self.size, interpolation=cv2.INTER_AREA)[self.near]

    def _moved(self, picture: Any, shift: complex, turn: complex) -> Any:
        grow = 1 + turn
        offset = self.middle + shift - grow * self.middle
        matrix = np.array([[grow.real, -grow.imag, offset.real], [grow.imag, grow.real, offset.imag]])
        return cv2.warpAffine(picture, matrix, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
