"""What the live shots of the part `passing` show: halls between textured walls, vistas, players, fish, lava, roads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from transition_reel import Draw, Picture, Rng

Motion = Callable[[float], tuple[float, float, float]]
"""After so many frames: how far the camera looks aside and up, in widths of the picture, and its zoom."""


def tones(rng: Rng, count: int) -> Picture:
    """Colours on a line through the colour space, with some noise: of one film, faded or strong."""
    one, two = rng.uniform(10, 245, (2, 3))
    return np.clip(one + (two - one) * rng.random((count, 1)) + rng.normal(0, 22, (count, 3)), 5, 250)


def motion(move: str, rng: Rng, fps: int, frames: int) -> Motion:
    """The ways of a camera: carried, riding, gliding, creeping, swished aside and back, punched in, jolted."""
    sign, pace, turn = float(rng.choice((-1, 1))), rng.uniform(0.04, 0.2), rng.uniform(0.3, 0.7) * frames
    wave = np.cumsum(rng.normal(0, 1, (frames + 400, 3)), axis=0)
    kernel = np.hanning(max(5, fps // 3))
    kernel = kernel / kernel.sum()
    wave = np.stack([np.convolve(wave[:, i], kernel, "same") for i in range(3)], 1)
    drift = np.stack([np.convolve(wave[:, i], np.ones(2 * fps) / (2 * fps), "same") for i in range(3)], 1)
    wave, width, reach = (wave - drift) / 30, rng.uniform(0.16, 0.45) * fps, rng.uniform(0.5, 1.3)

    def gone(n: float) -> float:
        x = float(np.clip((n - turn) / width + 0.5, 0, 1))
        return x**3 * (x * (6 * x - 15) + 10)

    def where(n: float) -> tuple[float, float, float]:
        t, at = n / fps, int(np.clip(n + 200, 0, len(wave) - 2))
        x, y, z = (wave[at] + (wave[at + 1] - wave[at]) * (n % 1)).tolist()
        if move == "carried":
            return 0.4 * x, 0.4 * y, 1 + 0.1 * z
        if move == "ride":
            return x, 1.2 * y, 1 + 0.08 * t
        if move == "glide":
            return sign * pace * t, 0.03 * float(np.sin(t)), 1.0
        if move == "creep":
            return 0.0, 0.0, float(np.exp(sign * 0.07 * t))
        if move == "swish":
            return sign * reach * (gone(n) - 0.5), 0.1 * x, 1.0
        if move == "swish_back":
            return sign * reach * gone(n) * (1 - gone(n - 2.2 * width)), 0.0, 1.0
        if move == "punch":
            return 0.1 * x, 0.1 * y, 1 + (reach if sign > 0 else -0.4 * reach) * gone(n)
        if move == "jolt":
            ring = float(np.exp(-4 * max(0.0, n - turn) / fps)) * (n > turn)
            return 0.08 * sign * ring * float(np.sin(24 * t)), 0.1 * ring * float(np.cos(31 * t)), 1.0
        return 0.0, 0.0, 1.0

    return where


def smeared(sharp: Callable[[float], Picture], where: Motion, wide: int) -> Draw:
    """*sharp* as a shutter sees it that is open for half a frame: several instants together when the camera is fast."""

    def draw(n: int) -> Picture:
        path = abs(where(n + 0.25)[0] - where(n - 0.25)[0]) * wide
        count = int(np.clip(path / 3, 1, 8))
        return np.mean([sharp(n + (i / count - 0.5) / 2) for i in range(count)], axis=0) if count > 1 else sharp(n)

    return draw


def _texture(rng: Rng, style: Rng) -> Picture:
    """(64, 64, 3) of planks, stones, tiles or cloth."""
    paint, kind = tones(style, 4), int(style.integers(4))
    y, x = np.mgrid[0:64, 0:64]
    step = int(style.choice((8, 16, 32)))
    shifted = x + step * (y // step % 2) // 2
    seam = [x % step < 2, (shifted % step < 2) | (y % step < 2), (x // step + y // step) % 2 > 0,
            np.sin(x * 6.2832 / step) + np.sin(y * 6.2832 / step) > 0.6][kind]  # fmt: skip
    flat = np.where(seam[..., None], paint[0] * 0.6, paint[1])
    return np.clip(flat * (1 + style.normal(0, 0.06, (64, 64, 1))) + rng.normal(0, 1, (64, 64, 3)), 0, 255)


def maze(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """Halls of a building, a ray for each column; with the same style the same building, seen from elsewhere."""
    plan = style.random((12, 12)) < 0.28
    plan[[0, -1]] = plan[:, [0, -1]] = True
    kinds, walls = style.integers(0, 4, (12, 12)), np.stack([_texture(style, style) for _ in range(4)])
    floor, roof = tones(style, 2) * 0.6
    free = np.argwhere(~plan)
    around = [int((~plan[max(0, i - 2) : i + 3, max(0, j - 2) : j + 3]).sum()) for i, j in free]
    cell = free[np.argsort(around)[-1 - int(rng.integers(min(10, len(free))))]]
    place, heading = cell + rng.uniform(0.3, 0.7, 2), rng.uniform(0, 6.2832)
    where, (wide, high) = motion(move, rng, fps, frames), size
    steps = np.arange(0.05, 12, 0.02)
    row = np.arange(high)[:, None]

    def sharp(n: float) -> Picture:
        aside, up, zoom = where(n)
        lens = 0.9 * zoom
        view = heading + aside
        spread = np.arctan((np.arange(wide) / wide - 0.5) / lens)
        ways = np.stack([np.cos(view + spread), np.sin(view + spread)], -1)
        points = place + ways[:, None] * steps[None, :, None]
        cells = np.clip(points.astype(int), 0, 11)
        hit = np.argmax(plan[cells[..., 0], cells[..., 1]], axis=1)
        at, column = points[np.arange(wide), hit], np.arange(wide)
        found = cells[column, hit]
        far = steps[hit] * np.cos(spread)
        inside = at - found
        flat = np.minimum(inside[:, 0], 1 - inside[:, 0]) < np.minimum(inside[:, 1], 1 - inside[:, 1])
        across = np.where(flat, inside[:, 1], inside[:, 0])
        tall = lens * wide * 0.9 / np.maximum(far, 0.05)
        middle = high * 0.5 + up * wide
        share = (row - (middle - tall / 2)) / tall
        skin = walls[kinds[found[:, 0], found[:, 1]], np.clip(share * 64, 0, 63).astype(int),
                     np.clip(across * 64, 0, 63).astype(int)]  # fmt: skip
        shade = (np.where(flat, 1.0, 0.75) / (1 + 0.12 * far))[None, :, None]
        away = (np.abs(row - middle) / high)[..., None]
        ground = np.where((row > middle)[..., None], floor, roof) * (0.3 + 1.2 * away)
        return np.where(((share >= 0) & (share < 1))[..., None], skin * shade, ground).astype(np.float32)

    return smeared(sharp, where, wide)


def vista(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """A wide view that the camera sees a part of: facets, a town of blocks, strata, or rings."""
    wide, high = 2 * size[0], 2 * size[1]
    paint, kind = tones(style, 12), int(style.integers(4))
    y, x = np.mgrid[0:high, 0:wide]
    if kind == 0:  # facets: the nearest of some points, found on a coarse grid
        points = rng.uniform((0, 0), (wide, high), (int(style.integers(30, 90)), 2))
        far = np.hypot(x[::4, ::4, None] - points[:, 0], y[::4, ::4, None] - points[:, 1]).argmin(-1)
        flat = np.kron(rng.permutation(len(points))[far] % 12, np.ones((4, 4), int))[:high, :wide]
        canvas = paint[flat] * (0.85 + 0.3 * (y / high))[..., None]
    elif kind == 1:  # a town
        image = Image.new("RGB", (wide, high), tuple(int(v) for v in paint[0]))
        pen = ImageDraw.Draw(image)
        for level in range(6):
            base = int(high * (0.45 + 0.11 * level))
            left = int(rng.integers(-50, 0))
            while left < wide:
                broad, tall = int(rng.integers(26, 90)), int(rng.integers(40, 0.35 * high + 41))
                coat = tuple(int(v * (0.5 + 0.1 * level)) for v in paint[int(rng.integers(1, 12))])
                pen.rectangle((left, base - tall, left + broad, base + 200), fill=coat)
                for wx in range(left + 5, left + broad - 6, 11):
                    for wy in range(base - tall + 6, base, 14):
                        if rng.random() < 0.6:
                            pen.rectangle(
                                (wx, wy, wx + 5, wy + 7), fill=(250, 230, 160) if rng.random() < 0.4 else (30, 35, 50)
                            )
                left += broad + int(rng.integers(0, 22))
        canvas = np.asarray(image).astype(np.float32)
    elif kind == 2:  # strata that bend
        bend = sum(rng.uniform(5, 30) * np.sin(x / rng.uniform(30, 160) + rng.uniform(0, 6)) for _ in range(4))
        canvas = paint[((y + bend) / style.uniform(9, 40)).astype(int) % 12]
    else:  # rings about several centres
        field = sum(
            np.sin(np.hypot(x - cx, y - cy) / rng.uniform(6, 26))
            for cx, cy in rng.uniform((0, 0), (wide, high), (4, 2))
        )
        canvas = paint[0] + (paint[1] - paint[0]) * (0.5 + field / 8)[..., None]
    image = Image.fromarray(np.clip(canvas + rng.normal(0, 4, canvas.shape), 0, 255).astype(np.uint8))
    where, start = motion(move, rng, fps, frames), rng.uniform(0.42, 0.58, 2) * (wide, high)

    def sharp(n: float) -> Picture:
        aside, up, zoom = where(n)
        scale = 0.8 / zoom
        left = start[0] + aside * size[0] * 0.6 - scale * size[0] / 2
        top = start[1] - up * size[0] * 0.6 - scale * size[1] / 2
        left, top = np.clip(left, 1 - 0.3 * wide, 1.3 * wide), np.clip(top, 1 - 0.3 * high, 1.3 * high)
        moved = (scale, 0, float(left), 0, scale, float(top))
        return np.asarray(image.transform(size, Image.Transform.AFFINE, moved, Image.Resampling.BILINEAR)).astype(
            np.float32
        )

    return smeared(sharp, where, size[0])


def drawn(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """Figures with limbs who run and jump on a court; as `toon` outlined, and drawn anew every second frame."""
    (wide, high), toon, paint = size, move == "toon", tones(style, 9)
    hold = (4 if fps > 40 else 2) if toon else 1
    base = Image.new("RGB", size, tuple(int(v) for v in paint[0]))
    pen, rim = ImageDraw.Draw(base), int(rng.uniform(0.25, 0.6) * high)
    pen.rectangle((0, rim, wide, high), fill=tuple(int(v) for v in paint[1]))
    for _ in range(int(rng.integers(3, 7))):
        x, y = int(rng.integers(wide)), int(rng.integers(rim, high))
        pen.line((x, rim, 2 * x - wide // 2, high), fill=tuple(int(v * 1.15) for v in paint[2]), width=3)
        pen.line((0, y, wide, y), fill=tuple(int(v * 1.15) for v in paint[2]), width=2)
    for _ in range(14):
        x, y, r = int(rng.integers(wide)), int(rng.integers(-5, rim)), int(rng.integers(6, 26))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(v) for v in paint[3 + int(rng.integers(6))]))
    where, count = motion("rest" if toon else move, rng, fps, frames), int(rng.integers(2, 8))
    x0, rate, tall = rng.uniform(0, wide, count), rng.normal(0, 0.3 * wide, count), rng.uniform(0.16, 0.5, count) * high
    phase, beat, shirt = rng.uniform(0, 6.28, count), rng.uniform(5, 13, count), paint[rng.integers(3, 9, count)]
    ink = (15, 12, 20)

    def draw(n: int) -> Picture:
        image, t = base.copy(), (n // hold) * hold / fps
        pen = ImageDraw.Draw(image)
        for i in range(count):
            x = (x0[i] + rate[i] * t) % (1.3 * wide) - 0.15 * wide
            foot, s, swing = rim + (high - rim) * (i + 0.6) / count, tall[i], np.sin(beat[i] * t + phase[i])
            foot -= 0.12 * s * abs(np.sin(beat[i] * t / 2))
            coat, thick = tuple(int(v) for v in shirt[i]), max(2, int(0.09 * s))
            for side in (-1, 1):
                hip, knee = (x, foot - 0.45 * s), (x + 0.16 * s * side * swing, foot - 0.22 * s)
                pen.line((hip, knee, (knee[0] - 0.08 * s * abs(swing), foot)), fill=ink, width=thick)
                hand = x + 0.25 * s * side, foot - 0.62 * s + 0.22 * s * side * swing
                pen.line(((x, foot - 0.75 * s), hand), fill=coat, width=thick)
            body = (x - 0.11 * s, foot - 0.8 * s, x + 0.11 * s, foot - 0.4 * s)
            head = (x - 0.09 * s, foot - s, x + 0.09 * s, foot - 0.81 * s)
            pen.ellipse(body, fill=coat, outline=ink if toon else None, width=3)
            pen.ellipse(head, fill=(214, 170, 140), outline=ink if toon else None, width=2)
        aside, up, zoom = where(n)
        aside, up, zoom = float(np.clip(aside, -0.1, 0.1)), float(np.clip(up, -0.06, 0.06)), 1.3 * max(zoom, 0.97)
        moved = (
            1 / zoom,
            0,
            wide / 2 * (1 - 1 / zoom) + aside * wide,
            0,
            1 / zoom,
            high / 2 * (1 - 1 / zoom) - up * wide,
        )
        image = image if toon else image.transform(size, Image.Transform.AFFINE, moved, Image.Resampling.BILINEAR)
        return np.asarray(image).astype(np.float32)

    return draw


def tank(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """An aquarium: fish that swim, weed that sways, bubbles that rise."""
    (wide, high), paint, count = size, tones(style, 8), int(rng.integers(3, 10))
    depth = np.linspace(1.1, 0.45, high)[:, None, None] * paint[0]
    base = Image.fromarray(np.clip(np.repeat(depth, wide, 1), 0, 255).astype(np.uint8))
    place, speed = rng.uniform(0, 1, (count, 2)), rng.normal(0, 0.16, count)
    long, weeds, airs = rng.uniform(0.05, 0.17, count) * wide, rng.uniform(0, wide, 9), rng.uniform(0, 1, (16, 2))

    def draw(n: int) -> Picture:
        image, t = base.copy(), n / fps
        pen = ImageDraw.Draw(image)
        for i, x in enumerate(weeds):
            stalk = [(x + 10 * np.sin(1.3 * t + i + k / 2) * k / 6, high - k * high / 11) for k in range(7)]
            pen.line(stalk, fill=tuple(int(v * 0.6) for v in paint[1]), width=6)
        for i in range(count):
            x, y = ((place[i, 0] + speed[i] * t) % 1.3 - 0.15) * wide, place[i, 1] * 0.85 * high + 6 * np.sin(2 * t + i)
            way, coat = (1 if speed[i] > 0 else -1), tuple(int(v) for v in paint[2 + i % 6])
            fin = x - way * long[i]
            sway = 0.3 * long[i] * np.sin(9 * t + i)
            pen.polygon(
                [(x - way * 0.6 * long[i], y), (fin, y - 0.4 * long[i] + sway), (fin, y + 0.4 * long[i] + sway)],
                fill=coat,
            )
            pen.ellipse((x - 0.8 * long[i], y - 0.38 * long[i], x + 0.8 * long[i], y + 0.38 * long[i]), fill=coat)
            pen.ellipse((x + way * 0.5 * long[i] - 2, y - 3, x + way * 0.5 * long[i] + 3, y + 2), fill=(12, 12, 12))
        for x, y in airs:
            y = ((y - 0.3 * t) % 1.1) * high
            pen.ellipse((x * wide - 3, y - 3, x * wide + 3, y + 3), outline=(225, 240, 250))
        return np.asarray(image).astype(np.float32)

    return draw


def lava(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """Slow soft bodies that melt into each other, as of a lamp or of clouds."""
    paint, count = tones(style, 3), int(rng.integers(4, 9))
    y, x = np.mgrid[0 : 1 : (size[1] // 2) * 1j, 0 : 1 : (size[0] // 2) * 1j]
    middle, swing, rate = (
        rng.uniform(0.1, 0.9, (count, 2)),
        rng.uniform(0.05, 0.4, (count, 2)),
        rng.uniform(0.2, 1.4, (count, 2)),
    )
    weight = rng.uniform(0.004, 0.022, count)

    def draw(n: int) -> Picture:
        places = middle + swing * np.sin(rate * n / fps + np.arange(count)[:, None])
        heat = sum(w / ((x - a) ** 2 + (y - b) ** 2 + 0.002) for (a, b), w in zip(places, weight, strict=True))
        body = 1 / (1 + np.exp(-9 * (heat - 1)))[..., None]
        flat = (
            paint[0] * 0.7 * (1 - body) + (paint[1] + (paint[2] - paint[1]) * np.clip(heat - 1, 0, 1)[..., None]) * body
        )
        return np.asarray(Image.fromarray(np.clip(flat, 0, 255).astype(np.uint8)).resize(size)).astype(np.float32)

    return draw


def road(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int, move: str) -> Draw:
    """A drive along a road between posts and trees, by day."""
    (wide, high), paint, speed = size, tones(style, 6), rng.uniform(5, 22)
    row, rise = np.arange(high)[:, None], int(rng.uniform(0.35, 0.5) * high)
    far = 60.0 / np.maximum(row - rise, 1)
    x = np.arange(wide)[None]
    posts, sides = rng.uniform(0, 60, 24), rng.choice((-1, 1), 24) * rng.uniform(1.3, 3.2, 24)
    bend, coats = rng.uniform(-0.6, 0.6), paint[rng.integers(2, 6, 24)]

    def draw(n: int) -> Picture:
        t = n / fps
        curve = wide * (0.5 + 0.1 * np.sin(bend * t)) + bend * 26 * far
        off = np.abs(x - curve) * far / (0.22 * wide)
        band = (far * 1.1 + speed * t) % 3 < 1.5
        ground = np.where((off < 1)[..., None], np.where(((off < 0.04) & band)[..., None], 235.0, paint[0] * 0.45),
                          paint[1] * np.where(band, 0.8, 0.9)[..., None])  # fmt: skip
        shown = np.where((row < rise)[..., None], paint[5] * (0.7 + 0.3 * row / rise)[..., None], ground)
        image = Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8))
        pen = ImageDraw.Draw(image)
        near = (posts - speed * t) % 60 + 1.2
        for i in np.argsort(-near):
            scale = 60 / near[i]
            at, foot = wide / 2 + sides[i] * 0.22 * wide * scale / 60 * 4, rise + scale
            coat = tuple(int(v) for v in coats[i])
            pen.rectangle((at - 0.05 * scale, foot - 1.6 * scale, at + 0.05 * scale, foot), fill=(60, 45, 35))
            pen.ellipse((at - 0.6 * scale, foot - 2.6 * scale, at + 0.6 * scale, foot - 1.1 * scale), fill=coat)
        return np.asarray(image).astype(np.float32)

    return draw


def night(rng: Rng, draw: Draw) -> Draw:
    """*draw* in a cellar: one lamp's pool of light, and noise."""
    level, middle = rng.uniform(0.08, 0.22), rng.uniform(0.2, 0.8, 2)
    seed, size, cast = int(rng.integers(1 << 30)), rng.uniform(0.6, 1.6), rng.uniform(0.75, 1.1, 3)

    def dark(n: int) -> Picture:
        shown = np.clip(draw(n), 0, 255)
        y, x = np.mgrid[0 : 1 : shown.shape[0] * 1j, 0 : 1 : shown.shape[1] * 1j]
        pool = np.clip(1.2 - np.hypot(x - middle[0], y - middle[1]) / size, 0.25, 1)[..., None]
        noise = np.random.default_rng([seed, abs(n)]).integers(-2, 3, shown.shape[:2])[..., None]
        return shown * level * pool * cast + 6 + noise

    return dark


SCENES = [maze, vista, vista, drawn, tank, lava, road]
