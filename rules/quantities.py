"""How many, in English prose, as the least and the most that the words allow: sets, bounds and vague numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from .figures import digits
from .hedges import A_BIT, APPROX
from .lazy_pattern import lazy

_N = r"(\d+(?:\.\d+)?)"
_SETS = {"pair": 2, "couple": 2, "duo": 2, "brace": 2, "trio": 3, "threesome": 3, "triplet": 3, "quartet": 4,
         "foursome": 4, "quintet": 5, "sextet": 6, "septet": 7, "octet": 8, "dozen": 12, "score": 20}  # fmt: skip
_VAGUE = {
    r"quite a few": (3, 50), r"a couple (?:of )?dozen": (20, 36), r"several dozens?(?: of)?": (24, 150),
    r"a (?:good |great )?few|a small number of|some few": (2, 9), r"a handful(?: of)?": (2, 10),
    r"several|a number of|various": (2, 30), r"(?:a great |very |so )?(?<!how )many|numerous|plenty of"
        r"|lots of|a lot of|loads of|heaps of|masses of|tons of"
        r"|a (?:good|large|fair|great) number of|a fair few": (4, math.inf),
    r"a (?:bunch of|(?:small )?cluster of|set of|smattering of|sprinkling of)(?! \d)|one or more"
        r"|more than one": (2, math.inf),
    r"hardly any|scarcely any|barely any|next to no": (0, 3), r"umpteen": (8, math.inf),
    r"countless|innumerable": (10, math.inf), r"dozens(?: of)?": (20, 200), r"scores(?: of)?": (30, 400),
    r"hundreds(?: of)?": (100, 2000), r"thousands(?: of)?": (1000, 20_000),
    r"multiple|more than once|repeatedly": (2, math.inf),
    r"some(?! \d)|a (?:small |large )?group of(?! \d)": (1, math.inf), r"few|only a few": (1, 9),
}  # fmt: skip
_NAMES = "|".join(_SETS)
_TURNS = lazy(
    rf"\b(?:half[ -]a|a half)[ -]dozen\b|\b(?:{_N}|an?(?: (?:good|round|full|whole|cool|neat|clear|solid))?"
    rf"|the)[ -]({_NAMES})\b(?! (?:of )?dozen)(?:[ -]of\b)?|\b(both)\b",
    re.IGNORECASE,
)
_RANGE = lazy(
    rf"\b(?:between {_N} and {_N}|(?:from )?{_N} ?(?:to|or|-|–|,? ?(?:maybe|perhaps|possibly|or(?: maybe"
    rf"| perhaps)?)) ?{_N})"
    r"\b(?! ?%)",
    re.IGNORECASE,
)
_LEAST = lazy(
    rf"(?:[≥⩾]|>=)\s?{_N}|\b(?:at least|no fewer than|not fewer than|no less than|a minimum of|upwards? of"
    rf"|not less than|easily) {_N}"
    rf"|{_N} (?:or|and) (?:more|over|up|counting)\b|{_N}(?:\+|[- ]plus\b)(?! (?:another |a further )?\d)"
    rf"|{_N} at (?:the )?(?:very )?least\b|{_N},? (?:if not|or even|perhaps even|maybe) more\b",
    re.I,
)
_MORE = lazy(
    r"\b(?:more than|(?<!way )(?<!jumps )(?<!leaps )(?<!hops )(?<!climbs )(?<!steps )(?<!flies )over"
    rf"|above|in excess of|beyond|north of|exceeding|exceeds|longer than|greater than) {_N}",
    re.IGNORECASE,
)
_MOST = lazy(
    rf"(?:[≤⩽]|<=)\s?{_N}|\b(?:at most|no more than|not more than|no longer than|not longer than|up to"
    rf"|a maximum of|not above"
    rf"|not exceeding"
    rf"|at the (?:very )?most|a max of) {_N}"
    rf"|{_N} or (?:fewer|less|under)\b|{_N} (?:at (?:the )?(?:very )?most|max(?:imum)?|tops)\b",
    re.I,
)
_FEWER = lazy(rf"\b(?:fewer than|less than|under|below|not even|south of|shorter than) {_N}", re.IGNORECASE)
_A_LITTLE = rf"(?:just|only just|barely|marginally|slightly|somewhat|a {A_BIT})"
_JUST_MORE = lazy(
    rf"\b{_A_LITTLE} (?:over|above|past|more than|longer than|beyond|upwards of) {_N}|{_N} and (?:a (?:bit|little)"
    rf"|change|then some)\b",
    re.IGNORECASE,
)
_JUST_FEWER = lazy(
    rf"\b(?:{_A_LITTLE} (?:under|below|less than|fewer than|shorter than|short of|shy of)|short of|shy of|not quite"
    rf"|not yet"
    rf"|the (?:best|better|greater) part of|most of|all but) {_N}",
    re.IGNORECASE,
)
_ABOUT = lazy(
    rf"\b(?:{APPROX}|some|give or take|or so|say,?) {_N}"
    rf"|[~≈]\s?{_N}"
    rf"|{_N}(?:[- ]odd\b|-?ish\b|,? or so\b|,? or thereabouts\b|,? (?:give or take|more or less|roughly"
    rf"|approximately)\b)",
    re.I,
)
_ONE = lazy(r"\b(?:a (?:single(?!-)|sole|lone|solitary)|(?:only|just) (?:one|1|a)|a lone)\b", re.IGNORECASE)
_TENS_ODD = lazy(rf"\b{_N}[- ](?:something|some|odd)\b", re.IGNORECASE)
_SIZE: dict[str, float] = {"dozen": 12, "score": 20, "hundred": 100}
_SET = "|".join(_SIZE)
_BETWEEN = (
    r"(?:,? and (?:then )?(?:another|a further|yet another|an additional)"
    r"|,? plus(?: another| a further)?| \+|,? and then(?: another)?)"
)
_WORKED: list[tuple[re.Pattern[str], Callable[[re.Match[str]], float]]] = [
    (lazy(r"\ba baker['’]s dozen(?: of)?\b", re.I), lambda _: 13),
    (lazy(rf"\b(\d+) and (?:a|1) half ({_SET})\b", re.I), lambda m: (float(m[1]) + 0.5) * _SIZE[m[2].casefold()]),
    (lazy(r"\bhalf 100\b", re.I), lambda _: 50),
    (lazy(rf"\ba ({_SET}) and a half\b", re.I), lambda m: 1.5 * _SIZE[m[1].casefold()]),
    (lazy(r"\b(?:half a|a half) (score|hundred)(?: of)?\b", re.I), lambda m: 0.5 * _SIZE[m[1].casefold()]),
    (lazy(rf"\b(\d+) ({_NAMES})s(?: of)?\b", re.I), lambda m: float(m[1]) * _SETS[m[2].casefold()]),
    (lazy(r"\b(twice|thrice|\d+ times) (?:as many as )?(\d+)\b(?! times| occasions)", re.I),
     lambda m: float({"twice": 2, "thrice": 3}.get(m[1].casefold()) or m[1].split()[0]) * float(m[2])),
    (lazy(rf"\b(\d+){_BETWEEN} (\d+)(?: more| others?| extra)?\b", re.I), lambda m: float(m[1]) + float(m[2])),
    (lazy(r"\b(\d+) and (\d+) (?:more|others|extra)\b", re.I), lambda m: float(m[1]) + float(m[2])),
]  # fmt: skip
_SAYS_SUM = lazy(
    r"\d[^.;]*?\b(?:that is|that makes|that['’]s|which makes|which is|making|makes|for a total of|altogether"
    r"|in other words)[,:]? "
    r"(?=\d)|\d[^.;]*?= ?(?=\d)",
    re.IGNORECASE,
)


_PRONOUN = lazy(r"\bone\b(?!,? (?:and|plus|then|dozen|score|pair|hundred|thousand|more|\+))", re.IGNORECASE)
"""``one can see``."""


def worked_out(text: str) -> str:
    """*text* with its sums and products as one number: ``three and another four``, ``twice three``, ``two pairs``.

    Of a sum that is told with its result (``three and four, that makes seven``) only the result is left.
    """
    given = _PRONOUN.sub(lambda match: f"@{match[0][1:]}", text)
    plain = digits(given).text
    before = None
    while before != plain:
        before = plain
        for pattern, value in _WORKED:
            plain = pattern.sub(lambda match, value=value: f"{value(match):g}", plain, count=1)  # type: ignore[misc]
    said = _SAYS_SUM.match(plain[re.search(r"\d", plain).start() :]) if re.search(r"\d", plain) else None  # type: ignore[union-attr]
    if said:
        first = re.search(r"\d", plain)
        assert first is not None
        plain = plain[: first.start()] + plain[first.start() + said.end() :]
    return plain if plain != digits(given).text else text


_WORDS = [(lazy(rf"\b(?:{words})\b", re.IGNORECASE), ends) for words, ends in _VAGUE.items()]


_EXACTLY = lazy(
    r"\b(?:no|not|neither) (?:more|fewer|less)(?:,? (?:and|or|nor|but))(?: also)? (?:no |not )?(?:more|fewer"
    r"|less) than\b",
    re.IGNORECASE,
)
"""``no more and no fewer than``."""
_EXACTLY_TOO = lazy(
    r"\b(?:no|not) (?:more|fewer|less) than (?=\d+(?: \w+)?,? (?:and|nor|or|but) (?:also )?(?:no"
    r"|not)? ?(?:more|fewer|less)\b(?! than \d))",
    re.IGNORECASE,
)
"""``not more than 8 times and not fewer``."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What a text allows a number to be, and where it says so."""

    least: float
    most: float
    start: int
    end: int

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most


