"""What befalls a shot of `transition_beyond.py` without being a boundary."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from transition_looks import HEIGHT, WIDTH, Picture, Rng

Change = Callable[[Picture, int], Picture]
X, Y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
KINDS = {
    "flashes": ("edge_flash", "edge_flash", "edge_flash", "flash", "burst"),
    "light": ("lightning", "lightning", "light", "autogain", "flicker"),
    "camera": ("none", "none", "none", "grain", "mover", "bump"),
    "movers": ("mover", "mover", "mover", "flock", "bump"),
    "mixed": ("none", "none", "flash", "mover", "caption", "flock", "light"),
    "hard": ("none", "none", "none", "caption", "grain", "mover", "flash", "bump"),
}
USUAL = "none", "none", "none", "flock", "caption", "grain"


def events(kind: str, rng: Rng, fps: float, size: int) -> list[Change]:
    """What befalls a shot of *size* frames in a video of *kind*."""
    names = rng.choice(KINDS.get(kind, USUAL), 6 if kind == "camera" else 1)
    return [_event(str(name), rng, fps, size) for name in names if name != "none"]


def _event(name: str, rng: Rng, fps: float, size: int) -> Change:
    at = int(rng.uniform(0.2, 0.8) * size)
    if name in ("flash", "edge_flash", "burst"):
        return _flash(name, rng, fps, size, at)
    if name == "lightning":
        level, start = rng.uniform(0.35, 0.9), rng.uniform(0.3, 1)
        own = np.random.default_rng(int(rng.integers(1 << 30)))
        lit = own.random(4000) < 0.45
        until, sky = at + int(rng.uniform(0.15, 0.6) * fps), np.clip(start + 0.5 - Y, 0.15, 1)[..., None]
        return lambda p, n: p + (np.array([225, 235, 255]) - p) * level * sky if at <= n < until and lit[n] else p
    if name in ("light", "autogain"):
        gain = float(rng.choice([rng.uniform(0.4, 0.7), rng.uniform(1.4, 1.8)]))
        tint, lasts = rng.uniform(0.92, 1.08, 3), (1 if name == "light" else rng.uniform(0.3, 1.2) * fps)
        side = np.clip(1.2 - 0.5 * abs(X - rng.uniform(0, 1)), 0, 1)[..., None]
        return lambda p, n: p * (1 + (gain * tint - 1) * side * np.clip((n - at) / lasts, 0, 1))
    if name == "flicker":
        depth, rate = rng.uniform(0.1, 0.35), rng.uniform(5, 11)
        return lambda p, n: p * (1 - depth * (np.sin(6.28 * rate * n / fps) > 0.3))
    if name in ("mover", "flock"):
        return _things(name, rng, fps, at)
    if name == "bump":  # somebody runs into the tripod
        way, rate = rng.normal(0, 14, 2), rng.uniform(20, 45)

        def bump(p: Picture, n: int) -> Picture:
            t = max(0.0, (n - at) / fps)
            x, y = (way * np.sin(rate * t) * np.exp(-5 * t)).tolist()
            return cv2.warpAffine(np.float32(p), np.array([[1, 0, x], [0, 1, y]]), (WIDTH, HEIGHT),
                                  borderMode=cv2.BORDER_REFLECT_101)  # fmt: skip

        return bump
    if name == "caption":
        return _caption(rng, fps, at)
    own, level = np.random.default_rng(int(rng.integers(1 << 30))), rng.uniform(5, 15)
    return lambda p, n: p + cv2.resize(own.normal(0, level, (HEIGHT // 2, WIDTH // 2, 3)), (WIDTH, HEIGHT))


def _flash(name: str, rng: Rng, fps: float, size: int, at: int) -> Change:
    """One flash, several, or one that is a few frames before or after the shot's edge."""
    frames: dict[int, float] = {}
    near = int(rng.integers(1, max(3, round(0.25 * fps))))
    firsts = {
        "flash": [at], "burst": (at + np.cumsum(rng.integers(3, 12, 4))).tolist(),
        "edge_flash": [near if rng.random() < 0.5 else size - near - 2],
    }[name]  # fmt: skip
    for first in firsts:
        top, lasts, fall = (
            rng.uniform(0.55, 0.97),
            int(rng.integers(1, max(2, round(0.1 * fps)))),
            rng.uniform(0.2, 0.7),
        )
        frames |= {first + i: top for i in range(lasts)} | {first + lasts + i: top * fall ** (i + 1) for i in range(2)}
    spread = np.clip(1.15 - 0.45 * np.hypot(X - rng.uniform(0, 1), Y - rng.uniform(0, 1)), 0, 1)[..., None]
    light = np.array([255.0, rng.uniform(235, 255), rng.uniform(205, 255)])
    return lambda p, n: p + (light - p) * frames[n] * spread if n in frames else p


