"""Does the answer deny what the evidence says, or say what the evidence denies?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.denial_records import records_told
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.negations import WORDS, clauses, denies, full
from ....rules.pinned import without_pins
from ....rules.quoted import mask_quotes
from ....rules.stamps import stamps
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, asks_for, by_rule, failure, unsure
from ..mentions import content, stem
from ..questions import asked_time, asks_order
from .check import RuleCheck

REASON = "wrong_negation"
_ADDED = frozenset(stem(word) for word in WORDS)
_RANKS = lazy(r"\b(?:first|second|last|earlier|later|comes?|came|before|after)\b", re.IGNORECASE)
_EDGE = lazy(
    r"\b(?:before|after|until|till|past|beyond|outside|no longer|any ?more|any longer|nothing more|no more|up to"
    r"|earlier|later"
    r"|otherwise|not (?:even|yet|quite)|of the (?:sort|kind))\b",
    re.IGNORECASE,
)
_GOES_ON = lazy(r"(?:not|never|without|n['’]t)\b", re.IGNORECASE)
_FROM_NOT = lazy(r"\b(?:not|never)\b", re.IGNORECASE)
_RATHER = lazy(r"\W*(?:rather than|instead of|far from)\b", re.IGNORECASE)
_MOST_OF = 0.5
"""The share of the evidence's words that a clause must have to speak of it."""


class NegationCheck(RuleCheck):
    """``wrong_negation``: a clause has the words of a cited span, and a negation that the span has not, or lacks it.

    A denial of something else is not decided: rules do not know all that a video does not show.
    """

    name = "negation"
    position = 75
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        words = facts.settings.word_lanes
        cited = [item.text for item in sample.evidence if item.text and item.lane not in words]
        if by_rule(sample) or not cited or asks_for(sample) == "count":
            return None
        held = [(denies(text), _words(text), text) for text in dict.fromkeys(map(mask_quotes, cited))]
        open_denial, met, last = False, False, frozenset[str]()
        told = len(held) > 1 and (asks_for(sample) == "order" or asks_order(mask_quotes(sample.question)))
        asked = asked_time(mask_quotes(sample.question))
        timed = asked != "" and bool(stamps(mask_quotes(sample.answer), None, asked))
        told_clauses = clauses(without_pins(mask_quotes(records_told(sample.answer))))
        for n, clause in enumerate(told_clauses):
            negative, said = denies(clause), _words(clause)
            if negative and _RATHER.match(clause):  # "Rather than run, the dog sleeps": who, the next clause says
                said |= frozenset().union(*(one[1] for one in held)) & _words(" ".join(told_clauses[n + 1 : n + 2]))
            if timed and negative and _EDGE.search(clause):
                met = True
                continue  # "Before 0:12 there is no sign of it": that says when it begins
            if told and (clause.casefold().startswith("not ") or sum(_names(said, one[1]) for one in held) > 1):
                continue
            if told and negative and _RANKS.search(clause) and any(_names(said, one[1]) for one in held):
                continue  # "A comes first, not B", "A does not come before B": a matter of order
            if any(fold(clause) in fold(text) for _, _, text in held):
                continue
            about = [one for one in held if _speaks_of(said, one[1]) and (negative or said & _denied(one[2]))]
            if not about and _GOES_ON.match(clause):  # "the dog can be seen, but not running"
                about = [one for one in held if last <= one[1] and _speaks_of(said | last, one[1])]
            last = said
            if about and all(denied != negative for denied, _, _ in about):
                return failure(REASON, f"{clause[:80]!r} stands against {about[0][2][:80]!r}")
            met = met or negative or any(denied for denied, _, _ in about)
            open_denial = open_denial or (negative and not about)
        if open_denial:
            return unsure("a denial of something that no cited span speaks of")
        return PASS if met else None


def _words(text: str) -> frozenset[str]:
    """What *text* speaks of, without the words that only deny or assert it: ``fails to``."""
    return frozenset(word for word in content(full(text)) if not word.startswith(("to ", "from "))) - _ADDED


def _denied(text: str) -> frozenset[str]:
    """What *text* denies of what it is about: its words from the first negation on; all, where it has none."""
    return _words(_FROM_NOT.split(full(text), maxsplit=1)[-1])


def _names(said: frozenset[str], held: frozenset[str]) -> bool:
    """Whether a clause has most of the words of a span, among others."""
    return bool(held) and len(said & held) >= _MOST_OF * len(held)


def _speaks_of(said: frozenset[str], held: frozenset[str]) -> bool:
    """Whether a clause adds nothing to the words of a span, and has most of them."""
    return bool(said) and said <= held and len(said) >= max(_MOST_OF * len(held), min(len(held), 2))
