"""What lies over the films of the part `passing`, or is done to their shots: passers, light, scores, worn tape."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw
from transition_passing_scenes import tones
from transition_passing_screens import array, font, phrase, rgb, word
from transition_reel import Change, Draw, Picture, Rng


def walker(rng: Rng, size: tuple[int, int], fps: int, at: int) -> Change:
    """A tram, an umbrella, a horse or a tray near the camera: it crosses the picture, in its middle at frame *at*."""
    (wide, high), kind = size, str(rng.choice(["tram", "umbrella", "horse", "tray"]))
    w, h = int(wide * rng.uniform(0.35, 0.72)), int(high * rng.uniform(0.6, 0.92))
    coats, lasts, sign = tones(rng, 4), rng.uniform(0.3, 1.2) * fps, float(rng.choice((-1, 1)))
    image = Image.new("RGBA", (w, h), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    if kind == "tram":
        pen.rounded_rectangle((0, 0.12 * h, w, 0.95 * h), 18, fill=(*rgb(coats[0]), 255))
        pen.rectangle((0, 0.6 * h, w, 0.68 * h), fill=(*rgb(coats[1]), 255))
        for x in range(12, w - 24, 34):
            pen.rectangle((x, 0.2 * h, x + 26, 0.52 * h), fill=(*rgb(coats[2] * 0.5 + 60), 255))
    elif kind == "umbrella":
        for n in range(8):
            box = 0, 0.05 * h, w, 0.05 * h + 0.9 * h
            pen.pieslice(box, 180 + n * 22.5, 202.5 + n * 22.5, fill=(*rgb(coats[n % 3]), 255))
        pen.line((w / 2, 0.1 * h, w / 2, h), fill=(50, 40, 35, 255), width=5)
    elif kind == "horse":
        pen.ellipse((0.1 * w, 0.3 * h, 0.85 * w, 0.68 * h), fill=(*rgb(coats[0] * 0.6), 255))
        pen.polygon(
            [(0.7 * w, 0.45 * h), (0.85 * w, 0.05 * h), (w, 0.2 * h), (0.85 * w, 0.6 * h)],
            fill=(*rgb(coats[0] * 0.6), 255),
        )
        for x in (0.18, 0.3, 0.65, 0.76):
            pen.rectangle((x * w, 0.55 * h, (x + 0.07) * w, h), fill=(*rgb(coats[0] * 0.5), 255))
    else:
        pen.polygon([(0, 0.5 * h), (0.2 * w, 0.35 * h), (w, 0.4 * h), (0.85 * w, 0.6 * h)], fill=(*rgb(coats[1]), 255))
        pen.polygon([(0.3 * w, 0.55 * h), (0.7 * w, 0.55 * h), (0.9 * w, h), (0.1 * w, h)], fill=(*rgb(coats[2]), 255))
        for n in range(4):
            pen.rectangle(((0.25 + 0.15 * n) * w, 0.1 * h, (0.34 + 0.15 * n) * w, 0.42 * h), fill=(*rgb(coats[3]), 255))
    body = array(image)
    mask, body, low = body[..., 3:] / 255, body[..., :3] + rng.normal(0, 6, (h, w, 1)), high - h

    def draw(p: Picture, n: int) -> Picture:
        t = (n - at) / lasts
        left = int((wide - w) / 2 + sign * t * (wide + w) / 2)
        top = int(low - 0.025 * high * abs(np.sin(7 * t)))
        a, b = max(0, left), min(wide, left + w)
        if a >= b:
            return p
        p = np.array(p, np.float32)
        part = p[top : top + h, a:b]
        m = mask[: part.shape[0], a - left : b - left]
        p[top : top + h, a:b] = part * (1 - m) + body[: part.shape[0], a - left : b - left] * m
        return p

    return draw


def bolts(rng: Rng, size: tuple[int, int], fps: int, at: int) -> Change:
    """Lightning from frame *at* on: the sky flickers two to four times, and a bolt is seen in it."""
    image, x, y = Image.new("L", size, 0), rng.uniform(0.2, 0.8) * size[0], 0.0
    pen = ImageDraw.Draw(image)
    while y < 0.7 * size[1]:
        to = x + rng.normal(0, 14), y + rng.uniform(6, 22)
        pen.line((x, y, *to), fill=255, width=3)
        x, y = to
    bolt, sky = array(image)[..., None] / 255, np.linspace(1, 0.35, size[1])[:, None, None]
    begins = at + np.cumsum(rng.integers(1, max(3, int(0.12 * fps)), int(rng.integers(1, 4)))) - 1
    light = {int(b) + i: float(rng.uniform(0.35, 0.85)) * 0.5**i for b in begins for i in range(2)}

    def draw(p: Picture, n: int) -> Picture:
        if n not in light:
            return p
        lit = p + (np.array((228.0, 232, 255)) - p) * light[n] * sky
        return lit + (255 - lit) * bolt * light[n]

    return draw


def fireworks(rng: Rng, size: tuple[int, int], fps: int, at: int) -> Change:
    """A burst that lights all there is for some frames, and goes out in its own colour."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    middle, colour = rng.uniform(0.2, 0.8, 2) * size, tones(rng, 1)[0] * 0.4 + 150
    far, lasts = np.hypot(x - middle[0], y - middle[1])[..., None] / max(size), int(rng.uniform(0.12, 0.5) * fps) + 1
    power = rng.uniform(0.5, 0.95)

    def draw(p: Picture, n: int) -> Picture:
        age = (n - at) / lasts
        if not 0 <= age < 1:
            return p
        glow = np.clip(power * (1 - age) * (1.1 - 0.9 * far), 0, 1)
        return p + (colour - p) * glow

    return draw


