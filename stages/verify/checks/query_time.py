"""Can the answer be known when the question is asked?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.query_times import misplaced
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure
from .check import RuleCheck


class QueryTimeCheck(RuleCheck):
    """``rests_on_later``: evidence of what is, or has been, comes after the time of the question. ``rests_on_earlier``:
    evidence of what will be has begun by then. ``rests_on_unseen``: it was over before what is shown begins.
    """

    name = "query_time"
    position = 15
    reasons: ClassVar = {"rests_on_later": "drop", "rests_on_earlier": "drop", "rests_on_unseen": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if sample.seen is None:
            return None
        if (wrong := misplaced(sample)) is None:
            return PASS
        reason, item = wrong
        shown = f"shown is {sample.seen[0]:g}-{sample.seen[1]:g} s"
        return failure(reason, f"{item.lane} {item.start:g}-{item.end:g} s, {shown}", item.end, sample.seen[1])
