"""How many, in English prose, as the least and the most that the words allow: sets, bounds and vague numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .figures import digits

_N = r"(\d+(?:\.\d+)?)"
_SETS = {"pair": 2, "couple": 2, "duo": 2, "brace": 2, "trio": 3, "threesome": 3, "triplet": 3, "quartet": 4,
         "foursome": 4, "quintet": 5, "sextet": 6, "septet": 7, "octet": 8, "dozen": 12, "score": 20}  # fmt: skip
_VAGUE = {
    r"quite a few": (3, 50), r"a couple (?:of )?dozen": (20, 36),
    r"a (?:good |great )?few|a small number of|some few": (2, 9), r"a handful(?: of)?": (2, 10),
    r"several|a number of|various": (2, 30), r"(?:a great |very |so )?many|numerous|plenty of"
        r"|lots of|a lot of": (4, math.inf),
    r"countless|innumerable": (10, math.inf), r"dozens(?: of)?": (20, 200), r"scores(?: of)?": (30, 400),
    r"hundreds(?: of)?": (100, 2000), r"thousands(?: of)?": (1000, 20_000),
    r"multiple|more than once|repeatedly": (2, math.inf),
    r"some(?! \d)|a (?:small |large )?group of(?! \d)": (1, math.inf), r"few|only a few": (1, 9),
}  # fmt: skip
_NAMES = "|".join(_SETS)
_TURNS = re.compile(
    rf"\bhalf[ -]a[ -]dozen\b|\b(?:{_N}|an?|the)[ -]({_NAMES})\b(?! (?:of )?dozen)(?:[ -]of\b)?|\b(both)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\b(?:between {_N} and {_N}|(?:from )?{_N} ?(?:to|or|-|–) ?{_N})\b(?! ?%)", re.IGNORECASE)
_LEAST = re.compile(
    rf"\b(?:at least|no fewer than|not fewer than|no less than|a minimum of|upwards of) {_N}|{_N} or more\b", re.I
)
_MORE = re.compile(rf"\b(?:more than|over|above|in excess of|upward of) {_N}", re.IGNORECASE)
_MOST = re.compile(rf"\b(?:at most|no more than|not more than|up to|a maximum of) {_N}|{_N} or (?:fewer|less)\b", re.I)
_FEWER = re.compile(rf"\b(?:fewer than|less than|under|below) {_N}", re.IGNORECASE)
_ABOUT = re.compile(
    rf"\b(?:about|around|roughly|approximately|some|nearly|almost|close to|just (?:over|under)) {_N}", re.I
)
_ONE = re.compile(r"\b(?:a (?:single|sole|lone)|(?:only|just) (?:one|1|a)|a lone)\b", re.IGNORECASE)
_WORDS = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), ends) for words, ends in _VAGUE.items()]


@dataclass(frozen=True, slots=True)
class Amount:
    """What a text allows a number to be, and where it says so."""

    least: float
    most: float
    start: int
    end: int

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most


def amounts(text: str) -> list[Amount]:
    """The amounts of *text* that are no plain number, in order: ``half a dozen``, ``at least three``, ``several``."""
    written = digits(text)
    plain, found = written.text, list[Amount]()

    def add(match: re.Match[str], least: float, most: float) -> None:
        start, end = written.place(match.start()), written.place(match.end(), end=True)
        if not any(one.start < end and start < one.end for one in found):
            found.append(Amount(least, most, start, end))

    def number(match: re.Match[str]) -> float:
        return float(next(part for part in match.groups() if part))

    for match in _TURNS.finditer(plain):
        if match[0].casefold().startswith("half"):
            add(match, 6, 6)
        elif match[3]:
            add(match, 2, 2)
        else:
            size = float(match[1] or 1) * _SETS[match[2].casefold()]
            add(match, size, size + (match[2].casefold() == "couple"))
    for match in _RANGE.finditer(plain):
        ends = sorted(float(part) for part in match.groups() if part)
        add(match, ends[0], ends[1])
    for pattern, low, high in (
        (_LEAST, 0, math.inf),
        (_MORE, 1, math.inf),
        (_MOST, -math.inf, 0),
        (_FEWER, -math.inf, -1),
    ):
        for match in pattern.finditer(plain):
            size = number(match)
            add(match, max(0.0, size + low) if low > -math.inf else 0.0, size + high)
    for match in _ABOUT.finditer(plain):
        add(match, 0.85 * number(match) - 1, 1.15 * number(match) + 1)
    for match in _ONE.finditer(plain):
        add(match, 1, 1)
    for words, (least, most) in _WORDS:
        for match in words.finditer(plain):
            add(match, least, most)
    return sorted(found, key=lambda one: one.start)
