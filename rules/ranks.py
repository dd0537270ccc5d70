"""Ranks in English prose: which of two things one is, ``the later one is …``; and the numbers that rank things."""

from __future__ import annotations

import re

from .figures import digits
from .lazy_pattern import lazy

_FIRST_OR_LAST = (
    r"(?P<first>first|earli(?:er|est)|sooner|opening|initial)|(?P<last>second|last|later|latest|latter|final|closing)"
)
_SINGLE_BEFORE = lazy(
    r"^\W*(?:(?:so|well|clearly|i think|of (?:the (?:two|three|four|five)|these|those|both|all|them)"
    r"|between (?:the two|them"
    rf"|these)),?\s+)?(?:the\s+)?"
    rf"(?:{_FIRST_OR_LAST})(?:\s+(?:one|event|thing|of (?:the|these|those|them|all)(?: two| both| three| four"
    r"| five)?(?: events"
    rf"| things)?|to (?:happen"
    r"|come|occur|appear|be seen|start|begin)|in time))*\s*(?:,|:|–|—|-|(?:is|was|comes?|came|we see|one sees"
    r"|happens?"
    r"|to (?:happen|come))\b)?\s*(?:the\s*)?$",
    re.IGNORECASE,
)
_SINGLE_AFTER = lazy(
    rf"^\W*(?:(?:is|was|comes?|came|happens?|happened|occurs?|occurred|takes? place|took place|appears?"
    rf"|appeared|starts?|begins?"
    r"|started|began|the|one|that|event|thing|far"
    rf"|by)\s+)+(?P<not>not\s+(?:the\s+)?)?(?:{_FIRST_OR_LAST})\b(?! than)",
    re.IGNORECASE,
)


def told_rank(text: str, place: tuple[int, int]) -> int:
    """Whether the one thing at *place* is said to be the first (1) or the last (-1) of two; 0: neither is said."""
    before = _SINGLE_BEFORE.match(text[: place[0]])
    after = _SINGLE_AFTER.match(text[place[1] :])
    found = after or before
    if found is None:
        return 0
    rank = 1 if found["first"] else -1
    return -rank if after and after["not"] else rank


_NUMBERED = lazy(r"[(\[#](\d{1,2})[)\]]?(?!\w)|\b(?:number|no\.|nr\.) (\d{1,2})\b", re.IGNORECASE)


def rank_marks(text: str) -> list[tuple[int, int]]:
    """Where numbers stand in *text* that rank what it names, from 1 on: ``A (2), B (1)``, ``number one is A``."""
    written = digits(text)
    marks = list(_NUMBERED.finditer(written.text))
    if len(marks) < 2 or sorted(int(mark[1] or mark[2]) for mark in marks) != list(range(1, len(marks) + 1)):
        return []
    return [(written.place(mark.start()), written.place(mark.end(), end=True)) for mark in marks]


_MARK = lazy(
    r"(?:(?<=^)|(?<=[\s;,.|*>(]))(?:#|(?:step|number|no\.?|item|event|part|scene|shot|clip|stage|phase|point"
    r"|nr\.?) )?[(\[]?"
    r"(\d{1,2})(?:st|nd|rd|th)?(?:[.):\]](?=[\s*])|(?<=step \d),(?=\s)|\s*[–—|-](?=\s)|\s*\*\*|(?<=#\d)(?=\s)"
    r"|\s*(?:→|=>?|~)(?=\s))"
    r"|(?<!\w)#(\d{1,2})(?=\s)|(?<!\w)(?:step|event|scene|part|stage|shot|clip) (?P<named>\d{1,2})(?=\s)"
    r"|(?<![\w.])(?P<key>\d)\ufe0f?\u20e3",
    re.IGNORECASE | re.MULTILINE,
)


def list_marks(text: str) -> list[tuple[int, int]]:
    """Where the numbers of a numbered list stand in *text*: ``1.``, ``(2)``, ``#3``, ``Step four:``."""
    written = digits(text)
    marks = list(_MARK.finditer(written.text))
    if [int(next(filter(None, mark.groups()))) for mark in marks][:2] != [1, 2]:
        return []
    return [(written.place(mark.start()), written.place(mark.end(), end=True)) for mark in marks]
