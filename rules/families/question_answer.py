"""Questions that people asked of a video and answered: a data set's own (STAR, EgoTimeQA)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View


class QuestionAnswer(Family):
    """The question of the lane, and the answer that stands beside it."""

    task = "question_answer"
    timeless = True
    kinds = frozenset({"question"})
    phrasings = (
        "{asked}",
        "Answer this question about the video: {asked}",
        "Watch the video. {asked}",
        "Here is a question about what the video shows: {asked}",
        "Going by what is seen in the video: {asked}",
        "Someone asks of this video: {asked}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        answered = [n for n, item in enumerate(view.items) if item.text]
        items = [view.items[n] for n in view.pick(rng, limit, answered)]
        return [Ask([item], {"asked": item.asked}, {"asked": item.asked}) for item in items]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return say(evidence[0].text, params["kind"], clock.language)
