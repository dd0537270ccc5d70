"""The moments whose frames one must see to answer a question (LV-Haystack's key frames)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View


class KeyMoments(Family):
    """A moment for each piece of evidence of another question: its middle.

    No lane is asked about by the family itself: the stage ``evidence_questions`` asks it of samples.
    """

    task = "key_moments"
    kinds = frozenset()
    answers = "long"
    times = "moments"
    phrasings = (
        "At which moments are the frames that one must see to answer this question? {asked}",
        "Name the times of the key frames for this question: {asked}",
        "Give a time for each of the few moments of the video that are enough to answer this: {asked}",
        "Find the frames that tell the answer, and give their times: {asked}",
        "Somebody asks: {asked} At what times does the video show it?",
        "Give the times at which one would stop the video to answer this question: {asked}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return clock.when_all(sorted((one.start + one.end) / 2 for one in evidence)) + clock.language.answers.stop
