"""The stretches of a video that one must see to answer a question (CG-Bench's clues)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View
from ..stretch import merged


class ClueStretches(Family):
    """All stretches on which the answer to another question rests, as one list.

    No lane is asked about by the family itself: the stage ``evidence_questions`` asks it of samples.
    """

    task = "clue_stretches"
    kinds = frozenset()
    answers = "long"
    times = "stretches"
    phrasings = (
        "Which stretches of the video must one see to answer this question? {asked}",
        "Give the start and end of every part of the video that one needs for this question: {asked}",
        "Name each stretch of the video with a clue to this question: {asked}",
        "Find all parts of the video that the answer to this question rests on: {asked}",
        "Somebody asks: {asked} Which stretches of the video tell the answer?",
        "List the times of the video that one has to watch to answer this: {asked}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return clock.listed(merged((one.start, one.end) for one in evidence))
