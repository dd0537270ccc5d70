"""A package with a plugin of each kind, small ones: what somebody else may add to vdata."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import ClassVar, Literal

from vdata.export.format import ExportItem, JsonLines
from vdata.rules.clock import Clock
from vdata.rules.family import Ask, Family
from vdata.rules.lane_view import View
from vdata.schemas import Evidence, Span, Timeline
from vdata.stages import Stage
from vdata.stages.labels import FileImporter, LabelError, Labelled

ENTRY_POINTS = {
    "vdata.stages": {"howl": "zoo:Howl"},
    "vdata.families": {"loudest": "zoo:Loudest"},
    "vdata.labels": {"lines": "zoo:Lines"},
    "vdata.formats": {"pairs": "zoo:Pairs"},
}


class Lines(FileImporter):
    """Read lines of VIDEO START END TEXT."""

    kind: Literal["lines"] = "lines"
    lane: str = "events"
    """The lane on which the spans are laid."""
    comment: str = "#"
    """What a line begins with that is not read."""

    def read(self, data: bytes) -> Iterable[Labelled]:
        if not data:
            raise LabelError(f"{self.path}: it is empty.")
        for number, line in enumerate(data.decode().splitlines(), 1):
            if not line.startswith(self.comment):
                name, start, end, text = line.split(maxsplit=3)
                found = Labelled(name)
                found.add(self.lane, start, end, f"line {number}", text=text)
                yield found


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

    def row(self, item: ExportItem) -> list[str]:
        return [item.sample.question, item.sample.answer]
