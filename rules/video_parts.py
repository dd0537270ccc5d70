"""Parts of a video in English prose: ``in the first minute``, ``halfway through``, ``in the last 10 seconds``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .figures import digits

_NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {word: n for n, word in enumerate(_NAMES, 1)}
_IN = r"\b(?:in|within|during|inside|throughout|over)\s+(?:the\s+)?(?:course\s+of\s+)?(?:the\s+)?"
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
_ENDS = re.compile(
    rf"{_IN}(?:very\s+)?(first|opening|initial|last|final|closing)\s+(?:(\d+(?:\.\d+)?|half)[\s-]+)?(?:an?\s+)?"
    r"(second|minute|hour)s?\b(?!\s+of\s+(?!the (?:video|clip|film|footage|recording)))",
    re.IGNORECASE,
)
_NTH = re.compile(rf"{_IN}({'|'.join(_ORDINALS)})\s+(minute)\b", re.IGNORECASE)
_BESIDE = re.compile(rf"\b(after|past|before)\s+the\s+({'|'.join(_ORDINALS)})\s+minute\b", re.IGNORECASE)
_NEAR = 20.0
"""Seconds around the end of a minute that is said to be just over, or not yet."""
_SHARE = re.compile(
    rf"{_IN}(first|second|last|middle|final)\s+(half|third|quarter)\s+of\s+the\s+(?:video|clip|film|footage)\b", re.I
)
_SIZES = {"half": 2, "third": 3, "quarter": 4}


@dataclass(frozen=True, slots=True)
class VideoPart:
    """A part of the video within which something is said to happen. Seconds."""

    start: float
    end: float
    at: int
    until: int


def parts(text: str, duration: float) -> list[VideoPart]:
    """The parts of a video of *duration* seconds that *text* speaks of."""
    written = digits(text)
    found: list[tuple[re.Match[str], float, float]] = []
    for match in _ENDS.finditer(written.text):
        count = 0.5 if match[2] == "half" else float(match[2] or 1)
        length = count * _UNITS[match[3].casefold()]
        if match[1].casefold() in ("last", "final", "closing"):
            found.append((match, duration - length, duration))
        else:
            found.append((match, 0.0, length))
    for match in _NTH.finditer(written.text):
        minute = _ORDINALS[match[1].casefold()]
        if minute > 1:
            found.append((match, 60.0 * (minute - 1), 60.0 * minute))
    for match in _BESIDE.finditer(written.text):
        edge = 60.0 * (_ORDINALS[match[2].casefold()] - (match[1].casefold() == "before"))
        found.append((match, edge - _NEAR, edge + _NEAR))
    for match in _SHARE.finditer(written.text):
        size = _SIZES[match[2].casefold()]
        at = {"first": 0, "second": 1, "middle": size // 2, "last": size - 1, "final": size - 1}[match[1].casefold()]
        found.append((match, at * duration / size, (at + 1) * duration / size))
    return [
        VideoPart(start, end, written.place(match.start()), written.place(match.end(), end=True))
        for match, start, end in found
        if math.isfinite(start) and math.isfinite(end)
    ]
