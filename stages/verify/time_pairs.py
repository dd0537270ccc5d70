"""Whether two times of an answer are both ends of one stretch, and whether a time is when something is gone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...rules.lazy_pattern import lazy
from ...rules.stamp_patterns import LABELLED
from ...rules.stamps import Stamp
from .questions import asked_time, edge_named

_GONE = lazy(r"\b(?:no longer|nothing more|no more of)\b|\b(?:not|\w+n['’]t)\b[^.;]*\bany ?(?:more|longer)\b", re.I)
_SINCE = lazy(
    r"\b(?:from|after|as of|since)\s+(?:(?:the|about|around|second|minute|time(?:stamp|code)?|t ?=)\s*"
    r"|[^\w\s.;,:!?])*$",
    re.I,
)
"""``From 0:12 on it is no longer seen``: that is where it ends."""
_TAG = lazy(r"</?\w+>|\bt(?:c|ime)?_?(?:\d|out|stop|end)\b|\boff[- ]screen(?: as of)?\b", re.IGNORECASE)
_JUST_AND = lazy(r"\W*(?:and|then|or)\W*(?:(?:then|also|again|at|about|around|the|second|minute)\W*)*", re.IGNORECASE)
"""What stands between two moments that are no ends of a stretch: ``at 0:12 and at 0:15``."""
_LIMITS = lazy(
    r"\b(?:first|initial|lower|opening|earliest)\b[^.]*\b(?:last|final|upper|closing|latest)\b|\b(?:boundar|border|limit"
    r"|edge|bound)"
    r"(?:y|ies|s|ed)?\b|\bbracketed\b",
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
    return wanted != "" and spans == 1 and not edge_named("", asked) and _two_ends(marks, answer)


def says_gone(text: str, before: str) -> bool:
    """Whether what *text* says of the time that follows *before* is that something is no longer there from then on."""
    return _GONE.search(text) is not None and _SINCE.search(before) is not None


def _two_ends(marks: Sequence[Stamp], text: str) -> bool:
    """Whether nothing but marks or the names of edges stands between two times: they are both ends of one stretch."""
    between = text[marks[0].until : marks[1].at] if len(marks) == 2 else "and"
    return LABELLED.fullmatch(_TAG.sub(" ", between)) is not None and not _JUST_AND.fullmatch(between)
