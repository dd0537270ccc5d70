"""Are the names in the answer names of this video?"""

from __future__ import annotations

from typing import ClassVar

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
_COMMON = frozenset(
    (
        *("i", "im", "ive", "id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "english", "ok", "okay", "mr", "mrs", "ms", "dr", "tv", "first", "then"),
        *("next", "finally", "yes", "no"),
    )
)


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