_LOOSELY = lazy(r",? (?:or so|or thereabouts|give or take|more or less|odd|-ish)\b", re.IGNORECASE)


def _hedged(text: str, least: float, most: float, after: str) -> tuple[float, float]:
    """The ends that the words around the number at the end of *text* leave it: ``about a dozen``, ``a dozen or so``."""
    size = least
    if _LOOSELY.match(after):
        return 0.8 * size - 1, 1.2 * size + 1
    if re.match(r" or (?:more|over)\b", after):
        return size, math.inf
    if re.match(r" or (?:fewer|less)\b", after):
        return 0.0, size
    for pattern, ends in (
        (_JUST_MORE, (size, 1.2 * size + 1)), (_JUST_FEWER, (0.8 * size - 1, size)),
        (_ABOUT, (0.85 * size - 1, 1.15 * size + 1)),
        (_LEAST, (size, math.inf)), (_MOST, (0.0, size)), (_MORE, (size + 1, math.inf)), (_FEWER, (0.0, size - 1)),
    ):  # fmt: skip
        if any(match.end() == len(text) for match in pattern.finditer(text[-60:] if len(text) < 60 else text)):
            return ends
    return least, most


def amounts(text: str) -> list[Amount]:
    """The amounts of *text* that are no plain number, in order: ``half a dozen``, ``at least three``, ``several``."""
    written = digits(text)
    plain, found = written.text, list[Amount]()
    for pattern in (_EXACTLY, _EXACTLY_TOO):
        plain = pattern.sub(lambda match: " " * len(match[0]), plain)

    def add(match: re.Match[str], least: float, most: float) -> None:
        start, end = written.place(match.start()), written.place(match.end(), end=True)
        if not any(one.start < end and start < one.end for one in found):
            found.append(Amount(least, most, start, end))

    def number(match: re.Match[str]) -> float:
        return float(next(part for part in match.groups() if part))

    for match in _TURNS.finditer(plain):
        if "half" in match[0].casefold():
            add(match, *_hedged(f"{plain[: match.start()]}6", 6, 6, plain[match.end() :]))
        elif match[3]:
            add(match, 2, 2)
        else:
            size = float(match[1] or 1) * _SETS[match[2].casefold()]
            turn = f"{plain[: match.start()]}{size:g}"
            add(
                match,
                *_hedged(
                    turn,
                    size,
                    size + (match[2].casefold() == "couple") + 4 * ("good" in match[0].casefold()),
                    plain[match.end() :],
                ),
            )
    for match in _TENS_ODD.finditer(plain):
        add(match, float(match[1]), float(match[1]) + 9)
    for match in _RANGE.finditer(plain):
        ends = sorted(float(part) for part in match.groups() if part)
        add(match, ends[0], ends[1])
    for match in _JUST_MORE.finditer(plain):
        add(match, number(match), 1.2 * number(match) + 1)
    for match in _JUST_FEWER.finditer(plain):
        add(match, 0.8 * number(match) - 1, number(match) - match[0].casefold().startswith("not "))
    for match in _ABOUT.finditer(plain):
        add(match, 0.85 * number(match) - 1, 1.15 * number(match) + 1)
    for pattern, low, high in (
        (_LEAST, 0, math.inf),
        (_MOST, -math.inf, 0),
        (_MORE, 1, math.inf),
        (_FEWER, -math.inf, -1),
    ):
        for match in pattern.finditer(plain):
            size = number(match)
            add(match, max(0.0, size + low) if low > -math.inf else 0.0, size + high)
    for match in _ONE.finditer(plain):
        add(match, 1, 1)
    for words, (least, most) in _WORDS:
        for match in words.finditer(plain):
            add(match, least, most)
    return _joined(text, sorted(found, key=lambda one: one.start))


def _joined(text: str, found: list[Amount]) -> list[Amount]:
    """Two bounds that are joined as one: ``at least five and at most nine``."""
    joined: list[Amount] = []
    for one in found:
        last = joined[-1] if joined else None
        bounds = last and (math.isinf(last.most) or last.least == 0) and (math.isinf(one.most) or one.least == 0)
        narrower = last and re.fullmatch(r"\s*\(", text[last.end : one.start])  # "quite a few (more than seven)"
        if last and narrower and max(last.least, one.least) <= min(last.most, one.most):
            joined[-1] = Amount(max(last.least, one.least), min(last.most, one.most), last.start, one.end)
        elif last and bounds and re.fullmatch(r"\W*(?:and|but|yet|though)(?: also)?\s*", text[last.end : one.start]):
            least, most = max(last.least, one.least), min(last.most, one.most)
            joined[-1] = Amount(least, most, last.start, one.end) if least <= most else last
        else:
            joined.append(one)
    return joined
