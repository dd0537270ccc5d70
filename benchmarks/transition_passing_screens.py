"""Screens of the part `passing`: talks, sheets, chats, documents, calls, insets."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from transition_passing_scenes import SCENES, tones
from transition_reel import Draw, Picture, Rng

VOWELS, REST = list("aeiouy"), list("bcdfghjklmnprstvwz")


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def word(rng: Rng) -> str:
    return "".join(str(rng.choice(VOWELS if i % 2 else REST)) for i in range(int(rng.integers(2, 10))))


def phrase(rng: Rng, count: int) -> str:
    return " ".join(word(rng) for _ in range(count))


def rgb(colour: Picture) -> tuple[int, int, int]:
    r, g, b = (int(v) for v in np.clip(colour, 0, 255))
    return r, g, b


def array(image: Image.Image) -> Picture:
    return np.asarray(image).astype(np.float32)


def _mouse(image: Image.Image, x: float, y: float) -> Image.Image:
    image = image.copy()
    ImageDraw.Draw(image).polygon([(x, y), (x, y + 17), (x + 5, y + 13), (x + 12, y + 12)], (255, 255, 255), (0, 0, 0))
    return image


def _paper(style: Rng) -> tuple[Picture, Picture]:
    """Colours of the page and of the ink: light or dark, of strong or of weak contrast."""
    level = style.uniform(225, 255) if style.random() < 0.5 else style.uniform(8, 55)
    gap = style.uniform(60, 190)
    return level + style.normal(0, 5, 3), level + (gap if level < 128 else -gap) + style.normal(0, 12, 3)


def page(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """A page of a talk on the template of *style*: centred words, columns, a table ; parts may come late."""
    (wide, high), (paper, ink), accent = size, _paper(style), tones(style, 3)
    base = Image.new("RGB", size, rgb(paper))
    pen, form = ImageDraw.Draw(base), int(style.integers(5))
    if form == 0:
        pen.polygon([(0, 0), (0.3 * wide, 0), (0, 0.25 * high)], fill=rgb(accent[0]))
    elif form == 1:
        pen.rectangle((0, 0.88 * high, wide, high), fill=rgb(accent[0]))
    elif form == 2:
        pen.ellipse((0.8 * wide, -0.2 * high, 1.2 * wide, 0.25 * high), fill=rgb(accent[1]))
    elif form == 3:
        pen.rectangle((6, 6, wide - 7, high - 7), outline=rgb(accent[1]), width=3)
    text, stays = max(10, int(style.uniform(0.042, 0.066) * min(size))), style.random() < 0.35
    pen.text((0.06 * wide, 0.93 * high), phrase(style, 2), rgb((paper + ink) / 2), font(max(8, text - 5)))
    pen.text((0.08 * wide, 0.07 * high), phrase(style if stays else rng, 3).title(), rgb(ink), font(int(1.5 * text)))
    body, top, gap = int(rng.integers(5)), 0.24 * high, text * style.uniform(1.3, 2.0)
    states, room = [], max(2, int((0.84 * high - top) / gap))
    count = int(rng.integers(2, min(room, 8) + 1))
    for n in range(count):
        y = top + n * gap
        if body == 0:  # centred
            line = phrase(rng, int(rng.integers(1, 5)))
            pen.text(((wide - pen.textlength(line, font=font(text))) / 2, y), line, rgb(ink), font(text))
        elif body == 1:  # two columns
            for left in (0.08, 0.53):
                pen.text((left * wide, y), phrase(rng, 2), rgb(ink), font(text))
        elif body == 2:  # a table
            for left in (0.08, 0.4, 0.6, 0.8):
                cell = word(rng) if left < 0.1 else str(int(rng.integers(1, 9999)))
                pen.text((left * wide, y), cell, rgb(ink), font(text))
            pen.line((0.06 * wide, y + 1.2 * text, 0.94 * wide, y + 1.2 * text), rgb(accent[2]))
        else:
            number = f"{n + 1}) " if body == 3 else "• "
            pen.text((0.1 * wide, y), number + phrase(rng, int(rng.integers(2, 6))), rgb(ink), font(text))
        states.append(base.copy())
    late = rng.random() < 0.45
    come = np.sort(rng.uniform(0, 0.8 * frames, count)) if late else np.zeros(count)
    come[0] = -99
    path, pointed = rng.uniform(0.1, 0.9, (3, 2)) * size, rng.random() < 0.3

    def draw(n: int) -> Picture:
        image = states[max(0, int(np.searchsorted(come, n, side="right")) - 1)]
        if pointed:
            leg, part = divmod(float(np.clip(n / max(1, frames), 0, 0.999)) * 2, 1)
            image = _mouse(image, *(path[int(leg)] + (path[int(leg) + 1] - path[int(leg)]) * part))
        return array(image)

    return draw


def sheet(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """A sheet of numbers in which one cell after the other is filled or marked; another shot is another sheet."""
    (wide, high), (paper, ink), accent = size, _paper(style), tones(style, 1)[0]
    rows, columns, text = high // 17, max(3, wide // 62), 11
    base = Image.new("RGB", size, rgb(paper))
    pen = ImageDraw.Draw(base)
    pen.rectangle((0, 0, wide, 18), fill=rgb(accent * 0.8))
    pen.text((6, 3), phrase(style, 4), rgb(255 - accent * 0.2), font(text))
    filled = rng.random((rows, columns)) < rng.uniform(0.45, 0.95)
    for row in range(1, rows):
        pen.line((0, 2 + row * 17, wide, 2 + row * 17), rgb(paper * 0.7 + ink * 0.3))
        for column in range(columns):
            if filled[row, column]:
                cell = word(rng)[:8] if column == 0 else f"{rng.uniform(0, 900):.2f}"
                pen.text((4 + column * 62, 5 + row * 17), cell, rgb(ink), font(text))
    for column in range(columns):
        pen.line((column * 62, 19, column * 62, high), rgb(paper * 0.7 + ink * 0.3))
    steps = [(int(rng.integers(2, rows)), int(rng.integers(columns)), f"{rng.uniform(0, 99):.1f}") for _ in range(60)]
    often = rng.uniform(0.3, 0.9) * fps

    @cache
    def state(count: int) -> Image.Image:
        image = base if count == 0 else state(count - 1).copy()
        row, column, number = steps[count % 60]
        if count:
            pen = ImageDraw.Draw(image)
            pen.rectangle((1 + column * 62, 3 + row * 17, 61 + column * 62, 18 + row * 17), fill=rgb(paper))
            pen.text((4 + column * 62, 5 + row * 17), number, rgb(ink), font(text))
        return image

    def draw(n: int) -> Picture:
        count = int(max(0, n) / often)
        row, column, _ = steps[(count + 1) % 60]
        image = state(count).copy()
        box = column * 62, 2 + row * 17, 62 + column * 62, 19 + row * 17
        ImageDraw.Draw(image).rectangle(box, outline=rgb(accent), width=2)
        return array(image)

    return draw


def chat(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """A conversation into which messages come, and which moves up by each; another shot is another conversation."""
    (wide, high), (paper, ink), paint = size, _paper(style), tones(style, 2)
    ground = Image.new("RGB", size, rgb(paper))
    pen, text, head = ImageDraw.Draw(ground), int(style.integers(11, 15)), int(0.11 * high)
    pen.rectangle((0, 0, wide, head), fill=rgb(paint[0] * 0.7))
    pen.text((34, head / 2 - 6), phrase(rng, 2).title(), (240, 240, 240), font(text))
    pen.ellipse((8, head / 2 - 9, 26, head / 2 + 9), fill=rgb(tones(rng, 1)[0]))
    said = [(rng.random() < 0.5, [phrase(rng, 3)[:26] for _ in range(int(rng.integers(1, 4)))]) for _ in range(40)]
    first, often = int(rng.integers(5, 12)), rng.uniform(0.7, 2.2) * fps

    @cache
    def state(count: int) -> Image.Image:
        image, y = ground.copy(), float(high - 12)
        pen = ImageDraw.Draw(image)
        for mine, lines in reversed(said[: first + count]):
            tall, broad = (
                len(lines) * (text + 3) + 9,
                max(pen.textlength(line, font=font(text)) for line in lines) + 16,
            )
            y -= tall + 6
            if y < head:
                break
            left = wide - broad - 10 if mine else 10
            fill = paint[1] * 0.5 + paper * 0.5 if mine else paper * 0.85 + ink * 0.15
            pen.rounded_rectangle((left, y, left + broad, y + tall), 8, fill=rgb(fill))
            for n, line in enumerate(lines):
                pen.text((left + 8, y + 4 + n * (text + 3)), line, rgb(ink), font(text))
        return image

    return lambda n: array(state(min(28, int(max(0, n) / often))))


def document(rng: Rng, style: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """An article that is scrolled by hand, in spurts, with a word that is marked; another shot is another article."""
    (wide, high), (paper, ink), accent = size, _paper(style), tones(style, 2)
    text, left = int(style.integers(11, 15)), int(style.uniform(0.05, 0.2) * wide)
    long = Image.new("RGB", (wide, 4 * high), rgb(paper))
    pen, y = ImageDraw.Draw(long), 14.0
    pen.text((left, y), phrase(rng, 3).title(), rgb(ink), font(2 * text))
    y += 3 * text
    while y < 4 * high - 40:
        if rng.random() < 0.07:  # a figure
            tall = int(rng.uniform(0.2, 0.4) * high)
            pen.rectangle((left, y, wide - left, y + tall), fill=rgb(tones(rng, 1)[0]))
            for x in np.linspace(left + 8, wide - left - 20, 7):
                pen.rectangle((x, y + tall - rng.uniform(0.1, 0.8) * tall, x + 12, y + tall), fill=rgb(accent[1]))
            y += tall + 10
        line = phrase(rng, 14)
        while line and pen.textlength(line, font=font(text)) > wide - 2 * left:
            line = line.rpartition(" ")[0]
        pen.text((left, y), line, rgb(ink), font(text))
        y += text * (1.4 if rng.random() < 0.85 else 2.6)
    spurts = np.cumsum(rng.uniform(0.5, 1.8, 12)) * fps
    reach, begin, mark = rng.uniform(0.06, 0.3, 12) * high, rng.uniform(0, 0.5) * high, rng.uniform(0.2, 0.8, 2) * size
    moving = rng.random() < 0.7

    def draw(n: int) -> Picture:
        gone = sum(float(r * np.clip((n - at) / (0.3 * fps), 0, 1)) for at, r in zip(spurts, reach, strict=True))
        top = int(min(begin + gone * moving, 3 * high - 1))
        image = long.crop((0, top, wide, top + high))
        if not moving:
            share = float(np.clip(n / max(1, frames) * 2 - 0.4, 0, 1))
            pen = ImageDraw.Draw(image)
            pen.line((left, mark[1], left + share * (wide - 2 * left), mark[1]), fill=rgb(accent[0]), width=2)
        return array(_mouse(image, mark[0], mark[1]))

    return draw


def _feed(rng: Rng, size: tuple[int, int], fps: int, frames: int, move: str = "rest") -> Draw:
    return SCENES[int(rng.integers(len(SCENES)))](rng, rng, size, fps, frames, move)


def call(rng: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """Four tiles; while the shot lasts one of them turns to another scene, and the frame about the speaker jumps."""
    part = size[0] // 2, size[1] // 2
    tiles, other = [_feed(rng, part, fps, frames) for _ in range(4)], _feed(rng, part, fps, frames)
    turned, at, often = int(rng.integers(4)), rng.uniform(0.25, 0.75) * frames, rng.uniform(0.5, 1.5) * fps
    names, speaks = [word(rng).title() for _ in range(4)], rng.integers(0, 4, 40)

    def draw(n: int) -> Picture:
        image = Image.new("RGB", size, (20, 20, 24))
        pen = ImageDraw.Draw(image)
        for i in range(4):
            shown = np.clip((other if i == turned and n >= at else tiles[i])(n), 0, 255).astype(np.uint8)
            corner = (i % 2) * part[0], (i // 2) * part[1]
            image.paste(Image.fromarray(shown).crop((0, 0, part[0] - 3, part[1] - 3)), corner)
            pen.text((corner[0] + 5, corner[1] + part[1] - 18), names[i], (255, 255, 255), font(11))
            if speaks[int(max(0, n) / often) % 40] == i:
                box = *corner, corner[0] + part[0] - 4, corner[1] + part[1] - 4
                pen.rectangle(box, outline=(80, 220, 120), width=2)
        return array(image)

    return draw


def inset(rng: Rng, size: tuple[int, int], fps: int, frames: int) -> Draw:
    """A scene with a round inset, which shows somebody else from time to time, or moves to another corner."""
    main, wide = _feed(rng, size, fps, frames, "creep"), int(min(size) * rng.uniform(0.3, 0.42))
    small, when = [_feed(rng, (wide, wide), fps, frames) for _ in range(3)], np.sort(rng.uniform(0, frames, 2))
    y, x = np.mgrid[-1 : 1 : wide * 1j, -1 : 1 : wide * 1j]
    mask = np.clip((1 - np.hypot(x, y)) * wide / 4, 0, 1)[..., None]
    corners, moves = [(8, 8), (size[0] - wide - 8, size[1] - wide - 8), (8, size[1] - wide - 8)], rng.random() < 0.4

    def draw(n: int) -> Picture:
        shown, turn = np.array(main(n), np.float32), int(np.searchsorted(when, n))
        left, top = corners[turn if moves else 1]
        part = shown[top : top + wide, left : left + wide]
        shown[top : top + wide, left : left + wide] = part * (1 - mask) + small[0 if moves else turn](n) * mask
        return shown

    return draw
