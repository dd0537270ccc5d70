"""Videos whose boundaries are known, for `transitions.py`: sets that share no look, motion, seed or coding.

A shot is a canvas larger than the picture, a camera that moves over it, things that move before it, and what may
befall it without being a boundary: flashes, lightning, a changed light, a whip pan, a large mover, shaking, grain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import transition_apart as apart
import transition_beyond as beyond
import transition_crossing as crossing
import transition_drill as drill
import transition_further as further
import transition_passing as passing
import transition_school as school
from transition_looks import HEIGHT, LOOKS, WIDTH, Picture, Rng, slide
from transition_reel import encode

SECONDS = 24.0

CODECS = {
    "tune": [
        ("libx264", 25, {"crf": "23"}), ("libx264", 30, {"crf": "35"}), ("mpeg4", 24, {"b": "600k"}),
        ("libvpx", 25, {"b": "500k", "deadline": "realtime"}), ("libx264", 50, {"crf": "28", "g": "50"}),
    ],
    "held": [
        ("libx265", 25, {"crf": "28", "preset": "superfast"}), ("libx264", 30, {"crf": "18", "tune": "grain"}),
        ("libvpx-vp9", 24, {"b": "300k", "deadline": "realtime", "cpu-used": "8"}), ("mjpeg", 30, {"b": "4M"}),
        ("mpeg2video", 25, {"b": "900k"}), ("libsvtav1", 60, {"crf": "45", "preset": "11"}),
    ],
    "more": [
        ("libx264", 25, {"crf": "30", "preset": "fast"}), ("mpeg4", 30, {"b": "900k"}),
        ("libx265", 24, {"crf": "30", "preset": "superfast"}), ("libvpx", 25, {"b": "400k", "deadline": "realtime"}),
        ("libx264", 60, {"crf": "23", "preset": "veryfast"}),
    ],
    "apart": [
        ("libx264", 24, {"crf": "27", "preset": "veryfast"}), ("libx265", 30, {"crf": "33", "preset": "superfast"}),
        ("msmpeg4", 25, {"b": "900k"}), ("libvpx-vp9", 30, {"b": "450k", "deadline": "realtime", "cpu-used": "7"}),
        ("libx264", 48, {"crf": "20", "preset": "veryfast"}), ("mjpeg", 15, {"b": "3M"}),
        ("libvpx", 30, {"b": "350k", "deadline": "realtime", "cpu-used": "6"}),
    ],
    "drill": [
        ("libx264", 25, {"crf": "26", "preset": "veryfast"}), ("mpeg4", 30, {"b": "800k"}),
        ("libx264", 50, {"crf": "30", "preset": "superfast"}), ("libvpx", 24, {"b": "450k", "deadline": "realtime"}),
        ("libx265", 30, {"crf": "29", "preset": "ultrafast"}), ("libx264", 15, {"crf": "20", "preset": "superfast"}),
        ("mpeg2video", 25, {"b": "1200k"}),
    ],
    "beyond": [
        ("libx264", 30, {"crf": "25", "preset": "superfast"}), ("libx265", 50, {"crf": "31", "preset": "ultrafast"}),
        ("libvpx-vp9", 25, {"b": "550k", "deadline": "realtime", "cpu-used": "8"}), ("mpeg4", 25, {"b": "1M"}),
        ("libx264", 24, {"crf": "33", "preset": "veryfast"}), ("libsvtav1", 30, {"crf": "40", "preset": "12"}),
        ("mpeg2video", 30, {"b": "1500k"}), ("libx264", 12, {"crf": "22", "preset": "fast"}),
    ],
    "further": further.CODECS,
    "school": school.CODECS,
}  # fmt: skip
KINDS = (
    "hard", "similar", "quick", "dissolve", "wipe", "fade", "dark", "dark_soft", "slides", "light", "moves", "mixed",
)  # fmt: skip
BEYOND = (
    "hard", "sliding", "quick", "dissolve", "flashes", "fade", "slides", "wipe",
    "camera", "dark", "dark_soft", "movers", "light", "mixed", "similar",
)  # fmt: skip
DRILL = (
    "sliding", "camera", "dark_soft", "slides", "flashes", "movers", "sliding", "mixed", "fade", "hard", "wipe",
    "light", "dark", "quick", "dissolve",
)  # fmt: skip
MORE = "wipe", "dissolve", "mixed", "dark_soft", "moves", "wipe", "mixed", "slides"
VIDEOS = {
    "tune": 72, "held": 36, "more": 40, "apart": 36, "beyond": 45, "drill": 75, "further": 45, "school": 72,
    "crossing": crossing.COUNT, "passing": passing.COUNT,
}  # fmt: skip
SEEDS = {
    "tune": 11, "held": 1213, "more": 6007, "apart": 90217, "beyond": 481516, "drill": 31337, "further": 7741093,
    "school": 52361,
}  # fmt: skip
FILMS = {"crossing": crossing, "passing": passing}
"""Parts whose films are made as wholes, with what lies over their boundaries."""
OWN = {"apart": apart, "beyond": beyond, "drill": drill, "further": further, "school": school}
"""Parts that have everything of their own."""
SOFT = {"dissolve", "wipe", "sliding", "fade", "dark_soft", "mixed"}
"""Kinds of videos in which there are soft transitions."""


@dataclass(frozen=True)
class Boundary:
    """A boundary whose new picture begins to be seen at frame *first*, and is all there is from frame *last* + 1."""

    kind: str
    first: int
    last: int


@dataclass
class Shot:
    """What is seen *n* frames after the shot begins."""

    draw: Callable[[int], Picture]
    after: list[Callable[[Picture, int], Picture]] = field(default_factory=list)

    def __call__(self, n: int) -> Picture:
        picture = self.draw(n)
        for change in self.after:
            picture = change(picture, n)
        return picture


def kind_of(part: str, number: int) -> str:
    """What happens in video *number* of *part*; in those of ``camera`` and ``static`` there is no boundary."""
    own = {"more": MORE, "beyond": BEYOND, "drill": DRILL, "further": further.KINDS, "school": school.KINDS}
    kinds = FILMS[part].KINDS if part in FILMS else own.get(part, KINDS)
    return kinds[number % len(kinds)]


def render(part: str, number: int, path: Path) -> list[Boundary]:
    """Write video *number* of *part* to *path*; its boundaries."""
    if part in FILMS:
        film = FILMS[part].film(number)
        film.write(path)
        return [Boundary(*one) for one in film.known]
    rng = np.random.default_rng([SEEDS[part], number])
    kind = kind_of(part, number)
    codec, fps, options = CODECS[part][(number + number // len(KINDS)) % len(CODECS[part])]
    total = round(SECONDS * fps)
    cut, lengths = [], []
    own = OWN.get(part)
    while sum(lengths) < total:
        lengths.append(total if kind in ("camera", "static") else _length(kind, rng, fps))
        cut.append(own.transition(kind, rng) if own else _transition(part, kind, rng))
    family = int(rng.integers(100))
    shots_ = [_shot(part, kind, rng, fps, size, family) for size in lengths]
    boundaries: list[Boundary] = []
    starts = np.cumsum([0, *lengths])
    mixes: dict[int, tuple[int, float, str]] = {}
    for n in range(1, len(lengths)):
        at, how = int(starts[n]), cut[n]
        size = 0 if how == "cut" else int(rng.integers(8, 41) * fps / 27)
        size = min(size, int(0.7 * min(lengths[n - 1], lengths[n])))
        if size < 7 or at + size // 2 >= total - 3:
            if at < total - 3:
                close = min(lengths[n - 1], lengths[n] if n + 1 < len(lengths) else 99) < 15 and kind == "quick"
                boundaries.append(Boundary("quick" if close else "cut", at, at))
            continue
        first = at - size // 2
        for i in range(size):
            mixes[first + i] = n, (i + 1) / (size + 1), how
        boundaries.append(Boundary(how, first, first + size - 1))

    def pictures() -> Iterator[Picture]:
        for frame in range(total):
            if frame in mixes:
                n, share, how = mixes[frame]
                one = shots_[n - 1](frame - int(starts[n - 1]))
                two = shots_[n](frame - int(starts[n]))
                picture = (own.mixed if own else _mixed)(one, two, share, how, n)
            else:
                n = int(np.searchsorted(starts, frame, side="right")) - 1
                picture = shots_[n](frame - int(starts[n]))
            yield np.clip(picture, 0, 255).astype(np.uint8)

    encode(path, (WIDTH, HEIGHT), fps, (codec, options), pictures())
    return boundaries


def _length(kind: str, rng: Rng, fps: int) -> int:
    """Frames of the next shot."""
    if kind == "quick" and rng.random() < 0.6:
        return int(rng.integers(5, 15))
    low, high = {"moves": (3.0, 5.0), "light": (2.0, 4.0)}.get(kind, (1.2, 3.2))
    return int(rng.uniform(low, high) * fps)


def _transition(part: str, kind: str, rng: Rng) -> str:
    wipes: tuple[str, ...] = ("wipe_left", "wipe_up", "wipe_iris", "wipe_diagonal", "wipe_blinds")
    fades = ("fade_black", "fade_white")
    if part == "more":
        wipes = (
            "wipe_columns",
            "wipe_diamond",
            "wipe_fan",
            "uncover",
            "eased_wipe_left",
            "eased_wipe_up",
            "wipe_weave",
        )
    if kind == "dissolve":
        return str(rng.choice(["dissolve", "eased_dissolve"])) if part == "more" else "dissolve"
    if kind == "wipe":
        return str(rng.choice(wipes))
    if kind == "fade":
        return str(rng.choice(fades))
    if kind == "dark_soft":
        return str(rng.choice(["dissolve", "fade_black", "dissolve", *wipes[:2]]))
    if kind == "mixed":
        return str(rng.choice(["cut", "cut", "dissolve", str(rng.choice(wipes)), str(rng.choice(fades))]))
    return "cut"


def _mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    if how.startswith("eased_"):
        share, how = 0.5 - 0.5 * float(np.cos(np.pi * share)), how.removeprefix("eased_")
    if how == "uncover":  # the old picture slides away from the new one
        left = round(WIDTH * share)
        return np.concatenate([one[:, left:], two[:, WIDTH - left :]], axis=1)
    if how == "dissolve":
        return one * (1 - share) + two * share
    if how.startswith("fade"):
        ground = 0.0 if how == "fade_black" else 255.0
        side = 1 - 2 * share if share < 0.5 else 2 * share - 1
        return ground + (one if share < 0.5 else two) * side - ground * side
    x, y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    order = {
        "wipe_left": x if seed % 2 else 1 - x,
        "wipe_up": y if seed % 2 else 1 - y,
        "wipe_iris": np.hypot(x - 0.5, y - 0.5) / 0.7072,
        "wipe_diagonal": (x + y) / 2,
        "wipe_blinds": (y * 6) % 1,
        "wipe_columns": np.random.default_rng(seed).permutation(16)[(x * 15.99).astype(int)] / 15,
        "wipe_diamond": abs(x - 0.5) + abs(y - 0.5),
        "wipe_fan": np.arctan2(y, x + 1e-6) / 1.5708,
        "wipe_weave": np.where((y * 8).astype(int) % 2, x, 1 - x),
    }[how]
    soft = 0.08 if seed % 3 == 0 else 0.004
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask


def _shot(part: str, kind: str, rng: Rng, fps: int, size: int, family: int) -> Shot:
    """A shot of *size* frames; those of one *family* look alike."""
    own = OWN.get(part)
    if kind == "slides":
        return Shot(own.slide(rng, family) if own else slide(part, rng, family))
    looks = own.LOOKS if own else LOOKS[part]
    like = kind == "similar" or rng.random() < 0.15
    style = np.random.default_rng([family, 7]) if like else rng
    look = looks[family % (len(looks) - 1)] if like else looks[int(rng.integers(len(looks)))]
    canvas = look(rng, style)
    draw = canvas if callable(canvas) else _camera(part, canvas, rng, fps, size, kind)
    shot = Shot(draw)
    events = {
        "light": ["flash", "flash", "lightning", "light", "light_ramp"],
        "moves": ["mover", "mover", "action", "shake", "grain", "none"],
        "mixed": ["flash", "mover", "none", "none", "none", "grain", "light"],
        "hard": ["none", "none", "none", "action", "grain", "mover", "flash", "subtitle"],
    }.get(kind, ["none", "none", "none", "action", "subtitle"])
    if own and part != "apart":
        shot.after += own.events(kind, rng, fps, size)
    elif (event := str(rng.choice(events))) != "none":
        shot.after.append(own.event(event, rng, fps, size) if own else _event(part, event, rng, fps, size))
    if kind in ("dark", "dark_soft"):
        light = rng.uniform(0.05, 0.16) if part == "tune" else rng.uniform(0.06, 0.2)
        noise = rng.uniform(0.3, 1.5)
        base = np.random.default_rng(int(rng.integers(1 << 30)))
        shot.after.append(lambda picture, n: picture * light + 3 + base.normal(0, noise, (HEIGHT, WIDTH, 1)))
    return shot


def _camera(part: str, canvas: Picture, rng: Rng, fps: int, size: int, kind: str) -> Callable[[int], Picture]:
    """The picture that a camera sees which moves over *canvas*."""
    high, wide = canvas.shape[:2]
    moves = {
        "moves": ["whip", "whip", "fast_zoom", "pan", "still"], "movers": ["still", "still", "pan", "hand", "whip"],
        "camera": ["roam"], "static": ["still"],
    }  # fmt: skip
    move = str(rng.choice(moves.get(kind, ["still", "still", "pan", "zoom", "hand"])))
    scale = rng.uniform(0.34, 0.5)
    start = np.array([rng.uniform(0.3, 0.7) * wide, rng.uniform(0.35, 0.65) * high])
    speed = rng.uniform(-1, 1, 2) * (60, 25) if part == "tune" else rng.uniform(-1, 1, 2) * (45, 40)
    growth = rng.uniform(0.08, 0.3) * rng.choice([-1, 1])
    whip_at, whip_for = rng.uniform(0.25, 0.6) * size / fps, rng.uniform(6, 13) / 25
    jump = rng.uniform(0.35, 0.6) * wide * rng.choice([-1, 1])
    phases = rng.uniform(0, 6.28, 4)
    own = OWN.get(part)
    other = own.place(move, rng, fps, size, wide) if own else None

    def at(t: float) -> tuple[float, float, float, float]:
        x, y = start
        if other:
            dx, dy, zoom, angle = other(t)
            return float(x + dx), float(y + dy), zoom, angle
        zoom, angle = 1.0, 0.0
        if move == "pan":
            ease = t if part == "tune" else t + 0.3 * np.sin(1.7 * t + phases[0])
            x, y = x + speed[0] * ease, y + speed[1] * ease
        elif move == "zoom":
            zoom = np.exp(growth * t)
        elif move == "fast_zoom":
            zoom = np.exp(np.sign(growth) * 0.9 * np.clip((t - whip_at) / (2 * whip_for), 0, 1))
        elif move == "hand":
            wobble = 6 if part == "tune" else 9
            x += wobble * (np.sin(2.3 * t + phases[0]) + 0.4 * np.sin(7.1 * t + phases[1]))
            y += wobble * (np.sin(1.9 * t + phases[2]) + 0.4 * np.sin(6.3 * t + phases[3]))
            angle = 0.0 if part == "tune" else 1.5 * np.sin(1.3 * t)
        elif move == "whip":
            share = np.clip((t - whip_at) / whip_for, 0, 1)
            x += jump * (share if part == "tune" else share * share * (3 - 2 * share)) - jump / 2
        return float(x), float(y), float(zoom), float(angle)

    def draw(n: int) -> Picture:
        t = n / fps
        x, y, zoom, angle = at(t)
        matrix = cv2.getRotationMatrix2D((0, 0), angle, zoom / (scale * wide / WIDTH))
        matrix[:, 2] = np.array([WIDTH / 2, HEIGHT / 2]) - matrix[:, :2] @ (x, y)
        picture = cv2.warpAffine(
            canvas, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        shift = abs(at(t + 0.5 / fps)[0] - at(t - 0.5 / fps)[0]) * matrix[0, 0]
        return cv2.blur(picture, (max(1, int(shift / 2)), 1)) if shift > 4 else picture

    return draw


def _event(part: str, event: str, rng: Rng, fps: int, size: int) -> Callable[[Picture, int], Picture]:
    """What befalls a shot without being a boundary."""
    at = int(rng.uniform(0.2, 0.75) * size)
    x, y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    if event == "flash":
        at = int(rng.uniform(0.05, 0.95) * size)
        frames = {at + i: rng.uniform(0.6, 1.0) * 0.7**i for i in range(int(rng.integers(1, 5)))}
        spot = (
            np.ones((HEIGHT, WIDTH, 1))
            if part == "tune"
            else np.clip(1.25 - np.hypot(x - 0.4, y - 0.4), 0, 1)[..., None]
        )
        return lambda p, n: p + (255 - p) * frames[n] * spot if n in frames else p
    if event == "lightning":
        ends = np.sort(rng.integers(at, at + int(0.6 * fps), 6))
        gain = rng.uniform(60, 140)
        spot = (
            np.clip(1.3 - y, 0, 1)[..., None]
            if part == "tune"
            else np.clip(1.4 - abs(x - 0.7) - y * 0.5, 0, 1)[..., None]
        )
        return lambda p, n: p + gain * spot if np.searchsorted(ends, n, side="right") % 2 else p
    if event in ("light", "light_ramp"):
        gain = rng.choice([rng.uniform(0.35, 0.65), rng.uniform(1.4, 1.9)])
        ramp = 1 if event == "light" else int(rng.integers(2, 16))
        return lambda p, n: p * (1 + (gain - 1) * np.clip((n - at) / ramp, 0, 1))
    if event in ("mover", "action"):
        count = 1 if event == "mover" else 6
        big = rng.uniform(0.35, 0.75, count) if event == "mover" else rng.uniform(0.05, 0.16, count)
        colours = rng.uniform(10, 240, (count, 3))
        seconds = rng.uniform(0.5, 1.4)
        phase, rate = rng.uniform(0, 6.28, (count, 2)), rng.uniform(3, 9, (count, 2))
        way = rng.choice([-1, 1])

        def move(p: Picture, n: int) -> Picture:
            p = np.ascontiguousarray(p, np.float32)
            for i in range(count):
                if event == "mover":
                    share = ((n - at) / fps / seconds + 0.5) * way + (way < 0)
                    if not -0.7 < share < 1.7:
                        continue
                    place = (share * 1.6 - 0.3) * WIDTH, HEIGHT * (0.5 + 0.1 * np.sin(phase[i, 0]))
                else:
                    place = tuple((0.5 + 0.45 * np.sin(phase[i] + rate[i] * n / fps)) * (WIDTH, HEIGHT))
                middle, half = (int(place[0]), int(place[1])), int(big[i] * HEIGHT / (2 if count > 1 else 1))
                if part == "tune":
                    cv2.circle(p, middle, half, colours[i].tolist(), -1, cv2.LINE_AA)
                else:
                    corners = [
                        (middle[0] + dx * half, middle[1] + dy * half)
                        for dx, dy in ((-0.7, -1), (0.8, -0.8), (0.6, 1), (-0.9, 0.9))
                    ]
                    cv2.fillPoly(p, [np.array(corners, np.int32)], colours[i].tolist(), cv2.LINE_AA)
            return p

        return move
    if event == "shake":
        offsets = rng.normal(0, 7, (2000, 2)) if part == "tune" else np.cumsum(rng.normal(0, 5, (2000, 2)), 0)
        if part != "tune":
            offsets -= cv2.blur(offsets, (1, 15))
        return lambda p, n: cv2.warpAffine(
            np.float32(p),
            np.float32([[1, 0, offsets[n, 0]], [0, 1, offsets[n, 1]]]),
            (WIDTH, HEIGHT),
            borderMode=cv2.BORDER_REFLECT_101,
        )
    if event == "subtitle":
        words = " ".join("".join(rng.choice(list("abcdeilmnorstu"), int(rng.integers(2, 8)))) for _ in range(4))
        until = at + int(rng.uniform(0.8, 2) * fps)

        def write(p: Picture, n: int) -> Picture:
            if at <= n < until:
                p = np.clip(p, 0, 255).astype(np.uint8)
                cv2.putText(p, words, (40, 168), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (250, 250, 250), 1, cv2.LINE_AA)
            return p

        return write
    grain, sigma = np.random.default_rng(int(rng.integers(1 << 30))), rng.uniform(6, 18)
    return lambda p, n: p + grain.normal(0, sigma, (HEIGHT, WIDTH, 1))
