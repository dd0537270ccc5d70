"""Ranks in English prose: which of the things that a text names is said to be the first, the second or the last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lazy_pattern import lazy

SMALL = (
    r"(?:that|the|an?|it|is|are|was|were|shown|we|you|see|saw|get|one|ones|sees|there|comes?|came|seeing|showing"
    r"|watching|shows|show|of|scene"
    r"|bit|part|moment"
    r"|shot|point|event|clip|segment|section|sequence|in|which|where|when|has|have|had|been|already|watched|seen"
    r"|thing|did|do|does|to|with|video|film|footage|camera|recording|viewers?|got|gets|reach(?:es|ed)?|turn(?:s|ed)?"
    r"|finds?"
    r"|found|features?|featuring|presents?|presented|being|cuts?|moves?|on)"
)
ENDS = lazy(r"[.!?;](?=\s)|\n")
RANKS = {"earlier": 1, "later": 3, "first": 1, "earliest": 1, "initial": 1, "opening": 1, "second": 2,
          "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "fifth": 5, "sixth": 6,
          "last": 99, "latest": 99, "final": 99,
          "finally": 99, "closing": 99, "eventually": 99, "ultimately": 99}  # fmt: skip
_RANK = rf"(?P<rank>{'|'.join(RANKS)}|(?:before|after)(?=\s*[:=]))(?:ly)?"
RANKS |= {"before": 1, "after": 3}
_IS = (
    r"(?:comes?|came|is|are|was|were|happens?|happened|occurs?|occurred|appears?|appeared|takes? place|goes|went"
    r"|shown|seen|what|the|starts?|started|begins?|began|occurring|happening|at|an?"
    r"|one|that|which|event|thing|place|in|as|by far)"
)
_EDGE_AFTER = lazy(
    r"^[\s,*_(–—-]*(?:(?:is|are|was|were|comes?|happens?|occurs?|shown|seen)\s+)*(?:right\s+"
    r"|only\s+)?(?:(?P<start>at the (?:very )?(?:start|beginning"
    r"|outset)|at first|to (?:begin|start) with|early on|initially|early)|(?P<end>at the (?:very )?(?:end|close)"
    r"|in the end|at last|to end with"
    r"|late|later on|eventually))\b(?=\W*$|\W*[,;.)]|\s+and\b|\s+of\b|\s+in\b)",
    re.IGNORECASE,
)
RANKED_AFTER = lazy(rf"^[\s*_]*[(\[]?(?:{_IS}\s+)*{_RANK}\b(?! than)", re.IGNORECASE)
_EARLY_AFTER = lazy(rf"^[\s*_]*(?:{_IS}\s+)*(?P<rank>earlier|sooner|later)\b(?! than)", re.IGNORECASE)
RANKED_BEFORE = lazy(
    rf"(?:^|[\s\W]){_RANK}(?:\s+(?:up|off|of all|of the (?:\w+)|of these|in line|in order|on the list|event|thing"
    rf"|one|place|step|item|scene|time|point|stage|moment|date"
    rf"|to (?:happen|appear|occur|come|be seen)|in time))*(?:[\s,:;.–—|*_-]|\b(?:{_IS[3:-1]}|{SMALL[3:-1]}|then"
    rf"|and)\b)*$",
    re.IGNORECASE,
)
BETWEEN_THEM = lazy(
    r"\b(?:in between|between (?:them|these|those|the two|both)|in the middle|halfway between)\b", re.IGNORECASE
)


def ranks_told(text: str, places: Sequence[tuple[int, int]]) -> list[int]:
    """Which of them each of *places* is said to be: 1 for the first, 99 for the last, 0 where nothing is said."""
    before, after = list[int](), list[int]()
    closing: re.Match[str] | None = None
    for n, (start, end) in enumerate(places):
        head = ENDS.split(text[places[n - 1][1] if n else 0 : start])[-1]
        tail = ENDS.split(text[end : places[n + 1][0] if n + 1 < len(places) else len(text)])[0]
        opening = None if closing else RANKED_BEFORE.search(head)
        closing = RANKED_AFTER.match(tail)
        comparing, edge = _EARLY_AFTER.match(tail), _EDGE_AFTER.match(tail)
        before.append(RANKS[opening["rank"].casefold()] if opening else 0)
        said = RANKS[closing["rank"].casefold()] if closing else 0
        said = said or (2 + (comparing["rank"].casefold() == "later") if comparing else 0)
        numbered = re.match(r"\s*[(\[#](\d)[)\]]?(?!\w)", tail)
        said = said or (int(numbered[1]) if numbered else 0)
        after.append(said or ((1 if edge["start"] else 99) if edge else 0))
    if len(set(after)) == len(after) and all(after):
        return after
    ranks = [one or two for one, two in zip(before, after, strict=True)]
    if (
        len(ranks) == 3
        and sorted(ranks) == [0, 1, 99]
        and BETWEEN_THEM.search(_around_place(text, places, ranks.index(0)))
    ):
        ranks[ranks.index(0)] = 50
    return ranks


def _around_place(text: str, places: Sequence[tuple[int, int]], n: int) -> str:
    """What stands before and after place *n*, up to its neighbours, in its own sentence."""
    before = text[places[n - 1][1] if n else 0 : places[n][0]]
    after = text[places[n][1] : places[n + 1][0] if n + 1 < len(places) else len(text)]
    return f"{ENDS.split(before)[-1]} | {ENDS.split(after)[0]}"


def by_rank(one: int, two: int) -> int:
    """1: the one ranked *one* is earlier than the one ranked *two*; -1: later; 0: not told."""
    if one and two:
        return (one < two) - (one > two)
    if one in (1, 99):
        return 1 if one == 1 else -1
    return 0 if two not in (1, 99) else 1 if two == 99 else -1
