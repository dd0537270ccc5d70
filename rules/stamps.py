"""Times in prose: ``at 7.5 seconds``, ``from 0:04 to 0:09``, ``between twelve and fifteen seconds``, ``<42>``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .clock import Clock
from .figures import NUMBER_WORDS, value_of

_PLAIN = rf"(?:\d+(?:\.\d+)?|\b{NUMBER_WORDS}\b)"
_UNIT = r"(?:seconds?|secs?\b\.?|s\b)"
_COLON = r"(?<![\d:])\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?(?![\d:])"
_MINUTES = (
    rf"(?:{_PLAIN}|\ba|\bone)(?:\s*|-)(?:minutes?|mins?\b\.?|m(?=\s?\d))(?:\s*(?:and|,)?\s*{_PLAIN}(?:\s*|-){_UNIT})?"
)
_SECONDS = rf"{_PLAIN}(?:\s*|-){_UNIT}"
_LINK = re.compile(r"\s*(to|until|till|through|and|[-–—]|,|,\s*and)\s*$", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*(?:marks?|points?)?\s*(to|until|till|through|up to|and|[-–—])\s*(?:(?:the|about|around|roughly)\s+)*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s+(?:(?:the|about|around|roughly)\s+)*$", re.IGNORECASE)
_LENGTH_BEFORE = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|takes?|taking|took|runs? for|within|every|each|over|during|another|next|last|first"
    r"|only|spends?|spent|in|after|before)\s+(?:(?:about|around|roughly|some|nearly|just|the|over|under"
    r"|only|almost|exactly|(?:first|last|next))\s+)*$",
    re.IGNORECASE,
)
_LENGTH_AFTER = re.compile(
    r"\s*(?:long\b|later\b|earlier\b|of\b|before\b|after\b|apart\b|in length\b|in total\b|each\b)"
)
_POINT_AFTER = re.compile(r"\s*-?\s*(?:marks?|point|into|in\b|from the (?:start|beginning))", re.IGNORECASE)
_POINT_BEFORE = re.compile(
    r"\b(?:at|from|between|by|until|till|around|near|since|time|on|to)\s+(?:the\s+|about\s+)*$", re.I
)
_ABOUT = re.compile(r"\b(?:about|around|roughly|approximately|near|nearly|almost|some)\s+(?:the\s+)?$", re.IGNORECASE)
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


def holds_time(texts: Iterable[str], clock: Clock | None) -> bool:
    """Whether one of *texts* speaks of a time outside its quotes; *clock* is the one that wrote them, if one did."""
    return any(stamps(mask_quotes(text), clock) for text in dict.fromkeys(texts) if _MAY_HOLD.search(text))


def mask_quotes(text: str) -> str:
    """*text* with everything in double quotation marks, marks included, replaced by spaces."""
    return re.sub(r'"[^"]*"|“[^”]*”|«[^»]*»', lambda match: " " * len(match.group(0)), text)


def stamps(text: str, clock: Clock | None = None) -> list[Stamp]:
    """The times of *text* in order. *clock*: how the sample writes times, needed for tokens and percentages."""
    atoms = _atoms(text, clock)
    found: list[Stamp] = []
    n = 0
    while n < len(atoms):
        one = atoms[n]
        if one.length:
            n += 1
            continue
        if n + 1 < len(atoms) and not atoms[n + 1].length and _is_range(text, one, atoms[n + 1]):
            two = atoms[n + 1]
            found.append(Stamp(one.value, two.value, False, one.at, two.until, max(one.slack, two.slack)))
            n += 2
            continue
        found.append(Stamp(one.value, one.value, True, one.at, one.until, one.slack))
        n += 1
    return found


def lengths(text: str) -> list[tuple[float, int, int]]:
    """The lengths of time that *text* speaks of, seconds, with where each stands: ``for 5 seconds``."""
    return [(atom.value, atom.at, atom.until) for atom in _atoms(text, None) if atom.length]


def spoken_times(text: str) -> list[tuple[int, int]]:
    """Where times and lengths of time stand in *text*."""
    return [(atom.at, atom.until) for atom in _atoms(text, None)]


def _is_range(text: str, one: _Atom, two: _Atom) -> bool:
    link = _RANGE.fullmatch(text[one.until : two.at])
    if link is None:
        return False
    before = text[max(0, one.at - 28) : one.at]
    return link.group(1).casefold() != "and" or _BETWEEN.search(before) is not None


@lru_cache(maxsize=64)
def _pattern(form: str, token: str) -> re.Pattern[str]:
    parts = []
    if form == "tokens":
        before, _, after = token.partition("{}")
        parts.append(rf"(?P<token>{re.escape(before)}(?P<count>\d+){re.escape(after)})")
    if form == "percent":
        parts.append(r"(?P<percent>\d+(?:\.\d+)?)%")
    parts += [rf"(?P<colon>{_COLON})", rf"(?P<minutes>{_MINUTES})", rf"(?P<seconds>{_SECONDS})"]
    parts.append(rf"(?P<plain>(?<![\w.]){_PLAIN}(?![\w%]|\.\d))")
    return re.compile("|".join(parts), re.IGNORECASE)


def _atoms(text: str, clock: Clock | None) -> list[_Atom]:
    """All times of *text*; a bare number counts where a time follows it in a range or a list."""
    matches = list(_pattern(clock.format if clock else "", clock.token if clock else "").finditer(text))
    atoms: list[_Atom] = []
    heir: _Atom | None = None  # the time, in seconds, that follows the number in hand
    for match in reversed(matches):
        kind = match.lastgroup if match.lastgroup != "count" else "token"
        if kind == "plain":
            link = _LINK.match(text[match.end() : heir.at]) if heir else None
            if heir is None or link is None:
                heir = None
                continue
            atom = _Atom(value_of(match.group(0)), match.start(), match.end(), _slack(match.group(0)), heir.length)
        else:
            atom = _atom(text, match, str(kind), clock)
        atoms.append(atom)
        heir = atom if kind in ("plain", "seconds") else None
    atoms.reverse()
    return _settled(text, atoms)


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
    at, until = match.span()
    written = match.group(0)
    about = 1.0 if _ABOUT.search(text[max(0, at - 24) : at]) else 0.0
    if kind in ("token", "percent"):
        assert clock is not None
        return _Atom(clock.parse(written), at, until, clock.resolution)
    if kind == "colon":
        seconds = 0.0
        for part in written.split(":"):
            seconds = 60 * seconds + float(part)
        return _Atom(seconds, at, until, (0.1 if "." in written else 1.0) + about)
    value, slack = _spelt(written, kind)
    before, after = text[max(0, at - 32) : at], text[until : until + 24]
    adjective = "-" in written and written.casefold().endswith(("second", "minute"))
    if _POINT_AFTER.match(after):
        length = False
    else:
        length = bool(_LENGTH_AFTER.match(after) or _LENGTH_BEFORE.search(before)) or adjective
        length = length and not (_POINT_BEFORE.search(before) and not _LENGTH_AFTER.match(after))
    return _Atom(value, at, until, slack + about, length)


def _spelt(written: str, kind: str) -> tuple[float, float]:
    """The value and the slack of ``7.5 seconds``, ``a minute and five seconds``."""
    text = re.sub(r"^a\b", "one", written.casefold())
    found = re.findall(_PLAIN, text)
    if kind == "seconds":
        return value_of(found[0]), _slack(found[0])
    seconds = 60 * value_of(found[0]) + (value_of(found[1]) if len(found) > 1 else 0.0)
    return seconds, 1.0 if len(found) > 1 else 5.0


def _slack(written: str) -> float:
    return 0.1 if "." in written else 1.0
