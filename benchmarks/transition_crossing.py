"""The part `crossing` of `transitions.py`: films whose boundaries are hard to tell by small signals. For tuning.

Pages, code and screens of which only the text changes, things that cross the picture near the camera while it cuts or
not, whip pans and zooms, two views of one room from the hand, night, flashes and strobes beside true cuts, cuts a few
frames apart, pictures within pictures, tickers, halves that change, drawings on twos, low and high frame rates, grain,
combing, few bits; and dissolves, wipes, fades, dips and pushes with several easings. What a viewer would call another
picture is a boundary: a page with a wholly new body is, a further line on it or a new picture in a window is not.

Scenes are in `transition_crossing_scenes.py`, screens and what lies over a film in `transition_crossing_screens.py`.
"""

from __future__ import annotations

import numpy as np
from transition_crossing_scenes import LOOKS, cartoon, room, still
from transition_crossing_screens import code, combed, dim, flash, grain, halves, news, passer, slide, strobe, windows
from transition_reel import Change, Draw, Picture, Reel, Rng, joined, lengths

COUNT, SEED, SECONDS = 40, 86028121, 24
SIZES = (426, 240), (400, 300), (240, 426), (512, 288)
CODECS = [
    ("libx264", 30, {"crf": "26", "preset": "veryfast"}), ("libx264", 12, {"crf": "24", "preset": "veryfast"}),
    ("libx265", 25, {"crf": "32", "preset": "ultrafast"}), ("mpeg4", 30, {"b": "400k"}),
    ("libx264", 60, {"crf": "30", "preset": "ultrafast"}), ("libvpx", 15, {"b": "250k", "deadline": "realtime"}),
    ("msmpeg4", 25, {"b": "900k"}), ("libx264", 10, {"crf": "36", "preset": "veryfast"}),
    ("libvpx-vp9", 24, {"b": "300k", "deadline": "realtime", "cpu-used": "8"}),
    ("libx264", 50, {"crf": "22", "preset": "ultrafast"}), ("mpeg2video", 25, {"b": "700k"}),
]  # fmt: skip
KINDS = (
    "slides", "crossing", "alike", "quick", "dissolve", "code", "flashes", "whips", "wipe", "night",
    "windows", "crossing", "sliding", "news", "cartoon", "fade", "slides", "rough", "dark_soft", "mixed",
)  # fmt: skip
DISSOLVES = ["dissolve", "ease_dissolve", "gamma_dissolve"]
WIPES = ["wipe_side", "wipe_rise", "wipe_soft", "doors", "diamond", "checker", "iris"]
FADES = ["fade_black", "fade_white", "dip_colour", "fade_ease"]
PUSHES = ["push", "ease_push", "cover", "uncover", "push_up"]
WAYS = {
    "dissolve": DISSOLVES, "wipe": WIPES, "sliding": PUSHES, "fade": FADES,
    "dark_soft": ["dissolve", "ease_dissolve", "fade_black", "wipe_soft", "push"],
    "mixed": ["cut", "cut", "cut", "dissolve", "ease_dissolve", "wipe_side", "diamond", "push", "fade_black"],
}  # fmt: skip


