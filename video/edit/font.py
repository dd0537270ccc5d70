"""Fonts for the words that are drawn over frames: the one that Pillow brings, or a font file. Imports Pillow."""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from typing import Any

from PIL import ImageFont, features

from ...schemas import Failed
from ..decode.source import named_errors, open_bytes

LOOK = 48
"""Pixels at which letters are compared with the sign for a missing one: large enough to tell any two apart."""
NO_LETTER = "\uffff"
"""A character that no font has, by definition."""
FROM_RIGHT, MARKS = frozenset({"R", "AL"}), frozenset({"Mn", "Mc", "Me"})
"""Unicode's bidirectional classes of what is written from the right, and its categories of signs upon others."""


@lru_cache(128)
def load_font(font: str, size: int) -> Any:
    """The letters of *font* (a file; empty: those that Pillow brings), *size* pixels high.

    Raises:
        Failed: ``not_found``, ``unreadable``; ``not_a_font``.
    """
    return _opened(font, size, None) if font else ImageFont.load_default(size)


def missing_letters(text: str, font: str) -> list[str]:
    """The characters of *text* that *font* cannot draw, sorted, each once.

    Raises:
        Failed: as ``load_font``.
    """
    loose = not features.check("raqm")
    missing = []
    for letter in sorted(set(text)):
        if letter.isspace() or unicodedata.category(letter) == "Cf":
            continue
        if not _has(letter, font) or (loose and _joined(letter)):
            missing.append(letter)
    return missing


def _joined(letter: str) -> bool:
    """Whether *letter* is right only in the company of others: without libraqm, Arabic stands in loose letters."""
    return unicodedata.bidirectional(letter) in FROM_RIGHT or unicodedata.category(letter) in MARKS


@lru_cache(4096)
def _has(letter: str, font: str) -> bool:
    """Whether *font* has a glyph of its own for *letter*."""
    # By the plain layout, which looks each character up: libraqm would shape a lone sign, or leave it out.
    plain = _opened(font, LOOK, ImageFont.Layout.BASIC) if font else ImageFont.load_default(LOOK)
    own, none = plain.getmask(letter), plain.getmask(NO_LETTER)
    return (own.size, bytes(own)) != (none.size, bytes(none))


def _opened(font: str, size: int, layout: Any) -> Any:
    try:
        return ImageFont.truetype(io.BytesIO(_data(font)), size, layout_engine=layout)
    except (OSError, ValueError) as error:
        raise Failed("not_a_font", f"{font}: is no font that can be drawn with ({error})") from None


@lru_cache(4)
def _data(font: str) -> bytes:
    with named_errors(font), open_bytes(font) as file:
        data: bytes = file.read()
    return data
