"""Are the quoted words there to be read or heard?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import ClassVar

from ....rules.in_english import in_english
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.negations import denies, is_negative
from ....rules.quoted import is_quoted_time
from ....schemas import Sample, Span
from ..finding import PASS, Facts, Finding, assistant_text, by_rule, failure, unsure
from ..mentions import content
from ..verbatim import repeats
from .check import RuleCheck

REASON = "wrong_words"
_QUOTED = lazy(r'(?<!\d)"([^"]+)"|“([^”]+)”|«([^»]+)»|(?<![\w])[\'‘]([^\'’]+(?:[\'’](?=\w)[^\'’]+)*)[\'’](?!\w)')
_KEY = lazy(r"\"\w{1,24}\"\s*:(?:\s*\"[\d:.,]+\s*\w{0,7}\")?(?=\s*[\d\[{,}\n\"])")
"""A key of JSON, with a time that is its value."""
_CUE = (
    r"\b(?i:reads?|reading|says?|saying|said|spells?|titled|the words?|the text|the sign|the title|the letters|written)"
    r"(?: (?i:is|are|out|as|was|were))?:?\s+"
)
_CAPITALS = lazy(rf"{_CUE}((?:[A-Z0-9][\w&'-]*)(?:\s+(?:(?:of|the|and|a|in|to|for|at|on)\s+)?[A-Z0-9][\w&'-]*)*)")
_LABEL = lazy(r"[\]*_)]*:")
"""After words in capitals that only name what follows: ``SPEAKER 1: …``."""
_SHOUTED = lazy(r"\b[A-Z][A-Z&'-]+(?:\s+(?:[A-Z0-9][A-Z0-9&'-]*))+\b")


def quotes(text: str, bare: bool = True) -> list[str]:
    """What *text* quotes: in quotation marks, and if *bare* also ``MARKET STREET`` and ``it reads The End``."""
    text = _KEY.sub(" ", text)
    found = [next(part for part in match.groups() if part) for match in _QUOTED.finditer(text)]
    if bare:
        rest = _QUOTED.sub(" . ", text)
        bare_words = [match for match in _CAPITALS.finditer(rest) if re.search("[A-Z]", match.group(1))]
        bare_words += _SHOUTED.finditer(rest)
        found += [match.group(match.lastindex or 0) for match in bare_words if not _LABEL.match(rest, match.end())]
    return [quote for quote in dict.fromkeys(found) if fold(quote)]


_REPORTED = lazy(
    r"\b(?:says?|said|saying|mentions?|mentioned|remarks?|states?|stated|explains?|explained|announces?|announced"
    r"|claims?"
    r"|tells? (?:us|me|them|him|her)|told (?:us|me|them|him|her))\s+(?:that\s+)?([^.!?;\n\"“«]+)",
    re.IGNORECASE,
)
_BENDING = (
    "i you he she it we they me him her us them my your his its our their mine this that these those the a an is "
    "are was were am be been has have had do does did will would shall should can could may might must now then "
    "here there"
)
_BEND = frozenset(_BENDING.split())
"""Words that change when speech is reported."""
_NEARLY = 0.6
"""The share of a reported line's words that stand so in what is cited, from which it is taken for verbatim."""


class WordsCheck(RuleCheck):
    """``wrong_words``: words that the sample quotes are not in what it cites; nor, where it cites no words, in the
    lanes of words at that time. ``value``: how much alike the nearest words are, 0..100.
    """

    name = "words"
    position = 80
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if by_rule(sample):
            sample = in_english(sample)
        rule, least, lanes = by_rule(sample), facts.settings.min_similarity, facts.settings.word_lanes
        repeated = None if rule else _check_repeated(sample, lanes, least)
        if repeated is not None:
            return repeated
        found = quotes(assistant_text(sample) if not rule else sample.answer, not rule)
        if not (rule and "slots" in sample.params):  # a template fills its question in; it cites what the answer is of
            found += quotes(sample.question, not rule)
        reported = _check_reported(sample, lanes) if not rule else None
        if not found or not sample.evidence:
            return reported
        cited = [item.text for item in sample.evidence]
        verbatim = any(item.lane in lanes for item in sample.evidence)
        shown = [span.words for lane in lanes for span in facts.overlapping(lane, sample.start, sample.end)]
        texts = cited if verbatim else [*cited, *shown]
        names = [*sample.options, sample.question.partition("\n")[2]]
        said = "\n".join([sample.question, assistant_text(sample)])
        for quote in found:
            likeness = alike(quote, texts, least)
            if likeness >= least or alike(quote, names, 100) >= 100:
                continue
            if not verbatim and _retells(quote, cited):
                continue
            if verbatim or shown or quotes("\n".join(cited)):
                return _missing(quote, texts, likeness, least)
            if is_quoted_time(quote, said[: max(0, said.find(quote) - 1)]):
                continue  # a time in quotation marks, which the check of times reads
            return unsure(f"{quote[:80]!r}: no lane of words to look in", round(likeness, 1))
        return reported or PASS

    def check_caption(self, caption: Span, facts: Facts) -> Finding | None:
        """Only where something was read while the caption's span lasts."""
        found, least, lanes = (
            quotes(caption.text or "", bare=False),
            facts.settings.min_similarity,
            facts.settings.word_lanes,
        )
        shown = [span.words for lane in lanes for span in facts.overlapping(lane, caption.start, caption.end)]
        read = [span for lane in lanes[:1] for span in facts.overlapping(lane, caption.start, caption.end)]
        if not found or not read:
            return None
        for quote in found:
            likeness = alike(quote, shown, least)
            if likeness < least:
                return _missing(quote, shown, likeness, least)
        return PASS


