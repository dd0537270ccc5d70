"""Is a chain of questions whole, and does no earlier turn of it tell a later answer?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.question_links import broken, links_before, place_of, told_before
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure
from .check import RuleCheck

BROKEN, TOLD = "broken_chain", "told_before"


class ChainCheck(RuleCheck):
    """Samples of ``question_chain``. ``broken_chain``: an earlier question of the chain was dropped, or its answer is
    another one by now, so that this one rests on what is not true; ``told_before``: an earlier question or answer holds
    the answer word for word.
    """

    name = "chain"
    position = 130
    rests_on_others = True
    reasons: ClassVar = {BROKEN: "drop", TOLD: "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if not place_of(sample):
            return None
        earlier = links_before(sample, facts.samples)
        if fault := broken(sample, earlier):
            return failure(BROKEN, fault)
        if text := told_before(sample, earlier):
            return failure(TOLD, f"{sample.answer[:80]!r} stands in {text[:120]!r}")
        return PASS

    def check_figures(self, sample: Sample, facts: Facts) -> Finding | None:
        return self.check(sample, facts)
