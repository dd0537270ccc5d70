"""Is there an answer at all, or a refusal?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.lazy_pattern import lazy
from ....rules.quoted import mask_quotes
from ....schemas import Sample, Span
from ..finding import PASS, Facts, Finding, by_rule, failure
from ..mentions import mask_cited
from .check import RuleCheck

_REFUSALS = lazy(
    r"\bas an ai\b|\bas a(?: large)? language model\b"
    r"|\bi(?:'m| am)? (?:sorry|afraid)\b.{0,40}\b(?:can|could|unable|not)"
    r"|\bi (?:can(?:not|'t)|could(?: not|n't)|am unable to|'m unable to|am not able to|do not have|don't have) "
    r"(?:\w+ )?(?:see|view|watch|access|provide|answer|determine|tell|help|assist|describe|identify|enough|the)\b"
    r"|\b(?:it is|it's) (?:not possible|impossible) to (?:tell|say|determine|answer)"
    r"|\b(?:cannot|can't|can not|could not) be (?:determined|answered|known)"
    r"|\bnot enough information\b|\bno information (?:is|was) (?:given|provided)",
    re.IGNORECASE,
)
_NOTHING = frozenset({"n/a", "none given", "unknown", "null", "unclear", "not specified", "not mentioned", "tbd"})


def refuses(text: str) -> bool:
    """Whether *text* declines to answer; what it quotes does not count."""
    return _REFUSALS.search(mask_quotes(text.replace("’", "'"))) is not None or text.strip(" .").casefold() in _NOTHING


class TextCheck(RuleCheck):
    """``empty``: no question or no answer. ``refused``: a teacher's answer is a refusal."""

    name = "text"
    position = 10
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {"empty": "drop", "refused": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        empty = self.check_figures(sample, facts)
        if empty is not None:
            return empty
        if not by_rule(sample) and refuses(mask_cited(sample.answer, [item.text for item in sample.evidence])):
            return failure("refused", sample.answer[:200])
        return PASS

    def check_figures(self, sample: Sample, facts: Facts) -> Finding | None:
        for name, text in (("question", sample.question), ("answer", sample.answer)):
            if not text.strip():
                return failure("empty", f"no {name}", 0)
        if any(not turn.content.strip() for turn in sample.messages):
            return failure("empty", "a turn without words", 0)
        return None

    def check_caption(self, caption: Span, facts: Facts) -> Finding | None:
        text = caption.text or ""
        return failure("refused", text[:200]) if refuses(text) else None
