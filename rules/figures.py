"""Numbers in English prose: digits, number words, and how often something happens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS: dict[str, int] = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
NUMBER_WORDS = rf"(?:(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_UNITS[1:10])})|{_WORD})(?:[- ]hundred)?"
"""A pattern for ``three``, ``twenty-four``, ``two hundred``."""

_OFTEN = {"once": 1, "twice": 2, "thrice": 3, "never": 0}
_DIGITS = r"(?<![\w.,:])\d+(?:,\d{3})+(?![\w:])|(?<![\w.,:])\d+(?:\.\d+)?(?![\w:]|\.\d)"
_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})|\b(?P<words>{NUMBER_WORDS})\b|\b(?P<often>once|twice|thrice|never)\b", re.IGNORECASE
)
_TIMES = re.compile(r"\s*(?:different |separate |more )?times\b", re.IGNORECASE)
_JOINS = re.compile(  # once that joins two clauses, and such phrases as all at once
    r"(?P<before>\b(?:at|all at)\s+)?once(?P<after> +(?:again|more|upon|the|an?|it|he|she|they|we|you|I|this|that"
    r"|these|those|there|his|her|their|its)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, with where it stands."""

    value: float
    start: int
    end: int
    how: Literal["plain", "often"] = "plain"
    """``often``: how many times something happens."""
    word: str = ""
    """As it is written, lower case."""


def value_of(word: str) -> float:
    """The value of digits or of number words.

    Raises:
        ValueError: *word* is neither.
    """
    text = word.casefold().replace(",", "")
    if text[:1].isdigit():
        return float(text)
    total = 0
    for part in re.split(r"[- ]+", text):
        if part == "hundred":
            total = (total or 1) * 100
        elif part in WORDS:
            total += WORDS[part]
        else:
            raise ValueError(f"not a number: {word!r}")
    return float(total)


def numbers(text: str) -> list[Number]:
    """The numbers of *text* in order. Ordinals (``first``, ``2nd``) and digits inside words (``B2``) are none."""
    found = []
    for match in _NUMBER.finditer(text):
        word = match.group(0).casefold()
        if match.group("often"):
            join = _JOINS.match(text, match.start()) if word == "once" else None
            at = text[: match.start()].casefold().rstrip()
            if word == "once" and (at.endswith((" at", "at once")) or (join and join.group("after"))):
                continue
            found.append(Number(_OFTEN[word], match.start(), match.end(), "often", word))
            continue
        often = _TIMES.match(text, match.end()) is not None
        found.append(Number(value_of(word), match.start(), match.end(), "often" if often else "plain", word))
    return found


def list_sizes(text: str) -> set[int]:
    """How many things *text* may name in lists: 2 for ``a square and a triangle``, 3 for ``a, b and c``."""
    counts: set[int] = set()
    for sentence in re.split(r"[.;!?\n]", text):
        joined = re.search(r"\band\b|&", sentence) is not None
        commas = sentence.count(",")
        if joined or commas:
            counts |= {2, commas + 1 + joined} if joined else {commas + 1}
    return counts


def values(found: Iterable[Number]) -> set[float]:
    return {number.value for number in found}
