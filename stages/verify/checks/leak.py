"""Does the question give its answer away?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.figures import WORDS
from ....rules.lane_kinds import fold
from ....rules.lazy_pattern import lazy
from ....rules.shown_lines import EITHER, READING, answers_of, bare, gives_away, lines_shown
from ....rules.solve import rule_of
from ....rules.stamps import stamps
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, by_rule, failure
from .check import RuleCheck

REASON = "leaked_answer"
_CLOSED = lazy(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|true or false)\b|\bor\b",
    re.IGNORECASE,
)


class LeakCheck(RuleCheck):
    """``leaked_answer``: the question holds the answer word for word, or a line that it shows does. Questions that name
    what to choose from, and answers that are times, numbers or orders, are not looked at.
    """

    name = "leak"
    position = 90
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {REASON: "drop"}

    reads_lines_shown = True

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        answers = answers_of(sample)
        for line in lines_shown(sample) if READING not in sample.params else ():
            if gives_away(line, answers):
                return failure(REASON, f"{sample.answer[:80]!r} is told by the line {line[:120]!r}", len(sample.answer))
        sample = bare(sample)
        answer, question = fold(sample.answer), fold(sample.question.partition("\n")[0])
        family = rule_of(sample.task, sample.params)
        if by_rule(sample) and family is not None:
            if family.answers not in ("text", "count") or not answer:
                return None
            as_written = sample.answer.strip('".,;:!? ').casefold()
            question = fold(sample.question) if as_written in sample.question.casefold() else ""
        elif _free(sample, answer):
            return None
        others = [fold(option) for option in sample.options if option != sample.answer]
        if not _holds(question, answer) or (others and all(_holds(question, other) for other in others)):
            return PASS
        return failure(REASON, f"{sample.answer[:80]!r} stands in {sample.question[:120]!r}", len(answer))


def _free(sample: Sample, answer: str) -> bool:
    """Whether the answer may stand in the question: a choice that it names, a number, a time."""
    words = answer.split()
    number = all(word.isdigit() or word in WORDS for word in words)
    closed = _CLOSED.search(sample.question) is not None or answer in EITHER
    return not words or number or closed or bool(stamps(sample.answer))


def _holds(question: str, answer: str) -> bool:
    return f" {answer} " in f" {question} "
