"""What the part ``drill`` of `transition_videos.py` has of its own: more of what the detector was weak at.

Pictures that slide at any angle, fades in the dark and fades of one side, slides whose text alone changes, flashes
beside cuts, cameras that roam, things that fill the picture, scenes that never rest. `boundaries` was fitted to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from transition_looks import HEIGHT, WIDTH, Picture, Rng
from transition_looks import LOOKS as SHARED

Change = Callable[[Picture, int], Picture]
X, Y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
LAMP = np.array([255.0, 250.0, 240.0])
WIPES = "ring", "slant", "half_tone", "curtain", "cross"


def _tunnel(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """Rings that come nearer, seen while the camera turns."""
    colours, speed, turn = style.uniform(20, 235, (5, 3)), rng.uniform(0.02, 0.14), rng.uniform(-0.03, 0.03)
    far, angle = np.log(np.hypot(X * 1.6, Y) + 0.05), np.arctan2(Y, X)
    spokes = int(rng.integers(3, 9))

    def draw(n: int) -> Picture:
        ring = np.floor(2.5 * (far - speed * n)).astype(int) + np.floor(spokes * (angle + turn * n) / 6.2832).astype(
            int
        )
        return colours[ring % 5] * np.clip(far + 2.2, 0.1, 1)[..., None]

    return draw


def _drift(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """Two layers that pass one another, as from a train."""
    looks = SHARED["more"][:-1]
    back, front = (np.asarray(looks[int(rng.integers(len(looks)))](rng, style), np.float32) for _ in range(2))
    speed, line = rng.uniform(1, 14), int(rng.uniform(90, 150))

    def draw(n: int) -> Picture:
        picture = np.roll(back, -round(0.3 * speed * n), axis=1)[:HEIGHT, :WIDTH].copy()
        picture[line:] = np.roll(front, -round(speed * n), axis=1)[200 + line : 200 + HEIGHT, :WIDTH]
        return picture

    return draw


LOOKS: list[Callable[[Rng, Rng], Any]] = [
    *SHARED["more"][:-1], _tunnel, _drift, SHARED["held"][-1], SHARED["tune"][-1], SHARED["tune"][-1],
]  # fmt: skip


def slide(rng: Rng, family: int) -> Callable[[int], Picture]:
    """A slide with a sidebar, a footer or nothing; its lines are left, centred, or a list that goes on."""
    style = np.random.default_rng([family, 4])
    light = style.random() < 0.6
    paper = style.uniform(200, 255, 3) if light else style.uniform(0, 70, 3)
    ink = style.uniform(0, 110, 3) if light else style.uniform(150, 255, 3)
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    accent = style.uniform(30, 220, 3).tolist()
    if style.random() < 0.5:
        cv2.rectangle(page, (0, HEIGHT - 14), (WIDTH, HEIGHT), accent, -1)
    if style.random() < 0.3:
        cv2.rectangle(page, (WIDTH - 40, 0), (WIDTH, HEIGHT), accent, -1)
    fonts = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL, cv2.FONT_HERSHEY_DUPLEX
    font, scale, centred = fonts[int(style.integers(3))], style.uniform(0.32, 0.55), style.random() < 0.4
    letters, step = list("aabcdeeefghiiklmnooprsttuvwy"), int(40 * scale)

    def line(y: int, size: float, count: int) -> None:
        text = " ".join("".join(rng.choice(letters, int(rng.integers(2, 9)))) for _ in range(count))
        wide = cv2.getTextSize(text, font, size, 1)[0][0]
        cv2.putText(
            page, text, (max(8, (WIDTH - wide) // 2) if centred else 16, y), font, size, ink.tolist(), 1, cv2.LINE_AA
        )

    if rng.random() < 0.8:
        line(28, 1.4 * scale, int(rng.integers(1, 4)))
    for n in range(int(rng.integers(1, 7))):
        line(56 + n * max(14, step), scale, int(rng.integers(2, 6)))
    shown = page.astype(np.float32)
    return lambda n: shown


def place(
    move: str, rng: Rng, fps: float, size: int, wide: int
) -> Callable[[float], tuple[float, float, float, float]]:
    """Where the camera is after so many seconds: its offset (pixels of the canvas), zoom, and angle (degrees)."""
    count = 1 if move in ("whip", "fast_zoom") else 8
    starts, lasts = np.sort(rng.uniform(0, size / fps, count)), rng.uniform(0.15, 0.8, count)
    jumps = rng.uniform(0.15, 0.5, count) * wide * rng.choice([-1, 1]) * (-1) ** np.arange(count)
    zooms, way, speed = rng.uniform(-0.6, 0.6, count), rng.uniform(0, 6.28), rng.uniform(20, 120)
    waves, phases = rng.uniform(0.8, 7, (3, 4)), rng.uniform(0, 6.28, (3, 4))

    def where(t: float) -> tuple[float, float, float, float]:
        share = np.clip((t - starts) / lasts, 0, 1)
        eased = 0.5 - 0.5 * np.cos(np.pi * share)
        hand = (np.sin(waves * t + phases) / waves).sum(1) * 14
        if move == "roam":
            zoom = float(np.exp(0.5 * zooms @ eased))
            return float(jumps @ eased) + float(hand[0]), 0.4 * float(jumps[::-1] @ eased), zoom, 0.0
        if move == "whip":
            return float(jumps @ (eased - 0.5)), float(hand[1]), 1.0, 0.0
        if move == "fast_zoom":
            return 0.0, 0.0, float(np.exp(1.5 * zooms @ eased)), 0.0
        if move == "hand":
            return float(hand[0]), float(hand[1]), 1.0, 0.1 * float(hand[2])
        if move == "pan":
            return speed * t * float(np.cos(way)), 0.5 * speed * t * float(np.sin(way)), 1.0, 0.0
        return (0.0, 0.0, float(np.exp(0.1 * zooms[0] * t * 3)), 0.0) if move == "zoom" else (0.0, 0.0, 1.0, 0.0)

    return where


def events(kind: str, rng: Rng, fps: float, size: int) -> list[Change]:
    """What befalls a shot without being a boundary."""
    usual = "none", "none", "none", "thing", "grain"
    names = {
        "flashes": ("flash", "flash", "flash", "series"), "movers": ("thing", "thing", "screen", "screen"),
        "light": ("series", "storm", "lamp", "lamp"), "camera": ("none", "none", "screen", "flash"),
    }.get(kind, usual)  # fmt: skip
    return [
        _event(str(name), rng, fps, size) for name in rng.choice(names, 3 if kind == "camera" else 1) if name != "none"
    ]


def _event(name: str, rng: Rng, fps: float, size: int) -> Change:
    at = int(rng.uniform(0.15, 0.85) * size)
    fall = np.clip(1.3 - rng.uniform(0.2, 0.9) * np.hypot(X - rng.uniform(-1, 1), Y - rng.uniform(-1, 1)), 0, 1)[
        ..., None
    ]
    if name in ("flash", "series", "storm"):
        near = int(rng.integers(0, max(2, round(0.3 * fps))))
        at = at if rng.random() < 0.3 or name == "storm" else near if rng.random() < 0.5 else size - 1 - near
        gaps = {"flash": [0], "series": [0, 5, 9], "storm": np.cumsum(rng.integers(1, 5, 9)).tolist()}[name]
        levels = {at + gap + i: rng.uniform(0.4, 1) * 0.6**i for gap in gaps for i in range(int(rng.integers(1, 4)))}
        return lambda p, n: p + (LAMP - p) * levels[n] * fall if n in levels else p
    if name == "lamp":
        gain, ramp = float(rng.choice([rng.uniform(0.3, 0.7), rng.uniform(1.3, 2)])), rng.uniform(1, fps)
        return lambda p, n: p * (1 + (gain - 1) * fall * np.clip((n - at) / ramp, 0, 1))
    if name == "grain":
        own, sigma = np.random.default_rng(int(rng.integers(1 << 30))), rng.uniform(4, 14)
        return lambda p, n: p + own.normal(0, sigma, (HEIGHT, WIDTH, 1))
    texture = np.asarray(SHARED["more"][int(rng.integers(7))](rng, rng), np.float32)
    wide, high = (rng.uniform(0.5, 1.4), rng.uniform(0.6, 1.6)) if name == "screen" else rng.uniform(0.08, 0.35, 2)
    speed, top, way = rng.uniform(0.6, 3.0), rng.uniform(-0.3, 0.5), float(rng.choice([-1, 1]))

    def cross(p: Picture, n: int) -> Picture:
        x = way * speed * (n - at) / fps
        inside = ((abs(X - x) < wide) & (abs(Y - top) < high))[..., None]
        if not inside.any():
            return p
        own = np.roll(texture, round(x * WIDTH / 2), axis=1)[100 : 100 + HEIGHT, 300 : 300 + WIDTH]
        return np.where(inside, own, p)

    return cross


def transition(kind: str, rng: Rng) -> str:
    """How one shot becomes the next in a video of *kind*."""
    slides, fades = ("push", "push", "uncover", "cover", "split"), ("black", "black", "black", "white", "out", "in")
    ways: dict[str, tuple[str, ...]] = {
        "sliding": slides, "fade": fades, "dissolve": ("dissolve", "eased", "bright"), "wipe": WIPES,
        "dark_soft": ("black", "black", "out", "in", "dissolve", "slant", "push"),
        "mixed": ("cut",) * 3 + tuple(str(rng.choice(some)) for some in (("dissolve",), slides, fades, WIPES)),
    }  # fmt: skip
    return str(rng.choice(ways[kind])) if kind in ways else "cut"


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    own = np.random.default_rng(seed)
    eased = 0.5 - 0.5 * float(np.cos(np.pi * share))
    if how in ("dissolve", "eased", "bright"):
        share = eased if how == "eased" else share
        return one * (1 - share) + two * share + (60 * share * (1 - share) if how == "bright" else 0)
    if how in ("black", "white", "out", "in"):
        ground = 255.0 if how == "white" else 0.0
        if how == "out":
            return ground + (one - ground) * (1 - share)
        if how == "in":
            return ground + (two - ground) * share
        middle = own.uniform(0.35, 0.65)
        side = max((middle - share) / middle, (share - middle) / (1 - middle))
        return ground + ((one if share < middle else two) - ground) * side
    if how in ("push", "uncover", "cover", "split"):
        share = eased if seed % 2 else share
        angle = float(own.choice([0, 90, 180, 270])) if seed % 5 else own.uniform(0, 360)
        way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        way *= np.abs(np.array([WIDTH, HEIGHT]) / np.maximum(abs(way), 1e-6)).min()
        gone, come = way * share, way * (share - 1)
        if how == "split":
            left, right = (np.float32([[1, 0, x], [0, 1, 0]]) for x in (-WIDTH * share / 2, WIDTH * share / 2))
            parts = [
                cv2.warpAffine(np.float32(one), m, (WIDTH, HEIGHT), borderValue=(-1e4,) * 3) for m in (left, right)
            ]
            made = np.where(X[..., None] < 0, *parts)
            return np.where(made < 0, two, made)
        moved = [
            cv2.warpAffine(np.float32(p), np.float32([[1, 0, d[0]], [0, 1, d[1]]]), (WIDTH, HEIGHT),
                           borderValue=(-1e4,) * 3) if moves else p
            for p, d, moves in ((one, gone, how != "cover"), (two, come, how != "uncover"))
        ]  # fmt: skip
        over, under = moved if how == "uncover" else moved[::-1]
        made = np.where(over < 0, np.where(under < 0, two, under), over)
        return cv2.blur(np.float32(made), (15, 1)) if seed % 7 == 0 else made
    order = {
        "ring": abs(np.hypot(X, Y) - 0.7) / 0.75,
        "slant": (X * np.cos(seed) + Y * np.sin(seed) + 1.42) / 2.84,
        "half_tone": (np.hypot((X * 5) % 1 - 0.5, (Y * 3) % 1 - 0.5) / 0.71 + (X + 1)) / 3,
        "curtain": abs(X) if seed % 2 else 1 - abs(Y),
        "cross": np.minimum(abs(X), abs(Y)),
    }[how]
    soft = 0.01 + 0.2 * (seed % 3 == 0)
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask
