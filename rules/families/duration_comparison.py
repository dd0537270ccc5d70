"""Questions about which of several spans lasts longest."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence, seeded
from ..clock import Clock
from ..family import Ask, Family, lines
from ..lane_kinds import say
from ..lane_view import View

MOST = 4
TRIES = 6
"""How many choices of spans are looked at for each question: in many, no span is clearly the longest."""
RATIO, SECONDS = 1.25, 1.0
"""The longest is at least this many times as long as the next, and this many seconds longer."""


class DurationComparison(Family):
    """Two to four spans, one of which is clearly the longest."""

    task = "duration_comparison"
    kinds = frozenset({"sentence", "step", "label", "title"})
    answers = "listed"
    within = True
    phrasings = (
        "Which of these {many} takes the most time?\n{list}",
        "Compare how long these {many} last. Which one goes on longest?\n{list}",
        "Of the {many} below, which fills the longest stretch of the video?\n{list}",
        "Which of the following {many} has the greatest length?\n{list}",
        "The video spends the most time on one of these {many}. Which?\n{list}",
        "Say which of these {many} runs longest.\n{list}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        if len(view) < 2:
            return []
        asks: list[Ask] = []
        unique = view.pick(rng, 4 * MOST)
        seen: set[frozenset[int]] = set()
        more = seeded(self.task, *(item.span for item in view.items[:MOST]))  # leaves rng to the other families
        lengths = [view.items[n].seconds for n in unique]
        some_longest = len(unique) > 1 and _is_longest(max(lengths), min(lengths))
        for n in range(0 if len(unique) < 2 else TRIES * limit if some_longest else limit):
            if len(asks) == limit:
                break
            draw = rng if n < limit else more
            some = draw.sample(unique, min(len(unique), draw.randint(2, MOST)))
            chosen = [view.items[n] for n in some]
            first, second = sorted([item.seconds for item in chosen], reverse=True)[:2]
            if _is_longest(first, second) and frozenset(some) not in seen:
                seen.add(frozenset(some))
                asks.append(Ask(chosen, {"list": lines(chosen, view.kind.name, clock.language)}))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        n = max(range(len(evidence)), key=lambda n: evidence[n].end - evidence[n].start)
        return say(evidence[n].text, params["kind"], clock.language)


def _is_longest(first: float, second: float) -> bool:
    """Whether *first* seconds are clearly longer than *second*."""
    return first >= RATIO * second and first >= second + SECONDS
