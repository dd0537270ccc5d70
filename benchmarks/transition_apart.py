"""What the third part of `transition_videos.py` has of its own: looks, slides, moves, events and transitions.

It was written after the detector, and nothing was fitted to it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import matplotlib.cbook
import numpy as np
from transition_looks import HEIGHT, WIDTH, Picture, Rng

SIZE = 960, 540
WIPES = ("clock", "barn_door", "tiles", "corner", "push_in", "wipe_eased")
X, Y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))


def _colours(style: Rng, count: int) -> Picture:
    """Colours of every hue: hue, saturation and value are drawn by themselves."""
    hsv = np.stack([style.uniform(0, 180, count), style.uniform(20, 230, count), style.uniform(30, 245, count)], -1)
    return cv2.cvtColor(hsv[None].astype(np.uint8), cv2.COLOR_HSV2RGB)[0].astype(np.float32)


def _waves(rng: Rng, style: Rng) -> Picture:
    """Water, cloth, corrugated things: sums of waves, and a light that falls off."""
    colours, count = _colours(style, 2), int(style.integers(2, 5))
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    height = np.zeros(x.shape, np.float32)
    for _ in range(count):
        angle, length = rng.uniform(0, 3.14), rng.uniform(25, 260)
        height += np.sin((x * np.cos(angle) + y * np.sin(angle)) * 6.28 / length + rng.uniform(0, 6.28))
    share = np.clip(0.5 + height / (2 * count), 0, 1)[..., None]
    light = 1.15 - 0.5 * np.hypot(x / SIZE[0] - rng.uniform(0, 1), y / SIZE[1] - rng.uniform(0, 1))[..., None]
    return np.clip((colours[0] * share + colours[1] * (1 - share)) * light, 0, 255).astype(np.float32)


def _trees(rng: Rng, style: Rng) -> Picture:
    """Trunks and branches before a bright or a dark sky."""
    colours = _colours(style, 3)
    canvas = np.linspace(0, 1, SIZE[1], dtype=np.float32)[:, None, None] * (colours[1] - colours[0]) + colours[0]
    canvas = np.ascontiguousarray(np.repeat(canvas, SIZE[0], axis=1))
    todo = [(rng.uniform(0, SIZE[0]), SIZE[1], rng.uniform(-1.8, -1.3), rng.uniform(90, 170), 16) for _ in range(9)]
    while todo:
        x, y, angle, length, thick = todo.pop()
        end = x + length * np.cos(angle), y + length * np.sin(angle)
        shade = (colours[2] * rng.uniform(0.6, 1.1)).tolist()
        cv2.line(canvas, (int(x), int(y)), (int(end[0]), int(end[1])), shade, max(1, int(thick)), cv2.LINE_AA)
        if length > 18:
            spread = rng.uniform(0.2, 0.6, 2)
            todo += [(*end, angle - spread[0], length * 0.72, thick * 0.62)]
            todo += [(*end, angle + spread[1], length * 0.68, thick * 0.6)]
    return np.clip(canvas + rng.normal(0, 4, canvas.shape), 0, 255).astype(np.float32)


def _room(rng: Rng, style: Rng) -> Picture:
    """Walls, a floor of boards, pictures on the wall and boxes that stand about."""
    colours = _colours(style, 8)
    canvas = np.full((SIZE[1], SIZE[0], 3), colours[0], np.float32)
    corner, floor = int(rng.uniform(250, 700)), int(rng.uniform(300, 400))
    canvas[:, corner:] = colours[0] * 0.75
    cv2.fillPoly(canvas, [np.array([(0, 540), (0, floor + 60), (corner, floor), (960, floor + 80), (960, 540)])],
                 colours[1].tolist(), cv2.LINE_AA)  # fmt: skip
    for x in range(-600, 1600, int(rng.integers(60, 140))):
        cv2.line(canvas, (corner, floor - 40), (x, 560), (colours[1] * 0.8).tolist(), 2, cv2.LINE_AA)
    for _ in range(int(rng.integers(2, 7))):
        x, y, w, h = (int(v) for v in (rng.uniform(20, 900), rng.uniform(30, 200), *rng.uniform(40, 120, 2)))
        cv2.rectangle(canvas, (x - 5, y - 5), (x + w + 5, y + h + 5), (colours[2] * 0.4).tolist(), -1)
        cv2.rectangle(canvas, (x, y), (x + w, y + h), colours[int(rng.integers(3, 8))].tolist(), -1)
    for _ in range(int(rng.integers(3, 9))):
        x, w, h = int(rng.uniform(0, 900)), int(rng.uniform(40, 180)), int(rng.uniform(50, 230))
        colour, bottom = colours[int(rng.integers(3, 8))], int(floor + rng.uniform(20, 140))
        cv2.rectangle(canvas, (x, bottom - h), (x + w, bottom), colour.tolist(), -1)
        cv2.fillPoly(canvas, [np.array([(x, bottom - h), (x + 25, bottom - h - 22), (x + w + 25, bottom - h - 22),
                                        (x + w, bottom - h)])], (colour * 1.15).tolist(), cv2.LINE_AA)  # fmt: skip
    return np.clip(cv2.GaussianBlur(canvas, (0, 0), 1.2) + rng.normal(0, 3, canvas.shape), 0, 255).astype(np.float32)


def _terrain(rng: Rng, style: Rng) -> Picture:
    """The real relief of a coast, in other colours each time and lit from one side."""
    height = _sample("topobathy.npz")
    if rng.random() < 0.5:
        height = height[:, ::-1]
    top, left = int(rng.integers(0, 40)), int(rng.integers(0, 50))
    part = cv2.resize(
        np.ascontiguousarray(height[top : top + 50, left : left + 70]), SIZE, interpolation=cv2.INTER_CUBIC
    )
    levels = np.sort(rng.uniform(part.min(), part.max(), 4))
    paint = _colours(style, 5)[np.digitize(part, levels)]
    slope = cv2.Sobel(part, cv2.CV_32F, 1, 0) + cv2.Sobel(part, cv2.CV_32F, 0, 1)
    return np.clip(paint * np.clip(0.9 + slope / (4 * slope.std() + 1e-3), 0.4, 1.4)[..., None], 0, 255)


def _photo(rng: Rng, style: Rng) -> Picture:
    """A part of a photograph, turned or mirrored, in its own colours or toned."""
    photo = _sample("grace_hopper.jpg")
    size = int(rng.integers(150, 330))
    top, left = int(rng.integers(0, 600 - size)), int(rng.integers(0, 512 - size))
    part = photo[top : top + int(size * 0.6), left : left + size]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    part = part[::-1] if rng.random() < 0.3 else part
    canvas = cv2.resize(np.ascontiguousarray(part, np.float32), SIZE, interpolation=cv2.INTER_CUBIC)
    if style.random() < 0.5:
        canvas = canvas.mean(2, keepdims=True) * _colours(style, 1)[0] / 128
    return np.clip(canvas, 0, 255).astype(np.float32)


def _sample(name: str) -> Any:
    """A sample that comes with matplotlib."""
    path = Path(matplotlib.cbook.get_sample_data(name, asfileobj=False))
    return np.load(path)["topo"] if path.suffix == ".npz" else cv2.imread(str(path))[..., ::-1]


def _crowd(rng: Rng, style: Rng) -> Picture:
    """Many little figures in rows."""
    colours = _colours(style, 7)
    canvas = np.full((SIZE[1], SIZE[0], 3), colours[0] * 0.7, np.float32)
    for row in range(60, 620, int(rng.integers(45, 80))):
        size = 14 + row // 22
        for x in range(int(rng.integers(0, 40)), 960, int(size * rng.uniform(1.6, 3))):
            x, y = x + int(rng.normal(0, 6)), row + int(rng.normal(0, 5))
            cv2.ellipse(canvas, (x, y + 2 * size), (size, int(1.6 * size)), 0, 0, 360,
                        colours[int(rng.integers(1, 7))].tolist(), -1, cv2.LINE_AA)  # fmt: skip
            skin = np.array([1, 0.78, 0.64]) * rng.uniform(70, 230)
            cv2.circle(canvas, (x, y), int(0.7 * size), skin.tolist(), -1, cv2.LINE_AA)
    return canvas


LOOKS = [_waves, _trees, _room, _terrain, _crowd, _photo]


def slide(rng: Rng, family: int) -> Callable[[int], Picture]:
    """A slide: a coloured column at the left, a headline, and numbered lines; of one family the text differs."""
    style = np.random.default_rng([family, 5])
    paper, ink = _colours(style, 2)
    ink = ink * 0.3 if paper.mean() > 110 else 255 - (255 - ink) * 0.3
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    wide = int(style.integers(8, 60))
    cv2.rectangle(page, (0, 0), (wide, HEIGHT), (paper * 0.6 + ink * 0.4).tolist(), -1)
    letters, font = list("aeionrstlmdpgfk"), cv2.FONT_HERSHEY_DUPLEX

    def words(count: int) -> str:
        return " ".join("".join(rng.choice(letters, int(rng.integers(3, 8)))) for _ in range(count))

    title = "Chapter four" if rng.random() < 0.4 else words(2)
    cv2.putText(page, title, (wide + 10, 30), font, 0.6, ink.tolist(), 1, cv2.LINE_AA)
    for line in range(int(rng.integers(1, 5))):
        text = f"{line + 1}. {words(int(rng.integers(2, 5)))}"
        cv2.putText(page, text, (wide + 12, 65 + 29 * line), font, 0.4, ink.tolist(), 1, cv2.LINE_AA)
    shown = page.astype(np.float32)
    return lambda n: shown


def place(
    move: str, rng: Rng, fps: float, size: int, wide: int
) -> Callable[[float], tuple[float, float, float, float]]:
    """Where the camera is after so many seconds: its offset (pixels of the canvas), zoom, and angle (degrees)."""
    way, far = rng.uniform(0, 6.28), rng.uniform(15, 75)
    at, rate, phases = rng.uniform(0.3, 0.6) * size / fps, rng.uniform(0.8, 2.2), rng.uniform(0, 6.28, 6)
    jump, sign, lasts = rng.uniform(0.3, 0.55) * wide, rng.choice([-1, 1]), rng.uniform(0.25, 0.6)

    def ease(t: float) -> float:
        share = min(1.0, max(0.0, (t - at) / lasts))
        return 0.5 - 0.5 * float(np.cos(np.pi * share))

    def where(t: float) -> tuple[float, float, float, float]:
        if move == "pan":  # it starts, goes and stops
            along = far * (t - np.sin(rate * t) / rate)
            return along * float(np.cos(way)), 0.6 * along * float(np.sin(way)), 1.0, 0.0
        if move == "zoom":
            return 0.0, 0.0, float(np.exp(sign * 0.25 * np.sin(0.5 * rate * t))), 0.0
        if move == "fast_zoom":
            return 0.0, 0.0, float(np.exp(sign * 0.8 * ease(t))), 0.0
        if move == "hand":
            sway = [float(np.sin(f * t + p)) for f, p in zip((1.1, 2.9, 5.3, 0.9, 3.4, 8.0), phases, strict=True)]
            return 14 * sway[0] + 4 * sway[1] + sway[2], 9 * sway[3] + 4 * sway[4] + sway[5], 1.0, 1.2 * sway[0]
        if move == "whip":
            return sign * jump * (ease(t) - 0.5), 12 * float(np.sin(3 * ease(t))), 1.0, 0.0
        return 0.0, 0.0, 1.0, 0.0

    return where


def event(name: str, rng: Rng, fps: float, size: int) -> Callable[[Picture, int], Picture]:
    """What befalls a shot without being a boundary."""
    at = int(rng.uniform(0.2, 0.75) * size)
    if name == "flash":
        first, lasts = int(rng.uniform(0.05, 0.95) * size), int(rng.integers(1, max(2, round(0.14 * fps))))
        tint, top = np.array([1, rng.uniform(0.85, 1), rng.uniform(0.7, 1)]), rng.uniform(150, 255)
        fall = 1 - 0.4 * np.hypot(X - rng.uniform(0, 1), Y - rng.uniform(0, 1))[..., None]
        return lambda p, n: p + top * fall * tint if first <= n < first + lasts else p
    if name == "lightning":
        lit = {at + int(k) for k in rng.integers(0, int(0.5 * fps), int(rng.integers(2, 7)))}
        gain, spot = rng.uniform(70, 150), np.clip(1.2 - 0.9 * Y - 0.4 * abs(X - 0.3), 0, 1)[..., None]
        return lambda p, n: p + gain * spot if n in lit else p + 0.4 * gain * spot if n - 1 in lit else p
    if name in ("light", "light_ramp"):
        gains = rng.choice([rng.uniform(0.35, 0.7), rng.uniform(1.35, 1.9)]) * rng.uniform(0.9, 1.1, 3)
        ramp = 1 if name == "light" else int(rng.uniform(0.08, 0.8) * fps)
        return lambda p, n: p * (1 + (gains - 1) * np.clip((n - at) / ramp, 0, 1))
    if name in ("mover", "action"):
        return _movers(name, rng, fps, at)
    if name == "shake":
        kicks, turn = rng.normal(0, 8, (2, 3)), rng.uniform(9, 25, 3)

        def shake(p: Picture, n: int) -> Picture:
            t = (n - at) / fps
            off = kicks @ (np.sin(turn * t) * np.exp(-1.2 * abs(t)))
            matrix = np.float32([[1, 0, off[0]], [0, 1, off[1]]])
            return cv2.warpAffine(np.float32(p), matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)

        return shake
    if name == "subtitle":
        letters = list("eanirstolu")
        words = [" ".join("".join(rng.choice(letters, int(rng.integers(2, 7)))) for _ in range(5)) for _ in range(2)]
        until = at + int(rng.uniform(0.7, 2) * fps)

        def write(p: Picture, n: int) -> Picture:
            if at <= n < until:
                p = np.clip(p, 0, 255).astype(np.uint8)
                cv2.rectangle(p, (0, 138), (WIDTH, HEIGHT), (0, 0, 0), -1)
                for line, text in enumerate(words):
                    cv2.putText(p, text, (24, 154 + 18 * line), cv2.FONT_HERSHEY_DUPLEX, 0.42, (255, 240, 90), 1)
            return p

        return write
    grain, sigma = np.random.default_rng(int(rng.integers(1 << 30))), rng.uniform(5, 16)
    return lambda p, n: p + cv2.GaussianBlur(grain.normal(0, 2 * sigma, (HEIGHT, WIDTH)), (0, 0), 0.7)[..., None]


def _movers(name: str, rng: Rng, fps: float, at: int) -> Callable[[Picture, int], Picture]:
    """One large striped thing that crosses the picture, or several small ones that go to and fro."""
    count = 1 if name == "mover" else int(rng.integers(3, 9))
    half = rng.uniform(0.3, 0.7, count) if name == "mover" else rng.uniform(0.04, 0.14, count)
    colours, seconds, way = _colours(rng, 2 * count), rng.uniform(0.5, 1.5), rng.choice([-1, 1])
    phase, rate, tilt = rng.uniform(0, 6.28, (count, 2)), rng.uniform(2, 8, (count, 2)), rng.uniform(0, 180, count)

    def move(p: Picture, n: int) -> Picture:
        p = np.ascontiguousarray(p, np.float32)
        for i in range(count):
            if name == "mover":
                share = (n - at) / fps / seconds
                if not -1.2 < share < 1.2:
                    continue
                x, y = 0.5 + way * 0.9 * share, 0.5 + 0.2 * float(np.sin(phase[i, 0] + share))
            else:
                x, y = (0.5 + 0.42 * np.sin(phase[i] + rate[i] * n / fps) * np.cos(0.7 * n / fps)).tolist()
            middle, size = (int(x * WIDTH), int(y * HEIGHT)), int(half[i] * HEIGHT)
            axes = size, max(2, int(0.75 * size))
            cv2.ellipse(p, middle, axes, tilt[i], 0, 360, colours[i].tolist(), -1, cv2.LINE_AA)
            inner = axes[0] // 2, max(1, axes[1] // 2)
            cv2.ellipse(p, middle, inner, tilt[i], 0, 360, colours[count + i].tolist(), max(1, size // 8), cv2.LINE_AA)
        return p

    return move


def transition(kind: str, rng: Rng) -> str:
    """How one shot becomes the next in a video of *kind*."""
    if kind == "dissolve":
        return str(rng.choice(["dissolve", "dissolve", "dissolve_eased"]))
    if kind == "wipe":
        return str(rng.choice(WIPES))
    fades = "fade_black", "fade_white", "fade_hold"
    if kind == "fade":
        return str(rng.choice(fades))
    if kind == "dark_soft":
        return str(rng.choice(["dissolve", "dissolve_eased", "fade_hold", "barn_door", "clock"]))
    if kind == "mixed":
        soft = "dissolve", "dissolve_eased", str(rng.choice(WIPES)), str(rng.choice(fades))
        return str(rng.choice(["cut", "cut", "cut", *soft]))
    return "cut"


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    eased = share * share * (3 - 2 * share)
    if how.startswith("dissolve"):
        share = eased if how == "dissolve_eased" else share
        return one * (1 - share) + two * share
    if how.startswith("fade"):
        ground, hold = (255.0 if how == "fade_white" else 0.0), (0.16 if how == "fade_hold" else 0.0)
        side = np.clip((abs(2 * share - 1) - hold) / (1 - hold), 0, 1)
        return ground + ((one if share < 0.5 else two) - ground) * side
    if how == "push_in":  # the new picture slides over the old one
        left = round(WIDTH * (1 - eased))
        return np.concatenate([one[:, :left], two[:, : WIDTH - left]], axis=1)
    tiles = np.random.default_rng(seed).permutation(48).reshape(6, 8) / 47
    order = {
        "clock": (np.arctan2(X - 0.5, 0.5 - Y) / 6.2832) % 1,
        "barn_door": abs(X - 0.5) * 2 if seed % 2 else 1 - abs(Y - 0.5) * 2,
        "tiles": cv2.resize(tiles, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST),
        "corner": np.maximum(X, Y) if seed % 2 else np.maximum(1 - X, Y),
        "wipe_eased": X if seed % 2 else 1 - Y,
    }[how]
    share, soft = (eased if how == "wipe_eased" else share), (0.15 if seed % 4 == 0 else 0.01)
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask
