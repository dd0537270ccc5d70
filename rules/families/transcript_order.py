"""Questions about the order of pieces of the transcript. The stage transcript_order makes them, not tasks."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_view import View


class TranscriptOrder(Family):
    """Pieces of speech, shown in any order; the answer is their order, or the position of each."""

    task = "transcript_order"
    kinds = frozenset()
    answers = "order"
    within = True
    instead: ClassVar[Phrasings] = {
        "order": (
            "These pieces of speech are listed in any order. Give their numbers in the order of the video.\n{list}",
            "In which order are these words heard? Answer with the numbers, first to last.\n{list}",
            "Put these parts of the transcript in order.\n{list}",
            "Sort what is said by time, earliest first.\n{list}",
            "Parts of the transcript are listed below in any order. Give the numbers as the video has them.\n{list}",
            "Which of these is said first, which next, and so on? Give the numbers in order.\n{list}",
        ),
        "position": (
            "These pieces of speech are listed in any order. Give the position in time of each (1 is first).\n{list}",
            "Say of each line below when its turn comes in the video: 1 for the first, and so on, as listed.\n{list}",
            "For every part of the transcript below, from top to bottom, give its true position.\n{list}",
            "What is the position in time of each of these lines, from top to bottom? The earliest has 1.\n{list}",
            "The lines are listed in any order. To each belongs its rank in time; give the ranks as listed.\n{list}",
            "Rank these words by when they are heard, 1 for the earliest; give the ranks from top to bottom.\n{list}",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself asks about the whole transcript."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        order = sorted(range(len(evidence)), key=lambda n: evidence[n].start)
        if params["ask"] == "order":
            return ", ".join([str(n + 1) for n in order])
        return ", ".join([str(order.index(n) + 1) for n in range(len(evidence))])
