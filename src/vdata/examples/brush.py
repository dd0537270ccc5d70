"""What the quickstart's film is drawn with: scenes, what happens in them, backdrops, fades and tones.

A scene's picture depends on its own time alone (``draw(scene, t)``), so that it can be frozen, mixed and repeated.
Shapes live on the backdrop: the camera moves over both. Everything is drawn from one seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

WIDTH, HEIGHT, FPS, RATE, SEED = 640, 360, 25, 48000, 7
WIDE, TALL, HUGE = (WIDTH + 440, HEIGHT), (WIDTH, HEIGHT + 280), (WIDTH * 2, HEIGHT * 2)
"""Sizes of backdrops to pan, tilt and zoom over, pixels."""
HALF = 0.52
"""Seconds from the middle of a fade or dissolve to either end of it."""
COLOURS = {
    "red": (214, 40, 40), "blue": (38, 84, 214), "green": (36, 160, 70), "yellow": (250, 205, 40),
    "white": (245, 245, 240), "orange": (240, 130, 30), "purple": (130, 60, 180),
}  # fmt: skip
Picture = Any
"""An array of height x width x 3 bytes, RGB."""
Mark = tuple[str, str, float, float, float, float]
"""A shape, its colour, centre x and y (pixels), radius (pixels) and angle (degrees)."""


@dataclass(frozen=True)
class Act:
    """Something that happens in a scene. ``pose`` says how it looks at 0..1 of the act, and before and after it."""

    kind: str
    start: float
    end: float
    text: str
    said: str
    pose: Callable[[float], list[Mark]]


@dataclass(frozen=True)
class Scene:
    """One shot: what is painted, how the camera moves over it, and what happens. Times are from its own start."""

    title: str
    seconds: float
    backdrop: Callable[[], Picture]
    camera: str = "static"
    acts: tuple[Act, ...] = ()
    words: tuple[tuple[str, float, float, int], ...] = ()
    """Text, start, end, and the height at which it stands, pixels."""
    cut: str = "hard_cut"
    """How the scene begins: ``start``, ``hard_cut``, ``fade`` (through black) or ``dissolve``."""
    chapter: str = ""
    tone: float = 0.0
    """Hertz; 0 is silence."""
    freeze: tuple[float, float] | None = None
    flaw: str = ""
    """``dark``, ``blurred`` or ``black_borders``."""


# What happens. Every maker takes when it starts and how long it lasts, and tells it in words.


def smooth(u: float) -> float:
    """0..1 to 0..1, slow at both ends."""
    return u * u * (3 - 2 * u)


def a(colour: str, shape: str) -> str:
    """The shape with its article."""
    return f"{'an' if colour[0] in 'aeiou' else 'a'} {colour} {shape}"


def cross(colour: str, shape: str, start: float, seconds: float, y: float, to: str = "right", said: str = "") -> Act:
    left, right = -45.0, WIDTH + 45.0
    here, there = (left, right) if to == "right" else (right, left)
    text = f"{a(colour, shape)} crosses the picture from {'left to right' if to == 'right' else 'right to left'}"
    return Act(
        "crossing", start, start + seconds, text, said, lambda u: [(shape, colour, here + (there - here) * u, y, 34, 0)]
    )


def drop(colour: str, shape: str, start: float, x: float, said: str = "") -> Act:
    def pose(u: float) -> list[Mark]:
        falls = 1 - (u / 0.5) ** 2 if u < 0.5 else 0.35 * (1 - ((u - 0.75) / 0.25) ** 2)
        return [(shape, colour, x, 262 - 310 * max(falls, 0), 32, 0)]

    return Act("falling", start, start + 1.6, f"{a(colour, shape)} falls from above and bounces once", said, pose)


def rise(colour: str, shape: str, start: float, seconds: float, x: float, said: str = "") -> Act:
    text = f"{a(colour, shape)} rises slowly from the bottom to the top"
    return Act(
        "rising", start, start + seconds, text, said, lambda u: [(shape, colour, x, 400 - 340 * smooth(u), 36, 0)]
    )


def grow(colour: str, shape: str, start: float, seconds: float, x: float, said: str = "") -> Act:
    text = f"{a(colour, shape)} grows to three times its size"
    return Act(
        "growing", start, start + seconds, text, said, lambda u: [(shape, colour, x, 200, 22 + 44 * smooth(u), 0)]
    )


def spin(colour: str, shape: str, start: float, seconds: float, x: float, said: str = "") -> Act:
    text = f"{a(colour, shape)} turns around itself twice"
    return Act("turning", start, start + seconds, text, said, lambda u: [(shape, colour, x, 150, 48, 720 * smooth(u))])


def blink(colour: str, shape: str, start: float, times: int, x: float, said: str = "") -> Act:
    def pose(u: float) -> list[Mark]:
        return [] if u < 1 and (u * times) % 1 < 0.5 and u > 0 else [(shape, colour, x, 140, 40, 0)]

    text = f"{a(colour, shape)} blinks {times} times"
    return Act("blinking", start, start + 0.8 * times, text, said, pose)


def meet(one: tuple[str, str], other: tuple[str, str], start: float, seconds: float, said: str = "") -> Act:
    def pose(u: float) -> list[Mark]:
        gap = 36 + 360 * abs(2 * u - 1) ** 1.2
        return [(one[1], one[0], 320 - gap, 235, 34, 0), (other[1], other[0], 320 + gap, 235, 34, 0)]

    text = f"{a(*one)} and {a(*other)} meet in the middle and part again"
    return Act("meeting", start, start + seconds, text, said, pose)


# Backdrops, painted once. Larger than the picture where the camera moves over them.


def noise(width: int, height: int, cell: int, seed: int) -> Picture:
    """Value noise of four octaves, -1..1, float32 (height, width)."""
    random, total = np.random.default_rng((SEED, seed)), np.zeros((height, width), np.float32)
    for octave in range(4):
        step = max(2, cell >> octave)
        coarse = random.uniform(-1, 1, (height // step + 3, width // step + 3)).astype(np.float32)
        fine = cv2.resize(coarse, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += fine[:height, :width] / 2 ** (octave + 1)
    return total


def land(
    sky: tuple[int, int, int], low: tuple[int, int, int], ground: tuple[int, int, int], seed: int,
    size: tuple[int, int] = (WIDTH, HEIGHT), horizon: float = 0.6,
) -> Picture:  # fmt: skip
    """Clouds over three rows of hills, with trees on the nearest."""
    width, height = size
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.array(sky, np.float32) * (1 - down) + np.array(low, np.float32) * down
    picture = picture + np.clip(noise(width, height, 128, seed), 0, 1)[..., None] * 90
    texture, rows = noise(width, height, 24, seed + 1)[..., None], np.arange(height)[:, None]
    random = np.random.default_rng((SEED, seed, 1))
    for n in range(3):
        line = height * (horizon + 0.12 * n) + noise(width, 8, 160 >> n, seed + 2 + n)[0] * 60
        colour = np.array(ground, np.float32) * (0.62 + 0.19 * n) + (np.array(low, np.float32) * (0.3 - 0.13 * n))
        picture = np.where((rows >= line)[..., None], colour + texture * (26 + 10 * n), picture)
        for x in random.integers(0, width, width // 60):
            top, tall = int(line[x]) + 4, int(random.integers(12, 22 + 8 * n))
            tree = np.array([(x - tall // 3, top), (x + tall // 3, top), (x, top - tall)])
            cv2.fillPoly(picture, [tree], (colour * 0.6).tolist(), cv2.LINE_AA)
    return np.clip(picture, 0, 255).astype(np.uint8)


def town(size: tuple[int, int], seed: int, wall: tuple[int, int, int], sky: tuple[int, int, int]) -> Picture:
    """Rows of houses with windows, over a street."""
    width, height = size
    random = np.random.default_rng((SEED, seed))
    picture = np.array(sky, np.float32) + noise(width, height, 96, seed)[..., None] * 30
    for row in range(2):
        x = -20
        while x < width:
            wide, tall = int(random.integers(60, 120)), int(height * random.uniform(0.4, 0.75) * (1 - 0.3 * row))
            tint = np.array(wall, np.float32) * random.uniform(0.6, 1.1)
            top, floor = int(height * 0.82) - tall, int(height * 0.82)
            cv2.rectangle(picture, (x, top), (x + wide, floor), tint.tolist(), -1)
            for wx in range(x + 10, x + wide - 14, 22):
                for wy in range(top + 12, floor - 16, 26):
                    lit = (250, 225, 150) if random.random() < 0.4 else (tint * 0.5).tolist()
                    cv2.rectangle(picture, (wx, wy), (wx + 11, wy + 14), lit, -1)
            x += wide + int(random.integers(0, 14))
    picture[int(height * 0.82) :] = (96, 94, 98)
    picture[int(height * 0.82) :] += noise(width, height - int(height * 0.82), 12, seed + 1)[..., None] * 30
    return np.clip(picture, 0, 255).astype(np.uint8)


# Drawing.

UNIT = {
    "circle": [(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 48, endpoint=False)],
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "triangle": [(0.0, -1.0), (0.95, 0.75), (-0.95, 0.75)],
    "star": [
        (r * np.sin(n * np.pi / 5), -r * np.cos(n * np.pi / 5)) for n, r in zip(range(10), [1, 0.45] * 5, strict=True)
    ],
}
paint = cache(lambda backdrop: backdrop())
"""A backdrop's picture, painted once."""