def film(number: int, seconds: float = SECONDS) -> Reel:
    """Video *number* of the part."""
    rng = np.random.default_rng([SEED, number])
    kind = KINDS[number % len(KINDS)]
    codec, fps, options = CODECS[(number * 3 + number // len(KINDS)) % len(CODECS)]
    size, seeds = SIZES[(number + number // 7) % len(SIZES)], [SEED, number, 5]
    low, high = {"slides": (1.2, 3.6), "code": (1.6, 3.8), "windows": (1.4, 3.4)}.get(kind, (1.1, 2.9))
    sizes = lengths(rng, fps, round(seconds * fps), low, high, 0.5 if kind == "quick" else 0.0)
    ends = np.cumsum(sizes)[:-1].tolist()
    shots: list[tuple[int, Draw]] = [(n, _shot(kind, rng, seeds, size, fps, n)) for n in sizes]
    joins = joined(rng, sizes, fps, WAYS[kind], 0.25, 1.8) if kind in WAYS else [("cut", 0)] * (len(sizes) - 1)
    over: list[Change] = []
    if kind == "crossing":  # one shot in two has somebody who passes; one cut in two happens behind somebody
        for start, length in zip([0, *ends], sizes, strict=True):
            if rng.random() < 0.55:
                over.append(passer(rng, size, fps, start + int(rng.uniform(0.3, 0.7) * length)))
        over += [passer(rng, size, fps, at + int(rng.integers(-3, 4))) for at in ends if rng.random() < 0.5]
    if kind == "flashes":
        for at in ends:
            if rng.random() < 0.6:
                over.append(flash(rng, size, at + int(rng.choice([-9, -7, -5, 1, 2, 4, 6, 9]))))
        over += [flash(rng, size, int(rng.integers(10, sum(sizes)))) for _ in range(9)]
        over.append(strobe(rng, fps, int(rng.uniform(0.3, 0.6) * sum(sizes)), int(2.5 * fps)))
    if kind == "news":
        over.append(news(rng, size, fps))
    if kind == "rough":
        over.append(grain(rng, size, rng.uniform(9, 20)))
    if kind == "mixed":
        over += [flash(rng, size, int(rng.integers(10, sum(sizes)))), grain(rng, size, 5.0)]
    return Reel(size, fps, (codec, options), shots, joins, mixed, over)


def _shot(kind: str, rng: Rng, seeds: list[int], size: tuple[int, int], fps: int, frames: int) -> Draw:
    theme = np.random.default_rng(seeds)  # what all shots of the film share
    if kind == "slides":
        return slide(rng, theme, size, frames)
    if kind == "code":
        return code(rng, theme, size, fps)
    if kind == "windows":
        return (halves if theme.random() < 0.5 else windows)(rng, size, fps, frames)
    if kind == "cartoon":
        return cartoon(rng, theme, size, fps)
    if kind == "alike":
        return room(rng, theme, size, fps, frames, str(rng.choice(["hand", "hand", "shake"])))
    if kind == "whips":
        moves = ["whip", "whip", "crash_zoom", "zoom", "shake"]
        return (room if rng.random() < 0.5 else still)(rng, rng, size, fps, frames, str(rng.choice(moves)))
    look = LOOKS[int(rng.integers(len(LOOKS)))]
    moves = ["still", "still", "pan", "hand", "zoom"]
    draw = look(rng, theme if rng.random() < 0.25 else rng, size, fps, frames, str(rng.choice(moves)))
    if kind == "rough" and rng.random() < 0.6:
        return combed(draw)
    return dim(rng, draw, size) if kind in ("night", "dark_soft") else draw


def mixed(one: Picture, two: Picture, share: float, how: str, seed: int) -> Picture:
    """*share* of the way from *one* to *two*."""
    high, wide = one.shape[:2]
    if how.startswith("ease") or how.endswith("ease"):
        share = 0.015 + 0.97 * share * share * (3 - 2 * share)
    if how == "gamma_dissolve":
        return 255 * ((one / 255).clip(0, 1) ** 2.2 * (1 - share) + (two / 255).clip(0, 1) ** 2.2 * share) ** (1 / 2.2)
    if how.endswith("dissolve"):
        return one * (1 - share) + two * share
    if how.startswith(("fade", "dip")):
        colour = np.random.default_rng(seed).uniform(20, 200, 3)
        empty = colour if how == "dip_colour" else np.full(3, 255.0 if how == "fade_white" else 0.0)
        side = 1 - 2 * share if share < 0.5 else 2 * share - 1
        return empty + ((one if share < 0.5 else two) - empty) * side
    if how in ("push", "ease_push"):
        at = round(wide * share)
        one, two = (one[:, ::-1], two[:, ::-1]) if seed % 2 else (one, two)
        both = np.concatenate([one[:, at:], two[:, :at]], axis=1)
        return both[:, ::-1] if seed % 2 else both
    if how == "push_up":
        at = round(high * share)
        return np.concatenate([one[at:], two[:at]], axis=0)
    if how in ("cover", "uncover"):
        at = round(wide * share)
        if how == "cover":
            return np.concatenate([two[:, wide - at :], one[:, at:]], axis=1)
        return np.concatenate([one[:, at:], two[:, wide - at :]], axis=1)
    x, y = np.meshgrid(np.linspace(0, 1, wide), np.linspace(0, 1, high))
    order = {
        "wipe_side": x, "wipe_rise": 1 - y, "wipe_soft": 0.8 * x + 0.2 * y, "doors": abs(2 * x - 1),
        "diamond": (abs(x - 0.5) + abs(y - 0.5)), "iris": np.hypot(x - 0.5, y - 0.5) / 0.71,
        "checker": (x * 4) % 1 * 0.5 + 0.5 * (((x * 4).astype(int) + (y * 4).astype(int)) % 2),
    }[how]  # fmt: skip
    order, soft = (1 - order if seed % 2 else order), 0.3 if how == "wipe_soft" else 0.02
    mask = np.clip((share * (1 + soft) - order) / soft, 0, 1)[..., None].astype(np.float32)
    return one * (1 - mask) + two * mask
