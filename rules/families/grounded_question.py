"""Questions that people asked, answered with the stretch that shows the answer (grounded video question answering)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View


class GroundedQuestion(Family):
    """The answer that stands beside a question, and the start and end of its stretch."""

    task = "grounded_question"
    kinds = frozenset({"question"})
    answers = "long"
    phrasings = (
        "{asked} Answer, and give the start and end of the part that shows it.",
        "{asked} Say also when the video shows it.",
        "Answer this question, and name the stretch of the video that tells: {asked}",
        "{asked} Give the answer first and then its time in the video.",
        "Watch the video. {asked} Back up your answer with a start and an end.",
        "{asked} After the answer, say from when to when it can be seen.",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        answered = [n for n in view.parts(clock.duration) if view.items[n].asked and view.items[n].text]
        items = [view.items[n] for n in view.pick(rng, limit, answered)]
        return [Ask([item], {"asked": item.asked}, {"asked": item.asked}) for item in items]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        (one,) = evidence
        words = clock.language.answers
        said = say(one.text, params["kind"], clock.language)
        return said + words.space + clock.cap(one.start, one.end) + words.stop
