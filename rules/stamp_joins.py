"""Times that English prose writes in two parts, or with what they are counted from. For stamps.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .lazy_pattern import lazy
from .stamp_patterns import (
    AGAIN,
    ANCHOR,
    AND_MINUTE,
    BETWEEN,
    COLON_UNIT,
    INTO_MINUTE,
    LESS,
    ORDINALS,
    PAST,
    PAST_MINUTE,
    PLUS,
    SHORT_OF,
)


@dataclass(frozen=True, slots=True)
class Atom:
    value: float
    at: int
    until: int
    slack: float
    length: bool = False
    """A length of time rather than a point in it."""
    sure: bool = False
    """Surely the length of what the text speaks of."""
    kind: str = ""
    """Which pattern found it."""


_GOES_ON = lazy(r"\s*(?:to|until|till|through|up to|[-–—→])(?:\s|\d)", re.IGNORECASE)
"""What stands between the two ends of a stretch."""
_LASTING = lazy(r"\b(?:within|inside|for|lasts?|lasting|takes?|taking)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


def anchored(text: str, atom: Atom) -> Atom:
    """*atom* with the words that say what it is counted from: ``40 seconds from the start``, ``1:05 minutes``."""
    if atom.kind == "colon" and (unit := COLON_UNIT.match(text, atom.until)):
        atom = replace(atom, until=unit.end())
    found = ANCHOR.match(text, atom.until) if atom.value < 3600 or atom.kind else None
    if (
        found is None
        or (atom.sure and not _GOES_ON.match(text, found.end()))
        or _LASTING.search(text[max(0, atom.at - 24) : atom.at])
    ):
        return atom
    return replace(atom, until=found.end(), length=False, sure=False)


def joined_times(text: str, atoms: list[Atom]) -> list[Atom]:
    """``5 seconds past the 1-minute mark`` is one time, as are ``7 s 500 ms`` and ``3 seconds into minute two``."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        between = text[last.until : atom.at] if last else ""
        value = None
        if last and abs(last.value - atom.value) <= 1 and AGAIN.fullmatch(between):
            better = min(last, atom, key=lambda one: one.slack)
            closing = re.match(r"\s*[)\]]", text[atom.until :]) if "(" in between or "[" in between else None
            until = atom.until + (closing.end() if closing else 0)
            joined[-1] = replace(last, value=better.value, until=until, slack=better.slack)
            continue
        if last and last.kind in ("seconds", "share") and atom.kind in ("minutes", "colon"):
            if AND_MINUTE.fullmatch(between) and last.value < 60 and atom.value % 60 == 0 and atom.kind == "minutes":
                value = None if BETWEEN.search(text[: last.at]) else atom.value + last.value
            elif PAST.fullmatch(between):
                value = atom.value + last.value
            elif SHORT_OF.fullmatch(between):
                value = atom.value - last.value
        elif last and last.kind == "minutes" and atom.kind == "seconds" and atom.value < 60 and LESS.fullmatch(between):
            value = last.value - atom.value
        elif last and last.kind in ("seconds", "minutes") and atom.kind == "milli" and atom.value < 1:
            value = last.value + atom.value if PLUS.fullmatch(between) and last.value % 1 == 0 else None
        if last and value is not None:
            slack = 0.1 if atom.kind == "milli" else max(last.slack, 1.0)
            summed = AND_MINUTE.fullmatch(between) is not None  # "5 seconds past minute one" is no length
            length, sure = summed and last.length, summed and last.sure
            joined[-1] = Atom(value, last.at, atom.until, slack, length, sure, atom.kind)
        else:
            joined.append(atom)
    for n, atom in enumerate(joined):
        past = PAST_MINUTE.match(text[atom.until :]) if atom.kind == "seconds" and atom.value < 60 else None
        if past:
            value, until = 60.0 * int(past[1]) + atom.value, atom.until + past.end()
            joined[n] = Atom(value, atom.at, until, atom.slack, kind=atom.kind)
        minute = INTO_MINUTE.match(text[atom.until :]) if atom.kind == "seconds" and atom.value < 60 else None
        if minute:
            nth = int(minute[2]) if minute[2] else ordinal(minute[1])
            until = atom.until + minute.end()
            joined[n] = Atom(60.0 * (nth - 1) + atom.value, atom.at, until, atom.slack, kind=atom.kind)
    return joined


def ordinal(word: str) -> int:
    """``7th``, ``seventh`` and ``60-fifth`` as numbers."""
    tens, _, last = word.casefold().replace(" ", "-").rpartition("-")
    whole = int(re.match(r"\d+", last)[0]) if last[0].isdigit() else ORDINALS[last]  # type: ignore[index]
    return (int(tens) if tens else 0) + whole
