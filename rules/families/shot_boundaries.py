"""Questions about when the picture cuts."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View

MOST = 30


class ShotBoundaries(Family):
    """The time of every cut from one shot to the next."""

    task = "shot_boundaries"
    kinds = frozenset({"shot"})
    answers = "long"
    phrasings = (
        "At what times does the video cut to another shot?",
        "List the times of all cuts.",
        "When does a new shot begin? Give every time after the first shot.",
        "Find the cuts of the video and give the time of each.",
        "Name each moment at which one shot gives way to the next.",
        "Where are the cuts in this video?",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return [Ask(view.items, {}, whole=True)] if 2 <= len(view) <= MOST else []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return clock.when_all(item.start for item in evidence[1:]) + clock.language.answers.stop
