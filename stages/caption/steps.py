"""Steps: short captions of what is done, made from what is said."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ...schemas import Demand, Failed, Span, Timeline
from ..prompting.own_words import PromptSpec
from ..prompting.together import together
from ..stage import Teacher
from .caption_material import lines_of
from .caption_words import STEPS_SPEC
from .captioner import Captioner
from .step_replies import steps_of


class SpokenSteps(Captioner):
    """Have a teacher read what is said, and write short captions of what is being done (HowToCaption).

    Each caption has the time of the lines that tell of it, which the teacher cites by number; one that cites a line
    that is not there is rejected, and one that repeats what the teacher was
    told, or itself. No frames are shown.
    """

    key: ClassVar[str] = "caption"
    formerly: ClassVar[dict[str, dict[str, str]]] = {"caption": {"mode": "steps"}}
    writes: ClassVar[frozenset[str]] = frozenset({"captions"})

    prompts: ClassVar[dict[str, PromptSpec]] = {"steps": STEPS_SPEC}

    of: str = Field("shots", min_length=1)
    """The lane of the stretches that are read at a time, for example ``speech_blocks``."""
    lines: str = Field("speech", min_length=1)
    """The lane of the spoken lines that are numbered and cited."""

    @classmethod
    def name(cls) -> str:
        return "steps"

    def lanes_read(self) -> set[str]:
        return super().lanes_read() | {self.lines}

    def wants_checks(self) -> dict[str, set[str]]:
        return {self.into: {"grounding"}}

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay the steps on *video*.

        Raises:
            Failed: no request brought a reply.
        """
        spans, source, drafter = video.lane(self.of), self._source(teacher), self._drafter(video)
        self._count_cuts(video, spans)
        spoken = [line for line in video.lane(self.lines) if line.words]
        read = {id(line) for span in spans for line in lines_of(video, self.lines, span)}
        video.report |= {"unread_lines": sum(id(line) not in read for line in spoken), "all_lines": len(spoken)}
        stretches = await together(steps_of(video, span, self.lines, teacher, source, drafter) for span in spans)
        refused = []
        for span, one in zip(spans, stretches, strict=True):
            if one.failure is not None:
                self.reject_reply(video, one.failure, self.of, span)
                refused.append(one.failure)
            for step, number in one.uncited:
                place = Span(span.start, span.end)
                self.reject(video, self.into, place, "no_such_line", value=number, detail=step.text or "")
            for step, reason, said in one.repeating:
                self.reject(video, self.into, Span(span.start, span.end), reason, detail=f"{step.text} | {said}")
        if refused and len(refused) == sum(one.asked for one in stretches):
            raise Failed(refused[0].failure, refused[0].detail)
        video.put(self.into, [span for one in stretches for span in one.spans])
        self._drop_short(video)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The lines that no stretch holds, and the material that was left out for want of room."""
        lines = self._told_cuts(totals)
        if unread := int(totals.get("unread_lines", 0)):
            told = f"{unread} of {totals['all_lines']:.0f} lines of {self.lines} lie in no span of {self.of}"
            lines.append(f"{self.name()}: {told}, and were not read.")
        return "\n".join(lines) or None

    def demand(self, seconds: float) -> Demand:
        """Roughly: a stretch of speech is taken to last eighty seconds."""
        calls = max(1.0, seconds / 80)
        return Demand(calls, 0, calls * (600 + self._material_tokens()), calls * 140)
