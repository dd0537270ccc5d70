"""Do documents, and questions with examples, show what they must, and only that?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.interleaving import EXAMPLES, LAYOUT, context_fault, document_fault
from ....rules.media_groups import group_fault, members_of
from ....rules.pair_verdicts import JUDGED
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure
from .check import RuleCheck


class InterleavedCheck(RuleCheck):
    """``marks_differ``, ``times_fall``, ``picture_outside`` (of its text's span), ``query_among_examples``,
    ``query_shows_another`` (video); of a group ``not_of_the_group``, ``not_named``, ``not_shown_yet``."""

    name = "interleaved"
    position = 110
    reasons: ClassVar = {
        "marks_differ": "drop",
        "times_fall": "drop",
        "picture_outside": "drop",
        "query_among_examples": "drop",
        "query_shows_another": "drop",
        "not_of_the_group": "drop",
        "not_named": "drop",
        "not_shown_yet": "drop",
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        fault = None
        if LAYOUT in sample.params:
            fault = document_fault(sample)
        elif EXAMPLES in sample.params:
            fault = context_fault(sample, facts.video.uri)
        elif sample.media and JUDGED not in sample.params and (members := members_of(facts.video)):
            fault = group_fault(sample, members)
        else:
            return None
        return failure(*fault) if fault else PASS