def _things(name: str, rng: Rng, fps: float, at: int) -> Change:
    """A large thing with a pattern that crosses the picture, or a flock of small ones."""
    count = 1 if name == "mover" else int(rng.integers(5, 14))
    half = rng.uniform(0.25, 0.6, (count, 2)) if name == "mover" else rng.uniform(0.03, 0.1, (count, 2))
    tones, pitch = rng.uniform(15, 240, (count, 2, 3)), rng.uniform(6, 25, count)
    begin, speed = rng.uniform(-0.2, 1.2, (count, 2)), rng.uniform(0.15, 0.8, count) * rng.choice([-1, 1], count)
    way, seconds, sway = float(rng.choice([-1, 1])), rng.uniform(0.6, 1.8), rng.uniform(1, 6, count)

    def draw(p: Picture, n: int) -> Picture:
        p, t = np.array(p, np.float32), (n - at) / fps
        for i in range(count):
            if name == "mover":
                if abs(t) > seconds:
                    continue
                x, y = 0.5 + way * (0.5 + half[i, 0]) * 1.4 * t / seconds, 0.6 + 0.05 * float(np.sin(6 * t))
            else:
                x = float((begin[i, 0] + speed[i] * n / fps + 0.2) % 1.4 - 0.2)
                y = float(begin[i, 1] % 1 + 0.06 * np.sin(sway[i] * n / fps))
            left, right = (int(v) for v in np.clip([(x - half[i, 0]) * WIDTH, (x + half[i, 0]) * WIDTH], 0, WIDTH))
            top, low = (int(v) for v in np.clip([(y - half[i, 1]) * HEIGHT, (y + half[i, 1]) * HEIGHT], 0, HEIGHT))
            if right <= left or low <= top:
                continue
            inside = (((X - x) / half[i, 0]) ** 4 + ((Y - y) / half[i, 1]) ** 4 < 1)[top:low, left:right, None]
            bands = np.sin(pitch[i] * ((X - x) + 0.7 * (Y - y)) * 6.28 / 4)[top:low, left:right, None] > 0.2
            p[top:low, left:right] = np.where(inside, np.where(bands, *tones[i]), p[top:low, left:right])
        return p

    return draw


def _caption(rng: Rng, fps: float, at: int) -> Change:
    """The name of who speaks, on a band that slides in and out."""
    letters, until = list("aeiourtsnl"), at + int(rng.uniform(1, 2.5) * fps)
    words = " ".join("".join(rng.choice(letters, int(rng.integers(3, 9)))).capitalize() for _ in range(3))
    colour = rng.uniform(20, 230, 3)

    def write(p: Picture, n: int) -> Picture:
        share = np.clip(min(n - at, until - n) / (0.25 * fps), 0, 1)
        if share <= 0:
            return p
        p, wide = np.clip(p, 0, 255).astype(np.uint8), int(200 * share)
        cv2.rectangle(p, (0, 132), (wide, 162), colour.tolist(), -1)
        if share == 1:
            cv2.putText(p, words, (10, 152), cv2.FONT_HERSHEY_DUPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
        return p

    return write
