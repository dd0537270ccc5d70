"""Numbers in English prose: digits, number words, and how often something happens."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from .lazy_pattern import lazy

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS: dict[str, int] = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1000_000}
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_SMALL = rf"(?:(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_UNITS[1:10])})\b|(?:{_WORD})\b)"
_GROUP = (
    rf"(?:(?:{_SMALL}|\ba)(?:[- ](?:hundred|thousand|million)\b)+"
    r"|(?:(?<=\bthe )|(?<=first )|(?<=last ))hundred(?=[- ](?:second|minute)))"
)
NUMBER_WORDS = (
    rf"(?:{_GROUP}(?:(?:,? and |,? |-){_GROUP})*(?:(?: and |[- ]){_SMALL})?|{_SMALL})"
    rf"(?:[- ]point(?:[- ](?:{'|'.join(_UNITS[:10])})\b)+)?"
)
"""A pattern for ``three``, ``twenty-four``, ``two thousand one hundred and fifty``, ``twelve point five``."""

_OFTEN = {"once": 1, "twice": 2, "thrice": 3, "never": 0}
_DIGITS = r"(?<![\w.,:])\d+(?:,\d{3})+(?![\w:])|(?<![\w.,:])\d+(?:\.\d+)?(?![\w:]|\.\d)"
_NUMBER = lazy(
    rf"(?P<digits>{_DIGITS})(?P<scale> (?:hundred|thousand|million)\b)?|\b(?P<words>{NUMBER_WORDS})"
    r"|\b(?P<often>once|twice|thrice|never)\b|(?<![\w.])(?P<times>\d+)(?=[x×](?!\w))",
    re.IGNORECASE,
)
_TIMES = lazy(
    r"[\s)\]*_]*(?:(?:different |separate |more |distinct |individual |whole )?(?:times\b|occasions\b|instances\b"
    r"|occurrences\b"
    r"|repetitions\b)|[x×](?!\w))",
    re.IGNORECASE,
)
_JOINS = lazy(  # once that joins two clauses, and such phrases as all at once
    r"(?P<before>\b(?:at|all at)\s+)?once(?P<after> +(?:again|more|upon|the|an?|it|he|she|they|we|you|I|this|that"
    r"|these|those|there|his|her|their|its|\d+|one|two|three)\b)?",
    re.IGNORECASE,
)
_IS_ONCE = lazy(r"\b(?:is|was|just|only|exactly|precisely|but)$")
"""``It was once that the bell rang``, ``only once the whole day``."""
_UNIT = r"(?:\s|-)*(?:s|secs?|seconds?|m|mins?|minutes?)\b"
_WRITTEN = lazy(
    rf"\b(?:half an?|an?|\d+|{NUMBER_WORDS}) dozen(?= (?:or so )?(?:full |of )?(?:seconds|secs|minutes|mins)\b)"
    rf"|\b{NUMBER_WORDS}|(?<![\w.,:])\d{{1,3}}(?:,\d{{3}})+(?![\w:])|(?<![\w.,:])\d+\s?[½¼¾]"
    rf"|(?<![\w.,:])\d+,\d{{1,2}}(?={_UNIT})",
    re.IGNORECASE,
)
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}


_LOOKS = lazy(
    r"\b(?:I|we|you)(?:['’]ve| have| had| also)?\s+(?:\w+ly\s+)?(?:watch|check|double-check|look|went|go|view"
    r"|read|listen|replay"
    r"|rewatch|play|review|scan|search|count|rewind|rewound|ran|run|pause|tr(?:y|ied)|verif|inspect)\w*\s+"
    r"[^,.;:!?]{0,48}?(?:\b(?:once|twice|thrice)\b|\b[\w-]+ (?:times|passes)\b)(?=\W*(?:$|[,.;:!?–—-]|and\b"
    r"|but\b|to\b))",
    re.IGNORECASE,
)


def without_looks(text: str) -> str:
    """*text* without how often those who speak have looked: ``I watched this part twice``."""
    return _LOOKS.sub(lambda match: " " * len(match[0]), text)


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


@dataclass(frozen=True)
class Digits:
    """A text whose number words are written as digits."""

    text: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    """Where each piece begins in the text as given, and in this one; pieces alternate: as given, and rewritten."""

    def place(self, at: int, end: bool = False) -> int:
        """Where in the given text the place *at* of this one lies; of a rewritten number its start, or its *end*."""
        piece = bisect_right(self.new, at - end) - 1
        if piece % 2 == 0:
            return self.old[piece] + at - self.new[piece]
        return self.old[piece + 1] if end else self.old[piece]


def value_of(word: str) -> float:
    """The value of digits or of number words.

    Raises:
        ValueError: *word* is neither.
    """
    text = word.casefold()
    if text[-1:] in _FRACTIONS:
        return float(text[:-1].strip() + _FRACTIONS[text[-1]])
    text = re.sub(r",(?=\d{1,2}$)", ".", text).replace(",", "")
    if text[:1].isdigit():
        return float(text)
    if text.endswith(" dozen"):
        count = text.removesuffix(" dozen")
        return 12 * (0.5 if count.startswith("half") else 1.0 if count in ("a", "an") else value_of(count))
    whole, _, decimals = text.replace("-", " ").partition(" point ")
    total = current = 0
    for part in whole.split():
        if part in _SCALES:
            current = (current or 1) * _SCALES[part]
            if part != "hundred":
                total, current = total + current, 0
        elif part in WORDS:
            current += WORDS[part]
        elif part not in ("and", "a"):
            raise ValueError(f"not a number: {word!r}")
    return float(f"{total + current}.{''.join(str(WORDS[part]) for part in decimals.split()) or '0'}")


@lru_cache(maxsize=4096)
def digits(text: str) -> Digits:
    """*text* with ``twenty-four`` as ``24``, ``a hundred`` as ``100`` and ``1,200`` as ``1200``."""
    pieces: list[tuple[str, int]] = []  # what is written now, and how long it was
    at = 0
    for match in _WRITTEN.finditer(text):
        pieces += [(text[at : match.start()], match.start() - at), (f"{value_of(match[0]):g}", len(match[0]))]
        at = match.end()
    pieces.append((text[at:], len(text) - at))
    old = tuple(accumulate((length for _, length in pieces), initial=0))
    new = tuple(accumulate((len(written) for written, _ in pieces), initial=0))
    return Digits("".join(written for written, _ in pieces), old, new[:-1])


def numbers(text: str) -> list[Number]:
    """The numbers of *text* in order. Ordinals (``first``, ``2nd``) and digits inside words (``B2``) are none."""
    found = []
    for match in _NUMBER.finditer(text):
        word = match.group(0).casefold()
        if match.group("often"):
            join = _JOINS.match(text, match.start()) if word == "once" else None
            at = text[: match.start()].casefold().rstrip()
            joins = join and join.group("after") and not _IS_ONCE.search(at)
            if word == "once" and (at.endswith((" at", "at once")) or joins):
                continue
            found.append(Number(_OFTEN[word], match.start(), match.end(), "often", word))
            continue
        often = _TIMES.match(text, match.end()) is not None
        scale = match.group("scale") or ""
        value = value_of(word.removesuffix(scale.casefold())) * _SCALES.get(scale.strip().casefold(), 1)
        found.append(Number(value, match.start(), match.end(), "often" if often else "plain", word))
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