def _check_repeated(sample: Sample, lanes: list[str], least: float) -> Finding | None:
    """An answer that is nothing but a cited line, or a line with another word in it; None: it is neither."""
    from rapidfuzz import fuzz

    lines = dict.fromkeys(item.text for item in sample.evidence if item.lane in lanes)
    if not lines or any(item.lane not in lanes for item in sample.evidence) or "\n" in sample.question:
        return None

    def same(one: str, two: str) -> bool:
        return _near(one, two, fuzz.ratio) >= least

    found = {repeats(sample.answer, line, same): line for line in lines}
    if "same" in found:
        return PASS
    if "other" in found:
        line = found["other"]
        likeness = round(alike(line, [sample.answer], least), 1)
        return failure(REASON, f"{sample.answer[:80]!r} is not what {line[:80]!r} says", likeness, least)
    return None


def _check_reported(sample: Sample, lanes: list[str]) -> Finding | None:
    """Speech that is told without marks, nearly word by word, with another word in it, or without its "not"."""
    from difflib import SequenceMatcher

    heard = [fold(item.text).split() for item in sample.evidence if item.lane in lanes]
    found = None
    for match in _REPORTED.finditer(_QUOTED.sub(" ", sample.answer)) if heard else ():
        said = fold(match[1]).split()
        for words in heard:
            runs = SequenceMatcher(None, said, words, autojunk=False).get_matching_blocks()
            kept = {at for run in runs for at in range(run.a, run.a + run.size)}
            if len(said) < 3 or len(kept) < _NEARLY * len(said):
                continue
            held = {at for run in runs for at in range(run.b, run.b + run.size)}
            first, last = min(held), max(held)
            other = [word for at, word in enumerate(said) if at not in kept and (word not in _BEND or word in words)]
            left = [word for at, word in enumerate(words) if at not in held and at < last and is_negative(word)]
            if other or left:
                return failure(REASON, f"{match[1][:80]!r} is not what {' '.join(words[first:])[:80]!r} says")
            found = PASS
    return found


def _retells(quote: str, texts: Iterable[str]) -> bool:
    """Whether *quote* has no word of its own beside one of *texts*, and denies what that denies: an event is named."""
    words = content(quote)
    return len(words) > 1 and any(words <= content(text) and denies(quote) == denies(text) for text in texts)


def _missing(quote: str, texts: list[str], likeness: float, least: float) -> Finding:
    return failure(REASON, f"{quote[:80]!r} is not in {' / '.join(texts)[:120]!r}", round(likeness, 1), least)


def alike(quote: str, texts: Iterable[str], limit: float) -> float:
    """How much alike the least alike word of *quote* is to its place in *texts*, 0..100; 100: all of it is there.

    Words stand in order. Digits and words of up to three letters must be equal, others alike to *limit* (normalised
    edit similarity), which forgives what OCR misreads. Spaces may be missing.
    """
    from rapidfuzz import fuzz

    wanted = fold(quote).split()
    folded = [fold(text) for text in texts]
    together = "".join(wanted)
    if not wanted:
        return 100.0
    given = " ".join(folded).split()
    if len(together) > 3 and any(_stands_in(together, text) for text in folded):
        return 100.0
    opens = set(accumulate((len(text.split()) for text in folded), initial=0))
    turned = len(wanted) > 1 and any(map(is_negative, given))  # what is quoted may leave the "not" out
    best = 0.0
    for n in range(len(given)):
        if turned and n not in opens and is_negative(given[n - 1]) and not is_negative(wanted[0]):
            continue
        at, least = n, 100.0
        for word in wanted:
            reach = range(at, min(at + 3, len(given)))
            stop = next((m for m in reach if turned and is_negative(given[m])), len(given))
            near = max(((_near(word, given[m], fuzz.ratio), -m) for m in reach if m <= stop), default=(0.0, 0))
            least = min(least, near[0])
            if least <= best:
                break
            at = -near[1] + 1
        best = max(best, least)
        if best >= 100:
            break
    return best


def _stands_in(together: str, text: str) -> bool:
    """Whether *text* has the letters of *together*, and no negation right before or within them but its own."""
    pieces: list[str] = [""]
    for word in text.split():
        pieces[-1:] = [pieces[-1], ""] if is_negative(word) else [pieces[-1] + word]
    starts = [piece.find(together) for piece in pieces]
    return together == text.replace(" ", "") or starts[0] >= 0 or any(at > 0 for at in starts)


def _near(one: str, two: str, ratio: object) -> float:
    if one == two:
        return 100.0
    if len(one) <= 3 or any(letter.isdigit() for letter in one + two):
        return 0.0
    return float(ratio(one, two))  # type: ignore[operator]
