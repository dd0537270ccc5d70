"""Questions about which span of a lane comes first or last."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import say
from ..lane_view import View, overlap


class FirstLast(Family):
    """The first or the last span of the lane, when no other runs beside it."""

    task = "first_last"
    kinds = frozenset({"sentence", "step", "label", "title", "speech"})
    instead: ClassVar[Phrasings] = {
        "first": (
            "Which {one} comes first in the video?",
            "With which {one} does the video begin?",
            "What is the first {one} of the video?",
            "Name the earliest {one}.",
            "Which {one} opens the video?",
            "What is the very first {one}?",
        ),
        "last": (
            "Which {one} comes last in the video?",
            "With which {one} does the video end?",
            "What is the final {one} of the video?",
            "Name the last {one}.",
            "Which {one} closes the video?",
            "What is the very last {one}?",
        ),
        "speech.first": (
            "What is said first in the video?",
            "Which words are heard first?",
            "What are the first words of the video?",
            "With which words does the speech begin?",
            "Quote the first line that is spoken.",
            "How does the speaker begin?",
        ),
        "speech.last": (
            "What is said last in the video?",
            "Which words are heard last?",
            "What are the closing words of the video?",
            "With which words does the speech end?",
            "Quote the last line that is spoken.",
            "How does the speaker finish?",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        if len(view) < 3:
            return []
        items = view.items
        by_end = sorted(items, key=lambda item: item.end)
        asks = []
        if overlap(items[0], items[1]) == 0 and items[0] is by_end[0]:
            asks.append(Ask([items[0]], {}, {"which": "first"}, "first"))
        if overlap(items[-1], by_end[-2]) == 0 and items[-1] is by_end[-1]:
            asks.append(Ask([items[-1]], {}, {"which": "last"}, "last"))
        return rng.sample(asks, min(limit, len(asks)))

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return say(evidence[0].text, params["kind"], clock.language)
