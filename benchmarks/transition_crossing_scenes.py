"""What the live shots of the part `crossing` show: rooms seen in perspective, stills, people, water, drawings."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from transition_reel import Draw, Picture, Rng

Scene = Callable[[Rng, Rng, tuple[int, int], int, int, str], Draw]
"""Made with its own numbers, those of its theme, the size, frames a second, frames, and the move of the camera."""
NEAR = 0.08
"""Metres before the camera at which a thing is no longer seen."""


def paints(style: Rng, count: int) -> Picture:
    """Colours about two hues, one of them rare."""
    hue, other = style.uniform(0, 180, 2)
    hues = np.where(style.random(count) < 0.7, hue, other) + style.normal(0, 10, count)
    hsv = np.stack([hues % 180, style.uniform(20, 190, count), style.uniform(45, 240, count)], -1).astype(np.uint8)
    return cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0].astype(np.float32)


def camera(move: str, rng: Rng, fps: int, frames: int) -> Callable[[float], tuple[float, float, float, float]]:
    """After so many frames: how far the camera turned aside and up (shares of its view), rolled (degrees), zoomed."""
    sign, rate, at = float(rng.choice([-1, 1])), rng.uniform(0.03, 0.16), rng.uniform(0.25, 0.75) * frames
    phase, speed = rng.uniform(0, 6.28, 6), rng.uniform(0.7, 5.5, 6)
    lasts, depth = rng.uniform(0.14, 0.4) * fps, rng.uniform(0.5, 1.1)

    def sway(t: float, i: int) -> float:
        return float(np.sin(speed[i] * t + phase[i]) + 0.45 * np.sin(2.7 * speed[i] * t + phase[(i + 2) % 6]))

    def step(n: float) -> float:
        return 1 / (1 + float(np.exp(np.clip(-9 * (n - at) / lasts, -40, 40))))

    def where(n: float) -> tuple[float, float, float, float]:
        t = n / fps
        if move == "pan":
            return sign * rate * t, 0.1 * rate * t, 0.0, 1.0
        if move == "zoom":
            return 0.0, 0.0, 0.0, float(np.exp(sign * 0.12 * t))
        if move == "crash_zoom":
            return 0.0, 0.0, 0.0, float(np.exp(depth * sign * (step(n) - 0.5)))
        if move == "whip":
            return sign * depth * (step(n) - 0.5), 0.02 * sway(t, 0), 0.0, 1.0
        if move in ("hand", "shake"):
            size = 0.012 if move == "hand" else 0.035
            return size * sway(t, 0), size * sway(t, 1), 40 * size * sway(t, 2), 1 + size * sway(t, 3)
        return 0.0, 0.0, 0.0, 1.0

    return where


def _box(x: float, y: float, z: float, w: float, d: float, h: float) -> Picture:
    """(5, 4, 3) corners of the sides and the top of a box."""
    a, b, c, e = (x, y), (x + w, y), (x + w, y + d), (x, y + d)
    sides = [[(*p, z), (*q, z), (*q, z + h), (*p, z + h)] for p, q in ((a, b), (b, c), (c, e), (e, a))]
    return np.array([*sides, [(*p, z + h) for p in (a, b, c, e)]], np.float32)


def room(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """A furnished room; with the same theme the same room, from another place."""
    colours, wide, deep, high = paints(style, 16), style.uniform(5, 9), style.uniform(4, 8), style.uniform(2.4, 3.4)
    planes, looks = [], []
    tiles = int(style.integers(4, 9))
    for i in range(tiles):
        for j in range(tiles):
            x, y = wide * i / tiles, deep * j / tiles
            planes.append(np.array([(x, y, 0), (x + wide / tiles, y, 0), (x + wide / tiles, y + deep / tiles, 0),
                                    (x, y + deep / tiles, 0)], np.float32))  # fmt: skip
            looks.append(colours[0] * (0.75 if (i + j) % 2 else 0.62))
    for n, side in enumerate(_box(0, 0, 0, wide, deep, high)):
        planes.append(side)
        looks.append(colours[1] * (1.0, 0.86, 0.94, 0.8, 1.12)[n])
    behind = len(planes)
    for _ in range(int(style.integers(5, 11))):  # doors, pictures and windows, a hand's breadth from the wall
        w, h = style.uniform(0.4, 1.6), style.uniform(0.4, 1.3)
        low, flat = style.uniform(0.4, high - h - 0.1), style.random() < 0.5
        along = style.uniform(0.1, (wide if flat else deep) - w - 0.1)
        far = 0.03 if style.random() < 0.5 else (deep if flat else wide) - 0.03
        edge = [(along, low), (along + w, low), (along + w, low + h), (along, low + h)]
        planes.append(np.array([(s, far, z) if flat else (far, s, z) for s, z in edge], np.float32))
        looks.append(colours[2 + int(style.integers(6))] * style.uniform(0.7, 1.3))
    loose = len(planes)
    for _ in range(int(style.integers(6, 13))):
        w, d, h = style.uniform(0.3, 1.4), style.uniform(0.3, 1.2), style.uniform(0.3, 1.5)
        box = _box(style.uniform(0, wide - w), style.uniform(0, deep - d), 0.0, w, d, h)
        planes += list(box)
        paint = colours[8 + int(style.integers(8))]
        looks += [paint * shade for shade in (0.95, 0.8, 0.7, 0.85, 1.15)]
    corners, where = np.stack(planes), camera(move, rng, fps, frames)
    stand = np.array([rng.choice([0.12, 0.88]) * wide, rng.choice([0.12, 0.88]) * deep, rng.uniform(1.1, 1.9)])
    goal = np.array([wide / 2, deep / 2, 0.9]) + rng.uniform(-0.9, 0.9, 3) * (1, 1, 0.2)
    yaw, walk = np.arctan2(*(goal - stand)[1::-1]), rng.uniform(-0.12, 0.12, 2)
    tilt, lens = (goal - stand)[2] / 4, rng.uniform(0.8, 1.2) * max(size)
    bare = np.full((size[1], size[0], 3), colours[1] * 0.8, np.float32)

    def sharp(n: float) -> Picture:
        turn, up, roll, zoom = where(n)
        place = stand + np.array([*(walk * min(n, frames) / fps), 0.0])
        angle = yaw + turn
        ahead, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([np.sin(angle), -np.cos(angle)])
        moved = corners - place
        seen = np.stack([moved[..., :2] @ aside, moved[..., 2], moved[..., :2] @ ahead], -1)
        order = [*range(behind), *sorted(range(behind, loose), key=lambda i: -seen[i, :, 2].mean()),
                 *sorted(range(loose, len(planes)), key=lambda i: -seen[i, :, 2].mean())]  # fmt: skip
        shown, focal = bare.copy(), lens * zoom
        for i in order:
            face = seen[i]
            if face[:, 2].max() <= NEAR:
                continue
            face = face if face[:, 2].min() > NEAR else _clipped(face)
            flat = np.stack([size[0] / 2 + focal * face[:, 0] / face[:, 2],
                             size[1] * (0.5 + tilt + up) - focal * face[:, 1] / face[:, 2]], -1)  # fmt: skip
            paint = looks[i] / (1 + 0.05 * face[:, 2].mean())
            points = np.round(np.clip(flat, -4000, 4000) * 8).astype(np.int32)
            cv2.fillConvexPoly(shown, points, paint.tolist(), cv2.LINE_AA, 3)
        if roll:
            matrix = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), roll, 1.03)
            shown = cv2.warpAffine(shown, matrix, size, borderMode=cv2.BORDER_REFLECT_101)
        return np.clip(shown, 0, 255)

    return blurred(sharp, lambda n: (where(n)[0] - 0.0) * lens)


def _clipped(face: Picture) -> Picture:
    """The part of a flat *face* that is before the camera."""
    kept = []
    for one, two in zip(face, np.roll(face, -1, 0), strict=True):
        if one[2] > NEAR:
            kept.append(one)
        if (one[2] > NEAR) != (two[2] > NEAR):
            kept.append(one + (two - one) * (NEAR - one[2]) / (two[2] - one[2]))
    return np.array(kept)


def blurred(sharp: Callable[[float], Picture], along: Callable[[float], float]) -> Draw:
    """*sharp* with what moves more than 5 pixels in half a frame smeared; *along*: pixels at a frame."""

    def draw(n: int) -> Picture:
        shift = abs(along(n + 0.25) - along(n - 0.25))
        return cv2.blur(sharp(n), (int(shift), 1)) if shift > 5 else sharp(n)

    return draw


def still(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """A large picture that the camera sees a part of: hills, a market, bricks, lights out of focus."""
    wide, high = int(2.4 * size[0]), int(2.4 * size[1])
    canvas = (_hills, _market, _bricks, _bokeh)[int(style.integers(4))](rng, style, wide, high)
    where = camera(move, rng, fps, frames)
    middle, scale = rng.uniform(-0.12, 0.12, 2) * (wide, high), rng.uniform(0.9, 1.4)

    def sharp(n: float) -> Picture:
        turn, up, roll, zoom = where(n)
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), roll, scale * zoom)
        matrix[:, 2] += np.array(size) / 2 - (wide / 2, high / 2) - middle + np.array((-turn, up)) * size[0]
        return cv2.warpAffine(canvas, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)

    return blurred(sharp, lambda n: where(n)[0] * size[0])


def _noise(rng: Rng, wide: int, high: int, grain: float) -> Picture:
    field = rng.normal(0, 1, (max(3, int(high / grain)), max(3, int(wide / grain)))).astype(np.float32)
    return cv2.resize(field, (wide, high), interpolation=cv2.INTER_CUBIC)[..., None]


def _hills(rng: Rng, style: Rng, wide: int, high: int) -> Picture:
    colours = paints(style, 7)
    canvas = np.repeat(np.linspace(1.1, 0.8, high, dtype=np.float32)[:, None, None] * colours[0], wide, 1)
    row = np.arange(high)[:, None, None]
    for n in range(1, 7):
        line = high * (0.22 + 0.12 * n) + high * 0.05 * _noise(rng, wide, 1, wide / 9)[0, :, 0]
        cover = np.clip(row - line[None, :, None], 0, 1)
        canvas = canvas * (1 - cover) + colours[n] * (1 + 0.1 * _noise(rng, wide, high, 5)) * cover
    return np.clip(canvas, 0, 255)


def _market(rng: Rng, style: Rng, wide: int, high: int) -> Picture:
    colours = paints(style, 9)
    canvas = np.full((high, wide, 3), colours[0] * 0.7, np.float32)
    for y in range(0, high, max(24, high // 11)):
        x = int(rng.integers(-40, 0))
        while x < wide:
            w, paint = int(rng.integers(24, 90)), colours[int(rng.integers(1, 9))]
            cv2.rectangle(canvas, (x, y), (x + w - 4, y + high // 12), (paint * 0.5).tolist(), -1)
            for _ in range(int(rng.integers(4, 12))):
                at = int(rng.integers(x, x + w)), y + int(rng.integers(5, max(6, high // 12)))
                cv2.circle(canvas, at, int(rng.integers(3, 10)), (paint * rng.uniform(0.7, 1.2)).tolist(), -1)
            x += w
    return np.clip(canvas + 4 * _noise(rng, wide, high, 1.5), 0, 255)


def _bricks(rng: Rng, style: Rng, wide: int, high: int) -> Picture:
    colours, step = paints(style, 5), int(style.integers(10, 26))
    canvas = np.full((high, wide, 3), colours[0] * 0.6, np.float32)
    for row, y in enumerate(range(0, high, step)):
        for x in range(-step * (row % 2), wide, 2 * step):
            paint = colours[1] * rng.uniform(0.8, 1.15)
            cv2.rectangle(canvas, (x, y), (x + 2 * step - 3, y + step - 3), paint.tolist(), -1)
    for _ in range(int(rng.integers(3, 9))):
        x, y = int(rng.integers(wide)), int(rng.integers(high))
        w, h = int(rng.integers(50, 160)), int(rng.integers(60, 190))
        cv2.rectangle(canvas, (x, y), (x + w, y + h), (colours[2] * 1.2).tolist(), -1)
        cv2.rectangle(canvas, (x + 6, y + 6), (x + w - 6, y + h - 6), (colours[3] * 0.45).tolist(), -1)
        cv2.line(canvas, (x + w // 2, y), (x + w // 2, y + h), (colours[2] * 1.2).tolist(), 4)
    return np.clip(canvas * (1 + 0.05 * _noise(rng, wide, high, 40)), 0, 255)


def _bokeh(rng: Rng, style: Rng, wide: int, high: int) -> Picture:
    colours, canvas = paints(style, 6), np.zeros((high, wide, 3), np.float32)
    canvas[:] = colours[0] * 0.18 * np.linspace(1.3, 0.5, high)[:, None, None]
    for _ in range(int(rng.integers(25, 80))):
        spot = np.zeros_like(canvas)
        at, round_ = (int(rng.integers(wide)), int(rng.integers(high))), int(rng.integers(6, 34))
        cv2.circle(spot, at, round_, (colours[int(rng.integers(1, 6))] * rng.uniform(0.3, 0.9)).tolist(), -1)
        canvas += spot
    return np.clip(cv2.GaussianBlur(canvas, (0, 0), 2.0), 0, 255)


def talker(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """Somebody who speaks and moves the hands, before a room out of focus."""
    ground = cv2.GaussianBlur(room(rng, style, size, fps, frames, "still")(0), (0, 0), 5)
    wide, high = size
    skin, coat, hair = rng.uniform(70, 225), paints(rng, 3)[0], paints(rng, 3)[1] * 0.4
    x, tall, rate = rng.uniform(0.3, 0.7) * wide, rng.uniform(0.14, 0.3) * high, rng.uniform(3, 9)

    def draw(n: int) -> Picture:
        shown, t = ground.copy(), n / fps
        at = int(x + 0.02 * wide * np.sin(0.9 * t)), int(0.42 * high + 0.01 * high * np.sin(1.7 * t))
        size_, face = int(tall), (skin, skin * 0.8, skin * 0.68)
        cv2.ellipse(shown, (at[0], high), (int(1.9 * tall), int(high - at[1] - 0.9 * tall)), 0, 180, 360,
                    coat.tolist(), -1, cv2.LINE_AA)  # fmt: skip
        cv2.ellipse(shown, at, (int(0.78 * size_), size_), 4 * np.sin(1.3 * t), 0, 360, face, -1, cv2.LINE_AA)
        cv2.ellipse(shown, (at[0], at[1] - size_ // 3), (int(0.8 * size_), int(0.75 * size_)), 0, 190, 350,
                    hair.tolist(), -1, cv2.LINE_AA)  # fmt: skip
        gape = 1 + int(0.17 * size_ * abs(np.sin(rate * t) * np.sin(2.1 * t + 1)))
        cv2.ellipse(shown, (at[0], at[1] + size_ // 2), (size_ // 3, gape), 0, 0, 360, (90, 35, 40), -1, cv2.LINE_AA)
        for side in (-1, 1):
            cv2.circle(shown, (at[0] + side * size_ // 3, at[1] - size_ // 9), max(2, size_ // 10), (25, 20, 20), -1)
            hand = (
                at[0] + int(side * tall * (1.5 + 0.4 * np.sin(2.3 * t + side))),
                int(0.86 * high + 0.06 * high * np.sin(1.9 * t + 2 * side)),
            )
            cv2.circle(shown, hand, max(3, int(0.33 * size_)), face, -1, cv2.LINE_AA)
        return shown

    return draw


def water(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """Waves with glitter: two fields of noise that pass one over the other."""
    colours, (wide, high) = paints(style, 3), size
    one, two = _noise(rng, 2 * wide, high, 14)[..., 0], _noise(rng, 2 * wide, high, 9)[..., 0]
    rate, slope = rng.uniform(20, 90, 2) * (1, -1), np.linspace(0.4, 1.2, high)[:, None]

    def draw(n: int) -> Picture:
        a, b = (int(r * n / fps) % wide for r in rate)
        field = (one[:, a : a + wide] + two[:, b : b + wide]) * slope
        light = np.clip(field - 1.3, 0, 1)[..., None]
        return np.clip(colours[0] * (0.8 + 0.14 * field[..., None]) + light * 220, 0, 255)

    return draw


def cartoon(rng: Rng, style: Rng, size: tuple[int, int], fps: int) -> Draw:
    """Flat drawings that leap about, a new one only every second frame (or third at high rates)."""
    colours, (wide, high) = paints(style, 8), size
    hold, count = 3 if fps > 40 else 2, int(rng.integers(2, 6))
    flat = np.full((high, wide, 3), colours[int(rng.integers(3))], np.float32)
    horizon = int(rng.uniform(0.5, 0.8) * high)
    flat[horizon:] = colours[3 + int(rng.integers(2))] * 0.7
    for _ in range(5):
        at = int(rng.integers(wide)), int(rng.integers(horizon))
        cv2.ellipse(flat, at, (int(rng.integers(14, 60)), int(rng.integers(8, 30))), 0, 0, 360,
                    (colours[int(rng.integers(8))] * 1.1).tolist(), -1)  # fmt: skip
    phase, speed = rng.uniform(0, 6.28, (count, 4)), rng.uniform(2, 9, (count, 4))
    tall, paint = rng.uniform(0.1, 0.26, count) * high, colours[rng.integers(0, 8, count)]

    def draw(n: int) -> Picture:
        shown, t = flat.copy(), (n // hold) * hold / fps
        for i in range(count):
            wave = np.sin(phase[i] + speed[i] * t)
            x, y = wide * (0.5 + 0.42 * wave[0]), high * (0.62 - 0.25 * abs(wave[1]))
            wide_, high_ = tall[i] * (1 + 0.35 * wave[2]), tall[i] * (1 - 0.35 * wave[2])
            cv2.ellipse(shown, (int(x), int(y)), (int(wide_), int(high_)), 0, 0, 360, paint[i].tolist(), -1)
            cv2.ellipse(shown, (int(x), int(y)), (int(wide_), int(high_)), 0, 0, 360, (10, 10, 10), 2)
            for side in (-1, 1):
                foot = int(x + side * wide_ * (0.5 + 0.4 * wave[3])), int(y + 1.7 * high_)
                cv2.line(shown, (int(x + side * wide_ / 2), int(y + high_ * 0.8)), foot, (10, 10, 10), 4)
                cv2.circle(shown, (int(x + side * wide_ / 3), int(y - high_ / 3)), max(2, int(tall[i] / 7)),
                           (250, 250, 250), -1)  # fmt: skip
        return shown

    return draw


LOOKS: list[Scene] = [room, room, still, still, talker, water]
