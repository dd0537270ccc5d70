"""Embed: keep the vectors of spans."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...schemas import Demand, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ..prompting.frame_choice import Look
from ..stage import Teacher, TeacherStage
from .embedding import chosen_times, of_texts, of_times, pooled, refuse_grid, same_length, told_cut

SPAN_SECONDS = 5.0
"""How long a span is taken to be, for a plan."""


class Embed(TeacherStage):
    """Keep a vector of each span of a lane: of its frames, or of its text.

    An embedder is asked (a teacher of ``kind: embed``). That of frames is the mean of theirs, of unit length. The lane
    has a column ``vector`` then, float16, in ``timelines/``; what compares videos with one another goes by it.
    """

    writes: ClassVar[frozenset[str]] = frozenset()
    decodes: ClassVar[bool] = True

    of: str = Field("shots", min_length=1)
    """The lane."""
    what: Literal["frames", "text"] = "frames"
    """``frames``: what the spans show. ``text``: their text, or else their label; spans without any have no vector."""
    look: Annotated[Look, OnlyWith(what="frames")] = Look(count=4, size=336)
    """The frames of a span, each of which has a vector."""

    @model_validator(mode="after")
    def _no_grid(self) -> Self:
        refuse_grid(self.look)
        return self

    def lanes_read(self) -> set[str]:
        return {self.of, *(self.look.lanes() if self.what == "frames" else ())}

    def lanes_written(self) -> set[str]:
        return set()

    def names_laid(self) -> KnownLanes:
        return {self.of: LaneNames()}

    def embeds_with(self) -> list[str]:
        return self.teachers()

    def pictures_to(self) -> list[str]:
        return self.teachers() if self.what == "frames" else []

    def vectors_laid(self) -> set[str]:
        return {self.of}

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Lay the vectors on the spans of *video*.

        Raises:
            Failed: no vector came, or ``no_media``: frames are to be shown of what has no file.
        """
        if self.what == "text":
            spans = [span for span in video.lane(self.of) if span.words]
            wanted: list[list[str | float]] = [[span.words] for span in spans]
            asked = await of_texts(teacher, [span.words for span in spans], self.name())
            asked.count_cut(video)
        else:
            spans = video.lane(self.of)
            times = chosen_times(video, spans, self.look)
            wanted = [list(own) for own in times]
            each = {time for own in times for time in own}
            asked = await of_times(teacher, video, each, self.look.size, self.name())
        vectors = asked.expect_some().vectors
        for span, own in zip(spans, wanted, strict=True):
            span.vector = pooled(vectors, own) or None
            if span.vector is None and (failed := asked.failure(own)) is not None:
                self.reject_reply(video, failed, self.of, span)
        same_length([span.vector for span in spans if span.vector])
        video.report["vectors"] = sum(span.vector is not None for span in spans)
        return video

    def demand(self, seconds: float) -> Demand:
        spans = max(1.0, seconds / SPAN_SECONDS)
        if self.what == "text":
            return Demand(calls=spans, tokens_in=spans * 30)
        frames = spans * self.look.frames()
        return Demand(calls=frames, images=frames)

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``120 vectors``, and one for texts that were cut."""
        return f"{totals['vectors']:.0f} vectors{told_cut(self.name(), totals)}" if "vectors" in totals else None
