"""A package with a plugin of each kind, small ones: what somebody else may add to vdata."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import ClassVar, Literal

from vdata.export.format import ExportItem, JsonLines
from vdata.pipelines.errors import UserError
from vdata.pipelines.teachers.backend import Backend, Call
from vdata.pipelines.teachers.limits import TimeSource
from vdata.pipelines.teachers.reply_parser import Raw
from vdata.pipelines.teachers.teacher_settings import TeacherSettings
from vdata.rules.clock import Clock
from vdata.rules.family import Ask, Family
from vdata.rules.lane_view import View
from vdata.schemas import Evidence, Request, Span, Timeline
from vdata.stages import Teacher, TeacherStage
from vdata.stages.labels import FileImporter, LabelError, Labelled

ENTRY_POINTS = {
    "vdata.stages": {"howl": "zoo:Howl"},
    "vdata.families": {"loudest": "zoo:Loudest"},
    "vdata.labels": {"lines": "zoo:Lines"},
    "vdata.teachers": {"shouter": "zoo:Shouter"},
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


class Shouter(TeacherSettings):
    """Says again what it is told, in capitals."""

    kind: Literal["shouter"] = "shouter"
    mark: str = "!"
    """Put behind it."""

    def identity(self, request: Request | None = None) -> str:
        return f"shouter {self.mark}"

    def backend(self, clock: TimeSource) -> Backend:
        return Throat(self.mark)

    def check(self) -> None:
        if not self.mark:
            raise UserError("mark: a shout has a mark")


class Throat:
    """What the shouter shouts with."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    async def prepare(self, request: Request) -> str:
        return "".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))

    async def send(self, call: Call, prepared: str) -> Raw:
        return Raw(prepared.upper() + self.mark)

    async def close(self) -> None: ...


class Howl(TeacherStage):
    """Have every event shouted."""

    reads: ClassVar[frozenset[str]] = frozenset({"events"})
    writes: ClassVar[frozenset[str]] = frozenset({"howls"})

    before: str = ""
    """Put before each."""

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        events = video.lane("events")
        replies = await teacher.ask([Request.of(self.before + one.words) for one in events])
        video.put("howls", [Span(one.start, one.end, it.text) for one, it in zip(events, replies, strict=True)])
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
