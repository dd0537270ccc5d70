"""Are the names in the answer names of this video?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.figures import WORDS
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.negations import clauses, denies
from ....rules.quoted import mask_quotes
from ....rules.ranks import list_marks
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, assistant_text, by_rule, failure
from .check import RuleCheck

REASON = "unknown_name"
_NAME = lazy(r"(?<![.!?:;\n\"“‘•-]\s)(?<!^)(?<![.!?:;\n\"“])(?<=\s)[A-Z][a-zà-ÿ’'-]+(?:\s+[A-Z][a-zà-ÿ’'-]+)*")
_LINE_START = lazy(r"(?:^|[.!?:;\n]|^\W+)\s*$")
_SMALL = (
    "a an this that these those it its he she they we you his her their our your my there here what who which "
    "when where "
    "why how is are was were be been being am has have had do does did can could will would should may might must not "
    "nothing nobody neither nor so but if as by for from with without into onto out up down over under above below "
    "before after since until till during within inside through throughout between beyond past towards toward near "
    "around about against off per than upon while once whenever again still also even ever only just very too both "
    "all any each every either some most more less least many much few fewer several other another"
)
"""Prepositions, pronouns, auxiliaries and the like."""
_MEASURES = (
    "approximately roughly nearly almost exactly precisely barely close shortly soon somewhere anywhere sometime "
    "maybe perhaps probably possibly circa upwards well right straight halfway midway mid not quite getting going "
    "couple pair dozen dozens score scores hundreds thousands single double triple handful bunch number numbers "
    "moment moments mark point stretch interval period timestamp second secs sec min mins later earlier sooner "
    "longer shorter long short first final"
)
"""Words of how much and of when."""
_HEADINGS = (
    "answer answers question count total sum result results time start end begins begin starts ends onset offset "
    "duration length event events action scene shot frame frames segment caption description summary note notes "
    "observation conclusion verdict claim fact check status step order sequence list item estimate approximate "
    "reason reasoning thought think evidence location subject object timeline present absent true false correct "
    "wrong"
)
"""Words of headings and labels: ``Time of Start``, ``The Answer Is …``."""
_COMMON = frozenset(
    (
        *("i", "im", "ive", "id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "english", "ok", "okay", "mr", "mrs", "ms", "dr", "tv", "first", "then"),
        *("next", "finally", "yes", "no", "last", "once", "twice", "thrice", "none", "never", "half", "quarter"),
        *("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
        *("hour", "hours", "minute", "minutes", "seconds", "beginning", "start", "middle", "end", "opening", "closing"),
        *("early", "late", "on", "in", "at", "of", "to", "the", "and", "or", "part", "video", "clip", "film", "times"),
        *_SMALL.split(),
        *_MEASURES.split(),
        *_HEADINGS.split(),
        *WORDS,
    )
)
"""Words that name nobody in capitals either: of numbers, times and places in a video, as in headings."""


class NamesCheck(RuleCheck):
    """``unknown_name``: a teacher's answer names somebody or something (a capital letter within a sentence) that no
    lane, title, description or question of this video names.
    """

    name = "names"
    position = 110
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {REASON: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if by_rule(sample):
            return None
        told = mask_quotes(assistant_text(sample))
        for start, end in list_marks(told):
            told = told[:start] + "." * (end - start - 1) + "\n" + told[end:]
        denied = "\n".join(clause for clause in clauses(told) if denies(clause))
        found = [name for name in names(told) if name not in denied]  # what is not there may bear any name
        if not found:
            return None
        known = facts.known_text + fold(" ".join([sample.question, *(item.text for item in sample.evidence)])) + " "
        for name in found:
            missing = [word for word in fold(name).split() if f" {word}" not in known and word not in _COMMON]
            if missing:
                return failure(REASON, name, len(missing))
        return PASS


def names(text: str) -> list[str]:
    """Runs of capitalised words that do not stand at the start of a sentence or a line."""
    return [match.group(0) for match in _NAME.finditer(text) if not _LINE_START.search(text[: match.start()])]
