"""Questions for the stretch of a video that answers a question people asked (Ego4D's natural language queries)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View


class EpisodicMemory(Family):
    """The start and end of the stretch that answers the question of the lane."""

    task = "episodic_memory"
    kinds = frozenset({"question"})
    answers = "window"
    phrasings = (
        "Which part of the video answers this question: {asked}",
        "Find the stretch that shows the answer, and give its start and end: {asked}",
        "When does the video show the answer to this? {asked}",
        "Give the time at which this can be answered: {asked}",
        "From when to when would one look to answer this? {asked}",
        "Mark the part of the video that one must see to answer: {asked}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = [view.items[n] for n in view.pick(rng, limit, view.parts(clock.duration))]
        return [Ask([item], {"asked": item.asked}, {"asked": item.asked}) for item in items if item.asked]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return clock.cap(evidence[0].start, evidence[0].end) + clock.language.answers.stop
