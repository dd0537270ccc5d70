"""What the sixth part of `transition_videos.py` has of its own: looks, live scenes, slides, moves and transitions.

It was written and landed before the code of the detector was read for the work on hard cuts, and nothing was fitted
to it. What befalls a shot is in `transition_further_events.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from transition_further_events import events as events
from transition_looks import HEIGHT, WIDTH, Picture, Rng

SIZE = 960, 540
CODECS = [
    ("libx264", 30, {"crf": "24", "preset": "veryfast"}), ("libx265", 24, {"crf": "30", "preset": "superfast"}),
    ("libvpx-vp9", 30, {"b": "500k", "deadline": "realtime", "cpu-used": "7"}), ("mpeg4", 25, {"b": "700k"}),
    ("libx264", 60, {"crf": "29", "preset": "superfast"}), ("libsvtav1", 25, {"crf": "38", "preset": "12"}),
    ("mpeg1video", 25, {"b": "1300k"}), ("libx264", 24, {"crf": "35", "preset": "veryfast"}),
    ("snow", 30, {"b": "1M"}), ("libvpx", 15, {"b": "500k", "deadline": "realtime", "cpu-used": "6"}),
    ("libx264", 25, {"crf": "19", "preset": "superfast", "tune": "grain"}),
]  # fmt: skip
KINDS = (
    "hard", "dissolve", "slides", "flashes", "dark", "wipe", "movers", "quick",
    "fade", "static", "light", "moves", "dark_soft", "similar", "mixed",
)  # fmt: skip
DISSOLVES = ("dissolve", "cosine_dissolve", "blur_dissolve")
WIPES = ("clock", "barn", "blocks", "circle_in", "zigzag", "soft_corner", "venetian", "push_right", "cover_down")
FADES = ("fade_black", "fade_white", "fade_hold", "fade_down", "fade_up")
X, Y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))


def _paints(style: Rng, count: int) -> Picture:
    """Colours of one mood: a few hues, washed out or strong, low or high key."""
    hues = style.uniform(0, 180, 3)
    hsv = np.stack([
        (hues[np.arange(count) % 3] + style.normal(0, 8, count)) % 180,
        np.clip(style.uniform(20, 160) + style.normal(0, 35, count), 0, 230),
        np.clip(style.uniform(90, 180) + style.normal(0, 55, count), 18, 245),
    ], -1)  # fmt: skip
    return cv2.cvtColor(hsv.astype(np.uint8)[None], cv2.COLOR_HSV2RGB)[0].astype(np.float32)


def _cloud(rng: Rng, grain: int) -> Picture:
    """(540, 960, 1) of soft noise with a spread of 1, its patches about *grain* pixels wide."""
    field = cv2.GaussianBlur(rng.normal(0, 1, (SIZE[1] // 3, SIZE[0] // 3)).astype(np.float32), (0, 0), grain / 6)
    return cv2.resize(field / field.std(), SIZE, interpolation=cv2.INTER_CUBIC)[..., None]


def _room(rng: Rng, style: Rng) -> Picture:
    """A room: walls, a floor, a window, furniture and pictures."""
    paints = _paints(style, 8)
    canvas = np.full((SIZE[1], SIZE[0], 3), paints[0], np.float32)
    floor = int(rng.integers(330, 440))
    canvas[floor:] = paints[1] * np.linspace(0.6, 1, SIZE[1] - floor)[:, None, None]
    for _ in range(int(rng.integers(2, 6))):
        left, top = int(rng.integers(0, 860)), int(rng.integers(20, floor - 120))
        wide, high = int(rng.integers(50, 170)), int(rng.integers(50, 130))
        light = (250, 246, 230) if rng.random() < 0.3 else paints[int(rng.integers(2, 8))].tolist()
        cv2.rectangle(canvas, (left, top), (left + wide, top + high), (paints[2] * 0.4).tolist(), 7)
        cv2.rectangle(canvas, (left, top), (left + wide, top + high), light, -1)
        cv2.line(canvas, (left + wide // 2, top), (left + wide // 2, top + high), (paints[2] * 0.5).tolist(), 3)
    for _ in range(int(rng.integers(3, 8))):
        left, base = int(rng.integers(-40, 900)), floor + int(rng.integers(-10, 90))
        wide, high = int(rng.integers(60, 260)), int(rng.integers(50, 200))
        paint = paints[int(rng.integers(2, 8))] * rng.uniform(0.6, 1.1)
        cv2.rectangle(canvas, (left, base - high), (left + wide, base), paint.tolist(), -1)
        cv2.rectangle(canvas, (left, base - high), (left + wide, base - high + 12), (paint * 1.25).tolist(), -1)
        for leg in (left + 6, left + wide - 12):
            cv2.rectangle(canvas, (leg, base), (leg + 6, base + 30), (paint * 0.5).tolist(), -1)
    return np.clip(canvas * (1 + 0.06 * _cloud(rng, 200)) + rng.normal(0, 2, canvas.shape), 0, 255)


def _crowd(rng: Rng, style: Rng) -> Picture:
    """People on the stands, row behind row."""
    paints = _paints(style, 9)
    canvas = np.full((SIZE[1], SIZE[0], 3), paints[0] * 0.5, np.float32)
    for row in range(40, 620, int(rng.integers(36, 60))):
        size = 9 + row / 45
        x = rng.uniform(0, 30)
        while x < SIZE[0]:
            paint = paints[int(rng.integers(1, 9))] * rng.uniform(0.7, 1.1)
            cv2.ellipse(canvas, (int(x), int(row + 2.2 * size)), (int(1.3 * size), int(1.6 * size)), 0, 180, 360,
                        paint.tolist(), -1, cv2.LINE_AA)  # fmt: skip
            skin = rng.uniform(60, 225)
            cv2.circle(canvas, (int(x), int(row + rng.normal(0, 3))), int(size * 0.7),
                       (skin, skin * 0.78, skin * 0.62), -1, cv2.LINE_AA)  # fmt: skip
            x += size * rng.uniform(2.2, 4)
    return np.clip(cv2.GaussianBlur(canvas, (0, 0), 0.8) + rng.normal(0, 3, canvas.shape), 0, 255)


def _forest(rng: Rng, style: Rng) -> Picture:
    """Trunks before trunks before haze, and leaves over them."""
    paints = _paints(style, 4)
    canvas = np.repeat(np.linspace(1.1, 0.7, SIZE[1], dtype=np.float32)[:, None, None] * paints[0], SIZE[0], 1)
    for depth in np.linspace(0.15, 1, 5):
        for _ in range(int(26 - 18 * depth)):
            x, wide = rng.uniform(0, SIZE[0]), 3 + 30 * depth * rng.uniform(0.5, 1)
            lean = rng.normal(0, 25)
            shape = np.array([[x, 560], [x + wide, 560], [x + wide * 0.6 + lean, -10], [x + lean, -10]], np.int32)
            paint = paints[1] * depth * 0.55 + paints[0] * (1 - depth)
            cv2.fillConvexPoly(canvas, shape, (paint * rng.uniform(0.8, 1.1)).tolist(), cv2.LINE_AA)
    leaves = np.clip(2 * _cloud(rng, 26) + _cloud(rng, 120) - 1.1, 0, 1)
    canvas = canvas * (1 - leaves) + paints[2] * leaves * (0.8 + 0.15 * _cloud(rng, 12))
    return np.clip(canvas + rng.normal(0, 4, canvas.shape), 0, 255)


def _carpet(rng: Rng, style: Rng) -> Picture:
    """Tiles of quarter circles that join to winding bands (Truchet tiles), on cloth."""
    paints, tile = _paints(style, 3), int(style.integers(26, 64))
    canvas = np.full((SIZE[1], SIZE[0], 3), paints[0], np.float32)
    for top in range(0, SIZE[1], tile):
        for left in range(0, SIZE[0], tile):
            turn, paint = rng.random() < 0.5, paints[1 + int(rng.random() < 0.3)].tolist()
            for x, y in ((left, top), (left + tile, top + tile)) if turn else ((left + tile, top), (left, top + tile)):
                cv2.circle(canvas, (x, y), tile // 2, paint, max(3, tile // 5), cv2.LINE_AA)
    return np.clip(canvas * (1 + 0.14 * _cloud(rng, 250)) + rng.normal(0, 5, canvas.shape), 0, 255)


def _farmland(rng: Rng, style: Rng) -> Picture:
    """Fields from the air: patches with furrows of their own, roads between them."""
    paints, count = _paints(style, 7), int(rng.integers(14, 60))
    points = rng.uniform(0, 1, (count, 2)) * (SIZE[0] / 4, SIZE[1] / 4)
    x, y = np.meshgrid(np.arange(SIZE[0] / 4), np.arange(SIZE[1] / 4))
    far = np.abs(x[..., None] - points[:, 0]) + np.abs(y[..., None] - points[:, 1])
    order = np.argsort(far, -1)[..., :2]
    gap = np.diff(np.take_along_axis(far, order, -1), axis=-1)
    which = order[..., 0]
    angle, pitch = rng.uniform(0, 3.14, count)[which], rng.uniform(0.3, 1.6, count)[which]
    furrow = np.sin(pitch * (x * np.cos(angle) + y * np.sin(angle)))[..., None]
    land = paints[1 + rng.integers(0, 6, count)][which] * (1 + 0.12 * furrow)
    land = np.where(gap < 1.4, paints[0], land).astype(np.float32)
    return np.clip(cv2.resize(land, SIZE, interpolation=cv2.INTER_CUBIC) * (1 + 0.1 * _cloud(rng, 160)), 0, 255)


def _desktop(rng: Rng, style: Rng) -> Picture:
    """The screen of a computer with windows."""
    paints = _paints(style, 6)
    canvas = np.clip(paints[0] * (1 + 0.2 * _cloud(rng, 300)), 0, 255).astype(np.float32)
    for _ in range(int(rng.integers(3, 8))):
        left, top = int(rng.integers(0, 760)), int(rng.integers(0, 400))
        wide, high = int(rng.integers(140, 480)), int(rng.integers(100, 320))
        light = rng.random() < 0.6
        page, ink = (np.array([240.0] * 3), 50.0) if light else (np.array([38.0, 40, 48]), 200.0)
        cv2.rectangle(canvas, (left, top), (left + wide, top + high), page.tolist(), -1)
        bar = paints[int(rng.integers(1, 6))].tolist()
        cv2.rectangle(canvas, (left, top), (left + wide, top + 18), bar, -1)
        for line in range(top + 32, top + high - 8, 15):
            x = left + 10 + 12 * int(rng.integers(0, 3))
            while x < left + wide - 50 and rng.random() > 0.12:
                long = int(rng.integers(8, 42))
                cv2.rectangle(canvas, (x, line), (x + long, line + 5), (ink, ink, ink), -1)
                x += long + 7
    return canvas


def _street(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """A street from a window: houses that stand still and cars that drive by."""
    still, paints = _room(rng, style)[::3, ::3].copy(), _paints(rng, 6)
    still[120:] = paints[0] * 0.4
    rate, begin = rng.uniform(-6, 6, 5), rng.uniform(0, 440, 5)

    def draw(n: int) -> Picture:
        shown = still.copy()
        for i in range(5):
            x, y = int((begin[i] + rate[i] * n) % 440 - 60), 118 + 11 * i
            cv2.rectangle(shown, (x, y - 14), (x + 50, y + 6), paints[1 + i].tolist(), -1)
            cv2.rectangle(shown, (x + 10, y - 24), (x + 38, y - 14), (paints[1 + i] * 0.6).tolist(), -1)
            for wheel in (x + 10, x + 40):
                cv2.circle(shown, (wheel, y + 6), 6, (20, 20, 20), -1)
        return shown

    return draw


def _fire(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """A fire or falling water: noise that rises or falls and breathes, between dark banks."""
    tall = np.abs(_cloud(rng, 40))[:, ::3, 0][:, :WIDTH]
    fine, speed = np.abs(_cloud(rng, 14))[:, ::3, 0][:, :WIDTH], int(rng.choice([-7, -4, 3, 6]))
    paints, middle, wide = _paints(style, 3), rng.uniform(0.25, 0.75), rng.uniform(0.12, 0.4)
    body = np.exp(-(((X - middle) / wide) ** 2))

    def draw(n: int) -> Picture:
        rows = (np.arange(HEIGHT) - speed * n) % tall.shape[0]
        heat = body * (0.5 * tall[rows] + 0.4 * fine[(rows * 2 + n) % tall.shape[0]])[:, :WIDTH]
        heat = np.clip(heat * (1 + 0.12 * np.sin(0.5 * n)), 0, 1.4)[..., None]
        return np.clip(paints[0] * 0.35 + heat * paints[1] * 1.1 + np.clip(heat - 0.8, 0, 1) * paints[2], 0, 255)

    return draw


def _speaker(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """A head that speaks before a background out of focus."""
    ground = cv2.GaussianBlur(cv2.resize(_room(rng, style), (WIDTH, HEIGHT)), (0, 0), 6)
    x, skin, coat = int(rng.uniform(90, 230)), rng.uniform(80, 215), _paints(rng, 2)
    size, rate = int(rng.uniform(24, 52)), rng.uniform(0.15, 0.5)

    def draw(n: int) -> Picture:
        shown = ground.copy()
        sway, nod = int(5 * np.sin(0.11 * n)), int(3 * np.sin(0.23 * n))
        at, face = (x + sway, 80 + nod), (skin, skin * 0.8, skin * 0.66)
        cv2.ellipse(shown, (x + sway // 2, 80 + 3 * size), (2 * size, int(1.7 * size)), 0, 0, 360, coat[0].tolist(), -1)
        cv2.ellipse(shown, at, (int(0.8 * size), size), 0, 0, 360, face, -1, cv2.LINE_AA)
        cv2.ellipse(shown, (at[0], at[1] - size // 2), (int(0.82 * size), size // 2), 0, 180, 360, coat[1].tolist(), -1)
        wide = abs(np.sin(rate * n) + 0.5 * np.sin(2.7 * rate * n))
        mouth = size // 3, 1 + int(size * 0.16 * wide)
        cv2.ellipse(shown, (at[0], at[1] + size // 2), mouth, 0, 0, 360, (90, 30, 30), -1)
        for eye in (-1, 1):
            cv2.circle(shown, (at[0] + eye * size // 3, at[1] - size // 8), max(2, size // 11), (15, 15, 20), -1)
        return shown

    return draw


STILLS: list[Callable[[Rng, Rng], Any]] = [_room, _crowd, _forest, _carpet, _farmland, _desktop]
LOOKS = [*STILLS, _street, _speaker, _fire]


def slide(rng: Rng, family: int) -> Callable[[int], Picture]:
    """A page that is read from; of one family the text alone differs, of some a part of the lines alone."""
    style = np.random.default_rng([family, 17])
    tint, dark = style.uniform(0, 60, 3), style.random() < 0.45
    paper, ink = (tint, 255 - style.uniform(0, 70, 3)) if dark else (255 - tint * 0.6, style.uniform(0, 120, 3))
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    page[:] = (page * np.linspace(1, style.uniform(0.75, 1), HEIGHT)[:, None, None]).astype(np.uint8)
    accent, layout = style.uniform(30, 220, 3).tolist(), int(style.integers(4))
    if layout == 0:
        cv2.rectangle(page, (0, 0), (9, HEIGHT), accent, -1)
    elif layout == 1:
        cv2.rectangle(page, (0, HEIGHT - 16), (WIDTH, HEIGHT), accent, -1)
    elif layout == 2:
        cv2.circle(page, (WIDTH - 40, HEIGHT // 2), 26, accent, -1, cv2.LINE_AA)
    font = int(style.choice([cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL, cv2.FONT_HERSHEY_SIMPLEX]))
    scale, gap, letters = style.uniform(0.3, 0.52), int(style.integers(16, 30)), list("eatrinoshlducmgfpbyvk")

    def words(own: Rng, count: int) -> str:
        return " ".join("".join(own.choice(letters, int(own.integers(1, 11)))) for _ in range(count))

    title = style if style.random() < 0.6 else rng  # of many talks the heading stays
    cv2.putText(page, words(title, 2), (20, 26), font, 1.5 * scale, ink.tolist(), 1, cv2.LINE_AA)
    kept = int(style.integers(0, 3)) if style.random() < 0.3 else 0
    for line in range(int(rng.integers(kept + 1, kept + 5))):
        own = style if line < kept else rng
        mark = f"{line + 1}. " if layout % 2 else ""
        text = mark + words(own, int(own.integers(2, 6)))
        cv2.putText(page, text, (20, 54 + gap * line), font, scale, ink.tolist(), 1, cv2.LINE_AA)
    shown = page.astype(np.float32)
    return lambda n: shown


def place(
    move: str, rng: Rng, fps: float, size: int, wide: int
) -> Callable[[float], tuple[float, float, float, float]]:
    """Where the camera is after so many seconds: its offset (pixels of the canvas), zoom, and angle (degrees)."""
    sign, way, half = float(rng.choice([-1, 1])), rng.uniform(0, 6.28), size / fps / 2
    starts = half * rng.uniform(0.4, 1.4), half * rng.uniform(0.4, 1.4)
    lasts, jump, rate = rng.uniform(0.18, 0.45), rng.uniform(0.3, 0.55) * wide, rng.uniform(30, 140)
    tilt, freqs = rng.uniform(-0.4, 0.4), rng.uniform(1, 9, 4)

    def gone(t: float, at: float) -> float:
        return 1 / (1 + float(np.exp(-12 * ((t - at) / lasts - 0.5)))) if abs(t - at) < 3 else float(t > at)

    def where(t: float) -> tuple[float, float, float, float]:
        if move == "pan":  # it starts and stops
            along = sign * rate * max(0.0, min(t, half * 1.6) - 0.3)
            return along, tilt * along, 1.0, 0.0
        if move == "zoom":
            return 0.0, 0.0, float(np.exp(sign * 0.09 * (t - half))), 0.0
        if move == "fast_zoom":
            return 0.0, 0.0, float(np.exp(sign * 0.6 * (gone(t, starts[0]) - 0.5))), 0.0
        if move == "hand":
            x, y, turn = (
                float(np.sin(freqs[i] * t + way + i) + 0.5 * np.sin(2.3 * freqs[i + 1] * t)) for i in range(3)
            )
            return 5 * x, 4 * y, 1.0, 0.5 * turn
        if move == "whip":  # there, and sometimes back
            back = gone(t, starts[1] + 0.8) if tilt > 0 else 0.0
            return sign * jump * (gone(t, starts[0]) - 0.5 - back), tilt * jump * gone(t, starts[0]) * 0.4, 1.0, 0.0
        return 0.0, 0.0, 1.0, 0.0

    return where


def transition(kind: str, rng: Rng) -> str:
    """How one shot becomes the next in a video of *kind*."""
    ways: dict[str, tuple[str, ...]] = {
        "dissolve": DISSOLVES, "wipe": WIPES, "fade": FADES,
        "dark_soft": ("dissolve", "fade_black", "fade_hold", "barn", "cosine_dissolve", "soft_corner"),
        "mixed": ("cut",) * 4 + tuple(str(rng.choice(some)) for some in (DISSOLVES, WIPES, FADES)),
    }  # fmt: skip
    return str(rng.choice(ways[kind])) if kind in ways else "cut"


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    if how in DISSOLVES:
        part = 0.5 - 0.5 * float(np.cos(np.pi * share)) if how == "cosine_dissolve" else share
        made = one * (1 - part) + two * part
        soft = 1 + 2 * int(9 * min(share, 1 - share))
        return cv2.blur(np.float32(made), (soft, soft)) if how == "blur_dissolve" else made
    if how in FADES:
        empty = 255.0 if how == "fade_white" else 0.0
        if how in ("fade_down", "fade_up"):  # of one side alone: the other picture is there at once
            return empty + ((one - empty) * (1 - share) if how == "fade_down" else (two - empty) * share)
        held = 0.3 if how == "fade_hold" else 0.04
        side = max(0.0, abs(2 * share - 1) - held) / (1 - held)
        return empty + ((one if share < 0.5 else two) - empty) * side
    if how == "push_right":
        gone = round(WIDTH * share)
        return np.concatenate([two[:, WIDTH - gone :], one[:, : WIDTH - gone]], axis=1)
    if how == "cover_down":
        gone = round(HEIGHT * share)
        return np.concatenate([two[HEIGHT - gone :], one[gone:]], axis=0)
    blocks = np.random.default_rng(seed).permutation(15 * 9).reshape(9, 15) / 135
    order = {
        "clock": (np.arctan2(X - 0.5, 0.5 - Y) / 6.2832) % 1,
        "barn": 1 - 2 * abs(X - 0.5),
        "blocks": np.repeat(np.repeat(blocks, HEIGHT // 9, 0), WIDTH // 15 + 1, 1)[:HEIGHT, :WIDTH],
        "circle_in": 1 - np.hypot(X - 0.5, (Y - 0.5) * 0.6) / 0.6,
        "zigzag": X * 0.9 + 0.1 * abs((8 * Y) % 2 - 1),
        "soft_corner": (X * X + Y * Y) / 2,
        "venetian": (X * 9) % 1,
    }[how]
    order, soft = (1 - order if seed % 2 else order), 0.35 if how == "soft_corner" else 0.01 + 0.05 * (seed % 4 == 0)
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask
