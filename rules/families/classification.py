"""Questions for the one label of a whole video, as sets of actions have it (Kinetics, Something-Something)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View


class Classification(Family):
    """The label of the lane, where every span of it has the same. It is asked only by name: a user knows what holds for
    the whole video."""

    task = "classification"
    timeless = True
    kinds = frozenset({"label"})
    phrasings = (
        "Which {one} does the video show?",
        "What is the {one} of this video?",
        "Name the {one} that the video shows.",
        "Which {one} is this video about?",
        "Say which {one} can be seen.",
        "Watch the video and name the {one} in it.",
    )

    def suits(self, view: View, named: bool) -> bool:
        return named and view.kind.name in self.kinds

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        keys = {item.key for item in view.items}
        return [Ask(view.items, {}, whole=True)] if len(keys) == 1 and "" not in keys else []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return say(evidence[0].text, params["kind"], clock.language)
