"""Times in English prose: ``at 7.5 seconds``, ``from 0:04 to 0:09``, ``seconds 12 to 15``, ``1′05″``, ``<42>``.

Number words are read as digits first (figures.py). What is written is a time, or a length of time: ``for 5 seconds``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from .clock import Clock
from .figures import Digits, digits
from .lazy_pattern import lazy
from .quantities import amounts
from .quoted import mask_quotes
from .stamp_joins import Atom, anchored, joined_times, ordinal
from .stamp_patterns import (
    ABOUT,
    AND_HALF,
    BARE,
    BETWEEN,
    CLOCK,
    COLON,
    COUPLE,
    FIRST,
    HEDGE,
    IN,
    ISO,
    LABELLED,
    LENGTH_AFTER,
    LENGTH_BEFORE,
    LINK,
    MILLI,
    MINUTE_SECOND,
    MINUTES,
    NOTE,
    NTH,
    ONLY_MARKS,
    OUT,
    POINT_AFTER,
    POINT_BEFORE,
    RANGE,
    SECONDS,
    SHARE,
    START_IS,
    SURE_AFTER,
    SURE_LENGTH,
    TWO_AND,
    WAITS,
    N,
    elapsed_until,
)
from .stamp_rows import is_row, row_numbers
from .stamp_values import loosely, slack_of, spelt

_MAY_HOLD = lazy(r"\d|sec|min|\bs\b", re.IGNORECASE)
"""In every text that holds a time. A hundred times as fast as finding it."""


Asked = Literal["", "time", "stretch"]
"""What a question asks for: no time, a time, or the start and the end of something."""
_AFTER = lazy(
    r"\b(?:after|in (?:just |not quite )?(?:under|over|less than|more than)|(?:not|never|nor|nothing"
    rf"|none|nobody|no|\w+n['’]t)\s+(?:\w+\s+){{0,12}}?before)\s+(?:{HEDGE}\s+)*$",
    re.IGNORECASE,
)
_STARTS_AFTER = lazy(
    r"\b(?:begins?|began|beginning|starts?|started|starting|commences?|commenced|(?:gets?|got) (?:going"
    r"|under way|underway"
    r"|started)|sets? in|kicks? off|kicked off|(?:is|are|was|were) (?:first )?(?:seen|visible"
    r"|shown))\s+(?:only\s+)?after"
    rf"\s+(?:{HEDGE}\s+)*$",
    re.IGNORECASE,
)
"""Where a length of time is a point: ``it begins after 40 seconds``."""
_OR_SO = lazy(
    r"[-\s]*(?:marks?\b|points?\b|in\b)?[,\s]*(?:or so|or thereabouts|give or take|more or less|or around there"
    r"|or (?:1|2|3)|and (?:a bit|change)|ish)\b",
    re.IGNORECASE,
)
_NO_BOUND = lazy(
    r"\b(?:stretch|extend|spread|add|amount|come|sum|distribut)\w*\s+(?:over|up to)(?=\s)"
    r"|(?:\b(?:is|are|was|were)|['’]s) over(?=\s+\d+(?:\.\d+)?\s+(?:after|from|since|later|into|on)\b)",
    re.IGNORECASE,
)
"""``extends over 20 seconds`` is 20 seconds; ``it is over 20 seconds after it began`` too."""
_LABEL_OF_END = lazy(r"\b(?:out|end|stop|finish|to|until|till|through|thru|offset|upto)", re.IGNORECASE)
_ALONE = lazy(rf"(?<!\w)(?:(?<!\.)|(?<=\.\.)){N}(?![\w%]|\.\d)")
_BARE_PLACE = lazy(
    r"(?:[\[(<{=|@~]|[\w\"'*]:|\d\s*(?:-|–|—|to|until|till|through|,|→|/|\.\.\.?)|\b(?:from|between|at|until|till|to"
    r"|through|@|and|around|about))[\s\"*]*$",
    re.IGNORECASE,
)
"""What stands before a number that is a time without a unit."""
_SPARE = lazy(r"(?:[\W\d_]|\b(?:from|at|to|start|end|begin|time|and|until|between|it|is|about|around)\b)*", re.I)
"""A text that says nothing but numbers."""


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
class Lasting:
    """How long a text lets something last, seconds, with the slack of its writing; and the length that it names."""

    least: float
    most: float
    named: float
    at: int
    until: int


def holds_time(texts: Iterable[str], clock: Clock | None) -> bool:
    """Whether one of *texts* speaks of a time outside its quotes; *clock* is the one that wrote them, if one did."""
    return any(stamps(mask_quotes(text), clock) for text in dict.fromkeys(texts) if _MAY_HOLD.search(text))


def stamps(text: str, clock: Clock | None = None, asked: Asked = "") -> list[Stamp]:
    """The times of *text* in order.

    *clock*: how the sample writes times, needed for tokens and percentages. *asked*: where the question asks for a
    time, bare numbers may be seconds, and ``after 40 seconds`` is a point; where it asks for the start and the end
    of something, two times that only marks part are those.
    """
    written = _plain(text)
    atoms = _atoms(written.text, clock, asked)
    found: list[Stamp] = []
    n = 0

    def add(one: Atom, two: Atom) -> None:
        at, until = written.place(one.at), written.place(two.until, end=True)
        found.append(Stamp(one.value, two.value, one is two, at, until, max(one.slack, two.slack)))

    while n < len(atoms):
        one = atoms[n]
        n += 1
        before = written.text[max(0, one.at - 96) : one.at]
        if one.length and not (asked and _AFTER.search(before)) and not _STARTS_AFTER.search(before):
            continue
        if n < len(atoms) and not atoms[n].length and _is_range(written.text, one, atoms[n], asked):
            add(one, atoms[n])
            n += 1
        else:
            add(one, one)
    return found


def _plain(text: str) -> Digits:
    """*text* with number words as digits, and without notes on how its times are written."""
    return digits(NOTE.sub(lambda match: " " * len(match[0]), text))


def lengths(text: str) -> list[tuple[float, int, int]]:
    """The lengths of time that *text* speaks of, seconds, with where each stands: ``for 5 seconds``."""
    written = _plain(text)
    return [
        (one.value, written.place(one.at), written.place(one.until, end=True))
        for one in _atoms(written.text, None)
        if one.length
    ]


def durations(text: str, asked: bool = False) -> list[Lasting]:
    """How long *text* says that something lasts; where that was *asked*, any time counts.

    A length that is bounded is read as a number of seconds would be (quantities.py): ``just under half a minute``.
    """
    written = _plain(text)
    atoms = _atoms(written.text, None)
    taken = [one for n, one in enumerate(atoms) if one.sure or asked]
    pieces, places, at = list[str](), list[tuple[int, int]](), 0
    for one in taken:
        pieces.append(written.text[at : one.at])
        start = sum(map(len, pieces))
        pieces.append(f"{one.value:g}")
        places.append((start, start + len(pieces[-1])))
        at = one.until
    plain = "".join([*pieces, written.text[at:]])
    told = amounts(_NO_BOUND.sub(lambda match: " " * len(match[0]), plain))
    found: list[Lasting] = []
    for one, (start, end) in zip(taken, places, strict=True):
        bound = next((amount for amount in told if amount.start <= start and end <= amount.end), None)
        about = bound is None or bound.least < one.value < bound.most  # its slack says how far off that may be
        least, most = (bound.least, bound.most) if bound and not about else (one.value, one.value)
        at, until = written.place(one.at), written.place(one.until, end=True)
        found.append(Lasting(least - one.slack, most + one.slack, one.value, at, until))
    return found


def spoken_times(text: str, asked: Asked = "") -> list[tuple[int, int]]:
    """Where times and lengths of time stand in *text*."""
    written = _plain(text)
    return [(written.place(one.at), written.place(one.until, end=True)) for one in _atoms(written.text, None, asked)]


def _is_range(text: str, one: Atom, two: Atom, asked: Asked = "") -> bool:
    between = text[one.until : two.at].strip("`*'\"")
    if one.value < two.value and (
        ONLY_MARKS.fullmatch(between)
        or (asked and LABELLED.fullmatch(between) and (asked == "stretch" or _LABEL_OF_END.search(between)))
    ):
        return True
    before = text[max(0, one.at - 32) : one.at]
    if one.value < two.value and (is_row(text, one.at, two.until) or (IN.search(before) and OUT.fullmatch(between))):
        return True
    link = RANGE.fullmatch(between)
    if link is None:
        return False
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
        rf"(?P<iso>{ISO})",
        rf"(?P<nth>{NTH})",
        rf"(?P<minute>{MINUTE_SECOND})",
        rf"(?P<two>{TWO_AND}|{AND_HALF})",
        rf"(?P<share>{SHARE})",
        rf"(?P<couple>{COUPLE})",
        rf"(?P<clock>{CLOCK})",
    ]
    parts += [
        rf"(?P<minutes>{MINUTES})",
        rf"(?P<milli>{MILLI})",
        rf"(?P<seconds>{SECONDS})",
        rf"(?P<first>{FIRST})",
    ]
    parts.append(
        rf"(?P<plain>(?<!\w)(?:(?<!\.)|(?<=\.\.)){N}(?:\s+and\s+(?:a|1)\s+half(?=\s+(?:to|or)\s))?(?![\w%]|\.\d))"
    )
    return re.compile("|".join(parts), re.IGNORECASE)


def _atoms(text: str, clock: Clock | None, asked: Asked = "") -> list[Atom]:
    """All times of *text*; a bare number counts where it is linked to a time, in a range or a list."""
    found = _read(text, clock)
    bare = list(_ALONE.finditer(text)) if asked and not found else []
    placed = all("." in one[0] or _BARE_PLACE.search(text[: one.start()]) for one in bare)
    if len(bare) in (1, 2) and (placed or _SPARE.fullmatch(text)):
        return [Atom(float(one[0]), one.start(), one.end(), slack_of(one[0])) for one in bare]
    return [_counted(text, one) for one in found] if asked else list(found)


def _counted(text: str, atom: Atom) -> Atom:
    """*atom*, if it is a length that goes by before something, as the point that it is counted to."""
    end = elapsed_until(text, atom.at, atom.until) if atom.length else -1
    return replace(atom, until=end, length=False, sure=False) if end >= 0 else atom


@lru_cache(maxsize=2048)
def _read(text: str, clock: Clock | None) -> tuple[Atom, ...]:
    matches = list(_pattern(clock.format if clock else "", clock.token if clock else "").finditer(text))
    bare = {match.start(n) for match in BARE.finditer(text) for n in range(1, 5)} | row_numbers(text)
    atoms: list[Atom] = []
    heir: Atom | None = None  # the time, in seconds, that follows the number in hand
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
            unit = 60.0 if heir and link and heir.kind == "minutes" else 1.0
            slack = heir.slack if heir and unit > 1 else slack_of(match[0])
            value = float(match[0].split()[0]) + 0.5 * ("half" in match[0])
            atom = Atom(unit * value, match.start(), match.end(), slack, length)
        else:
            atom = _atom(text, match, kind, clock)
        atoms.append(atom)
        heir = atom if kind in ("plain", "seconds", "milli") or (atom.value % 60 == 0 and kind == "minutes") else None
        if kind == "milli" and n > 0 and matches[n - 1].lastgroup == "plain":
            heir = None
    atoms.reverse()
    return tuple(_settled(text, [anchored(text, atom) for atom in joined_times(text, atoms)]))


def _settled(text: str, atoms: list[Atom]) -> list[Atom]:
    """Both ends of a range are points, whatever stands before its first number (``for``: a length)."""
    settled = list(atoms)
    for n in range(len(atoms) - 1):
        one, two = atoms[n], atoms[n + 1]
        if _is_range(text, one, two):
            before = text[max(0, one.at - 12) : one.at]
            length = bool(re.search(r"\b(?:for|lasts?|lasting|takes?)\s+$", before))
            settled[n] = replace(one, length=length, sure=False)
            settled[n + 1] = replace(two, length=length, sure=False)
    return settled


def _atom(text: str, match: re.Match[str], kind: str, clock: Clock | None) -> Atom:
    at, until = match.start("value" if kind == "first" else 0), match.end()
    written = match["value"] if kind == "first" else match[0]
    about = ABOUT.search(text[max(0, at - 32) : at]) is not None or _OR_SO.match(text[until:]) is not None
    if kind in ("token", "percent"):
        assert clock is not None
        return Atom(clock.parse(written), at, until, clock.resolution)
    if kind == "colon":
        seconds = 0.0
        for part in written.replace(",", ".").split(":"):
            seconds = 60 * seconds + float(part)
        if written.count(":") == 3:  # hours, minutes, seconds and frames
            seconds = (seconds - float(written.rpartition(":")[2])) / 60
        slack = 0.1 if re.search("[.,]", written) else 1.0
        loose = loosely(seconds) if seconds % 15 == 0 else min(loosely(seconds), 3.0)
        sure = SURE_LENGTH.search(text[max(0, at - 40) : at]) is not None
        return Atom(seconds, at, until, slack + (loose if about else 0.0), sure, sure, kind)
    if kind == "first":
        return Atom(float(written), at, until, slack_of(written) + about, kind="seconds")
    if kind == "iso":
        parts = {unit: float(size) for size, unit in re.findall(r"([\d.]+)([HMS])", written.upper())}
        value = 3600 * parts.get("H", 0.0) + 60 * parts.get("M", 0.0) + parts.get("S", 0.0)
        sure = SURE_LENGTH.search(text[max(0, at - 40) : at]) is not None
        return Atom(value, at, until, slack_of(written), sure, sure)
    if kind == "nth":
        return Atom(ordinal(re.sub(r"[- ]seconds?$", "", written, flags=re.I)) - 0.5, at, until, 1.5 + about)
    if kind == "minute":
        minute, second = re.findall(N, written)
        return Atom(60 * float(minute) + float(second), at, until, 1.0 + about)
    value, slack = spelt(written.casefold(), kind, about)
    before, after = text[max(0, at - 40) : at], text[until : until + 24]
    adjective = "-" in written and written.casefold().endswith(("second", "minute"))
    if POINT_AFTER.match(after):
        return Atom(value, at, until, slack, kind=kind)
    length = bool(LENGTH_AFTER.match(after) or LENGTH_BEFORE.search(before)) or adjective
    sure = bool(SURE_LENGTH.search(before) or SURE_AFTER.match(after))
    point = POINT_BEFORE.search(before) and (not LENGTH_AFTER.match(after) or WAITS.search(before))
    length = length and not (not sure and point)
    return Atom(value, at, until, slack, length, length and sure, kind)
