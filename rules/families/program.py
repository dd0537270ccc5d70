"""Questions that are small programs over facts. The stage program_questions asks them, not tasks."""

from __future__ import annotations

import json
from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View


class ProgramRun(Family):
    """What the program of a question gives when it is run on the facts that are cited."""

    task = "program"
    kinds = frozenset()

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself asks, of all videos at once."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """Run the program again.

        Raises:
            ValueError: it gives no sure answer, or its steps are not those of the trace.
        """
        from ..programs.facts import facts_of
        from ..programs.program import run_program

        answer, steps = run_program(json.loads(params["program"]), facts_of(evidence))
        if [step.plain() for step in steps] != json.loads(params["trace"]):
            raise ValueError("the steps are not those of the trace")
        return answer