def beacon(rng: Rng, size: tuple[int, int], fps: int, at: int, lasts: int) -> Change:
    """Red and blue light in turns, as of a police car, for *lasts* frames from *at* on."""
    side = np.linspace(0, 1, size[0])[None, :, None]
    rate, depth = rng.uniform(3, 7), rng.uniform(0.25, 0.55)
    red, blue = np.array((1.5, 0.55, 0.5)), np.array((0.5, 0.6, 1.6))

    def draw(p: Picture, n: int) -> Picture:
        if not 0 <= n - at < lasts:
            return p
        turn = np.sin(6.2832 * rate * n / fps) > 0
        return p * (1 + (np.where(turn, red, blue) - 1) * depth * (side if turn else 1 - side))

    return draw


def scoreboard(rng: Rng, size: tuple[int, int], fps: int) -> Change:
    """A score and a clock above, and subtitles below that change every second or two."""
    (wide, high), coats, text = size, tones(rng, 2), max(11, size[1] // 20)
    lines, every = [phrase(rng, int(rng.integers(3, 6))).capitalize() for _ in range(12)], rng.uniform(0.9, 2.2)
    goals, team = np.sort(rng.uniform(0, 24, 4)), word(rng)[:3].upper()

    @cache
    def drawn(second: int, score: int, line: int) -> tuple[Picture, Picture]:
        image = Image.new("RGBA", size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(image)
        pen.rectangle((8, 8, 0.42 * wide, 14 + 1.3 * text), fill=(*rgb(coats[0] * 0.5), 255))
        pen.text((13, 9), f"{team} {score} : 1   {41 + second // 60}:{second % 60:02}",
                 (250, 250, 250, 255), font(text))  # fmt: skip
        words = lines[line % 12]
        left = (wide - pen.textlength(words, font=font(text))) / 2
        pen.text(
            (left, high - 2 * text),
            words,
            (255, 244, 150, 255),
            font(text),
            stroke_width=1,
            stroke_fill=(0, 0, 0, 255),
        )
        shown = array(image)
        return shown[..., :3], shown[..., 3:] / 255

    def draw(p: Picture, n: int) -> Picture:
        t = n / fps
        shown, mask = drawn(int(t), int(np.searchsorted(goals, t)), int(t / every))
        return p * (1 - mask) + shown * mask

    return draw


def tape(rng: Rng, size: tuple[int, int]) -> Change:
    """A worn tape: lines that tear, colours that run, specks, and noise in each row."""
    seed, level = int(rng.integers(1 << 30)), rng.uniform(4, 11)

    def draw(p: Picture, n: int) -> Picture:
        own = np.random.default_rng([seed, n])
        p = np.array(p, np.float32)
        row, tall = int(own.integers(size[1])), int(own.integers(3, 14))
        p[row : row + tall] = np.roll(p[row : row + tall], int(own.integers(-9, 10)), 1)
        p[..., 0] = np.roll(p[..., 0], 2, 1)
        p += own.normal(0, level, (size[1], 1, 1)) + own.integers(-int(level), int(level) + 1, (size[1], size[0], 1))
        if own.random() < 0.15:
            y, x = int(own.integers(size[1])), int(own.integers(size[0]))
            p[y : y + 3, x : x + 30] = 240
        return p

    return draw


def comb(draw: Draw) -> Draw:
    """*draw* in two fields: even rows show the later half of each frame, all of the same shot."""

    def fields(n: int) -> Picture:
        shown = np.array(draw(2 * n + 1), np.float32)
        shown[::2] = draw(2 * n)[::2]
        return shown

    return fields
