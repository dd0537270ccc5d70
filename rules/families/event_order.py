"""Questions about the order of several spans."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, lines
from ..lane_view import LaneItem, View, overlap


class EventOrder(Family):
    """Spans that do not overlap, shown in any order; the answer lists their numbers, earliest first.

    Of one video each order comes once before one comes again, that in which they are shown as they come like any other.
    """

    task = "event_order"
    kinds = frozenset({"sentence", "step", "label", "title", "speech", "description"})
    answers = "order"
    within = True
    least: ClassVar[int] = 3
    most: ClassVar[int] = 5
    """How many are shown."""
    phrasings = (
        "Put these {many} in the order in which they come in the video.\n{list}",
        "The {many} below stand in no particular order. Give their numbers in the right order.\n{list}",
        "In which order do these {many} come? Answer with the numbers, first to last.\n{list}",
        "Sort these {many} by time, earliest first.\n{list}",
        "Which of these {many} comes first, which next, and so on? Give the numbers in order.\n{list}",
        "Arrange the following {many} from the earliest to the latest.\n{list}",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        asks: list[Ask] = []
        seen: set[frozenset[str]] = set()
        decks: dict[int, list[tuple[int, ...]]] = {}
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
                shown = _dealt(chosen, decks, rng)
                asks.append(Ask(shown, {"list": lines(shown, view.kind.name, clock.language)}))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        order = sorted(range(len(evidence)), key=lambda n: evidence[n].start)
        return ", ".join([str(n + 1) for n in order])


def _dealt(items: list[LaneItem], decks: dict[int, list[tuple[int, ...]]], rng: Random) -> list[LaneItem]:
    """*items* in an order that has not come yet among so many, or when each has, in any; *decks* has those left."""
    deck = decks.setdefault(len(items), [])
    if not deck:
        deck += permutations(range(len(items)))
        rng.shuffle(deck)
    earliest = sorted(items, key=lambda item: item.start)
    return [earliest[n] for n in deck.pop()]
