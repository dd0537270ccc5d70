"""Does the answer follow from the evidence? Where a rule gives it, it is worked out again."""

from __future__ import annotations

import re

from ....schemas import Sample
from ..finding import PASS, Facts, Finding, fails, ruled

REASONS = {"order": "wrong_order", "count": "wrong_count", "window": "bad_time"}


def check(sample: Sample, facts: Facts) -> Finding | None:
    """``wrong_answer``, or by what is wrong with it ``wrong_order``, ``wrong_count``, ``bad_time``."""
    return worked_out(sample) if ruled(sample) else None


def worked_out(sample: Sample) -> Finding:
    """Whether the answer of a sample is what its evidence and parameters give by rule."""
    from ....rules.solve import recompute, rule_of

    family = rule_of(sample.task, sample.params)
    reason = REASONS.get(family.answers, "wrong_answer") if family else "wrong_answer"
    try:
        right = recompute(sample)
    except (KeyError, ValueError, IndexError) as error:
        return fails(reason, f"cannot be worked out again: {type(error).__name__} {error}")
    if right == sample.answer:
        return PASS
    if reason == "wrong_answer" and re.sub(r"[\d.:]+", "#", right) == re.sub(r"[\d.:]+", "#", sample.answer):
        reason = "bad_time"
    return fails(reason, f"says {sample.answer[:80]!r}, the evidence {right[:80]!r}")