def view(scene: Scene, t: float) -> tuple[float, float, float]:
    """The camera at *t*: scale, and the point of the backdrop in the upper left corner."""
    u = t / scene.seconds
    if scene.camera == "pan_right":
        return 1, 400 * u, 0
    if scene.camera == "tilt_up":
        return 1, 0, 240 * (1 - u) + 40
    if scene.camera.startswith("zoom"):
        scale = 0.55 * 1.7 ** (u if scene.camera == "zoom_in" else 1 - u)
        return scale, (HUGE[0] - WIDTH / scale) / 2, (HUGE[1] - HEIGHT / scale) / 2
    return 1, 0, 0


def draw(scene: Scene, t: float) -> Picture:
    """The picture of *scene* at *t* seconds of its own; *t* may run over its ends."""
    t = playing(scene, t)
    scale, left, top = view(scene, t)
    shift = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]], np.float32)
    picture = cv2.warpAffine(paint(scene.backdrop), shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    for act in scene.acts:
        for shape, colour, x, y, size, angle in act.pose(min(max((t - act.start) / (act.end - act.start), 0.0), 1.0)):
            cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
            points = np.array(UNIT[shape]) @ np.array([[cos, sin], [-sin, cos]]) * size
            points = np.round((points + np.array([x - left, y - top])) * scale * 16).astype(np.int32)
            cv2.fillPoly(picture, [points], COLOURS[colour], cv2.LINE_AA, 4)
            cv2.polylines(picture, [points], True, (30, 30, 35), 2, cv2.LINE_AA, 4)
    for text, start, end, y in scene.words:
        if start <= t < end:
            font = cv2.FONT_HERSHEY_DUPLEX, 1.6
            (wide, tall), low = cv2.getTextSize(text, *font, 3)
            left, right = (WIDTH - wide) // 2, (WIDTH + wide) // 2
            cv2.rectangle(picture, (left - 12, y - tall - 10), (right + 12, y + low + 2), (30, 32, 44), -1)
            cv2.putText(picture, text, (left, y), *font, (255, 255, 250), 3, cv2.LINE_AA)
    if scene.flaw == "dark":
        picture = cv2.convertScaleAbs(picture, alpha=0.14)
    if scene.flaw == "blurred":
        picture = cv2.GaussianBlur(picture, (0, 0), 7)
    light = 1 + 0.05 * np.sin(1.9 * t) + 0.04 * np.sin(4.1 * t + 1)  # as under passing clouds
    picture = cv2.convertScaleAbs(picture, alpha=light)
    picture = cv2.add(picture, grain()[round(t * FPS) % len(grain())], dtype=cv2.CV_8U)
    if scene.flaw == "black_borders":
        picture[:44] = picture[-44:] = 0
    return picture


@cache
def grain() -> list[Picture]:
    """What a sensor adds, in a cycle: without it, and the light, a scene at rest would be a frozen one."""
    random = np.random.default_rng(SEED)
    noisy = [random.normal(0, 2.5, (HEIGHT, WIDTH, 1)).astype(np.int16) for _ in range(12)]
    return [np.repeat(each, 3, axis=2) for each in noisy]


def held(scene: Scene) -> tuple[float, float]:
    """When the picture stops, and how long what follows is late for it."""
    return (scene.freeze[0], scene.freeze[1] - scene.freeze[0] - 1 / FPS) if scene.freeze else (np.inf, 0.0)


def playing(scene: Scene, t: float) -> float:
    """The moment of the scene that is seen at *t*: earlier than *t* when the picture has stood still."""
    at, late = held(scene)
    return t if t < at else max(at, t - late)


def showing(scene: Scene, moment: float) -> float:
    """The reverse of ``playing``: when *moment* is seen."""
    at, late = held(scene)
    return moment if moment <= at else moment + late


def starts(scenes: list[Scene]) -> list[float]:
    """When each scene starts, and when the film ends, seconds."""
    return [sum(scene.seconds for scene in scenes[:n]) for n in range(len(scenes) + 1)]


def frames(scenes: list[Scene]) -> Iterator[Picture]:
    """Every picture of the film, fades and dissolves included."""
    begins = starts(scenes)
    for n in range(round(begins[-1] * FPS)):
        t = n / FPS
        at = max(i for i, start in enumerate(begins[:-1]) if start <= t + 1e-6)
        picture = draw(scenes[at], t - begins[at])
        for after in (at, at + 1):  # the change at this scene's start, and at its end
            away = t - begins[after]
            if not 0 < after < len(scenes) or abs(away) >= HALF:
                continue
            if scenes[after].cut == "fade":
                picture = cv2.convertScaleAbs(picture, alpha=max(0.0, abs(away) - 0.1) / (HALF - 0.1))
            elif scenes[after].cut == "dissolve":
                one, other = draw(scenes[after - 1], t - begins[after - 1]), draw(scenes[after], away)
                picture = cv2.addWeighted(one, (HALF - away) / (2 * HALF), other, (HALF + away) / (2 * HALF), 0)
        yield picture


def sound(scenes: list[Scene]) -> Picture:
    """The sound track: -1..1, float32, a tone with soft ends for each scene."""
    parts = []
    for scene in scenes:
        t = np.arange(round(scene.seconds * RATE)) / RATE
        soft = np.clip(np.minimum(t, scene.seconds - t) / 0.15, 0, 1) * 0.12 * (scene.tone > 0)
        parts.append(soft * (np.sin(2 * np.pi * scene.tone * t) + 0.3 * np.sin(4 * np.pi * scene.tone * t)))
    return np.concatenate(parts).astype(np.float32)
