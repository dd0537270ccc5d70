"""What the videos of `transition_videos.py` show: canvases larger than the picture, slides, stretches of real clips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import av
import cv2
import numpy as np
from cuts import real_clips

Picture = Any
"""(height, width, 3) float32, RGB, 0..255."""
Rng = np.random.Generator
WIDTH, HEIGHT = 320, 180


def _palette(style: Rng) -> Picture:
    return style.uniform(15, 240, (6, 3)).astype(np.float32)


def _blobs(rng: Rng, style: Rng) -> Picture:
    mean, spread = _palette(style)[0], style.uniform(25, 70)
    coarse = rng.normal(0, spread, (int(style.integers(8, 30)), int(style.integers(12, 50)), 3)) + mean
    canvas = cv2.resize(coarse.astype(np.float32), (960, 540), interpolation=cv2.INTER_CUBIC)
    return np.clip(canvas + rng.normal(0, 5, canvas.shape), 0, 255).astype(np.float32)


def _landscape(rng: Rng, style: Rng) -> Picture:
    colours = _palette(style)
    canvas = np.zeros((540, 960, 3), np.float32)
    canvas[:] = np.linspace(0.7, 1.1, 540)[:, None, None] * colours[0]
    x = np.arange(960)
    for n in range(1, 5):
        line = (
            120
            + 85 * n
            + sum(rng.uniform(5, 30) * np.sin(x / rng.uniform(20, 150) + rng.uniform(0, 6)) for _ in range(3))
        )
        canvas[np.arange(540)[:, None] > line[None]] = colours[n]
    return np.clip(canvas + rng.normal(0, 6, canvas.shape), 0, 255).astype(np.float32)


def _shapes(rng: Rng, style: Rng) -> Picture:
    colours = _palette(style)
    canvas = np.full((540, 960, 3), colours[0], np.float32)
    for _ in range(int(rng.integers(15, 50))):
        one = (int(rng.integers(960)), int(rng.integers(540)))
        colour = colours[int(rng.integers(1, 6))].tolist()
        if rng.random() < 0.5:
            cv2.circle(canvas, one, int(rng.integers(10, 80)), colour, -1)
        else:
            cv2.rectangle(
                canvas, one, (one[0] + int(rng.integers(20, 160)), one[1] + int(rng.integers(20, 120))), colour, -1
            )
    return canvas


def _cells(rng: Rng, style: Rng) -> Picture:
    colours, count = _palette(style), int(style.integers(40, 200))
    points = rng.uniform(0, 1, (count, 2)) * (240, 135)
    x, y = np.meshgrid(np.arange(240), np.arange(135))
    nearest = ((x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2).argmin(-1)
    paint = colours[rng.integers(0, 6, count)] * rng.uniform(0.7, 1.1, (count, 1))
    return np.clip(cv2.resize(paint[nearest].astype(np.float32), (960, 540), interpolation=cv2.INTER_LINEAR), 0, 255)


def _city(rng: Rng, style: Rng) -> Picture:
    colours = _palette(style)
    canvas = np.full((540, 960, 3), colours[0], np.float32)
    canvas *= np.linspace(1.1, 0.6, 540, dtype=np.float32)[:, None, None]
    left = 0
    while left < 960:
        wide, top = int(rng.integers(30, 110)), int(rng.integers(80, 380))
        canvas[top:, left : left + wide] = colours[int(rng.integers(1, 6))] * rng.uniform(0.5, 1)
        for row in range(top + 10, 530, 22):
            for column in range(left + 6, left + wide - 8, 16):
                canvas[row : row + 9, column : column + 7] = rng.choice([235, 40])
        left += wide
    return canvas


def _octaves(rng: Rng, style: Rng) -> Picture:
    mean, gain = _palette(style)[0], style.uniform(25, 60)
    canvas = np.zeros((540, 960, 3), np.float32) + mean
    tint = style.uniform(0.3, 1, 3).astype(np.float32)
    for n in range(2, 8):
        layer = rng.normal(0, gain / n, (2**n * 9 // 16 + 1, 2**n)).astype(np.float32)
        canvas += cv2.resize(layer, (960, 540), interpolation=cv2.INTER_CUBIC)[..., None] * tint * 1.6
    return np.clip(canvas, 0, 255)


def _portrait(rng: Rng, style: Rng) -> Picture:
    colours = _palette(style)
    canvas = np.linspace(0, 1, 960, dtype=np.float32)[None, :, None] * (colours[1] - colours[0]) + colours[0]
    canvas = np.ascontiguousarray(np.repeat(canvas, 540, axis=0))
    for _ in range(int(rng.integers(1, 4))):
        x, y, size = int(rng.uniform(250, 710)), int(rng.uniform(200, 330)), int(rng.uniform(45, 110))
        cv2.ellipse(
            canvas,
            (x, y + 2 * size),
            (2 * size, int(1.3 * size)),
            0,
            0,
            360,
            colours[int(rng.integers(2, 6))].tolist(),
            -1,
        )
        skin = rng.uniform(90, 220)
        cv2.ellipse(canvas, (x, y), (int(0.75 * size), size), 0, 0, 360, (skin, skin * 0.75, skin * 0.6), -1)
        for eye in (-0.3, 0.3):
            cv2.circle(canvas, (int(x + eye * size), int(y - 0.15 * size)), max(3, size // 10), (20, 20, 25), -1)
    return cv2.GaussianBlur(canvas, (0, 0), 1.5) + rng.normal(0, 3, canvas.shape).astype(np.float32)


def _real(names: dict[str, list[tuple[int, int]]]) -> Callable[[Rng, Rng], Callable[[int], Picture]]:
    """A look of real clips: a stretch of one, forwards and backwards without end."""
    known: dict[str, list[Picture]] = {}
    last = [0]

    def look(rng: Rng, style: Rng) -> Callable[[int], Picture]:
        if not known:
            for path in real_clips():
                if path.stem in names:
                    with av.open(str(path)) as source:
                        shown = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
                    sized = [cv2.resize(p, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for p in shown]
                    known[path.stem] = sized
        stretches = [(name, *stretch) for name, all_ in names.items() for stretch in all_]
        choice = int(rng.integers(len(stretches) - 1))
        last[0] = choice + (choice >= last[0])  # never the same stretch twice running
        name, low, high = stretches[last[0]]
        pictures, begin = known[name][low:high], int(rng.integers(high - low))
        period = 2 * (len(pictures) - 1)

        def draw(n: int) -> Picture:
            i = (begin + n) % period
            return pictures[i if i < len(pictures) else period - i].astype(np.float32)

        return draw

    return look


def slide(part: str, rng: Rng, family: int) -> Callable[[int], Picture]:
    """A slide; of one family only the text differs."""
    style = np.random.default_rng([family, 3])
    paper, ink = (
        (style.uniform(215, 255, 3), style.uniform(0, 70, 3))
        if part == "tune"
        else (style.uniform(5, 90, 3), style.uniform(170, 255, 3))
    )
    font = cv2.FONT_HERSHEY_SIMPLEX if part == "tune" else cv2.FONT_HERSHEY_COMPLEX
    page = np.full((HEIGHT, WIDTH, 3), paper, np.uint8)
    cv2.rectangle(page, (0, 0), (WIDTH, 34), (paper * 0.8 + ink * 0.2).tolist(), -1)
    letters = list("abcdefghiklmnoprstuvw")

    def words(count: int) -> str:
        return " ".join("".join(rng.choice(letters, int(rng.integers(2, 9)))) for _ in range(count))

    title = "Lecture on things" if part == "tune" else "Results, part two"
    cv2.putText(page, title if rng.random() < 0.5 else words(2), (12, 24), font, 0.6, ink.tolist(), 1, cv2.LINE_AA)
    for line in range(int(rng.integers(2, 6))):
        cv2.putText(
            page, words(int(rng.integers(2, 5))), (16, 60 + 24 * line), font, 0.45, ink.tolist(), 1, cv2.LINE_AA
        )
    shown = page.astype(np.float32)
    return lambda n: shown


LOOKS: dict[str, list[Callable[[Rng, Rng], Any]]] = {
    "tune": [_blobs, _landscape, _shapes, _real({"bigbuckbunny": [(0, 132)], "carphone_distorted": [(0, 120)]})],
    "held": [
        _cells, _city, _octaves, _portrait, _real({"bikes": [(0, 30), (30, 76), (76, 137), (137, 187), (187, 242)]}),
    ],
}  # fmt: skip
LOOKS["more"] = [*LOOKS["tune"][:-1], *LOOKS["held"]]
