"""Are the numbers of the answer in the evidence?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.figures import Number, list_sizes, numbers, values, without_looks
from ....rules.lazy_pattern import lazy
from ....rules.quantities import amounts
from ....rules.quoted import mask_quotes
from ....rules.ranks import list_marks, rank_marks
from ....rules.residue import unread
from ....rules.stamp_patterns import elapsed_until
from ....rules.stamps import Lasting, durations, spoken_times, stamps
from ....schemas import Sample
from ....schemas.rounding import ROUNDING
from ..finding import PASS, Facts, Finding, cited_words, failure, has_rule, unsure
from ..mentions import mask_cited, without_particles
from ..questions import asked_time, asks_length, asks_order, counts_to, says_edge
from ..time_parts import stretches
from .check import RuleCheck
from .count import ASKS

REASON = "wrong_number"
_PRONOUN = frozenset({"one", "zero"})
_UNIT = lazy(r"(?:[\s-]+\w+){0,3}?[\s-]*(?:seconds?|secs?|minutes?|mins?|hours?|frames?|s)\b", re.IGNORECASE)
"""What follows a number that belongs to a time."""
_ORDER = lazy(r"^[\s\d,;and>-]+\.?$")


class NumbersCheck(RuleCheck):
    """``wrong_number``: a number that neither the cited words, nor the question, nor a count of the spans has.

    ``one`` is a pronoun as often as not and passes; ordinals and times are not looked at here. Answers to "how many"
    are the business of ``count``.
    """

    name = "numbers"
    position = 70
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if has_rule(sample) or not sample.evidence:
            return None
        answer = without_looks(mask_quotes(sample.answer))
        if asks_length(mask_cited(sample.question, [item.text for item in sample.evidence])):
            wrong = _check_lengths(answer, sample, facts)
            if wrong is not None:
                return wrong
        if ASKS.search(sample.question) or _ORDER.match(sample.answer):
            return None
        words = cited_words(sample)
        if not words:
            return None
        asked = asked_time(mask_cited(mask_quotes(sample.question), [item.text for item in sample.evidence]))
        times = spoken_times(answer, asked)
        times += [(part.at, part.until) for part in stretches(answer, mask_quotes(sample.question), sample, facts)]
        marks = [*list_marks(answer), *rank_marks(answer)]
        wrong = _check_lengths(answer, sample, facts)
        if wrong is not None:
            return wrong
        known = [number for text in (*words.split("\n"), sample.question) for number in numbers(text)]
        listed = len(sample.evidence) > 1 and asks_order(mask_quotes(sample.question))
        vague = amounts(without_particles(answer, [item.text for item in sample.evidence]))
        for number in numbers(answer):
            if any(one.start <= number.start < one.end and any(map(one.holds, values(known))) for one in vague):
                continue
            if _INDEX.search(answer[: number.start]) or (
                listed and (_OF_LIST.search(answer[: number.start]) or _THE_TWO.match(answer[number.end :]))
            ):
                continue
            skip = any(at <= number.start < until for at, until in [*times, *marks]) or number.word in _PRONOUN
            if not skip and not _holds(number, known, words, sample) and not _is_time(number, answer, sample):
                length = asks_length(sample.question) or asked
                if length and (not times or _UNIT.match(answer[number.end :])):
                    return unsure("the time in the answer cannot be read", number.value)
                written = answer[number.start : number.end]
                return failure(REASON, f"{written!r} is not in the evidence", number.value)
        return PASS


_OF_LIST = lazy(r"\b(?:first|last|next|other|final|opening|closing|remaining|middle) $", re.IGNORECASE)
"""``the first two are A and B``, where an order is asked for."""
_THE_TWO = lazy(r"\s*(?:[.,;:)]|$|events?\b|things?\b)", re.IGNORECASE)
"""What follows a number that only says how many things are put in order: ``between the two``."""
_INDEX = lazy(r"\w\[$|[{,]\s*\"$")
"""``lines[0]`` and ``{"1": …}``: a place in a list, and no number of the video."""


_AT = lazy(r"(?:\b(?:at|from|since|until|till|by|around|about|roughly|t\s*[=:])\s+|[\[<(@|]\s*|^\W*)$", re.IGNORECASE)
_NO_NOUN = lazy(
    r"\s*(?:[\]>).,;:!?|–—-]|$|on the (?:clock|timer|counter|timeline)\b|(?:the|we|you|one|an?|it)\b)", re.IGNORECASE
)


def _is_time(number: Number, answer: str, sample: Sample) -> bool:
    """Whether *number* stands in *answer* where a time without a unit does, and is one of what is cited: ``at "
    "119, …``"""
    if number.how == "often" or not _AT.search(answer[: number.start]) or not _NO_NOUN.match(answer[number.end :]):
        return False
    return any(item.start - 1 <= number.value <= item.end + 1 for item in sample.evidence)


def _holds(number: Number, known: list[Number], words: str, sample: Sample) -> bool:
    often = values(one for one in known if one.how == "often")
    if number.word == "never" and not often:
        return True  # a denial
    if number.how == "often":
        return number.value in (often or values(known) | {float(len(sample.evidence)), float(_most_alike(sample))})
    return number.value in values(known) | {float(len(sample.evidence))} | {float(n) for n in list_sizes(words)}


def _most_alike(sample: Sample) -> int:
    texts = [item.text for item in sample.evidence]
    return max(texts.count(text) for text in texts)


def _check_lengths(answer: str, sample: Sample, facts: Facts) -> Finding | None:
    """A length of time must be that of a cited span, of the sample's stretch, or in the cited words."""
    words = cited_words(sample)
    spans = [item.end - item.start for item in sample.evidence] + [sample.end - sample.start, facts.duration]
    spans.append(sum(item.end - item.start for item in sample.evidence))
    said = {one.named for one in durations(words, True)}
    asked = asks_length(mask_cited(sample.question, [item.text for item in sample.evidence]))
    ranges = [one for one in stamps(answer, None, "stretch") if not one.point] if asked else []
    told = durations(answer, asked)
    timed = asked_time(sample.question) != ""
    if asked and any(_named(told, item.start) and _named(told, item.end) for item in sample.evidence):
        return None  # from when to when: that is for the times to say
    masked = mask_cited(answer, [item.text for item in sample.evidence])
    doubt: Finding | None = None
    for one in told:
        written = answer[one.at : one.until]
        if written in words or one.named in said or says_edge(answer[: one.at]):
            continue
        if timed and (counts_to(sample.question) or elapsed_until(answer, one.at, one.until) >= 0):
            continue  # "It takes 40 seconds before it starts": that is for the times to say
        slack = facts.settings.tolerance + ROUNDING
        if any(one.least - slack <= span <= one.most + slack for span in spans):
            continue
        if any(mark.at <= one.at and one.until <= mark.until for mark in ranges):
            continue
        finding = failure(REASON, f"{written!r} is no length of what is cited", one.named, one.least)
        left = unread(masked, one.at, one.until) if one.least == one.most else ""
        if not left:
            return finding
        doubt = unsure(f"{written!r} is read without {left!r} beside it", one.named)
    return doubt


def _named(told: list[Lasting], time: float) -> bool:
    return any(one.least <= time <= one.most for one in told)
