"""Alignment: captions that were made from speech are moved to where the picture shows what they say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...schemas import Demand, Failed, Reply, Span, Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import NoEffect, Settings, Without
from ..prompting.frame_choice import Look, at_times
from ..prompting.material import RULES, material
from ..prompting.own_words import PromptSpec, prompts_by_name
from ..prompting.together import together
from ..stage import Teacher, TeacherStage
from .caption_material import CaptionContext, parts
from .caption_words import ALIGN_SPEC, MATCHER, WHERE, WHERE_TOLD, seconds
from .captioner import Name


class ShownIn(BaseModel):
    """The frames, or the moments, that show what a caption says."""

    model_config = ConfigDict(extra="forbid")

    shown: list[int] = Field(
        description="The numbers of those that show it, in rising order; none is a good reply.",
    )


def shown_schema(count: int) -> dict[str, Any]:
    """The JSON schema of a reply that names some of *count* frames or moments, by their numbers."""
    schema = ShownIn.model_json_schema()
    schema["properties"]["shown"] |= {"items": {"type": "integer", "minimum": 1, "maximum": count}, "maxItems": count}
    return schema


class FrameSize(Settings):
    """How the frames are shown of which there is one every so many seconds."""

    size: int = Field(336, ge=16, le=4096)
    """Longest side of a frame, pixels."""
    columns: int = Field(0, ge=0, le=16)
    """0: a picture for each frame. More: all in one picture, a grid of so many columns."""


@dataclass(slots=True)
class Placed:
    """A caption with the window that shows most of it, or the failure that stands in its place."""

    window: Span
    """Its score is the share of the window's frames that show it, 0..1."""
    failure: Reply | None = None


