"""Questions for every stretch in which a step or a category is found, in the style of COIN and THUMOS."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_view import View

MOST = 20


class StepLocalisation(Family):
    """All occurrences of a step, or of a category that occurs more than once."""

    task = "step_localisation"
    kinds = frozenset({"step", "label"})
    answers = "long"
    times = "stretches"
    phrasings = (
        "Find every stretch of the video that belongs to {it}.",
        "When does {it} come up? Give every start and end.",
        "List all the times of {it}.",
        "Give the start and end of {it}, each time it comes up.",
        "Mark all parts of the video with {it}.",
        "Where in the video is {it}? Name each stretch.",
    )

    instead: ClassVar[Phrasings] = {
        "label": (
            "Find every stretch of the video that can be labelled {q}.",
            "When does {q} occur? Give every start and end.",
            "List all the times at which {q} occurs.",
            "Give the start and end of {q}, each time it occurs.",
            "Mark all parts of the video that are labelled {q}.",
            "Which stretches of the video does the label {q} fit? Give the start and end of each.",
        )
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        groups = view.alike(1 if view.kind.name == "step" else 2, MOST)
        chosen = rng.sample(groups, min(limit, len(groups)))
        return [Ask(group, view.named(view.items.index(group[0]), clock.language), whole=True) for group in chosen]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return clock.listed((item.start, item.end) for item in evidence)
