"""Times that English prose pins from both sides: ``not before 0:12 and not after it``. They are exact."""

from __future__ import annotations

import re

from .asides import without_asides
from .lazy_pattern import lazy

_LITTLE = r"(?:an? (?:moment|second|instant|frame|bit|jot) )?"
_SIDE = rf"{_LITTLE}(?:before|after|earlier|later|sooner|past|prior to)(?: than)?"
_NOT = r"(?:not|no|never|neither|nor|\w+n['’]t)"
_AND = r"(?:\s*,\s*(?:(?:and|nor|or|but|yet)\s+)?|\s+(?:and|nor|or|but|yet)\s+)"
_BEFORE_TIME = lazy(
    rf"\b(?:neither|no|not)\s+{_SIDE}{_AND}(?:(?:not|no|nor)\s+)?{_SIDE}(?=\s+(?!than\b)\S)", re.IGNORECASE
)
"""``no earlier and no later than 0:12``."""
_AROUND_TIME = lazy(
    rf"\b(?P<no>{_NOT})\s+(?:\w+\s+){{0,2}}?(?P<side>{_SIDE})\s+(?P<time>[^;!?\n]{{1,60}}?)"
    rf"(?P<rest>{_AND}(?:(?:does|did|do|is|was|has)\s+(?:it|that"
    rf"|this)\s+(?:\w+\s+)?)?(?:(?:{_NOT})\s+)?(?:\w+\s+)?{_SIDE}"
    r"(?:\s+(?:it|that|then|this|either|(?P=time)))*)(?=\s*(?:[.,;:!?)]|$))",
    re.IGNORECASE,
)
"""``not before 0:12 and not after 0:12``, ``no sooner than 0:12, nor later``."""
_NEITHER = lazy(
    rf"(?:[,;–—-]\s*)?\b(?:and\s+)?(?:not|no|neither)\s+{_SIDE}(?:{_AND})(?:(?:not|no|nor)\s+)?{_SIDE}(?=\s*(?:[.;!?)]|$))",
    re.IGNORECASE,
)
"""``at 0:12, not earlier, not later``."""
_NO_MORE = lazy(
    r",?\s*\b(?:(?:but|and)\s+)?(?:not|no)\s+(?:an?|1|one)\s+(?:second|moment|instant|frame)\s+"
    r"(?:more|less|longer|later|sooner|earlier|before|after)(?:\s+(?:that|it|this))?\b(?!\s+(?:than|and|or)\b)",
    re.IGNORECASE,
)
"""``until 0:12, and not a second longer``."""


def without_pins(text: str) -> str:
    """*text* with spaces for the words that say that a time is exact, or how sure it is, each time where it was."""
    text = without_asides(text)
    text = _NEITHER.sub(lambda found: " " * len(found[0]), text)
    text = _BEFORE_TIME.sub(lambda found: " " * len(found[0]), text)
    text = _AROUND_TIME.sub(_blank, text)
    return _NO_MORE.sub(lambda found: " " * len(found[0]), text)


def _blank(found: re.Match[str]) -> str:
    if not re.search(r"\d|second|minute", found["time"], re.IGNORECASE):
        return found[0]
    letters = list(found[0])
    for group in ("no", "side", "rest"):
        for at in range(found.start(group) - found.start(), found.end(group) - found.start()):
            letters[at] = " "
    return "".join(letters)
