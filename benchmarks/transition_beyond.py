"""What the fourth part of `transition_videos.py` has of its own: looks, live scenes, slides, moves and transitions.

It was written, rendered and measured before the detector was worked on again, and nothing was fitted to it. Its
photographs come with scikit-image. What befalls a shot is in `transition_events.py`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from transition_events import events as events
from transition_looks import HEIGHT, WIDTH, Picture, Rng

SIZE = 960, 540
SLIDING = ("push_left", "push_up", "push_blur", "uncover_down", "uncover_right", "cover_left", "cover_up", "doors")
WIPES = ("spiral", "stripes", "checkers", "iris_out", "luma", "wedge", "bars", "soft_slope")
FADES = ("fade_black", "fade_colour", "fade_out", "fade_in", "fade_white")
DISSOLVES = ("dissolve", "film_dissolve", "late_dissolve")
PHOTOS = (
    "astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg", "ihc.png", "retina.jpg",
    "hubble_deep_field.jpg", "camera.png", "coins.png", "brick.png", "grass.png", "gravel.png", "moon.png",
)  # fmt: skip
X, Y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))


@cache
def _file(name: str) -> Picture:
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise SystemExit("this part shows photographs of scikit-image: pip install scikit-image")
    return cv2.imread(str(Path(spec.origin).parent / "data" / name))[..., ::-1]


def _tones(style: Rng, count: int) -> Picture:
    """Colours about one or two hues, from dark to light."""
    hue = (style.uniform(0, 180) + style.choice([0, 90]) * (np.arange(count) % 2) + style.normal(0, 12, count)) % 180
    hsv = np.stack([hue, style.uniform(10, 190, count), np.linspace(40, 235, count)], -1).astype(np.uint8)
    return style.permutation(cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0].astype(np.float32))


def _noise(rng: Rng, size: tuple[int, int], octaves: int, fall: float = 0.55) -> Picture:
    """(height, width) of fractal noise, about 0 with a spread of about 1."""
    wide, high = size
    total = np.zeros((high, wide), np.float32)
    for n in range(octaves):
        cells = rng.normal(0, 1, (3 * 2**n, 5 * 2**n)).astype(np.float32)
        total += fall**n * cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC)
    return total / total.std()


def photograph(rng: Rng, style: Rng) -> Picture:
    """A part of a photograph in its own colours."""
    photo = _file(PHOTOS[int(rng.integers(len(PHOTOS)))])
    high, wide = photo.shape[:2]
    width = int(min(wide, high * 16 / 9) * rng.uniform(0.6, 1))
    height = width * 9 // 16
    top, left = int(rng.integers(0, high - height + 1)), int(rng.integers(0, wide - width + 1))
    part = np.ascontiguousarray(photo[top : top + height, left : left + width], np.float32)
    return np.clip(cv2.resize(part, SIZE, interpolation=cv2.INTER_CUBIC), 0, 255)


def _marble(rng: Rng, style: Rng) -> Picture:
    """Noise that is bent by noise: marble, smoke, clouds."""
    x, y = np.meshgrid(np.arange(SIZE[0], dtype=np.float32), np.arange(SIZE[1], dtype=np.float32))
    field, far = _noise(rng, SIZE, 6), style.uniform(30, 120)
    bent = cv2.remap(field, x + far * _noise(rng, SIZE, 3), y + far * _noise(rng, SIZE, 3), cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REFLECT_101)  # fmt: skip
    tones, share = _tones(style, 3), 1 / (1 + np.exp(-1.6 * bent))[..., None]
    return tones[0] * (1 - share) + tones[1] * share + tones[2] * 0.4 * np.sin(4 * bent)[..., None] ** 2


def _leaves(rng: Rng, style: Rng) -> Picture:
    """Leaves of many sizes that lie over one another, lit from above (the dead leaves model)."""
    tones, light = _tones(style, 6), _noise(rng, SIZE, 3)
    canvas = np.full((SIZE[1], SIZE[0], 3), tones[0] * 0.5, np.float32)
    sizes = np.sort(12 / rng.uniform(0.06, 1, 700) ** 0.9)[::-1]
    for size in sizes:
        place = int(rng.uniform(0, SIZE[0])), int(rng.uniform(0, SIZE[1]))
        axes = int(size), max(3, int(size * rng.uniform(0.3, 0.9)))
        colour = tones[int(rng.integers(1, 6))] * rng.uniform(0.6, 1.15)
        cv2.ellipse(canvas, place, axes, rng.uniform(0, 180), 0, 360, colour.tolist(), -1, cv2.LINE_AA)
    return np.clip(canvas * (1 + 0.12 * light[..., None]), 0, 255)


def _shelves(rng: Rng, style: Rng) -> Picture:
    """Shelves with bottles and boxes."""
    tones = _tones(style, 7)
    canvas = np.full((SIZE[1], SIZE[0], 3), tones[0] * 0.6, np.float32)
    bottom = int(rng.integers(60, 120))
    while bottom < 640:
        tall = int(rng.integers(70, 120))
        left = int(rng.integers(-20, 10))
        while left < SIZE[0]:
            wide, high = int(rng.integers(16, 50)), int(tall * rng.uniform(0.4, 0.9))
            colour = tones[int(rng.integers(1, 7))] * rng.uniform(0.7, 1.1)
            cv2.rectangle(canvas, (left, bottom - high), (left + wide, bottom), colour.tolist(), -1)
            cv2.rectangle(canvas, (left + 2, bottom - high // 2), (left + wide - 2, bottom - high // 5),
                          tones[int(rng.integers(1, 7))].tolist(), -1)  # fmt: skip
            left += wide + int(rng.integers(0, 12)) + (60 if rng.random() < 0.06 else 0)
        cv2.rectangle(canvas, (0, bottom), (SIZE[0], bottom + 9), (tones[0] * 0.9).tolist(), -1)
        bottom += tall
    return np.clip(cv2.GaussianBlur(canvas, (0, 0), 0.9) + rng.normal(0, 4, canvas.shape), 0, 255)


def _prints(rng: Rng, style: Rng) -> Picture:
    """Photographs that lie on a table, at all angles."""
    tones = _tones(style, 3)
    canvas = np.clip(tones[0] + 14 * _noise(rng, SIZE, 5)[..., None], 0, 255).astype(np.float32)
    for _ in range(int(rng.integers(4, 10))):
        own = cv2.copyMakeBorder(cv2.resize(photograph(rng, style), (240, 135)), 8, 8, 8, 8, cv2.BORDER_CONSTANT,
                                 value=(235, 232, 225))  # fmt: skip
        matrix = cv2.getRotationMatrix2D((128, 75), rng.uniform(0, 360), rng.uniform(0.8, 1.8))
        matrix[:, 2] += (rng.uniform(0, SIZE[0]) - 128, rng.uniform(0, SIZE[1]) - 75)
        mask = cv2.warpAffine(np.ones(own.shape[:2], np.float32), matrix, SIZE)[..., None]
        canvas = canvas * (1 - mask) + cv2.warpAffine(own, matrix, SIZE) * mask
    return canvas


def _relief(rng: Rng, style: Rng) -> Picture:
    """Hills from the air: the relief of noise or of the moon, lit from one side."""
    ground = _noise(rng, SIZE, 8, 0.6) if rng.random() < 0.6 else photograph(rng, style).mean(2) / 40
    slope = cv2.GaussianBlur(cv2.Sobel(ground, cv2.CV_32F, 1, 1, ksize=3), (0, 0), 1.2)
    tones, high = _tones(style, 4), np.digitize(ground, np.quantile(ground, [0.25, 0.55, 0.85]))
    return np.clip(tones[high] * np.clip(1 + 0.35 * slope / slope.std(), 0.3, 1.6)[..., None], 0, 255)


def _corridor(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """A way through a tiled passage: the camera goes forwards without end."""
    tones, speed = _tones(style, 4), rng.uniform(0.01, 0.05)
    depth = 1 / np.maximum(0.04, np.maximum(abs(X - 0.2 * rng.normal()), abs(Y)))
    angle = np.floor(np.arctan2(Y, X) / 0.785 + 4).astype(int)
    fall = np.clip(1.3 - depth / 14, 0.08, 1)[..., None]
    walls = tones[np.array([0, 1, 1, 2, 2, 3, 3, 0, 0])[angle]]

    def draw(n: int) -> Picture:
        lit = 0.75 + 0.25 * np.sign(np.sin(3 * (depth + speed * 8 * n)))[..., None]
        return walls * lit * fall

    return draw


def _sea(rng: Rng, style: Rng) -> Callable[[int], Picture]:
    """A sea under a sky: its waves come nearer and glitter."""
    tones, start = _tones(style, 3), int(rng.integers(1000))
    far = 1 / np.maximum(0.03, Y + rng.uniform(0.1, 0.5))
    sky = rng.uniform(0.1, 0.4) < -Y
    cloud = _noise(rng, (WIDTH, HEIGHT), 5)[..., None]

    def draw(n: int) -> Picture:
        t = 0.05 * (n + start)
        wave = (
            np.sin(7 * far + 5 * X * far + 3 * t) + np.sin(11 * far - 3 * X * far + 4.1 * t) + np.sin(23 * far + 6 * t)
        )
        water = tones[0] * (0.75 + 0.15 * wave[..., None])
        return np.where(sky[..., None], tones[1] * (1 + 0.15 * cloud), water) * 0.9 + 8

    return draw


DRAWN: list[Callable[[Rng, Rng], Any]] = [_marble, _leaves, _shelves, _prints, _relief]
LOOKS = [photograph, *DRAWN, photograph, _corridor, _sea]


def slide(rng: Rng, family: int) -> Callable[[int], Picture]:
    """A slide of a lecture; of one family the text alone differs. Some have a small picture of who speaks."""
    style = np.random.default_rng([family, 9])
    tones, dark = _tones(style, 2), style.random() < 0.5
    paper, ink = (
        (tones[0] * 0.2, 255 - (255 - tones[1]) * 0.3) if dark else (255 - (255 - tones[0]) * 0.15, tones[1] * 0.3)
    )
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    font, columns = int(style.choice([cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_TRIPLEX])), style.random() < 0.4
    scale = 0.85 if font == cv2.FONT_HERSHEY_PLAIN else 0.38
    cv2.line(page, (12, 32), (WIDTH - 12, 32), ink.tolist(), 1)
    if style.random() < 0.5:
        cv2.circle(page, (WIDTH - 22, HEIGHT - 18), 11, tones[1].tolist(), -1, cv2.LINE_AA)
    letters = list("etaoinshrdlucmwfgyp")

    def words(count: int) -> str:
        return " ".join("".join(rng.choice(letters, int(rng.integers(2, 10)))) for _ in range(count))

    cv2.putText(page, words(int(rng.integers(1, 4))), (14, 26), font, 1.5 * scale, ink.tolist(), 1, cv2.LINE_AA)
    for left in (14, 168) if columns else (14,):
        for line in range(int(rng.integers(2, 7))):
            text = f"- {words(int(rng.integers(1, 3) if columns else rng.integers(2, 6)))}"
            cv2.putText(page, text, (left, 54 + 19 * line), font, scale, ink.tolist(), 1, cv2.LINE_AA)
    shown = page.astype(np.float32)
    if style.random() > 0.35:
        return lambda n: shown
    face, rate = cv2.resize(photograph(style, style), (64, 48)), style.uniform(0.1, 0.3)

    def draw(n: int) -> Picture:
        picture = shown.copy()
        picture[4:44, WIDTH - 64 : WIDTH - 8] = face[4 + int(3 * np.sin(rate * n)) :][:40, 4:60]
        return picture

    return draw


def place(
    move: str, rng: Rng, fps: float, size: int, wide: int
) -> Callable[[float], tuple[float, float, float, float]]:
    """Where the camera is after so many seconds: its offset (pixels of the canvas), zoom, and angle (degrees)."""
    way, speed, at = rng.uniform(0, 6.28), rng.uniform(20, 110), rng.uniform(0.3, 0.7) * size / fps
    lasts, jump, sign = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.6) * wide, float(rng.choice([-1, 1]))
    steps = rng.normal(0, 1, (3, 4000))
    for _ in range(2):
        steps = cv2.blur(steps, (15, 1))
    wander = np.cumsum(steps - steps.mean(1, keepdims=True), axis=1)

    starts, lengths = np.sort(rng.uniform(0, size / fps, 9)), rng.uniform(0.2, 0.7, 9)
    stops = np.concatenate([[0], rng.uniform(-0.3, 0.3, 9) * wide]), np.concatenate([[0], rng.uniform(-0.5, 0.5, 9)])

    def where(t: float) -> tuple[float, float, float, float]:
        if move == "roam":  # from one stop to the next, by whip pans and quick zooms, in a hand that is not still
            shares = np.clip((t - starts) / lengths, 0, 1)
            gone = shares * shares * (3 - 2 * shares)
            x, zoom = (stop[0] + float(np.diff(stop) @ gone) for stop in stops)
            return (
                x + 5 * float(np.sin(5 * t)),
                6 * float(np.sin(2.1 * t + way)),
                float(np.exp(zoom)),
                0.5 * float(np.sin(t)),
            )
        share = min(1.0, max(0.0, (t - at) / lasts))
        eased = share**3 * (10 - 15 * share + 6 * share**2)
        if move == "pan":  # there and back
            along = speed * float(np.sin(0.8 * t + way)) * 1.5
            return along, 0.3 * along * sign, 1.0, 0.0
        if move == "zoom":
            return 6 * t, 0.0, float(np.exp(sign * 0.12 * (t - at))), 0.0
        if move == "fast_zoom":
            return 0.0, 0.0, float(np.exp(sign * 0.7 * eased)), 6 * sign * eased
        if move == "hand":
            x, y, turn = (float(np.interp(25 * t + 100, np.arange(4000), row) - row[100]) for row in wander)
            return 3 * x, 2 * y, 1.0, 0.15 * turn
        if move == "whip":  # it falls back a little at the end
            return sign * jump * (eased - 0.5 + 0.06 * eased * (1 - eased)), 0.1 * jump * eased, 1.0, 0.0
        return 0.0, 0.0, 1.0, 0.0

    return where


def transition(kind: str, rng: Rng) -> str:
    """How one shot becomes the next in a video of *kind*."""
    ways: dict[str, tuple[str, ...]] = {
        "dissolve": DISSOLVES, "wipe": WIPES, "sliding": SLIDING, "fade": FADES,
        "dark_soft": ("fade_black", "fade_out", "fade_in", "fade_black", "dissolve", "luma", "push_left"),
        "mixed": ("cut",) * 3 + tuple(str(rng.choice(some)) for some in (DISSOLVES, WIPES + SLIDING, FADES)),
    }  # fmt: skip
    return str(rng.choice(ways[kind])) if kind in ways else "cut"


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    eased = share * share * (3 - 2 * share)
    if how in DISSOLVES:
        if how == "film_dissolve":  # light adds up
            return np.sqrt(np.clip(one, 0, 255) ** 2 * (1 - share) + np.clip(two, 0, 255) ** 2 * share)
        part = share**1.5 if how == "late_dissolve" else share
        return one * (1 - part) + two * part
    if how in FADES:
        ground = {"fade_white": 255.0, "fade_colour": np.array([(seed * 53) % 200, 30, (seed * 97) % 200], np.float32)}
        empty: Any = ground.get(how, 0.0)
        if how == "fade_out":  # and the next begins at once
            return empty + (one - empty) * (1 - share)
        if how == "fade_in":
            return empty + (two - empty) * share
        side = np.clip(abs(2 * eased - 1) * 1.15 - 0.15, 0, 1)
        return empty + ((one if share < 0.5 else two) - empty) * side
    if how in SLIDING:
        return _slid(one, two, share if seed % 3 else eased, how)
    order = {
        "spiral": (np.arctan2(Y, X) / 6.2832 + 1.4 * np.hypot(X, Y)) % 1,
        "stripes": (X * 2.5 + 2.5) % 1 * 0.6 + 0.4 * (Y + 1) / 2,
        "checkers": ((np.floor(X * 4) + np.floor(Y * 3)) % 2 + (X + 1) / 2) / 2,
        "iris_out": 1 - np.maximum(abs(X), abs(Y)),
        "luma": cv2.normalize(_noise(np.random.default_rng(seed), (WIDTH, HEIGHT), 4), None, 0, 1, cv2.NORM_MINMAX),
        "wedge": abs(np.arctan2(X, -Y)) / 3.1416,
        "bars": np.random.default_rng(seed).permutation(9)[np.clip((Y + 1) * 4.5, 0, 8.9).astype(int)] / 8,
        "soft_slope": (0.7 * X - 0.3 * Y + 1) / 2,
    }[how]
    soft = {"luma": 0.2, "soft_slope": 0.3}.get(how, 0.02)
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask


def _slid(one: Picture, two: Picture, share: float, how: str) -> Picture:
    """Pictures that move over or beside one another."""
    turn = how.endswith(("up", "down"))
    if turn:
        one, two = one.swapaxes(0, 1), two.swapaxes(0, 1)
    if how.endswith(("right", "down")):
        one, two = one[:, ::-1], two[:, ::-1]
    wide = one.shape[1]
    gone = round(wide * share)
    if how == "doors":  # the old picture parts in the middle
        half, gone = wide // 2, round(wide * share / 2)
        made = np.concatenate(
            [one[:, gone:half], two[:, half - gone : half + gone], one[:, half : wide - gone]], axis=1
        )
    elif how.startswith("push"):
        made = np.concatenate([one[:, gone:], two[:, :gone]], axis=1)
    elif how.startswith("uncover"):
        made = np.concatenate([one[:, gone:], two[:, wide - gone :]], axis=1)
    else:  # the new picture comes over the old one
        made = np.concatenate([one[:, : wide - gone], two[:, :gone]], axis=1)
    if how == "push_blur":
        made = cv2.blur(np.ascontiguousarray(made, np.float32), (21, 1))
    if how.endswith(("right", "down")):
        made = made[:, ::-1]
    return np.ascontiguousarray(made.swapaxes(0, 1) if turn else made)
