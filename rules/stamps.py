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
from .stamp_patterns import (
    A,
    ABOUT,
    AND_HALF,
    BARE,
    BETWEEN,
    CLOCK,
    COLON,
    FIRST,
    LENGTH_AFTER,
    LENGTH_BEFORE,
    LINK,
    MILLI,
    MINUTES,
    N,
    POINT_AFTER,
    POINT_BEFORE,
    QUARTERS,
    RANGE,
    SECONDS,
    SHARE,
    START_IS,
    SURE_AFTER,
    SURE_LENGTH,
    TWO_AND,
)


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
    link = RANGE.fullmatch(text[one.until : two.at])
    if link is None:
        return False
    before = text[max(0, one.at - 32) : one.at]
    word = link.group(1).casefold()
    if word[-1] in "=:":
        return START_IS.search(before) is not None
    if word == ",":
        return before.rstrip().endswith("[")
    return word != "and" or BETWEEN.search(before) is not None


@lru_cache(maxsize=64)
def _pattern(form: str, token: str) -> re.Pattern[str]:
    parts = []
    if form == "tokens":
        before, _, after = token.partition("{}")
        parts.append(rf"(?P<token>{re.escape(before)}(?P<count>\d+){re.escape(after)})")
    if form == "percent":
        parts.append(r"(?P<percent>\d+(?:\.\d+)?)%")
    parts += [
        rf"(?P<colon>{COLON})",
        rf"(?P<two>{TWO_AND}|{AND_HALF})",
        rf"(?P<share>{SHARE})",
        rf"(?P<clock>{CLOCK})",
    ]
    parts += [
        rf"(?P<minutes>{MINUTES})",
        rf"(?P<milli>{MILLI})",
        rf"(?P<seconds>{SECONDS})",
        rf"(?P<first>{FIRST})",
    ]
    parts.append(rf"(?P<plain>(?<![\w.]){N}(?![\w%]|\.\d))")
    return re.compile("|".join(parts), re.IGNORECASE)


def _atoms(text: str, clock: Clock | None) -> list[_Atom]:
    """All times of *text*; a bare number counts where it is linked to a time, in a range or a list."""
    return list(_read(text, clock))


@lru_cache(maxsize=2048)
def _read(text: str, clock: Clock | None) -> tuple[_Atom, ...]:
    matches = list(_pattern(clock.format if clock else "", clock.token if clock else "").finditer(text))
    bare = {match.start(n) for match in BARE.finditer(text) for n in range(1, 5)}
    atoms: list[_Atom] = []
    heir: _Atom | None = None  # the time, in seconds, that follows the number in hand
    for n in range(len(matches) - 1, -1, -1):
        match = matches[n]
        kind = {"count": "token", "value": "first"}.get(str(match.lastgroup), str(match.lastgroup))
        if kind == "plain":
            link = LINK.match(text[match.end() : heir.at]) if heir else None
            linked = n > 0 and matches[n - 1].group("first") and LINK.match(text[matches[n - 1].end() : match.start()])
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
    about = ABOUT.search(text[max(0, at - 24) : at]) is not None
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
    if POINT_AFTER.match(after):
        return _Atom(value, at, until, slack)
    length = bool(LENGTH_AFTER.match(after) or LENGTH_BEFORE.search(before)) or adjective
    length = length and not (POINT_BEFORE.search(before) and not LENGTH_AFTER.match(after))
    sure = bool(SURE_LENGTH.search(before) or SURE_AFTER.match(after))
    return _Atom(value, at, until, slack, length, length and sure)


def _spelt(written: str, kind: str, about: bool) -> tuple[float, float]:
    """The value and the slack of ``7.5 seconds``, ``a minute and five seconds``, ``half a minute``."""
    found = re.findall(N, written)
    unit = 60.0 if "minute" in written or kind == "minutes" else 1.0
    if kind == "share":
        word = next((word for word in re.findall(r"\w+|[½¼¾]", written) if word in QUARTERS), "half")
        return QUARTERS[word] * unit, 1.0 if unit == 1 else 8.0 if about else 5.0
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
