"""Orders in English prose that a head, a legend or a clause of its own turns round.

``Going back from A, B``; ``with A behind us, B``; ``latest first: B, A``; ``A is followed by B, and that by C``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lazy_pattern import lazy

Pair = tuple[int, int]

_UP_TO = (
    r"[\s,:;\"“(]*(?:(?:the|an?|that|it|of|to|at|in|on|up|is|we|you|see|get|gets?|sight|where|when|which|scene"
    r"|shot|moment"
    r"|point|part|clip|moments?|with)[\s,]+)*$"
)
_GO = (
    r"(?:go(?:es|ing)?|went|wind(?:s|ing)?|skip(?:s|ped|ping)?|scroll\w*|scrub\w*|jump\w*|spool\w*|step\w*|work\w*"
    r"|mov(?:e|es|ed|ing)|travel\w*|run(?:s|ning)?|look\w*|count\w*|trac(?:e|es|ed|ing))"
)
_FILM = r"(?:(?:the )?(?:video|clip|tape|time|film|footage|recording|action)\s+)?"
_NO_SIDE = r"\b(?!\s+(?:from|to|towards?)\s+(?:the\s+)?(?:left|right|top|bottom|side)\b)"
_REWIND = rf"\b(?:rewind\w*|rewound|{_GO}\s+{_FILM}back(?:wards?)?){_NO_SIDE}"
_FORWARD = rf"\b(?:fast[- ]forward\w*|{_GO}\s+{_FILM}(?:ahead|forwards?|onwards?)){_NO_SIDE}"
_STARTING = rf"\b(?:from|past|beyond)\b{_UP_TO}"
_TRAVEL = lazy(rf"(?P<back>{_REWIND})|(?P<on>{_FORWARD})", re.IGNORECASE)
_FROM = lazy(_STARTING, re.IGNORECASE)
_TO = lazy(rf"\b(?:to|till|until)\b{_UP_TO}", re.IGNORECASE)
_WITH = lazy(
    r"\b(?:with|once|now that|after|when|as soon as|since|having|have|has)\s+(?:(?:the|an?|seen|had|all of|got)\s+)*$",
    re.IGNORECASE,
)
_BEHIND = lazy(
    r"^\s*(?:(?:is|are|was|were|has|have|being|been|now|safely|all|well|already|finally|once"
    r"|put)\s+)*(?:behind (?:us|it"
    r"|you)|out of the way|over(?: and done with)?|done(?: with)?|finished|completed?|in the past|gone|past|concluded"
    r"|ended)\s*[,:;–—-]",
    re.IGNORECASE,
)
"""What follows an event that a clause puts behind the next one: ``with A out of the way, B``."""
_BY = lazy(r"\W*(?:and\s+)?(?:(?:that|this|it|which|the latter|in turn|one)\W+)*by\s+(?:the\s*|an?\s*)?", re.IGNORECASE)
_PASSIVE = lazy(r"\b(?P<forth>followed|succeeded)|preceded\b", re.IGNORECASE)
_REVERSED = lazy(
    r"\b(?:reverse|reversed|(?:counting |going |reading |working |listed "
    r"|told )?backwards?(?: in time)?(?:,? (?:starting )?"
    r"(?:from|with) the (?:(?:very )?(?:last|latest|end)|last one))?(?!\s*(?:from|to)\b)|(?:from )?(?:last|latest) to"
    r" (?:the )?(?:first|earliest)|latest first|(?:most|last) recent first|newest first|last first"
    r"|(?:from )?(?:the )?(?:end|finish) to (?:the )?(?:start|beginning)|from the end"
    r"|starting (?:from|with) the (?:last|latest|end))\b",
    re.IGNORECASE,
)
_DIRECTION = lazy(
    r"(?:[(,;–—-]\s*|\b(?:read|reading|listed|written|given|told)\s+)(?:from )?(?:(?P<back>right to left|bottom to top)"
    r"|left to right|top to bottom)(?=\W*$|\s*[:),])",
    re.IGNORECASE,
)
"""``A, B (right to left)``; without such marks it is what something does: ``crosses from right to left``."""
_NOT_SO = lazy(
    r"[\s,–—-]*\b(?:and|but)?\s*(?:not|never) (?:the (?:reverse|opposite|converse|other way (?:round|around|about))"
    r"|vice versa|in reverse"
    r"|the other order|conversely)\b",
    re.IGNORECASE,
)
"""``A, then B, and not the reverse`` says no more than ``A, then B``."""
_FORWARDS = lazy(
    r"\b(?:from )?(?:first to last|(?:the )?(?:start|beginning) to (?:the )?(?:finish|end)|earliest to latest"
    r"|(?:the )?(?:earliest|oldest|soonest)(?: one)? first)\b",
    re.IGNORECASE,
)


def read_legend(text: str, places: Sequence[Pair]) -> tuple[str, bool]:
    """*text* with spaces for a legend that says how its list runs, and whether it runs from last to first.

    What stands at *places*, the events themselves, is none.
    """
    backwards = False
    for pattern in (_NOT_SO, _FORWARDS, _DIRECTION, _REVERSED):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in places):
                continue
            backwards = backwards or pattern is _REVERSED or match.groupdict().get("back") is not None
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return text, backwards


def turned(text: str, places: Sequence[Pair], n: int, opening: str) -> Pair | None:
    """The pair (earlier, later) of *places* n and n + 1 where a clause of its own says which way time runs.

    *opening*: what stands before place n in its sentence.
    """
    forth, back = (n, n + 1), (n + 1, n)
    between = text[places[n][1] : places[n + 1][0]]
    if _BEHIND.match(between) and _WITH.search(opening):
        return forth
    if _BY.fullmatch(between):
        verbs = [match["forth"] is not None for match in _PASSIVE.finditer(text[: places[n][0]])]
        return (forth if verbs[-1] else back) if verbs else None
    for around in (opening, between):
        found = _TRAVEL.search(around)
        if found is None:
            continue
        way = forth if found["on"] else back  # from the one named first to the other
        rest = around[found.end() :]
        if around is opening and _FROM.search(rest):
            return way
        if around is opening and _TO.search(rest) and _FROM.search(between):
            return (way[1], way[0])
        if around is between:
            return (way[1], way[0]) if _FROM.search(rest) and not _TO.search(rest) else way
    return None


def named_again(text: str, one: Pair, two: Pair) -> bool:
    """Whether the same words stand at the two places: ``before A is B, and before B is C``."""
    first, second = (re.sub(r"^(?:the|an?)\s+", "", text[slice(*place)].casefold()) for place in (one, two))
    return first == second
