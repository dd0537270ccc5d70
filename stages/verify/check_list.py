"""Every check by its name in YAML, in the order in which they are made. A new check is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ...schemas import Sample
from .checks import (
    agreement,
    answer,
    blank,
    blind,
    choices,
    claims,
    count,
    evidence,
    label,
    leak,
    names,
    numbers,
    order,
    review,
    times,
    words,
)
from .finding import Facts, Finding
from .teacher_checks import Asking

RuleCheck = Callable[[Sample, Facts], Finding | None]
"""None: the check does not apply to the sample."""
TeacherCheck = Callable[[Sample, Asking], Coroutine[Any, Any, Finding | None]]

RULES: dict[str, RuleCheck] = {
    "text": blank.check,
    "evidence": evidence.check,
    "times": times.check,
    "order": order.check,
    "count": count.check,
    "answer": answer.check,
    "numbers": numbers.check,
    "words": words.check,
    "leak": leak.check,
    "options": choices.check,
    "names": names.check,
}
"""Checks that need no teacher."""

TEACHERS: dict[str, TeacherCheck] = {
    "claims": claims.check,
    "label": label.check,
    "agreement": agreement.check,
    "blind": blind.check,
    "review": review.check,
}
"""Checks that ask one."""

REASONS: dict[str, str] = {
    "empty": "drop",
    "refused": "drop",
    "no_evidence": "drop",
    "unknown_span": "drop",
    "evidence_changed": "drop",
    "outside_stretch": "drop",
    "bad_time": "drop",
    "wrong_order": "drop",
    "wrong_count": "drop",
    "wrong_answer": "drop",
    "wrong_number": "drop",
    "wrong_words": "drop",
    "leaked_answer": "drop",
    "too_few_options": "drop",
    "duplicate_options": "drop",
    "no_right_option": "drop",
    "two_right_options": "drop",
    "bad_letter": "drop",
    "unknown_name": "drop",
    "unsupported": "drop",
    "unsupported_caption": "repair",
    "label_lost": "drop",
    "disagrees": "drop",
    "blind_answerable": "tag",
    "criticised": "repair",
    "unchecked": "drop",
}
"""What a check can find wrong, and what is done about it unless the policy says otherwise."""

REPAIRS = frozenset({"unsupported", "unsupported_caption", "criticised"})
"""What can be repaired: by cutting out claims, or by the reviewer's revision."""
