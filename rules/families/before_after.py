"""Questions about what comes right before or right after a span."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import say
from ..lane_view import View

SLACK = 0.25
"""Seconds by which two neighbours may overlap and still follow one another, and by which a third must be apart from
them in time, so that the neighbour is the only one."""


class BeforeAfter(Family):
    """The neighbour of a span that is named by its words."""

    task = "before_after"
    kinds = frozenset({"sentence", "step", "label", "title", "speech"})
    instead: ClassVar[Phrasings] = {
        "after": (
            "What comes right after {it}?",
            "Which {one} follows {it}?",
            "What is the next {one} after {it}?",
            "Name the {one} that comes next after {it}.",
            "When {it} is over, which {one} comes next?",
            "The video goes on after {it}. With which {one}?",
        ),
        "before": (
            "What comes right before {it}?",
            "Which {one} comes just ahead of {it}?",
            "What is the last {one} before {it}?",
            "Name the {one} that comes immediately before {it}.",
            "Which {one} is the last to come before {it} starts?",
            "Go back from {it} to the {one} just before it. What is it?",
        ),
        "speech.after": (
            "What is said right after {q}?",
            "Which words follow {q}?",
            "Someone says {q}. What do they go on to say?",
            "How does the speech go on after {q}?",
            "Give the line that is spoken next after {q}.",
            "After the words {q}, what is heard next?",
        ),
        "speech.before": (
            "What is said right before {q}?",
            "Which words lead up to {q}?",
            "Someone says {q}. What was said just before?",
            "What is the last thing said before {q}?",
            "Give the line that is spoken just before {q}.",
            "Which line comes ahead of the words {q}?",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        asks: list[Ask] = []
        for n in view.pick(rng, 2 * limit) if len(items) > 1 else []:
            if len(asks) == limit:
                break
            after = rng.random() < 0.5
            other = n + 1 if after else n - 1
            first, second = (n, other) if after else (other, n)
            if 0 <= other < len(items) and items[other].key and _follow(view, first, second):
                anchor, answer = items[n].key, items[other].key
                if answer not in anchor and anchor not in answer:
                    wording = "after" if after else "before"
                    asks.append(
                        Ask(
                            [items[first], items[second]], view.named(n, clock.language), {"relation": wording}, wording
                        )
                    )
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        first, second = sorted(evidence, key=lambda item: (item.start, item.end))
        return say((second if params["relation"] == "after" else first).text, params["kind"], clock.language)


def _follow(view: View, first: int, second: int) -> bool:
    """Whether *second* follows *first* with nothing beside or between them, so that each is the other's only neighbour.

    Every other item is over about when *first* starts, or starts about when *second* is over. A tie, an item that
    starts together with one of them, is none of these.
    """
    one, two = view.items[first], view.items[second]
    if two.start < one.end - SLACK or two.start <= one.start:
        return False
    return all(
        n in (first, second)
        or (item.end <= one.start + SLACK and item.start <= one.start - SLACK)
        or (item.start >= two.end - SLACK and item.start >= two.start + SLACK)
        for n, item in enumerate(view.items)
    )
