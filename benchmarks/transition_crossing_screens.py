"""Screens of the part `crossing` (pages, code, windows, halves), and what lies over a film: passers-by, light, news."""

from __future__ import annotations

import cv2
import numpy as np
from transition_crossing_scenes import LOOKS, paints
from transition_reel import Change, Draw, Picture, Rng

SYLLABLES = [
    "ka",
    "to",
    "mi",
    "re",
    "sol",
    "ve",
    "ne",
    "ra",
    "du",
    "pi",
    "lo",
    "ha",
    "ster",
    "ing",
    "tion",
    "al",
    "per",
]
FONTS = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX


def words(rng: Rng, count: int) -> str:
    return " ".join("".join(rng.choice(SYLLABLES, int(rng.integers(1, 4)))) for _ in range(count))


def _put(page: Picture, text: str, at: tuple[int, int], font: int, scale: float, ink: Picture, thick: int = 1) -> None:
    drawn = np.clip(page, 0, 255).astype(np.uint8)  # OpenCV writes on nothing else
    cv2.putText(drawn, text, at, font, scale, np.clip(ink, 0, 255).tolist(), thick, cv2.LINE_AA)
    page[:] = drawn


def slide(rng: Rng, theme: Rng, size: tuple[int, int], frames: int) -> Draw:
    """A page of a talk. The template is the theme's; the body is new, and its lines may come one by one."""
    wide, high = size
    dark, faint = theme.random() < 0.45, theme.uniform(0.25, 1)  # some are of low contrast
    paper = theme.uniform(12, 60, 3) if dark else 255 - theme.uniform(0, 40, 3)
    ink = paper + (np.array([235.0] * 3) - paper if dark else theme.uniform(0, 70, 3) - paper) * (0.35 + 0.65 * faint)
    accent, font = paints(theme, 2)[0], int(theme.choice(FONTS))
    page = np.full((high, wide, 3), paper, np.float32)
    layout, scale = int(theme.integers(4)), theme.uniform(0.36, 0.56) * min(1.0, wide / 380)
    if layout == 1:
        cv2.rectangle(page, (0, 0), (wide, int(0.17 * high)), (accent * 0.6).tolist(), -1)
    elif layout == 2:
        cv2.rectangle(page, (int(0.9 * wide), 0), (wide, high), (accent * 0.8).tolist(), -1)
    elif layout == 3:
        cv2.line(page, (12, int(0.18 * high)), (wide - 12, int(0.18 * high)), accent.tolist(), 2)
    _put(page, words(theme, 2), (10, high - 8), font, 0.6 * scale, ink, 1)
    kept = theme.random() < 0.4  # the heading of the whole talk
    title = words(theme if kept else rng, 2)
    _put(page, title.capitalize(), (14, int(0.12 * high)), font, 1.35 * scale, ink, 1)
    gap, first = int(40 * scale + theme.uniform(2, 12)), int(0.3 * high)
    count = int(rng.integers(2, max(3, min(7, (high - first - 20) // gap))))
    mark = ("- ", "* ", "", "> ")[layout]
    lines = [mark + words(rng, int(rng.integers(2, 6))) for _ in range(count)]
    kind = rng.random()
    appears = np.zeros(count, int) if kind < 0.5 else np.sort(rng.integers(0, int(0.85 * frames), count))
    appears[0] = 0
    if kind > 0.85:  # a chart or a photograph instead of the rest
        left = int(0.5 * wide)
        for n, tall in enumerate(rng.uniform(0.1, 0.5, 5)):
            x = left + int(n * 0.08 * wide)
            cv2.rectangle(page, (x, int(0.85 * high)), (x + int(0.06 * wide), int((0.85 - tall) * high)),
                          (accent * (0.5 + 0.12 * n)).tolist(), -1)  # fmt: skip
        lines = [line[: 9 + len(mark)] for line in lines]
    states = []
    for n, text in enumerate(lines):
        _put(page, text, (18, first + n * gap), font, scale, ink)
        states.append(page.copy())
    pointer = rng.random() < 0.35
    way = rng.uniform(0.2, 0.8, (2, 2)) * size

    def draw(n: int) -> Picture:
        shown = states[max(0, int(np.searchsorted(appears, n, side="right")) - 1)]
        if pointer:
            x, y = way[0] + (way[1] - way[0]) * np.clip((n / max(1, frames) - 0.3) * 3, 0, 1)
            return _pointed(shown, int(x), int(y))
        return shown

    return draw


def _pointed(shown: Picture, x: int, y: int) -> Picture:
    shown = shown.copy()
    arrow = np.array([(x, y), (x, y + 15), (x + 4, y + 11), (x + 10, y + 11)], np.int32)
    cv2.fillConvexPoly(shown, arrow, (250, 250, 250), cv2.LINE_AA)
    cv2.polylines(shown, [arrow], True, (20, 20, 20), 1, cv2.LINE_AA)
    return shown


def code(rng: Rng, theme: Rng, size: tuple[int, int], fps: int) -> Draw:
    """An editor or terminal: a file that scrolls, is written in, or is read while the pointer moves."""
    wide, high = size
    dark = theme.random() < 0.7
    paper = theme.uniform(18, 48, 3) if dark else 255 - theme.uniform(0, 22, 3)
    inks = paints(theme, 5) * 0.5 + (120 if dark else 10)
    font, scale = int(theme.choice(FONTS[:2])), theme.uniform(0.3, 0.42)
    gap, side = int(34 * scale) + 2, int(theme.uniform(0.0, 0.26) * wide)
    chrome = np.full((high, wide, 3), paper, np.float32)
    chrome[:16] = paper * 0.7 + 30
    if side > 40:
        chrome[16:, :side] = paper * 0.85 + 14
        for n in range(9):
            _put(chrome, words(theme, 1), (5, 32 + n * 16), font, 0.3, inks[n % 5] * 0.7 + 20)
    else:
        side = 0
    lines, tall = int(rng.integers(high // gap - 4, 3 * high // gap)), 16
    long = np.full((max(high, (lines + 3) * gap) + high, wide - side, 3), paper, np.float32)
    deep, indents = 0, []
    for n in range(lines):
        deep = int(np.clip(deep + rng.integers(-1, 2), 0, 5))
        x = 26 + 12 * deep
        indents.append(x)
        _put(long, str(n + 1), (3, (n + 1) * gap), font, 0.8 * scale, paper * 0.6 + 60)
        for _ in range(int(rng.integers(0, 6))):
            text = words(rng, 1) + str(rng.choice(["", "()", " =", ":", ","]))
            _put(long, text, (x, (n + 1) * gap), font, scale, inks[int(rng.integers(5))])
            x += int(len(text) * 19 * scale) + 6
    deed = str(rng.choice(["scroll", "steps", "type", "type", "read"]))
    rate, most = rng.uniform(15, 90), max(0, lines * gap - high // 2)
    row, typed = int(rng.integers(1, max(2, min(lines, high // gap - 2)))), words(rng, 7)
    when, begin = np.cumsum(rng.uniform(0.25, 0.8, 40)), float(rng.uniform(0, most / 3 + 1))
    way = rng.uniform(0.2, 0.85, (2, 2)) * size

    def draw(n: int) -> Picture:
        t, shown, top = n / fps, chrome.copy(), 0
        if deed == "scroll":
            top = int(min(most, begin + rate * max(0.0, t - 0.4)))
        elif deed == "steps":
            top = min(most, 3 * gap * int(np.searchsorted(when, t)))
        shown[tall:, side:] = long[top : top + high - tall]
        if deed == "type":
            done = typed[: max(0, int(9 * t))]
            y = tall + row * gap
            cv2.rectangle(shown, (side + 24, y - gap + 5), (wide, y + 4), (paper * 1.15 + 8).tolist(), -1)
            _put(shown, done, (side + indents[row - 1], y), font, scale, inks[1])
            if int(2 * t) % 2 == 0:
                x = side + indents[row - 1] + int(len(done) * 17 * scale)
                cv2.line(shown, (x, y - 9), (x, y + 2), inks[0].tolist(), 1)
        x, y = way[0] + (way[1] - way[0]) * np.clip(0.7 * t - 0.4, 0, 1)
        return _pointed(shown, int(x), int(y)) if deed != "type" else shown

    return draw


def _small(rng: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """Scenes of *size* that follow one another by cuts, at times that have nothing to do with the film's."""
    looks = [LOOKS[int(rng.integers(len(LOOKS)))](rng, rng, size, fps, frames, "still") for _ in range(4)]
    changes = np.cumsum(rng.uniform(0.5, 1.6, 4)) * fps
    return lambda n: looks[int(np.searchsorted(changes, n)) % 4](n)


def windows(rng: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """A scene with a small window in a corner that shows other scenes, one after the other."""
    ground = LOOKS[int(rng.integers(len(LOOKS)))](rng, rng, size, fps, frames, "still")
    part = int(size[0] * rng.uniform(0.24, 0.36)), int(size[1] * rng.uniform(0.24, 0.36))
    inner, right, low = _small(rng, part, fps, frames), rng.random() < 0.5, rng.random() < 0.5
    left, top = (size[0] - part[0] - 10 if right else 10), (size[1] - part[1] - 10 if low else 10)

    def draw(n: int) -> Picture:
        shown = np.array(ground(n), np.float32)
        cv2.rectangle(shown, (left - 2, top - 2), (left + part[0] + 1, top + part[1] + 1), (240, 240, 240), 2)
        shown[top : top + part[1], left : left + part[0]] = inner(n)
        return shown

    return draw


def halves(rng: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """Two halves side by side: one shows one scene all the time, the other cuts among its own."""
    middle = size[0] // 2
    one = LOOKS[int(rng.integers(len(LOOKS)))](rng, rng, (middle, size[1]), fps, frames, "still")
    two, swapped = _small(rng, (size[0] - middle, size[1]), fps, frames), rng.random() < 0.5

    def draw(n: int) -> Picture:
        parts = [one(n), two(n)]
        shown = np.concatenate([part[:, : size[0]] for part in (parts[::-1] if swapped else parts)], axis=1)
        cv2.line(shown, (middle, 0), (middle, size[1]), (235, 235, 235), 3)
        return shown

    return draw


def passer(rng: Rng, size: tuple[int, int], fps: int, at: int) -> Change:
    """Somebody, a van or a hand that crosses the picture near the camera, in its middle at frame *at*."""
    (wide, high), kind = size, str(rng.choice(["person", "van", "hand"]))
    w, h = (int(s * v) for s, v in zip(size, rng.uniform((0.3, 0.6), (0.75, 0.95)), strict=True))
    colours, lasts, sign = rng.uniform(15, 230, (3, 3)), rng.uniform(0.35, 1.4) * fps, float(rng.choice([-1, 1]))
    mask, body = np.zeros((h, w), np.float32), np.zeros((h, w, 3), np.float32)
    weave = cv2.resize(rng.normal(0, 18, (h // 6 + 2, w // 6 + 2)).astype(np.float32), (w, h))[..., None]
    body[:] = colours[0] + weave
    if kind == "person":
        cv2.ellipse(mask, (w // 2, h), (int(0.45 * w), int(0.72 * h)), 0, 180, 360, 1, -1, cv2.LINE_AA)
        cv2.ellipse(mask, (w // 2, int(0.2 * h)), (int(0.19 * w), int(0.19 * h)), 0, 0, 360, 1, -1, cv2.LINE_AA)
        body[: int(0.35 * h)] = colours[1] * 0.7 + 50
    elif kind == "van":
        cv2.rectangle(mask, (0, int(0.1 * h)), (w, int(0.9 * h)), 1, -1)
        cv2.rectangle(body, (w // 10, int(0.2 * h)), (w // 2, int(0.45 * h)), (colours[1] * 0.6).tolist(), -1)
        for x in (w // 5, 4 * w // 5):
            cv2.circle(mask, (x, int(0.88 * h)), h // 8, 1, -1)
            cv2.circle(body, (x, int(0.88 * h)), h // 8, (25, 25, 25), -1)
    else:
        body[:] = (205, 160, 135) + weave * 0.4
        cv2.ellipse(mask, (w // 2, h), (w // 3, int(0.55 * h)), 0, 180, 360, 1, -1, cv2.LINE_AA)
        for n in range(4):
            x = int(w * (0.28 + 0.15 * n))
            cv2.line(mask, (x, int(0.55 * h)), (x + int(0.03 * w), int(0.08 * h)), 1, max(4, w // 9), cv2.LINE_AA)
    if rng.random() < 0.5:
        mask, body = cv2.GaussianBlur(mask, (0, 0), 2.5), cv2.GaussianBlur(body, (0, 0), 2.0)
    mask, top = mask[..., None], high - h + int(rng.uniform(0, 0.06) * high)

    def draw(p: Picture, n: int) -> Picture:
        t = (n - at) / lasts
        if abs(t) > 1:
            return p
        left = int((wide - w) / 2 + sign * t * (wide + w) / 2)
        bob = top + int(0.02 * high * np.sin(9 * t))
        a, b, c, d = max(0, left), min(wide, left + w), max(0, bob), min(high, bob + h)
        if a >= b:
            return p
        p, cut = np.array(p, np.float32), (slice(c - bob, d - bob), slice(a - left, b - left))
        p[c:d, a:b] = p[c:d, a:b] * (1 - mask[cut]) + body[cut] * mask[cut]
        return p

    return draw


def flash(rng: Rng, size: tuple[int, int], at: int) -> Change:
    """The flash of a camera or a stroke of lightning from frame *at* on, never wholly white."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    pool = np.clip(1.2 - 0.8 * np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 0.7)), 0.15, 1)[..., None]
    power = rng.uniform(0.45, 0.92) * rng.uniform(0.3, 0.75) ** np.arange(int(rng.integers(1, 5)))
    colour = np.array([rng.uniform(225, 255), 245, 255])
    return lambda p, n: p + (colour - p) * power[n - at] * pool if 0 <= n - at < len(power) else p


def strobe(rng: Rng, fps: int, at: int, lasts: int) -> Change:
    """A dance floor's light, five to ten times a second, for *lasts* frames."""
    period, low = max(2.0, fps / rng.uniform(5, 10)), rng.uniform(0.4, 0.6)
    return lambda p, n: p * low if 0 <= n - at < lasts and ((n - at) / period) % 1 > 0.45 else p


def news(rng: Rng, size: tuple[int, int], fps: int) -> Change:
    """A ticker that runs below the film, a clock, and names that come and go."""
    (wide, high), text = size, "  +++  ".join(words(rng, 5).upper() for _ in range(12))
    band, colour, rate = int(0.11 * high), paints(rng, 2) * 0.7, rng.uniform(35, 80)
    strip = np.full((band, int(len(text) * 9.5) + wide, 3), colour[0], np.float32)
    _put(strip, text, (wide, int(0.7 * band)), FONTS[1], 0.42, (245, 245, 245))
    names, shown_for = [words(rng, 2).title() for _ in range(9)], rng.uniform(2.2, 3.5)

    def draw(p: Picture, n: int) -> Picture:
        p, t = np.array(p, np.float32), n / fps
        at = int(rate * t) % max(1, strip.shape[1] - wide)
        p[high - band :] = strip[:, at : at + wide]
        turn, rest = divmod(t, shown_for)
        if rest < 0.6 * shown_for:
            top = high - int(2.4 * band)
            cv2.rectangle(p, (12, top), (int(0.6 * wide), top + band), colour[1].tolist(), -1)
            _put(p, names[int(turn) % 9], (18, top + int(0.7 * band)), FONTS[0], 0.42, (250, 250, 250))
        _put(p, f"{9 + int(t) // 60:02}:{int(t) % 60:02}", (wide - 52, 18), FONTS[0], 0.42, (250, 250, 250))
        return p

    return draw


def grain(rng: Rng, size: tuple[int, int], level: float) -> Change:
    """Grain of film: coarser than a pixel, stronger in the shadows."""
    raw = rng.normal(0, level * 1.7, (7, size[1], size[0])).astype(np.float32)
    fields = [cv2.GaussianBlur(one, (0, 0), 0.7)[..., None] for one in raw]
    return lambda p, n: p + np.roll(fields[n % 7], 13 * n % 97, 1) * (1.25 - np.asarray(p) / 255)


def dim(rng: Rng, draw: Draw, size: tuple[int, int]) -> Draw:
    """*draw* at night: little light, a tint, noise."""
    light, tint, noise = rng.uniform(0.07, 0.2), rng.uniform(0.8, 1.15, 3), rng.uniform(0.5, 2.0)
    fields = [rng.normal(0, noise, (size[1], size[0], 1)).astype(np.float32) for _ in range(5)]
    return lambda n: np.clip(draw(n), 0, 255) * light * tint + 4 + fields[n % 5]


def combed(draw: Draw) -> Draw:
    """*draw* as an interlaced camera sees it: odd lines half a frame later, the frames of its own shot only."""

    def woven(n: int) -> Picture:
        shown = np.array(draw(2 * n), np.float32)
        shown[1::2] = draw(2 * n + 1)[1::2]
        return shown

    return woven
