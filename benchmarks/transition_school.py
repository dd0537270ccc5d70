"""A part of `transition_videos.py` to fit to: looks of older parts, and what covers a part of the picture at once."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import transition_apart as apart
import transition_drill as drill
from transition_looks import HEIGHT, WIDTH, Picture, Rng

Change = Callable[[Picture, int], Picture]
CODECS = [
    ("libx264", 30, {"crf": "27", "preset": "superfast"}), ("mpeg4", 25, {"b": "700k"}),
    ("libx265", 25, {"crf": "32", "preset": "ultrafast"}), ("mjpeg", 24, {"b": "4M"}),
    ("libx264", 24, {"crf": "34", "preset": "veryfast"}), ("libvpx", 30, {"b": "500k", "deadline": "realtime"}),
    ("mpeg2video", 30, {"b": "1M"}), ("libx264", 60, {"crf": "25", "preset": "ultrafast"}),
    ("libx264", 15, {"crf": "24", "preset": "superfast"}),
]  # fmt: skip
KINDS = (
    "slides", "movers", "hard", "slides", "flashes", "dark", "movers", "slides", "light", "static", "quick", "mixed",
)  # fmt: skip
LOOKS = [*drill.LOOKS, *apart.LOOKS]
EVENTS: dict[str, tuple[str, ...]] = {
    "movers": ("long", "long", "walker", "stays"), "static": ("bar", "words", "inset", "long"),
    "hard": ("none", "bar", "words", "inset"), "dark": ("none", "bar", "words", "long"),
    "mixed": ("none", "none", "bar", "long"), "quick": ("none", "words", "inset", "none"),
}  # fmt: skip
LETTERS = list("aeioustrnlmdcph")
place, mixed = drill.place, drill.mixed


def transition(kind: str, rng: Rng) -> str:
    """How one shot becomes the next in a video of *kind*."""
    return drill.transition(kind, rng)


def slide(rng: Rng, family: int) -> Callable[[int], Picture]:
    """A slide of older parts, or one of which some lines alone are others."""
    if family % 3 < 2:
        return (drill if family % 3 else apart).slide(rng, family)
    style = np.random.default_rng([family, 23])
    light = style.random() < 0.5
    paper, ink = ((230, 225, 220), (20, 20, 50)) if light else ((30, 25, 20), (220, 225, 200))
    page = np.full((HEIGHT, WIDTH, 3), np.clip(np.array(paper) * style.uniform(0.6, 1.1, 3), 0, 255), np.uint8)
    scale, gap, kept = style.uniform(0.3, 0.6), int(style.integers(16, 34)), int(style.integers(0, 4))
    for line in range(kept + int(rng.integers(1, 4))):
        own = style if line < kept else rng
        text = " ".join("".join(own.choice(LETTERS, int(own.integers(2, 10)))) for _ in range(int(own.integers(2, 5))))
        cv2.putText(page, text, (18, 30 + gap * line), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv2.LINE_AA)
    shown = page.astype(np.float32)
    return lambda n: shown


def events(kind: str, rng: Rng, fps: float, size: int) -> list[Change]:
    """What befalls a shot without being a boundary."""
    if kind not in EVENTS:
        return drill.events(kind, rng, fps, size)
    names = rng.choice(EVENTS[kind], 4 if kind == "static" else 1)
    return [_event(str(name), rng, fps, size) for name in names if name != "none"]


def _event(name: str, rng: Rng, fps: float, size: int) -> Change:
    at = int(rng.uniform(0.1, 0.8) * size)
    until, colour = at + int(rng.uniform(0.4, 2.5) * fps), rng.uniform(0, 255, 3)
    if name in ("long", "walker", "stays"):
        return _thing(name, rng, fps, at)
    words = ["".join(rng.choice([*LETTERS, " "], int(rng.integers(5, 28)))) for _ in range(int(rng.integers(1, 4)))]
    side, share = int(rng.integers(4)), rng.uniform(0.1, 0.32)
    left, top, scale = int(rng.integers(5, 120)), int(rng.integers(25, 150)), rng.uniform(0.35, 0.8)
    tones, box = rng.uniform(0, 255, (9, 16, 3)), (int(rng.integers(60, 140)), int(rng.integers(40, 85)))
    inset = cv2.resize(tones.astype(np.uint8), box, interpolation=cv2.INTER_CUBIC)

    def change(p: Picture, n: int) -> Picture:
        if not at <= n < until:
            return p
        p = np.clip(p, 0, 255).astype(np.uint8)
        if name == "bar":
            high, wide = int(share * HEIGHT), int(share * WIDTH)
            part = [np.s_[:high], np.s_[-high:], np.s_[:, :wide], np.s_[:, -wide:]][side]
            p[part] = colour if colour.sum() > 300 else 0
            left_, top_ = (WIDTH - wide + 4 if side == 3 else 8), (HEIGHT - high + 18 if side == 1 else 18)
        elif name == "inset":
            area = p[top - 20 : top - 20 + inset.shape[0], left : left + inset.shape[1]]
            area[:] = inset[: area.shape[0], : area.shape[1]]
            return p
        else:
            left_, top_ = left, top
        ink = (255, 255, 255) if name == "words" or colour.sum() <= 300 else (0, 0, 0)
        for i, text in enumerate(words):
            cv2.putText(p, text, (left_, top_ + 18 * i), cv2.FONT_HERSHEY_DUPLEX, scale, ink, 1, cv2.LINE_AA)
        return p

    return change


def _thing(name: str, rng: Rng, fps: float, at: int) -> Change:
    """A large thing that goes by, longer than the picture, as wide as a person, or which comes, stays and leaves."""
    wide = int(WIDTH * {"long": rng.uniform(0.6, 2), "walker": rng.uniform(0.2, 0.6), "stays": 0.6}[name])
    high, sign = int(HEIGHT * rng.uniform(0.5, 1)), int(rng.choice([-1, 1]))
    kind = rng.integers(3)
    coarse = rng.uniform(10, 240, (1, 1, 3)) if kind == 0 else rng.uniform(10, 240, (3, 5 + 3 * kind, 3))
    body = cv2.resize(coarse.astype(np.float32), (wide, high), interpolation=int(rng.choice([0, 2])))
    lasts, stays = rng.uniform(0.4, 2) * fps, rng.uniform(0.3, 1.2) * fps

    def draw(p: Picture, n: int) -> Picture:
        t = (n - at) / lasts
        if name == "stays":
            t = (
                0.5 - 0.5 * min(1, abs(n - at) / lasts)
                if n < at
                else 0.5 + 0.5 * max(0, min(1, (n - at - stays) / lasts))
            )
        left = round((WIDTH + wide) * t) - wide
        left = left if sign > 0 else WIDTH - wide - left
        a, b = max(0, left), min(WIDTH, left + wide)
        if a >= b:
            return p
        p = np.array(p, np.float32)
        p[HEIGHT - high :, a:b] = body[:, a - left : b - left]
        return p

    return draw
