"""A package with a plugin of each kind, small ones: what somebody else may add to vdata."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from vdata.export.format import Item, JsonLines
from vdata.rules.clock import Clock
from vdata.rules.family import Ask, Family
from vdata.rules.lane_view import View
from vdata.schemas import Evidence, Span, Timeline
from vdata.stages import Stage

ENTRY_POINTS = {
    "vdata.stages": {"howl": "zoo:Howl"},
    "vdata.families": {"loudest": "zoo:Loudest"},
    "vdata.formats": {"pairs": "zoo:Pairs"},
}


class Howl(Stage):
    """Write every event in capitals."""

    reads: ClassVar[frozenset[str]] = frozenset({"events"})
    writes: ClassVar[frozenset[str]] = frozenset({"howls"})

    mark: str = "!"
    """Put behind each."""

    def run(self, video: Timeline) -> Timeline:
        howls = [Span(one.start, one.end, one.words.upper() + self.mark) for one in video.lane("events")]
        video.put("howls", howls)
        return video


class Loudest(Family):
    """Which text has the most marks?"""

    task = "loudest"
    kinds = frozenset({"sentence"})
    phrasings = ("Which {one} is the loudest?",)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return [Ask(view.items, {})]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return max(evidence, key=lambda one: one.text.count("!")).text


class Pairs(JsonLines):
    """A line for each sample: [question, answer]."""

    name = "pairs"

    def row(self, item: Item) -> list[str]:
        return [item.sample.question, item.sample.answer]
