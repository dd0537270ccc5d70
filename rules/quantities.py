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
        r"|lots of|a lot of|loads of|heaps of|masses of|tons of"
        r"|a (?:good|large|fair|great) number of|a fair few": (4, math.inf),
    r"a bunch of|a (?:small )?cluster of|a set of|a smattering of|a sprinkling of|one or more"
        r"|more than one": (2, math.inf),
    r"hardly any|scarcely any|barely any|next to no": (0, 3), r"umpteen": (8, math.inf),
    r"countless|innumerable": (10, math.inf), r"dozens(?: of)?": (20, 200), r"scores(?: of)?": (30, 400),
    r"hundreds(?: of)?": (100, 2000), r"thousands(?: of)?": (1000, 20_000),
    r"multiple|more than once|repeatedly": (2, math.inf),
    r"some(?! \d)|a (?:small |large )?group of(?! \d)": (1, math.inf), r"few|only a few": (1, 9),
}  # fmt: skip
_NAMES = "|".join(_SETS)
_TURNS = re.compile(
    rf"\b(?:half[ -]a|a half)[ -]dozen\b|\b(?:{_N}|an?(?: (?:good|round|full|whole|cool|neat|clear|solid))?"
    rf"|the)[ -]({_NAMES})\b(?! (?:of )?dozen)(?:[ -]of\b)?|\b(both)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\b(?:between {_N} and {_N}|(?:from )?{_N} ?(?:to|or|-|–) ?{_N})\b(?! ?%)", re.IGNORECASE)
_LEAST = re.compile(
    rf"\b(?:at least|no fewer than|not fewer than|no less than|a minimum of|upwards? of|not less than|easily) {_N}"
    rf"|{_N} (?:or|and) (?:more|over|up)\b|{_N}(?:\+|[- ]plus\b)|{_N} at (?:the )?least\b",
    re.I,
)
_MORE = re.compile(
    rf"\b(?<!just )(?<!slightly )(?<!little )(?<!bit )(?:more than|over|above|in excess of|beyond|north of) {_N}",
    re.IGNORECASE,
)
_MOST = re.compile(
    rf"\b(?:at most|no more than|not more than|up to|a maximum of|as many as|not above"
    rf"|at the (?:very )?most|a max of) {_N}"
    rf"|{_N} or (?:fewer|less|under)\b|{_N} (?:at (?:the )?(?:very )?most|max(?:imum)?|tops)\b",
    re.I,
)
_FEWER = re.compile(
    rf"\b(?<!just )(?<!slightly )(?<!little )(?<!bit )(?:fewer than|less than|under|below|short of|shy of"
    rf"|not even|not quite|south of) {_N}",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    rf"\b(?:about|around|roughly|approximately|some|nearly|almost|close (?:to|on)|nigh on|just (?:over|under"
    rf"|shy of|short of|above"
    rf"|below)|give or take"
    rf"|in the (?:region|neighbou?rhood) of|on the order of|circa|ca\.?|approx\.?|something like|a good|or so"
    rf"|perhaps|maybe|(?:a (?:little|bit)"
    rf"|slightly) (?:over|under|more than|less than|fewer than)) {_N}|[~≈]\s?{_N}"
    rf"|{_N}(?:[- ]odd\b|-?ish\b| or so\b| or thereabouts\b|,? (?:give or take|more or less|roughly|approximately)\b)",
    re.I,
)
_ONE = re.compile(r"\b(?:a (?:single(?!-)|sole|lone|solitary)|(?:only|just) (?:one|1|a)|a lone)\b", re.IGNORECASE)
_WORDS = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), ends) for words, ends in _VAGUE.items()]


_EXACTLY = re.compile(
    r"\b(?:no|not|neither) (?:more|fewer|less)(?:,? (?:and|or|nor|but))(?: also)? (?:no |not )?(?:more|fewer"
    r"|less) than\b",
    re.IGNORECASE,
)
"""``no more and no fewer than``."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What a text allows a number to be, and where it says so."""

    least: float
    most: float
    start: int
    end: int

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most


def _hedged(text: str, least: float, most: float) -> tuple[float, float]:
    """The ends that the words before the number at the end of *text* leave it: ``about a dozen``."""
    size = least
    for pattern, ends in (
        (_LEAST, (size, math.inf)), (_MOST, (0.0, size)), (_MORE, (size + 1, math.inf)), (_FEWER, (0.0, size - 1)),
        (_ABOUT, (0.85 * size - 1, 1.15 * size + 1)),
    ):  # fmt: skip
        if any(match.end() == len(text) for match in pattern.finditer(text[-60:] if len(text) < 60 else text)):
            return ends
    return least, most


def amounts(text: str) -> list[Amount]:
    """The amounts of *text* that are no plain number, in order: ``half a dozen``, ``at least three``, ``several``."""
    written = digits(text)
    plain, found = _EXACTLY.sub(lambda match: " " * len(match[0]), written.text), list[Amount]()

    def add(match: re.Match[str], least: float, most: float) -> None:
        start, end = written.place(match.start()), written.place(match.end(), end=True)
        if not any(one.start < end and start < one.end for one in found):
            found.append(Amount(least, most, start, end))

    def number(match: re.Match[str]) -> float:
        return float(next(part for part in match.groups() if part))

    for match in _TURNS.finditer(plain):
        if "half" in match[0].casefold():
            add(match, *_hedged(f"{plain[: match.start()]}6", 6, 6))
        elif match[3]:
            add(match, 2, 2)
        else:
            size = float(match[1] or 1) * _SETS[match[2].casefold()]
            turn = f"{plain[: match.start()]}{size:g}"
            add(
                match,
                *_hedged(turn, size, size + (match[2].casefold() == "couple") + 4 * ("good" in match[0].casefold())),
            )
    for match in _RANGE.finditer(plain):
        ends = sorted(float(part) for part in match.groups() if part)
        add(match, ends[0], ends[1])
    for pattern, low, high in (
        (_LEAST, 0, math.inf),
        (_MOST, -math.inf, 0),
        (_MORE, 1, math.inf),
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
