"""Times in English prose: ``at 7.5 seconds``, ``from 0:04 to 0:09``, ``seconds 12 to 15``, ``1′05″``, ``<42>``.

Number words are read as digits first (figures.py). What is written is a time, or a length of time: ``for 5 seconds``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .clock import Clock
from .figures import digits

_N = r"\d+(?:\.\d+)?"
_SECOND = r"(?:(?:whole |full )?seconds?\b|secs?\b\.?|s\b|″|'')"
_MINUTE = r"(?:(?:whole |full )?minutes?\b|mins?(?![a-z])\.?|m(?=\s?\d)|′|'(?=\d{2}(?:\"|'')))"
_HOUR = r"(?:hours?\b|hrs?\b\.?|h(?=\s?\d))"
_A = rf"(?:(?<![\w.,:]){_N}|\ban?(?=[\s-]))"
_GAP = r"(?:\s*|-)"
_AND = r"(?:,?\s*(?:and\s+)?)"
_COLON = r"(?<![\d:])\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?(?![\d:])"
_TWO_AND = rf"{_A}[\s-]+and[\s-]+(?:a[\s-]+)?(?:half|quarter|3[\s-]quarters?){_GAP}(?:minutes?|seconds?)\b"
_AND_HALF = rf"{_A}{_GAP}(?:minutes?|seconds?)\s+and\s+(?:an?\s+)?(?:half|quarter)\b(?!\s+(?:an?\s+)?minute)"
_SHARE = (
    r"(?:\b(?:half|(?:an?\s+|1\s+)?quarter"
    r"|(?<!\d)3[\s-]quarters?)(?:[\s-]+of)?(?:[\s-]+an?)?|[½¼¾])[\s-]*(?:minute|second)\b"
)
_MINUTES = (
    rf"{_A}{_GAP}(?:full |whole )?{_MINUTE}(?:{_AND}{_N}{_GAP}(?:{_SECOND}|\")|(?<=m"
    rf"|n)\d{{2}}(?!\d)|\s+\d{{1,2}}(?![\d.:]|\s*\w))?"
)
_CLOCK = rf"(?:(?<![\w.,:]){_N}{_GAP}{_HOUR}{_AND}){_N}{_GAP}{_MINUTE}{_AND}{_N}{_GAP}{_SECOND}"
_SECONDS = rf"{_A}{_GAP}{_SECOND}"
_MILLI = rf"(?<![\w.,:]){_N}{_GAP}(?:milliseconds?|millisecs?|msecs?|ms)\b"
_FIRST = (
    r"\b(?:(?:seconds?|secs?\.?)(?:\s+(?:number|no\.?)|\s*#)?|t\s*[=:]|(?:start|begin|end|stop|from|to)\s*[=:])\s*"
    rf"(?P<value>{_N})(?!\d|\.\d|[:%]|(?:st|nd|rd|th|-)\b)(?:{_GAP}{_SECOND})?"
)
_LINKS = r"to|until|till|through|thru|up\s+to|and|[-–—→⟶➜➔⇒~…]|-->?|=+>|\.\.+"
_FILL = r"(?:(?:the|about|around|roughly|up|to|second|t\s*=)\s*)*"
_LINK = re.compile(rf"\s*(?:{_LINKS}|,|,\s*and)\s*$", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*(?:marks?\b|points?\b|min\b\.?|on the clock\b|in(?:to (?:it|the \w+))?\b(?= \w))?\s*"
    r"(?:(?:and|right|all the way|straight|on)\s+(?=up|to\b|until|till|through))?(?:(?:right"
    r"|all the way)\s+(?=up|to\b))?"
    rf"({_LINKS}|[,;]?\s*(?:and\s+)?(?:end|stop)\s*[=:]|,)\s*{_FILL}(?:timestamp\s+|(?:seconds?|secs?\.?)\s+(?:number|no\.?)?\s*)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|within|from|start\s*=)\s+(?:(?:the|about|around|roughly|seconds?|secs?\.?|times)\s+|t\s*=\s*)*$",
    re.IGNORECASE,
)
_START_IS = re.compile(r"\b(?:start|begin|from)\s*[=:]\s*$", re.IGNORECASE)
_HEDGE = (
    r"(?:about|around|roughly|some|nearly|just|the|over|under|only|almost|exactly"
    r"|approximately|precisely|all of|as long as|a total of|a little over|a little under|well over|close to|up)"
)
_LENGTH_BEFORE = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|takes?|taking|took|runs? for|within|every|each|over|during"
    r"|another|next|last|first|opening|closing|initial|final"
    r"|only|spends?|spent|in|after|before|spans?|spanning|throughout|comes? to|(?:length"
    r"|duration|period|stretch|space|total|run ?time)"
    r"(?: (?:is|of|was|equals))?(?: about| roughly)?|covers|continues for)\s+"
    rf"(?:(?:{_HEDGE}|(?:first|last|next|opening|closing|initial|final))\s+)*$",
    re.IGNORECASE,
)
_LENGTH_AFTER = re.compile(
    r"\s*(?:long\b|later\b|earlier\b|of\b|before\b|after\b|apart\b|in length\b|in total\b"
    r"|in duration\b|in all\b|or so(?= long| in)|altogether\b|each\b)"
)
_POINT_AFTER = re.compile(
    r"\s*-?\s*(?:marks?|point|into|in\b(?! (?:length|total|duration|all))|from the (?:start|beginning|outset))",
    re.IGNORECASE,
)
_POINT_BEFORE = re.compile(
    r"\b(?:at|from|between|by|until|till|around|near|since|time|on|to)\s+(?:(?:the|about)\s+)*$", re.I
)
_SURE_LENGTH = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|takes?(?: up)?|taking|took|runs? for|spans?|spanning|covers|throughout|comes? to"
    r"|(?:its|their|the) (?:length|duration)"
    rf" (?:is|of)|(?:duration|length|period|span|stretch) of)\s+(?:{_HEDGE}\s+)*$",
    re.IGNORECASE,
)
_SURE_AFTER = re.compile(r"\s*(?:long\b|in (?:length|duration)\b)")
_ABOUT = re.compile(
    r"\b(?:about|a good|around|roughly|approximately|near|nearly|almost|some|close to|just (?:past|over"
    r"|under|after|before)|shortly (?:after|before)"
    r"|a (?:little|bit) (?:over|under|past|after|before)|over|under|past)\s+(?:(?:the|an?)\s+)?$",
    re.IGNORECASE,
)
_TENTHS = r"\d+\.\d+"
_BARE = re.compile(
    rf"(?:\[\s*({_TENTHS})\s*(?:{_LINKS}|,)\s*({_TENTHS})\s*\]"
    rf"|(?:\b(?:from|between)\s|^\W*)\s*({_TENTHS})\s*(?:{_LINKS})\s*({_TENTHS})(?=[.,;]?\s*$|[.,;]\s))",
    re.IGNORECASE,
)
"""A stretch without a unit."""
_QUARTERS = {"half": 0.5, "quarter": 0.25, "quarters": 0.75, "½": 0.5, "¼": 0.25, "¾": 0.75}


_MAY_HOLD = re.compile(r"\d|sec|min|\bs\b", re.IGNORECASE)
"""In every text that holds a time. A hundred times as fast as finding it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time, or a stretch of time, that a text speaks of. Seconds."""

    start: float
    end: float
    """Equal to *start* for a point."""
    point: bool
    at: int
    """Where in the text it begins."""
    until: int
    slack: float
    """By how much its writing may be off: half a second or a whole one where seconds are whole, more for ``about``."""


@dataclass(frozen=True, slots=True)
class _Atom:
    value: float
    at: int
    until: int
    slack: float
    length: bool = False
    """A length of time rather than a point in it."""
    sure: bool = False
    """Surely the length of what the text speaks of."""


def holds_time(texts: Iterable[str], clock: Clock | None) -> bool:
    """Whether one of *texts* speaks of a time outside its quotes; *clock* is the one that wrote them, if one did."""
    return any(stamps(mask_quotes(text), clock) for text in dict.fromkeys(texts) if _MAY_HOLD.search(text))


def mask_quotes(text: str) -> str:
    """*text* with everything in double quotation marks, marks included, replaced by spaces."""
    return re.sub(r"(?<!'\d\d)\"[^\"]*\"|“[^”]*”|«[^»]*»", lambda match: " " * len(match.group(0)), text)


def stamps(text: str, clock: Clock | None = None) -> list[Stamp]:
    """The times of *text* in order. *clock*: how the sample writes times, needed for tokens and percentages."""
    written = digits(text)
    atoms = _atoms(written.text, clock)
    found: list[Stamp] = []
    n = 0

    def add(one: _Atom, two: _Atom) -> None:
        at, until = written.place(one.at), written.place(two.until, end=True)
        found.append(Stamp(one.value, two.value, one is two, at, until, max(one.slack, two.slack)))

    while n < len(atoms):
        one = atoms[n]
        n += 1
        if one.length:
            continue
        if n < len(atoms) and not atoms[n].length and _is_range(written.text, one, atoms[n]):
            add(one, atoms[n])
            n += 1
        else:
            add(one, one)
    return found


def lengths(text: str) -> list[tuple[float, int, int]]:
    """The lengths of time that *text* speaks of, seconds, with where each stands: ``for 5 seconds``."""
    written = digits(text)
    return [
        (one.value, written.place(one.at), written.place(one.until, end=True))
        for one in _atoms(written.text, None)
        if one.length
    ]


def durations(text: str, asked: bool = False) -> list[Stamp]:
    """How long *text* says that something lasts, as stamps from 0; where that was *asked*, any time but a range."""
    written = digits(text)
    atoms = _atoms(written.text, None)
    ranged = {m for n in range(len(atoms) - 1) if _is_range(written.text, atoms[n], atoms[n + 1]) for m in (n, n + 1)}
    return [
        Stamp(0.0, one.value, False, written.place(one.at), written.place(one.until, end=True), one.slack)
        for n, one in enumerate(atoms)
        if one.sure or (asked and n not in ranged)
    ]


def spoken_times(text: str) -> list[tuple[int, int]]:
    """Where times and lengths of time stand in *text*."""
    written = digits(text)
    return [(written.place(one.at), written.place(one.until, end=True)) for one in _atoms(written.text, None)]


def _is_range(text: str, one: _Atom, two: _Atom) -> bool:
    link = _RANGE.fullmatch(text[one.until : two.at])
    if link is None:
        return False
    before = text[max(0, one.at - 32) : one.at]
    word = link.group(1).casefold()
    if word[-1] in "=:":
        return _START_IS.search(before) is not None
    if word == ",":
        return before.rstrip().endswith("[")
    return word != "and" or _BETWEEN.search(before) is not None


@lru_cache(maxsize=64)
def _pattern(form: str, token: str) -> re.Pattern[str]:
    parts = []
    if form == "tokens":
        before, _, after = token.partition("{}")
        parts.append(rf"(?P<token>{re.escape(before)}(?P<count>\d+){re.escape(after)})")
    if form == "percent":
        parts.append(r"(?P<percent>\d+(?:\.\d+)?)%")
    parts += [
        rf"(?P<colon>{_COLON})",
        rf"(?P<two>{_TWO_AND}|{_AND_HALF})",
        rf"(?P<share>{_SHARE})",
        rf"(?P<clock>{_CLOCK})",
    ]
    parts += [
        rf"(?P<minutes>{_MINUTES})",
        rf"(?P<milli>{_MILLI})",
        rf"(?P<seconds>{_SECONDS})",
        rf"(?P<first>{_FIRST})",
    ]
    parts.append(rf"(?P<plain>(?<![\w.]){_N}(?![\w%]|\.\d))")
    return re.compile("|".join(parts), re.IGNORECASE)


def _atoms(text: str, clock: Clock | None) -> list[_Atom]:
    """All times of *text*; a bare number counts where it is linked to a time, in a range or a list."""
    return list(_read(text, clock))


@lru_cache(maxsize=2048)
def _read(text: str, clock: Clock | None) -> tuple[_Atom, ...]:
    matches = list(_pattern(clock.format if clock else "", clock.token if clock else "").finditer(text))
    bare = {match.start(n) for match in _BARE.finditer(text) for n in range(1, 5)}
    atoms: list[_Atom] = []
    heir: _Atom | None = None  # the time, in seconds, that follows the number in hand
    for n in range(len(matches) - 1, -1, -1):
        match = matches[n]
        kind = {"count": "token", "value": "first"}.get(str(match.lastgroup), str(match.lastgroup))
        if kind == "plain":
            link = _LINK.match(text[match.end() : heir.at]) if heir else None
            linked = n > 0 and matches[n - 1].group("first") and _LINK.match(text[matches[n - 1].end() : match.start()])
            if not (heir and link) and not linked and match.start() not in bare:
                heir = None
                continue
            length = heir.length if heir and link else False
            atom = _Atom(float(match[0]), match.start(), match.end(), _slack(match[0]), length)
        else:
            atom = _atom(text, match, kind, clock)
        atoms.append(atom)
        heir = atom if kind in ("plain", "seconds", "milli") else None
        if kind == "milli" and n > 0 and matches[n - 1].lastgroup == "plain":
            heir = None
    atoms.reverse()
    return tuple(_settled(text, atoms))


def _settled(text: str, atoms: list[_Atom]) -> list[_Atom]:
    """Both ends of a range are points, whatever stands before its first number (``for``: a length)."""
    settled = list(atoms)
    for n in range(len(atoms) - 1):
        one, two = atoms[n], atoms[n + 1]
        if _is_range(text, one, two):
            before = text[max(0, one.at - 12) : one.at]
            length = bool(re.search(r"\b(?:for|lasts?|lasting|takes?)\s+$", before))
            settled[n] = _Atom(one.value, one.at, one.until, one.slack, length)
            settled[n + 1] = _Atom(two.value, two.at, two.until, two.slack, length)
    return settled


def _atom(text: str, match: re.Match[str], kind: str, clock: Clock | None) -> _Atom:
    at, until = match.start("value" if kind == "first" else 0), match.end()
    written = match["value"] if kind == "first" else match[0]
    about = _ABOUT.search(text[max(0, at - 24) : at]) is not None
    if kind in ("token", "percent"):
        assert clock is not None
        return _Atom(clock.parse(written), at, until, clock.resolution)
    if kind == "colon":
        seconds = 0.0
        for part in written.replace(",", ".").split(":"):
            seconds = 60 * seconds + float(part)
        return _Atom(seconds, at, until, (0.1 if "." in written else 1.0) + about)
    if kind == "first":
        return _Atom(float(written), at, until, _slack(written) + about)
    value, slack = _spelt(written.casefold(), kind, about)
    before, after = text[max(0, at - 40) : at], text[until : until + 24]
    adjective = "-" in written and written.casefold().endswith(("second", "minute"))
    if _POINT_AFTER.match(after):
        return _Atom(value, at, until, slack)
    length = bool(_LENGTH_AFTER.match(after) or _LENGTH_BEFORE.search(before)) or adjective
    length = length and not (_POINT_BEFORE.search(before) and not _LENGTH_AFTER.match(after))
    sure = bool(_SURE_LENGTH.search(before) or _SURE_AFTER.match(after))
    return _Atom(value, at, until, slack, length, length and sure)


def _spelt(written: str, kind: str, about: bool) -> tuple[float, float]:
    """The value and the slack of ``7.5 seconds``, ``a minute and five seconds``, ``half a minute``."""
    found = re.findall(_N, written)
    unit = 60.0 if "minute" in written or kind == "minutes" else 1.0
    if kind == "share":
        word = next((word for word in re.findall(r"\w+|[½¼¾]", written) if word in _QUARTERS), "half")
        return _QUARTERS[word] * unit, 1.0 if unit == 1 else 8.0 if about else 5.0
    if kind == "two":
        more = 0.75 if re.search(r"3[\s-]quarter", written) else 0.25 if "quarter" in written else 0.5
        whole = float(found[0]) if found and not re.match(r"an?\b", written) else 1.0
        return (whole + more) * unit, 1.0 if unit == 1 else 15.0 if about else 10.0
    if kind == "clock":
        return 3600 * float(found[0]) + 60 * float(found[1]) + float(found[2]), _slack(found[2]) + about
    if kind == "milli":
        return float(found[0]) / 1000, 0.1 + about
    values = [float(one) for one in (["1", *found] if re.match(r"an?\b", written) else found)]
    if kind == "minutes":
        if len(values) > 1:
            return 60 * values[0] + values[1], _slack(found[-1]) + about
        return 60 * values[0], 1.0 if "." in "".join(found) else 15.0 if about else 10.0
    rounded = about and values[0] % 5 == 0 and "." not in written
    return values[0], _slack(written) + about * (max(1.0, min(0.1 * values[0], 4.0)) if rounded else 1.0)


def _slack(written: str) -> float:
    return 0.1 if "." in written else 1.0
