"""Orders that a whole sentence of English tells, not one word between two things: the latter; A, and not B."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lazy_pattern import lazy

_EARLY = (
    r"(?:first|earl(?:y|ier|iest)|sooner|soonest|before(?:hand)?|preced\w*|opening|initial(?:ly)?|previous(?:ly)?|ahead"
    r"|leads?|begins?|starts?|opens?|prior|predates?|comes? up first)"
)
_LATE = (
    r"(?:second|later|latest|last|lastly|after(?:wards?)?|follow(?:s|ed|ing)?|next|subsequent(?:ly)?|clos(?:es|ing)"
    r"|final(?:ly)?|ends?|concludes?|succeeds?|thereafter|then|postdates?)"
)
_WHEN = lazy(rf"\b(?:(?P<early>{_EARLY})|(?P<late>{_LATE}))\b", re.IGNORECASE)
_NEGATED = lazy(r"\b(?:not|never|neither|no|isn|wasn|didn|doesn)\b|n['’]t\b|\?", re.IGNORECASE)
_ANAPHOR = lazy(
    r"\b(?:the\s+)?(?:(?P<former>former|first[- ](?:named|mentioned|listed)|(?:first|one) (?:named|mentioned"
    r"|listed) first)"
    r"|(?P<latter>latter|(?:second|last)[- ](?:named|mentioned|listed)|one (?:named|mentioned|listed) (?:second"
    r"|last)))\b",
    re.IGNORECASE,
)
_INSTEAD = lazy(
    r"^(?P<said>[^.;]*?)[\s,–—-]*\b(?:and not|not|rather than|instead of|as opposed to|never)\s+(?:the\s+)?(?:to\s+)?$",
    re.I,
)
"""``A is seen later, not B``."""
_PRONOUN = r"(?:(?P<it>it|them|both|these|those)|this|that)\b"
_HAS = lazy(r"\W*(?:has|have|had|with|and has|there (?:is|was)|there['’]s)\s+(?:the\s*|an?\s*)?", re.IGNORECASE)
"""What stands between an event and one that is told with it: ``A has B coming before it``."""
_TAIL = lazy(
    rf"^[\s,]*(?:(?:coming|right|just|shown|seen|placed|happening|immediately|directly)\s+)*(?:(?P<before>before"
    rf"|ahead of"
    rf"|preceding|prior to|in front of|leading up to|precedes?|preceded|comes? before|goes before|leads? up to)"
    rf"|(?P<after>after|following|behind|follows?|followed(?! by)|comes? after|succeeds?))\s+{_PRONOUN}",
    re.IGNORECASE,
)
_TO_COME = lazy(
    r"^[\s,]*(?:(?:is|are|was|were|has|have|had)\s+)?(?:(?:yet|still) (?:to (?:come|happen|appear|start|begin"
    r"|be (?:seen|shown)|follow|occur)"
    r"|ahead|some way off|a (?:long )?way off|a while off|in the future)|not (?:yet )?(?:happened|started|begun"
    r"|occurred|appeared)"
    r"|n['’]t (?:yet )?(?:happened|started|begun|occurred|appeared)|still lies ahead|yet)\b",
    re.IGNORECASE,
)
"""``B is still to come``."""
_SENTENCE_ENDS = lazy(r"[.!?;](?=\s)|\n")

Pair = tuple[int, int]


def early_or_late(text: str) -> int:
    """1 where the words of *text* say early or first, -1 where they say late or last; 0: neither, both, or a denial."""
    told = {1 if match["early"] else -1 for match in _WHEN.finditer(text)}
    return told.pop() if len(told) == 1 and not _NEGATED.search(text) else 0


def whole_forms(text: str, places: Sequence[Pair]) -> list[Pair | None]:
    """The pairs (earlier, later) of a *text* whose form as a whole tells them; empty: it has none of these forms.

    ``A and B: the latter comes first``; ``It is A that comes later, not B``; ``B stands in the middle, with A before
    it and C after it``. ``[None]``: the form is one of these, and what it says cannot be read.
    """
    if len(places) == 2:
        owned = _around(text, places) if _HAS.fullmatch(text[places[0][1] : places[1][0]]) else []
        if owned:
            return owned
        later = [n for n, (_, end) in enumerate(places) if _TO_COME.match(text[end:])]
        if len(later) == 1 and re.search(r"\b(?:when|while|as|with|at|by|during|whereas)\b", text):
            return [(1 - later[0], later[0])]
        return _referred(text, places) or _instead(text, places)
    return _around(text, places)


def _referred(text: str, places: Sequence[Pair]) -> list[Pair | None]:
    """The latter and the former."""
    named = list(_ANAPHOR.finditer(text, places[1][1]))
    if not named:
        return []
    index = [1 if match["latter"] else 0 for match in named]
    if len(named) == 1:
        match = named[0]
        sentence = (
            _SENTENCE_ENDS.split(text[places[1][1] : match.start()])[-1]
            + "|"
            + _SENTENCE_ENDS.split(text[match.end() :])[0]
        )
        said = early_or_late(sentence)
        if not said and not _WHEN.search(sentence):
            asked = text[: places[0][0]] + "|" + text[places[1][1] : match.start()].partition("?")[0]
            said = early_or_late(asked)
        one, other = index[0], 1 - index[0]
        return [None if not said else (one, other) if said > 0 else (other, one)]
    if len(named) == 2 and sorted(index) == [0, 1]:
        between = text[named[0].end() : named[1].start()]
        after = _SENTENCE_ENDS.split(text[named[1].end() :])[0]
        said, closing = early_or_late(between), early_or_late(after)
        if re.search(r"\bby\s+(?:the\s*)?$", between):
            said = -said
        if closing and said in (0, -closing):
            said = -closing
        return [None if not said else (index[0], index[1]) if said > 0 else (index[1], index[0])]
    return [None]


def _instead(text: str, places: Sequence[Pair]) -> list[Pair | None]:
    """``It is A that we see later, not B``; ``A, not B, comes first``."""
    between = text[places[0][1] : places[1][0]]
    found = _INSTEAD.match(between)
    opening = text[: places[0][0]]
    if (
        found is None
        or _NEGATED.search(opening)
        or re.search(r"\b(?:before|after|until|till|when|once)\b", found["said"])
    ):
        return []
    said = early_or_late(found["said"]) or early_or_late(_SENTENCE_ENDS.split(text[places[1][1] :])[0])
    said = said or early_or_late(_SENTENCE_ENDS.split(opening)[-1])
    return [(0, 1) if said > 0 else (1, 0)] if said else []


def _around(text: str, places: Sequence[Pair]) -> list[Pair | None]:
    """``B, with A before it and C after it``: two things or more that are told of the first one of the sentence."""
    pairs: list[Pair | None] = []
    for n in range(1, len(places)):
        until = places[n + 1][0] if n + 1 < len(places) else len(text)
        tail = _TAIL.match(text[places[n][1] : until])
        if tail is None:
            return []
        since = text[places[1 if tail["it"] else 0][1] : places[n][0]]  # the first may stand in a sentence of its own
        if _SENTENCE_ENDS.search(since):
            return []
        of = 0 if tail["it"] else n - 1
        pairs.append((n, of) if tail["before"] else (of, n))
    return pairs
