"""The answers of questions that a config words itself: filled in from what they cite."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View
from ..number_bins import load_bins
from ..template_slots import fill, is_time, said, times_said

RULE = "own_template"
"""The parameter ``rule`` of samples whose answer is worked out like this."""


class OwnTemplate(Family):
    """The answer to a question in a config's own words. The parameter ``template`` is that of the answer; ``slots``
    names, a line each, what the items of the evidence fill in; ``bins`` are those of a number: the answer is one.

    No lane is asked about by the family itself: the entries of the setting ``tasks`` that are templates are.
    """

    task = RULE
    kinds = frozenset()

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        cited, form = evidence[0], params["template"]
        slots = params["slots"].split("\n") if params["slots"] else []
        if "bins" in params:
            (slot,) = slots or [form.strip()[1:-1]]
            spoken = {"start": cited.start, "end": cited.end, "duration": cited.end - cited.start}
            return load_bins(params["bins"]).find(spoken[slot] if is_time(slot) else float(cited.text))
        known = times_said(cited.start, cited.end, clock)
        known |= {
            slot: said(slot, item.text, item.lane, clock.language)
            for slot, item in zip(slots, evidence, strict=bool(slots))
        }
        return fill(form, known)
