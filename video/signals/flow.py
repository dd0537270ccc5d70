"""The camera's motion from one small picture to the next: sparse optical flow and a robust fit."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from .background import Background, near_edges

POINTS, APART = (15, 40), 6
"""Points that are followed at most, near each edge and in all of the picture, and how far they are apart at least,
pixels of the small picture."""
QUALITY = 0.01
"""Corner quality of a point, as a share of the best point's (Shi and Tomasi 1994)."""
WINDOW = (9, 9)
LEVELS = 2
STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 6, 0.03)
RETURNS = 0.5
"""Pixels within which a point must come back to where it was when it is followed there and back."""
MIN_POINTS = 10
ROUNDS = 3
NEAR, STEP = 0.4, 0.1
"""A point moves as the camera says when it ends within this many pixels, and this share of its way, of the place."""
STILL = 0.3
"""Pixels by which a point may be off that does not move."""
LIGHT = 0.5
"""Mean grey levels by which the light may change; a greater change is taken off, which would count as motion."""
UNCHANGED, MOST = 3, 0.9
"""Where points do not tell, the camera rests when this share of the pixels near the edges changes by so many grey
levels at most …"""
CAPTIONED = 2, 3
"""The edges, of left, right, top and bottom, that may have captions, which do not move with the camera."""
SURE = 0.9
"""Agreement from which no other motion is tried."""
WORDS = 0.4
"""Least share of the points at an edge that rest for it to have captions."""
ENOUGH = 0.6
"""… and points do not tell when a smaller share of them agrees."""

Motion = tuple[float, float, float, float, float, float]
NOTHING: Motion = (0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
Fit = tuple[complex, complex, float, float]
"""Shift and turn (pixels), motion left of the width, agreement."""
RESTING: Fit = (0j, 0j, 0.0, 1.0)
UNKNOWN: Fit = (0j, 0j, 0.0, 0.0)


class CameraMotion:
    """Follows corners (pyramidal Lucas-Kanade, there and back) and fits shift, zoom and roll to the background.

    The background is what the points near the edges of the picture show: a thing that moves by itself may cover most
    of the middle. A camera at rest is believed as soon as it explains those points as well as any motion does. What
    is left of the flow is the motion of things in the picture.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.middle = complex(width - 1, height - 1) / 2
        x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        sides = [(side * 255).astype(np.uint8) for side in near_edges(x, y)]
        self.outer = np.max(sides, axis=0)
        self.boxes, self.whole = [cv2.boundingRect(side) for side in sides], (0, 0, width, height)
        self.background = Background(width, height)
        self.before: Any = None

    def move(self, gray: Any, fresh: bool = False) -> Motion:
        """(dx of the width, dy of the height, zoom, motion left of the width, agreement, background) since the picture
        before.

        Agreement is the share of the points near an edge of the picture that move so, 0..1, at the edge where it is
        least, one edge with captions that rest left out; 0 when too few could be followed. Background is what
        ``Background`` says of the last half a second.
        """
        before, self.before = self.before, gray
        if fresh or before is None:
            self.background.forget()
            return NOTHING
        return self._told(before, gray)

    def finish(self, gray: Any) -> Motion:
        """The motion up to *gray*, after which nothing is known of what comes."""
        before, self.before = self.before, None
        found = NOTHING if before is None or gray is None or before is gray else self._told(before, gray)
        self.background.forget()
        return found

    def _told(self, before: Any, after: Any) -> Motion:
        shift, turn, rest, agreement = self._between(before, after)
        # without the roll, which no column has: a camera that is said to rest must not turn the picture either
        background = self.background.agrees(before, after, shift, complex(turn.real))
        return shift.real / self.width, shift.imag / self.height, turn.real, rest, agreement, background

    def _between(self, before: Any, after: Any) -> Fit:
        bright, now = cv2.mean(before)[0], cv2.mean(after)[0]
        if abs(now - bright) > LIGHT and now > 0:
            after = cv2.convertScaleAbs(after, alpha=bright / now)
        points = self._points(before)
        if len(points) < MIN_POINTS:
            return RESTING if self._rests(before, after) else UNKNOWN
        follow: Any = cv2.calcOpticalFlowPyrLK  # whose stub wants an output where None makes one
        moved, found, _ = follow(before, after, points, None, None, None, WINDOW, LEVELS, STOP)
        back, returned, _ = follow(after, before, moved, None, None, None, WINDOW, LEVELS, STOP)
        good = (found[:, 0] == 1) & (returned[:, 0] == 1) & (abs(back - points).max((1, 2)) < RETURNS)
        at, flow = _complex(points)[good] - self.middle, _complex(moved - points)[good]
        x, y = at.real / self.middle.real, at.imag / self.middle.imag
        sides = near_edges(x, y)
        outer = np.any(sides, axis=0)
        if np.count_nonzero(outer) < MIN_POINTS:
            return RESTING if self._rests(before, after) else UNKNOWN
        rests = abs(flow) < STILL
        known = [n for n, side in enumerate(sides) if np.count_nonzero(side) >= MIN_POINTS // 2]
        best = 0j, 0j, _least(rests, [sides[n] for n in known] or [outer])
        captions = [n for n in known if n in CAPTIONED and rests[sides[n]].mean() >= WORDS]
        if len(captions) == 1 and len(known) > 1:
            known.remove(captions[0])
        sides = [sides[n] for n in known] or [outer]
        for which in (outer, np.ones_like(outer)):
            if best[2] >= SURE:
                break
            shift, turn, _ = fit(at[which], flow[which])
            way = shift + turn * at
            agreement = _least(abs(flow - way) < NEAR + STEP * abs(way), sides)
            if agreement > best[2] + 0.05:
                best = shift, turn, agreement
        shift, turn, agreement = best
        if agreement < ENOUGH and self._rests(before, after):
            shift, turn, agreement = 0j, 0j, 1.0
        rest = float(abs(flow - shift - turn * at).mean())
        return shift, turn, rest / self.width, agreement

    def _points(self, picture: Any) -> Any:
        """Corners to follow (n, 1, 2): the best near each edge, whatever is in the middle, and the best of all."""
        found = []
        for (x, y, width, height), count in [*((box, POINTS[0]) for box in self.boxes), (self.whole, POINTS[1])]:
            part = picture[y : y + height, x : x + width]
            points = cv2.goodFeaturesToTrack(part, count, QUALITY, APART, blockSize=5)
            if points is not None:
                found.append(points + np.array([x, y], np.float32))
        if not found:
            return np.empty((0, 1, 2), np.float32)
        places = np.unique(np.concatenate(found).view(np.complex64))
        return places.view(np.float32).reshape(-1, 1, 2)

    def _rests(self, before: Any, after: Any) -> bool:
        """Whether what is near the edges does not change, which is all that can be said of a plain picture."""
        same = np.uint8(255) * (cv2.absdiff(before, after) <= UNCHANGED)
        return bool(cv2.mean(same, self.outer)[0] >= MOST * 255)


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


def _least(agree: Any, sides: Any) -> float:
    """The least share of *agree* (n) at any of *sides*, (n) masks."""
    return min(float(agree[side].mean()) for side in sides)


def _complex(points: Any) -> Any:
    return points.reshape(-1, 2).astype(np.float64).view(np.complex128)[:, 0]


def _median(values: Any) -> float:
    return float(np.sort(values)[len(values) // 2])
