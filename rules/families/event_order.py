"""Questions about the order of several spans."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, lines
from ..lane_view import LaneItem, View, overlap


class EventOrder(Family):
    """Spans that do not overlap, shown shuffled; the answer lists their numbers, earliest first."""

    task = "event_order"
    kinds = frozenset({"sentence", "step", "label", "title", "speech", "description"})
    answers = "order"
    within = True
    least: ClassVar[int] = 3
    most: ClassVar[int] = 5
    """How many are shown."""
    phrasings = (
        "Put these {many} in the order in which they come in the video.\n{list}",
        "The {many} below are shuffled. Give their numbers in the right order.\n{list}",
        "In which order do these {many} come? Answer with the numbers, first to last.\n{list}",
        "Sort these {many} by time, earliest first.\n{list}",
        "Which of these {many} comes first, which next, and so on? Give the numbers in order.\n{list}",
        "Arrange the following {many} from the earliest to the latest.\n{list}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        asks: list[Ask] = []
        seen: set[frozenset[str]] = set()
        unique = view.pick(rng, 4 * self.most) if len(view) > 2 else []
        for _ in range(limit if len(unique) > 2 else 0):
            size = rng.randint(self.least, self.most)
            chosen: list[LaneItem] = []
            for n in rng.sample(unique, len(unique)):
                item = view.items[n]
                if len(chosen) < size and all(overlap(item, other) <= 0.1 for other in chosen):
                    chosen.append(item)
            which = frozenset(item.span for item in chosen)
            if len(chosen) > 2 and which not in seen and len({item.start for item in chosen}) == len(chosen):
                seen.add(which)
                asks.append(Ask(chosen, {"list": lines(chosen, view.kind.name, clock.language)}))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        order = sorted(range(len(evidence)), key=lambda n: evidence[n].start)
        return ", ".join([str(n + 1) for n in order])