class Align(TeacherStage):
    """Give each caption a window of a set length, where a teacher sees most of what it says (HowToCaption).

    What is said is often shown sooner or later. A teacher is shown frames from around the time of a caption, and names
    those that show it; the window that holds most of them is taken, of equal ones the nearest. The caption's score is
    the share of the window's frames that show it; with too few, it is dropped as ``not_shown``. With ``look: null`` the
    teacher reads instead what lanes say of that time, and so is a caption dropped of whose time they say nothing.
    """

    renamed: ClassVar[Mapping[str, str]] = {"size": "look.size", "columns": "look.columns"}
    writes: ClassVar[frozenset[str]] = frozenset({"captions"})
    decodes: ClassVar[bool] = True
    prompts: ClassVar[dict[str, PromptSpec]] = {"align": ALIGN_SPEC}

    of: str = Field("captions", min_length=1)
    """The lane of the captions."""
    into: str = Field("captions", min_length=1)
    """The lane that the aligned captions are written to; if it is ``of``, they take the place of those there."""
    window: float = Field(8.0, gt=0)
    """Seconds of a window."""
    reach: float = Field(10.0, ge=0)
    """Seconds by which the window may lie before or after the one that begins with the caption."""
    every: float = Field(1.0, gt=0)
    """Seconds from frame to frame, and from window to window."""
    min_score: float = Field(0.25, gt=0, le=1)
    """The least share of the window's frames that must show it."""
    look: FrameSize | None = FrameSize()
    """How large the frames are; null: none are shown, and the lanes of ``with`` say what is seen."""
    told_by: Annotated[list[Name], Without("look")] = Field([], alias="with")
    """Lanes that say what is seen and when, where no frames are shown: [events, texts]. A lane of speech says what is
    spoken of, which is not yet seen."""

    @model_validator(mode="after")
    def _something_tells(self) -> Self:
        if self.look is None and not self.told_by:
            raise ValueError("look: null needs with: the lanes that say what is seen")
        if self.of in self.told_by:
            raise ValueError(f"with: {self.of} holds the captions themselves, which cannot say where they are shown")
        if self.look is None and any(
            "{material}" not in own.text for own in prompts_by_name(self.prompt, ["align"]).values()
        ):
            raise NoEffect({"with": "has no effect: the prompt align holds no {material}"})
        return self

    def lanes_read(self) -> set[str]:
        return {self.of, *(self.told_by if self.look is None else ["media"])}

    def lanes_written(self) -> set[str]:
        return {self.into}

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay the aligned captions on *video*.

        Raises:
            Failed: no request brought a reply, or ``no_media``: frames are to be shown of what has no file.
        """
        captions = [span for span in video.lane(self.of) if span.words]
        placed = await together(self._place(video, caption, teacher) for caption in captions)
        refused = [one.failure for one in placed if one.failure is not None]
        if refused and len(refused) == len(placed):
            raise Failed(refused[0].failure, refused[0].detail)
        kept = []
        for caption, one in zip(captions, placed, strict=True):
            if one.failure is not None:
                self.reject_reply(video, one.failure, self.of, caption)
            elif (one.window.score or 0.0) < self.min_score:
                measured = {"value": one.window.score, "threshold": self.min_score, "detail": caption.words}
                self.reject(video, self.of, caption, "not_shown", **measured)  # type: ignore[arg-type]
            else:
                kept.append(one.window)
        video.put(self.into, kept)
        return video

    async def _place(self, video: Timeline, caption: Span, teacher: Teacher) -> Placed:
        duration = video.seconds or math.inf
        starts = self.starts(caption.start, duration)
        times = self.times(starts, duration)
        told = ", ".join(f"{n}: {seconds(time)} s" for n, time in enumerate(times, 1))
        quoted, known = material("caption", caption.words), {"count": len(times), "times": told}
        if self.look is not None:
            frames = [at_times(video, times, Look(size=self.look.size, columns=self.look.columns))]
            asked, notes = parts([WHERE.format(**known), quoted], frames), ""
        else:
            around = Span(starts[0], times[-1])
            notes = "\n\n".join(CaptionContext(tuple(self.told_by)).blocks(video, around))
            if not notes:
                return Placed(Span(caption.start, caption.end, caption.text, score=0.0))
            asked = parts([WHERE_TOLD.format(**known), quoted, notes])
        request = self.prompter(video).request(
            "align",
            f"{MATCHER} {RULES}",
            asked,
            {"caption": quoted, "material": notes, **known},
            schema=shown_schema(len(times)),
        )
        reply = (await teacher.ask([request]))[0]
        if not reply.ok:
            return Placed(caption, reply)
        named = set(ShownIn.model_validate(reply.value).shown)
        shown = [time for n, time in enumerate(times, 1) if n in named]

        def share(start: float) -> float:
            low, high = start - ROUNDING, start + self.window - ROUNDING
            return sum(low <= time < high for time in shown) / max(sum(low <= time < high for time in times), 1)

        best = min(starts, key=lambda start: (-round(share(start), 9), abs(start - caption.start), start))
        end = min(best + self.window, duration)
        attrs = {**caption.attrs, "of": caption.id}
        window = Span(best, end, caption.text, caption.label, round(share(best), 4), caption.source, attrs=attrs)
        return Placed(window)

    def starts(self, start: float, duration: float) -> list[float]:
        """Where a window may begin for a caption that begins at *start*, in a video of *duration* seconds."""
        steps = int(self.reach / self.every + ROUNDING)
        last = max(duration - self.window, 0.0)
        return sorted({round(min(max(start + n * self.every, 0.0), last), 6) for n in range(-steps, steps + 1)})

    def times(self, starts: list[float], duration: float) -> list[float]:
        """The times of the frames that are shown for windows that begin at *starts*: the middle of each step."""
        end = min(starts[-1] + self.window, duration)
        edges = [starts[0] + n * self.every for n in range(int((end - starts[0]) / self.every + ROUNDING) + 1)]
        return [round((one + other) / 2, 6) for one, other in pairwise(edges)] or [round((starts[0] + end) / 2, 6)]

    def demand(self, seconds: float) -> Demand:
        """Roughly: a caption for every eight seconds."""
        calls = max(1.0, seconds / 8)
        frames = (2 * self.reach + self.window) / self.every
        if self.look is None:
            return Demand(calls, 0, calls * (400 + 20 * len(self.told_by)), calls * 40)
        return Demand(calls, calls * (1 if self.look.columns else frames), calls * 400, calls * 40)
