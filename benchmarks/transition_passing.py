"""The part `passing` of `transitions.py`: held out, its films are drawn by other code than those of `crossing`.

It was written with `crossing`, by somebody who had read nothing of the detector, and landed before anything was tuned
on either. Whoever tunes looks at its totals, and never at its films. Its kinds are those of `crossing`: screens of
which little changes, things near the camera, whip pans, two views of one place, night, flashes, cuts a few frames
apart, pictures in pictures, drawings on twos, odd rates, worn tape, few bits, and gradual transitions of many forms.

Scenes, screens and what lies over a film are in `transition_passing_scenes.py`, `_screens.py` and `_over.py`.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter
from transition_passing_over import beacon, bolts, comb, fireworks, scoreboard, tape, walker
from transition_passing_scenes import SCENES, drawn, maze, night, vista
from transition_passing_screens import call, chat, document, inset, page, sheet
from transition_reel import Change, Draw, Picture, Reel, Rng, joined, lengths

COUNT, SEED, SECONDS = 40, 2750159, 24
SIZES = (480, 270), (384, 288), (256, 448), (432, 240), (360, 360)
CODECS = [
    ("libx265", 30, {"crf": "30", "preset": "superfast"}), ("mpeg4", 15, {"b": "350k"}),
    ("libx264", 24, {"crf": "21", "preset": "superfast", "tune": "animation"}), ("snow", 25, {"b": "1M"}),
    ("libsvtav1", 30, {"crf": "48", "preset": "12"}), ("libx264", 60, {"crf": "27", "preset": "superfast"}),
    ("libvpx-vp9", 12, {"b": "220k", "deadline": "realtime", "cpu-used": "7"}), ("mpeg1video", 30, {"b": "800k"}),
    ("libx264", 25, {"crf": "37", "preset": "superfast"}), ("mpeg4", 10, {"b": "600k", "bf": "2"}),
    ("libx265", 50, {"crf": "27", "preset": "ultrafast"}), ("mjpeg", 24, {"b": "3M"}),
    ("libvpx", 30, {"b": "400k", "deadline": "realtime", "cpu-used": "5"}),
]  # fmt: skip
KINDS = (
    "talk", "traffic", "dissolve", "twins", "storm", "desk", "fade", "sweep", "quick", "cellar",
    "call", "wipe", "traffic", "toon", "sliding", "match", "talk", "tape", "mixed", "dark_soft",
)  # fmt: skip
WAYS = {
    "dissolve": ["film_dissolve", "light_dissolve", "late_dissolve", "sand_dissolve", "soft_dissolve"],
    "wipe": ["fan", "blinds", "bars", "wave", "star", "slope", "spiral"],
    "sliding": ["shove", "smear", "squeeze", "part", "drop", "cast"],
    "fade": ["to_black", "to_grey", "to_light", "by_defocus", "by_iris", "late_black"],
    "dark_soft": ["film_dissolve", "late_dissolve", "to_black", "fan", "slope", "drop"],
    "mixed": ["cut", "cut", "cut", "cut", "film_dissolve", "soft_dissolve", "bars", "shove", "to_black", "to_light"],
}  # fmt: skip


def film(number: int, seconds: float = SECONDS) -> Reel:
    """Video *number* of the part."""
    rng = np.random.default_rng([number, SEED])
    kind = KINDS[number % len(KINDS)]
    codec, fps, options = CODECS[(number * 5 + 2 * (number // len(KINDS))) % len(CODECS)]
    size = SIZES[(2 * number + number // 9) % len(SIZES)]
    pace = {"talk": (1.3, 3.4), "desk": (1.5, 3.6), "call": (1.3, 3.2), "quick": (1.2, 2.2)}.get(kind, (1.0, 2.8))
    sizes = lengths(rng, fps, round(seconds * fps), *pace, 0.45 if kind == "quick" else 0.0)
    kept = [number, SEED, 77]  # seeds of what all shots share
    shots: list[tuple[int, Draw]] = [(n, _shot(kind, rng, kept, size, fps, n)) for n in sizes]
    ways = WAYS.get(kind)
    joins = joined(rng, sizes, fps, ways, 0.22, 2.1) if ways else [("cut", 0)] * (len(sizes) - 1)
    return Reel(size, fps, (codec, options), shots, joins, mixed, _over(kind, rng, size, fps, sizes))


def _over(kind: str, rng: Rng, size: tuple[int, int], fps: int, sizes: list[int]) -> list[Change]:
    """What lies over the whole film."""
    ends, total = np.cumsum(sizes)[:-1].tolist(), sum(sizes)
    if kind == "traffic":
        times = [at + int(rng.integers(-4, 5)) for at in ends if rng.random() < 0.45]
        times += [int(t) for t in rng.uniform(0, total, len(sizes) // 2)]
        return [walker(rng, size, fps, at) for at in times]
    if kind == "storm":
        near = [at + int(rng.choice([-12, -8, -6, -4, 1, 3, 5, 8, 12])) for at in ends if rng.random() < 0.6]
        made = [(bolts if rng.random() < 0.5 else fireworks)(rng, size, fps, at) for at in near]
        made += [bolts(rng, size, fps, int(t)) for t in rng.uniform(0, total, 6)]
        return [*made, beacon(rng, size, fps, int(0.5 * total), int(0.25 * total))]
    if kind == "match":
        return [scoreboard(rng, size, fps)]
    if kind == "tape":
        return [tape(rng, size)]
    if kind == "mixed":
        return [walker(rng, size, fps, int(rng.uniform(0, total))), fireworks(rng, size, fps, int(0.7 * total))]
    return []


def _shot(kind: str, rng: Rng, kept: list[int], size: tuple[int, int], fps: int, frames: int) -> Draw:
    shared = np.random.default_rng(kept)
    if kind == "talk":
        return page(rng, shared, size, fps, frames)
    if kind == "desk":
        return (sheet, chat, document)[int(shared.integers(3))](rng, shared, size, fps, frames)
    if kind == "call":
        return (call if shared.random() < 0.5 else inset)(rng, size, fps, frames)
    if kind == "toon":
        return drawn(rng, shared, size, fps, frames, "toon")
    if kind == "twins":
        return maze(rng, shared, size, fps, frames, str(rng.choice(["carried", "carried", "ride"])))
    if kind == "match":
        return drawn(rng, shared if rng.random() < 0.6 else rng, size, fps, frames, "carried")
    if kind == "sweep":
        move = str(rng.choice(["swish", "swish", "swish_back", "punch", "jolt"]))
        return (maze if rng.random() < 0.5 else vista)(rng, rng, size, fps, frames, move)
    scene = SCENES[int(rng.integers(len(SCENES)))]
    move = str(rng.choice(["rest", "rest", "glide", "carried", "creep"]))
    draw = scene(rng, shared if rng.random() < 0.2 else rng, size, fps, frames, move)
    if kind == "tape" and rng.random() < 0.6:
        return comb(draw)
    return night(rng, draw) if kind in ("cellar", "dark_soft") else draw


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    high, wide = one.shape[:2]
    smooth = 0.02 + 0.96 * (0.5 - 0.5 * float(np.cos(np.pi * share)))
    if how == "film_dissolve":
        return one + (two - one) * (smooth if seed % 2 else share)
    if how == "late_dissolve":  # slow at first, then quick
        return one + (two - one) * (0.02 + 0.97 * share**2)
    if how == "light_dissolve":  # bright parts of the new picture come first
        bright = np.asarray(two).mean(-1, keepdims=True) / 255
        return one + (two - one) * np.clip(share * 1.7 - 0.7 * (1 - bright), 0.01, 1)
    if how == "sand_dissolve":
        sand = np.random.default_rng(seed).random((high, wide, 1))
        return one + (two - one) * np.clip((share * 1.3 - sand) / 0.3, 0, 1)
    if how == "soft_dissolve":
        return _defocused(one + (two - one) * share, 6 * min(share, 1 - share) * 2)
    if how in ("to_black", "to_grey", "to_light", "late_black", "by_defocus", "by_iris"):
        turn = 0.65 if how == "late_black" else 0.5  # the old picture goes slowly, the new one comes quickly
        shown, left = (one, 1 - share / turn) if share < turn else (two, (share - turn) / (1 - turn))
        if how == "by_iris":
            y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
            return np.asarray(shown) * (np.hypot(x, y) < 1.45 * left)[..., None]
        empty = {"to_grey": 96.0, "to_light": 255.0}.get(how, 0.0)
        made = empty + (shown - empty) * (left**0.7 if how == "to_light" else left)
        return _defocused(made, 7 * (1 - left)) if how == "by_defocus" else made
    if how in ("shove", "smear", "squeeze", "part", "drop", "cast"):
        return _slid(one, two, share if how == "shove" and seed % 2 else smooth, how, seed)
    y, x = np.mgrid[0 : 1 : high * 1j, 0 : 1 : wide * 1j]
    angle, far = np.arctan2(y - 0.5, x - 0.5) / 6.2832 + 0.5, np.hypot(x - 0.5, y - 0.5) / 0.7072
    order = {
        "fan": (np.arctan2(1 - y, x - 0.5) / 3.1416), "blinds": (y * 7) % 1, "slope": 0.45 * x + 0.55 * y,
        "bars": 0.45 * x + 0.55 * np.random.default_rng(seed).random(8)[np.minimum((y * 8).astype(int), 7)],
        "wave": 0.9 * y + 0.1 * (0.5 + 0.5 * np.sin(x * 14)), "spiral": (angle + 2.5 * far) / 3.5,
        "star": far * (1 + 0.35 * np.cos(5 * 6.2832 * angle)) / 1.35,
    }[how]  # fmt: skip
    edge = 0.25 if seed % 4 == 1 else 0.015
    cover = np.clip((share * (1 + edge) - (1 - order if seed % 3 == 0 else order)) / edge, 0, 1)[..., None]
    return one * (1 - cover) + two * cover


def _defocused(picture: Picture, radius: float) -> Picture:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image).astype(np.float32)


def _resized(picture: Picture, wide: int, high: int) -> Picture:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return np.asarray(image.resize((max(1, wide), max(1, high)), Image.Resampling.BILINEAR)).astype(np.float32)


def _slid(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """Pictures that move instead of being mixed."""
    high, wide = one.shape[:2]
    right, down = round(wide * share), round(high * share)
    if how == "drop":  # the new picture falls over the old one
        return np.concatenate([two[high - down :], one[down:]], axis=0)
    if how == "squeeze":
        return np.concatenate([_resized(two, right, high), _resized(one, wide - right, high)], axis=1)[:, :wide]
    if how == "part":  # the old picture parts in the middle
        shown, half = np.array(two, np.float32), wide // 2
        gone = round(half * share)
        shown[:, : half - gone] = one[:, gone:half]
        shown[:, half + gone :] = one[:, half : wide - gone]
        return shown
    if how == "cast":  # the old picture is thrown off aslant
        shown = np.array(two, np.float32)
        shown[down:, right:] = one[: high - down, : wide - right]
        return shown
    left = seed % 2 == 0
    made = np.concatenate(
        [two[:, wide - right :], one[:, : wide - right]] if left else [one[:, right:], two[:, :right]], 1
    )
    if how == "smear":
        steps = max(1, int(0.1 * wide * min(share, 1 - share) * 2))
        return np.mean([np.roll(made, step, 1) for step in range(0, steps, max(1, steps // 6))], axis=0)
    return made
