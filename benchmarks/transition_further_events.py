"""What befalls a shot of `transition_further.py` without being a boundary."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from transition_looks import HEIGHT, WIDTH, Picture, Rng

Change = Callable[[Picture, int], Picture]
X, Y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
KINDS = {
    "flashes": ("flash", "flash", "late_flash", "early_flash", "press"),
    "light": ("lightning", "lightning", "lamp", "sunset", "strobe"),
    "movers": ("bus", "bus", "passer", "passer", "leaning"),
    "moves": ("none", "none", "passer", "knock"),
    "static": ("none", "passer", "noise", "lamp", "bus", "screen"),
    "mixed": ("none", "none", "flash", "passer", "banner", "noise", "lamp"),
    "hard": ("none", "none", "none", "banner", "noise", "passer", "flash", "screen"),
}
USUAL = "none", "none", "none", "banner", "noise", "screen"


def events(kind: str, rng: Rng, fps: float, size: int) -> list[Change]:
    """What befalls a shot of *size* frames in a video of *kind*."""
    names = rng.choice(KINDS.get(kind, USUAL), 4 if kind == "static" else 1)
    return [_event(str(name), rng, fps, size) for name in names if name != "none"]


def _event(name: str, rng: Rng, fps: float, size: int) -> Change:
    at = int(rng.uniform(0.15, 0.85) * size)
    if name in ("flash", "late_flash", "early_flash", "press", "strobe"):
        return _flash(name, rng, fps, size, at)
    if name in ("bus", "passer", "leaning"):
        return _thing(name, rng, fps, at)
    if name == "lightning":  # two to five strokes on one side of the sky
        strokes = at + np.cumsum(rng.integers(1, max(2, round(0.3 * fps)), int(rng.integers(2, 6))))
        power = {int(n) + i: rng.uniform(0.3, 0.85) * 0.5**i for n in strokes for i in range(2)}
        side = np.clip(1.3 - abs(X - rng.uniform(0, 1)) - 0.6 * Y, 0.1, 1)[..., None]
        return lambda p, n: p + (np.array([235, 238, 255]) - p) * power[n] * side if n in power else p
    if name in ("lamp", "sunset"):
        gain, lasts = float(rng.choice([rng.uniform(0.45, 0.75), rng.uniform(1.3, 1.7)])), rng.uniform(0.6, 2) * fps
        colour, quick = rng.uniform(0.88, 1.12, 3), name == "lamp"
        pool = np.clip(1.25 - 0.6 * np.hypot(X - rng.uniform(0, 1), Y), 0.2, 1)[..., None]
        return lambda p, n: p * (1 + (gain * colour - 1) * pool * np.clip((n - at) / (1 if quick else lasts), 0, 1))
    if name == "knock":
        way, spin = rng.normal(0, 10, 2), rng.normal(0, 2.5)

        def knock(p: Picture, n: int) -> Picture:
            t = (n - at) / fps
            swing = float(np.sin(26 * t) * np.exp(-6 * t)) if t > 0 else 0.0
            matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), spin * swing, 1)
            matrix[:, 2] += way * swing
            return cv2.warpAffine(np.float32(p), matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)

        return knock
    if name == "banner":  # a title that appears at once and goes at once
        until, words = at + int(rng.uniform(0.8, 2) * fps), "".join(rng.choice(list("RSTLNEAIO "), 14))
        left, high = int(rng.integers(8, 120)), int(rng.integers(40, 165))

        def title(p: Picture, n: int) -> Picture:
            if not at <= n < until:
                return p
            p = np.clip(p, 0, 255).astype(np.uint8)
            cv2.putText(p, words, (left, high), cv2.FONT_HERSHEY_TRIPLEX, 0.6, (255, 240, 60), 1, cv2.LINE_AA)
            return p

        return title
    if name == "screen":  # a television in the corner that changes its own picture
        seeds, wide = rng.integers(1 << 30, size=99), int(rng.integers(40, 76))
        left, top, each = int(rng.integers(0, WIDTH - wide)), int(rng.integers(0, 90)), int(rng.uniform(0.4, 1.2) * fps)

        def tv(p: Picture, n: int) -> Picture:
            p, own = np.array(p, np.float32), np.random.default_rng(seeds[n // each % 99])
            shown = cv2.resize(own.uniform(0, 255, (3, 4, 3)), (wide, wide * 9 // 16), interpolation=cv2.INTER_CUBIC)
            p[top : top + shown.shape[0], left : left + wide] = np.clip(shown, 0, 255)
            return p

        return tv
    own, level = np.random.default_rng(int(rng.integers(1 << 30))), rng.uniform(4, 14)
    return lambda p, n: p + own.normal(0, level, (HEIGHT, WIDTH, 1)) * (1.2 - p.mean() / 255)


def _flash(name: str, rng: Rng, fps: float, size: int, at: int) -> Change:
    """Flashes of a camera: one, one that is just after or before the shot's edge, those of many, a strobe."""
    near = int(rng.integers(1, max(3, round(0.3 * fps))))
    starts = {
        "flash": [at], "early_flash": [near], "late_flash": [size - near - 2],
        "press": np.sort(rng.integers(0, size, 7)).tolist(),
        "strobe": list(range(at, at + int(fps), max(3, round(fps / rng.uniform(4, 9))))),
    }[name]  # fmt: skip
    power: dict[int, float] = {}
    for first in starts:
        top, lasts = rng.uniform(0.4, 0.95), int(rng.integers(1, max(2, round(0.09 * fps)) + 1))
        power |= {first + i: top * (1 if i < lasts else 0.4) for i in range(lasts + int(rng.integers(0, 2)))}
    pool = np.clip(1.2 - 0.7 * np.hypot(X - rng.uniform(0, 1), Y - rng.uniform(0.3, 1)), 0.1, 1)[..., None]
    return lambda p, n: p + (np.array([255.0, 252, 244]) - p) * power[n] * pool if n in power else p


