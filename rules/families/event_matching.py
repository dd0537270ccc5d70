"""Questions that show one stretch and ask when something of its kind happens again (temporal event matching)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family
from ..lane_view import View

MOST = 10
"""The most occurrences of one event."""


class EventMatching(Family):
    """Every other stretch with the label of the one that the question names by its time."""

    task = "event_matching"
    kinds = frozenset({"step", "label"})
    answers = "long"
    phrasings = (
        "Look at what happens {when}. When else does something of this kind happen?",
        "The kind of {one} seen {when} comes up again. Give the start and end of it, each time.",
        "Find every other stretch that shows the same kind of {one} as the one {when}.",
        "The {one} {when} is not the only one of its kind. When are the others?",
        "Watch the video {when}. Where else does it show something of the same kind?",
        "Which other parts of the video show the same kind of {one} as {when}? Give their times.",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        asks = []
        groups = view.alike(2, MOST)
        for group in rng.sample(groups, min(limit, len(groups))):
            n = rng.randrange(len(group))
            when = clock.when(group[n].start, group[n].end)
            if all(clock.when(item.start, item.end) != when for item in group if item is not group[n]):
                asks.append(Ask(group, {"when": when}, {"shown": str(n)}, whole=True))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        shown = int(params["shown"])
        return clock.listed((item.start, item.end) for n, item in enumerate(evidence) if n != shown)
