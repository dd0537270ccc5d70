"""A page of a text as a picture: black words on white, line under line. Imports Pillow."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...schemas import Failed
from ..art.catalogue import PAGE
from .font import load_font, missing_letters

Picture = NDArray[np.uint8]

LEADING = 1.25
"""From line to line, as a share of the letters' size."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class PageView:
    """What a page shows: its *lines*, in letters of *size* pixels, *margin* pixels from the edges at least."""

    lines: tuple[str, ...]
    size: int
    margin: int
    font: str = ""
    """A font file; empty: the letters that Pillow brings, which are English alone."""

    def name(self) -> str:
        """The picture's name in an edit."""
        return PAGE + json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PageText:
    """The stretch of a text, *start* to *end* in characters, that stands on one page in these *lines*."""

    start: int
    end: int
    lines: tuple[str, ...]
    words: int
    """How many words begin on the page."""


@dataclass(frozen=True)
class PageLayout:
    """How texts are laid out on pages of *width* × *height* pixels; sizes as in PageView."""

    width: int
    height: int
    size: int
    margin: int
    font: str = ""

    @cached_property
    def lines(self) -> int:
        """How many lines a page has room for."""
        return int((self.height - 2 * self.margin - self.size) // (LEADING * self.size)) + 1

    def pages(self, text: str, words: int | None) -> Iterator[PageText]:
        """*text* page by page: at most so many *words* on each (None: any), and no more than there is room for.

        A word that is wider than a line goes on in the next one.

        Raises:
            Failed: ``no_glyph``: the font lacks a letter; as ``load_font``.
        """
        self.check(text)
        lines: list[list[tuple[int, int]]] = []
        wide, begun = 0.0, 0
        for start, end, is_whole in self._fragments(text):
            wider = self._width(text[start:end])
            fits = bool(lines) and is_whole and wide + self._space + wider <= self._room
            is_full = (not fits and len(lines) == self.lines) or (is_whole and begun == words)
            if is_full:
                yield _page(text, lines, begun)
                lines, begun, fits = [], 0, False
            if fits:
                lines[-1].append((start, end))
                wide += self._space + wider
            else:
                lines.append([(start, end)])
                wide = wider
            begun += is_whole
        if lines:
            yield _page(text, lines, begun)

    def check(self, text: str) -> None:
        """
        Raises:
            Failed: ``no_glyph``: the font lacks a letter of *text*.
        """
        if missing := missing_letters(text, self.font):
            some = " ".join(map(repr, missing[:12])) + (f" and {len(missing) - 12} more" if len(missing) > 12 else "")
            named = self.font or "the font that is built in"
            raise Failed("no_glyph", f"{named} cannot write {some}: set font: to a .ttf or .otf file that can")

    def view(self, page: PageText) -> PageView:
        """The picture of *page*."""
        return PageView(page.lines, self.size, self.margin, self.font)

    @cached_property
    def _room(self) -> float:
        return float(self.width - 2 * self.margin)

    @cached_property
    def _space(self) -> float:
        return self._width(" ")

    def _width(self, text: str) -> float:
        return _measured(text, self.font, self.size)

    def _fragments(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Start and end of each word of *text*, in parts where it is wider than a line, and whether a word begins."""
        for match in _WORD.finditer(text):
            start, end = match.span()
            begins = True
            while start < end:
                stop = end
                while self._width(text[start:stop]) > self._room and stop > start + 1:
                    share = self._room / self._width(text[start:stop])
                    stop = max(start + 1, min(stop - 1, start + int((stop - start) * share) + 1))
                yield start, stop, begins
                start, begins = stop, False


def _page(text: str, lines: Sequence[Sequence[tuple[int, int]]], words: int) -> PageText:
    told = tuple(_drawn(" ".join(text[start:end] for start, end in line)) for line in lines)
    return PageText(lines[0][0][0], lines[-1][-1][1], told, words)


def _drawn(line: str) -> str:
    """*line* without the marks that are not written, as soft hyphens."""
    return "".join(sign for sign in line if unicodedata.category(sign) != "Cf")


@lru_cache(16)
def page_of(name: str) -> PageView:
    """What the picture *name* shows.

    Raises:
        Failed: ``no_such_page``.
    """
    try:
        facts: dict[str, Any] = json.loads(name.removeprefix(PAGE))
        lines, size, margin = facts["lines"], facts["size"], facts["margin"]
        return PageView(tuple(map(str, lines)), int(size), int(margin), str(facts["font"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("no_such_page", f"{name[:80]!r} says no page: {error}") from None


def draw_page(name: str, width: int, height: int) -> Picture:
    """The picture *name*, RGB (height, width, 3): its lines from the left margin, in the middle between top and bottom.

    Raises:
        Failed: ``no_such_page``; as ``load_font``.
    """
    page = page_of(name)
    image = Image.new("L", (width, height), 255)
    pen, font, step = ImageDraw.Draw(image), load_font(page.font, page.size), LEADING * page.size
    top = (height - step * (len(page.lines) - 1) - page.size) / 2
    for n, line in enumerate(page.lines):
        pen.text((page.margin, round(top + n * step)), line, 0, font)
    return np.repeat(np.asarray(image)[..., None], 3, axis=2)


@lru_cache(1 << 16)
def _measured(text: str, font: str, size: int) -> float:
    """How wide *text* is in letters of *size* pixels."""
    return float(load_font(font, size).getlength(text))
