"""Whether two times of an answer are both ends of one stretch, and whether a time is when something is gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...rules.lazy_pattern import lazy
from ...rules.stamp_patterns import LABELLED
from ...rules.stamps import Stamp
from .questions import asked_time, edge_named

_GONE = lazy(r"\b(?:no longer|nothing more|no more of)\b|\b(?:not|\w+n['’]t)\b[^.;]*\bany ?(?:more|longer)\b", re.I)
_SINCE = lazy(
    r"\b(?:from|after|as of|since|past|beyond)\s+(?:(?:the|about|around|second|minute|time(?:stamp|code)?|t ?=)\s*"
    r"|[^\w\s.;,:!?])*$",
    re.I,
)
"""``From 0:12 on it is no longer seen``: that is where it ends."""
_SOMEWHERE = lazy(
    r"\b(?:somewhere|some ?time|at some|at one|any ?time|once|again|also|still|instance|example|or)\b", re.IGNORECASE
)
"""Words by which two times are no ends of one stretch."""
_COARSE = 5.0
"""Seconds of slack from which a time is coarse."""
_GOES = lazy(
    r"\b(?:out|off|away|gone|over|done|end(?:s|ed|ing)?|stop(?:s|ped|ping)?|finish(?:es|ed|ing)?|leav(?:es|ing)"
    r"|left|exit(?:s|ed)?"
    r"|let (?:it|that) (?:play|run)|until|till)\b[^.\d]{0,30}$",
    re.IGNORECASE,
)
_FILL = (
    r"(?:(?:the|about|around|approximately|roughly|exactly|second|seconds|minute|time(?:stamp|code)?|t ?="
    r"|mark)\s*|[^\w\s.;,:!?])*"
)
_LOW = lazy(
    rf"\b(?:(?:not|no|never|nor|neither|nothing|none|n['’]t)\b[^.;\d]{{0,60}}?\b(?:before|earlier than|sooner than"
    r"|prior to)"
    rf"|(?:after|past|beyond|later than|from|since|as of|starting|beginning)(?: at)?|before)\s+{_FILL}$",
    re.IGNORECASE,
)
_HIGH = lazy(
    r"[^.\d]{0,60}?\b(?:(?:not|no|nor|or|and|never|none)\b[^.;\d]{0,40}?\b(?:after|later than|past|beyond)"
    rf"|(?:and|but)?\s*(?:before|earlier than|no later than|not later than|up to|until|till|by|up until))\s+{_FILL}$",
    re.IGNORECASE,
)
"""``after 0:12 and before 0:20``, ``no earlier than 0:12, no later than 0:20``, ``none before 0:12 or after 0:20``."""
_TAG = lazy(r"</?\w+>|\bt(?:c|ime)?_?(?:\d|out|stop|end)\b|\boff[- ]screen(?: as of)?\b", re.IGNORECASE)
_JUST_AND = lazy(r"\W*(?:and|then|or)\W*(?:(?:then|also|again|at|about|around|the|second|minute)\W*)*", re.IGNORECASE)
"""What stands between two moments that are no ends of a stretch: ``at 0:12 and at 0:15``."""
_LIMITS = lazy(
    r"\b(?:first|initial|lower|opening|earliest)\b[^.]*\b(?:last|final|upper|closing|latest)\b|\b(?:boundar|border"
    r"|limit"
    r"|edge|bound)"
    r"(?:y|ies|s|ed)?\b|\b(?:bracket|fram|enclos|delimit)(?:s|es|ed|e)?\b",
    re.IGNORECASE,
)
"""Words for both ends of a stretch."""


def ends_asked(asked: str, answer: str, marks: Sequence[Stamp], spans: int) -> bool:
    """Whether two times in *answer* are when something starts and ends, by the question *asked* or their own words.

    *answer* and *asked* without the words of the cited spans, of which there are *spans*.
    """
    wanted = asked_time(asked)
    if wanted == "stretch" or (wanted and _LIMITS.search(answer)):
        return True
    if wanted == "" or spans != 1 or edge_named("", asked):
        return False
    return _two_ends(marks, answer) or _comes_and_goes(marks, answer)


def bounded(marks: Sequence[Stamp], text: str) -> Stamp | None:
    """The stretch whose two ends *text* gives as bounds, with the words that do: ``after 0:12 and before 0:20``.

    None: there are no such bounds, or something is only said to lie somewhere between them.
    """
    if len(marks) != 2 or not all(mark.point for mark in marks) or _SOMEWHERE.search(text):
        return None
    one, two = sorted(marks, key=lambda mark: mark.start)
    if one.at > two.at or max(one.slack, two.slack) >= _COARSE or one.start >= two.start:
        return None
    low, high = _LOW.search(text[: one.at]), _HIGH.search(text[one.until : two.at])
    if low is None or high is None:
        return None
    return replace(one, at=low.start(), until=two.until, end=two.end, point=False, slack=max(one.slack, two.slack))


def says_gone(text: str, before: str) -> bool:
    """Whether what *text* says of the time that follows *before* is that something is no longer there from then on."""
    return _GONE.search(text) is not None and _SINCE.search(before) is not None


def _comes_and_goes(marks: Sequence[Stamp], text: str) -> bool:
    """Whether two points are when something comes and when it goes: ``comes in at 0:12 and goes out at 0:20``."""
    if len(marks) != 2 or max(mark.slack for mark in marks) >= _COARSE or _SOMEWHERE.search(text):
        return False
    return all(mark.point for mark in marks) and _GOES.search(text[marks[0].until : marks[1].at]) is not None


def _two_ends(marks: Sequence[Stamp], text: str) -> bool:
    """Whether nothing but marks or the names of edges stands between two times: they are both ends of one stretch."""
    between = text[marks[0].until : marks[1].at] if len(marks) == 2 else "and"
    return LABELLED.fullmatch(_TAG.sub(" ", between)) is not None and not _JUST_AND.fullmatch(between)