def _thing(name: str, rng: Rng, fps: float, at: int) -> Change:
    """One large thing: a bus that drives past, somebody who walks by near the camera, somebody who leans in."""
    paints, sign = rng.uniform(10, 235, (4, 3)), float(rng.choice([-1, 1]))
    wide, high = (rng.uniform(0.7, 1.6), rng.uniform(0.5, 0.95)) if name == "bus" else (rng.uniform(0.3, 0.6), 0.95)
    lasts, stays = rng.uniform(0.5, 1.7) * fps, rng.uniform(0.3, 1.5) * fps
    cloth = cv2.resize(rng.normal(0, 26, (24, 16)).astype(np.float32), (160, 240), interpolation=cv2.INTER_CUBIC)

    def body() -> tuple[Picture, Picture]:
        w, h = int(wide * WIDTH), int(high * HEIGHT)
        shown, mask = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
        if name == "bus":
            mask[:] = 1
            shown[:] = paints[0]
            shown[int(0.55 * h) :] = paints[1]
            for left in range(10, w - 40, 58):
                cv2.rectangle(shown, (left, h // 8), (left + 42, h // 2), paints[2].tolist(), -1)
            for wheel in (w // 5, 4 * w // 5):
                cv2.circle(shown, (wheel, h - 8), h // 6, (22, 22, 22), -1)
        else:
            cv2.ellipse(mask, (w // 2, h), (w // 2, int(0.72 * h)), 0, 0, 360, 1, -1)
            cv2.circle(mask, (w // 2, int(0.2 * h)), int(min(0.19 * h, 0.3 * w)), 1, -1)
            shown[:] = paints[0] + cv2.resize(cloth, (w, h))[..., None]
            shown[: int(0.36 * h)] = paints[3]
        return np.clip(shown, 0, 255), mask[..., None]

    shown, mask = body()

    def draw(p: Picture, n: int) -> Picture:
        t = (n - at) / lasts
        if name == "leaning":  # comes up from below, stays, and goes down again
            up = float(np.clip(min((n - at) / (0.25 * fps), (at + stays + 0.5 * fps - n) / (0.25 * fps)), 0, 1))
            left, top = int(0.3 * WIDTH), int(HEIGHT - up * high * HEIGHT)
        else:
            if not -0.1 <= t <= 1.1:
                return p
            x = sign * (t - 0.5) * (1 + wide) + 0.5 - wide / 2
            left, top = int(x * WIDTH), int(HEIGHT * (1 - high) + 2 * np.sin(0.5 * n))
        a, b = max(0, left), min(WIDTH, left + shown.shape[1])
        c, d = max(0, top), min(HEIGHT, top + shown.shape[0])
        if a >= b or c >= d:
            return p
        p = np.array(p, np.float32)
        m, s = mask[c - top : d - top, a - left : b - left], shown[c - top : d - top, a - left : b - left]
        p[c:d, a:b] = p[c:d, a:b] * (1 - m) + s * m
        return p

    return draw
