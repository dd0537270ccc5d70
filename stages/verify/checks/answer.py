"""Does the answer follow from the evidence? Where a rule gives it, it is worked out again."""

from __future__ import annotations

import re
from typing import ClassVar

from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure, has_rule
from .check import RuleCheck

REASONS = {"order": "wrong_order", "count": "wrong_count", "window": "bad_time"}


class AnswerCheck(RuleCheck):
    """``wrong_answer``, or by what is wrong with it ``wrong_order``, ``wrong_count``, ``bad_time``."""

    name = "answer"
    position = 60
    reasons: ClassVar = {"wrong_answer": "drop", "wrong_order": "drop", "wrong_count": "drop", "bad_time": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        return check_answer(sample) if has_rule(sample) else None


def check_answer(sample: Sample) -> Finding:
    """Whether the answer of a sample is what its evidence and parameters give by rule."""
    from ....rules.solve import recompute, rule_of

    family = rule_of(sample.task, sample.params)
    reason = REASONS.get(family.answers, "wrong_answer") if family else "wrong_answer"
    try:
        right = recompute(sample)
    except (KeyError, ValueError, IndexError) as error:
        return failure(reason, f"cannot be worked out again: {type(error).__name__} {error}")
    if right == sample.answer:
        return PASS
    if reason == "wrong_answer" and re.sub(r"[\d.:]+", "#", right) == re.sub(r"[\d.:]+", "#", sample.answer):
        reason = "bad_time"
    return failure(reason, f"says {sample.answer[:80]!r}, the evidence {right[:80]!r}")
