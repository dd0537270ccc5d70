"""The camera's motion from one small picture to the next: sparse optical flow and a robust fit."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

COLUMNS, ROWS = 9, 5
WINDOW = (9, 9)
LEVELS = 2
STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 6, 0.03)
MIN_TEXTURE = 1e-3
"""Smallest eigenvalue at which a point may be followed (Shi and Tomasi 1994, as OpenCV normalises it)."""
MAX_ERROR = 14.0
"""Mean grey levels between a point's patch and where it went, above which it was lost."""
MIN_POINTS = 8
ROUNDS = 3

Motion = tuple[float, float, float, float]
STILL: Motion = (0.0, 0.0, 0.0, 0.0)


class CameraMotion:
    """Follows a grid of points (pyramidal Lucas-Kanade) and fits shift, zoom and roll to those that agree.

    Weights of Cauchy about the median make the fit follow the many points of a textured background, not the few on
    a moving object. What is left of the flow is the motion of things in the picture.
    """

    def __init__(self, width: int, height: int) -> None:
        columns, rows = (COLUMNS, ROWS) if width >= height else (ROWS, COLUMNS)
        xs, ys = np.meshgrid(np.linspace(6, width - 7, columns), np.linspace(6, height - 7, rows))
        self.points = np.stack([xs, ys], -1).reshape(-1, 1, 2).astype(np.float32)
        self.width, self.height = width, height
        self.centred = _complex(self.points) - complex(width - 1, height - 1) / 2
        self.before: Any = None

    def move(self, gray: Any, fresh: bool = False) -> Motion:
        """(dx of the width, dy of the height, zoom, motion left of the width) since the picture before."""
        before, self.before = self.before, gray
        return STILL if fresh or before is None else self._between(before, gray)

    def finish(self, gray: Any) -> Motion:
        """The motion up to *gray*, after which nothing is known of what comes."""
        before, self.before = self.before, None
        return STILL if before is None or gray is None or before is gray else self._between(before, gray)

    def _between(self, before: Any, after: Any) -> Motion:
        follow: Any = cv2.calcOpticalFlowPyrLK  # whose stub wants an output where None makes one
        moved, found, error = follow(
            before, after, self.points, None, None, None, WINDOW, LEVELS, STOP, minEigThreshold=MIN_TEXTURE
        )
        good = (found[:, 0] == 1) & (error[:, 0] < MAX_ERROR)
        if np.count_nonzero(good) < MIN_POINTS:
            return STILL
        shift, turn, rest = fit(self.centred[good], _complex(moved - self.points)[good])
        return shift.real / self.width, shift.imag / self.height, turn.real, rest / self.width


def fit(at: Any, flow: Any) -> tuple[complex, complex, float]:
    """The similarity that most of *flow* (n) at points *at* (n) follows; points and flow are x + iy in pixels.

    Returns shift and turn, with flow = shift + turn * at (the real part of turn is growth, the imaginary one roll in
    radians), and the mean length of the flow that is left, pixels.
    """
    shift, turn = complex(_median(flow.real), _median(flow.imag)), 0j
    left = np.abs(flow - shift)
    for _ in range(ROUNDS):
        weight = 1 / (1 + (left / max(1.5 * _median(left), 0.05)) ** 2)
        weight /= weight.sum()
        centre, shift = weight @ at, weight @ flow
        away = at - centre
        turn = (weight * away.conj()) @ (flow - shift) / max(float(weight @ np.abs(away) ** 2), 1e-6)
        shift -= turn * centre
        left = np.abs(flow - shift - turn * at)
    return complex(shift), complex(turn), float(left.mean())


def _complex(points: Any) -> Any:
    return points.reshape(-1, 2).astype(np.float64).view(np.complex128)[:, 0]


def _median(values: Any) -> float:
    return float(np.sort(values)[len(values) // 2])
