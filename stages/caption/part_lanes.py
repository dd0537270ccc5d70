"""Part lanes: each named part of structured captions becomes a lane of its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from ...rules.caption_parts import is_part
from ...schemas import Span, Timeline
from ..instruct.asked_for import count_each, told
from ..stage import Stage
from .caption_words import PARTS


class PartLanes(Stage):
    """Make a lane of each named part of structured captions, so that it can be asked about and cited by itself.

    The part ``camera`` of the lane ``captions`` goes to the lane ``captions_camera``: a span for each caption that has
    it, with the caption's times. Every attribute of a span counts as a part: of a caption in parts, of a row of an
    imported table, of what the stage ask left.
    """

    of: str = Field("captions", min_length=1)
    """The lane of the captions."""
    parts: list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]] = Field(list(PARTS), min_length=1)
    """The parts that become lanes; by default those that the stage caption asks for."""

    @field_validator("parts")
    @classmethod
    def _are_parts(cls, parts: list[str]) -> list[str]:
        if taken := [name for name in parts if not is_part(name)]:
            raise ValueError(f"{', '.join(taken)} has another meaning among the attributes of a caption")
        return list(dict.fromkeys(parts))

    def lanes_read(self) -> set[str]:
        return {self.of}

    def lanes_written(self) -> set[str]:
        return {self._lane(part) for part in self.parts}

    def run(self, video: Timeline) -> Timeline:
        found: list[str] = []
        for part in self.parts:
            spans = [
                Span(caption.start, caption.end, text, source=caption.source, attrs={"span": caption.id, "part": part})
                for caption in video.lane(self.of)
                if (text := caption.attrs.get(part, "").strip())
            ]
            found += [part] * len(spans)
            video.put(self._lane(part), spans)
        count_each(video, self.parts, found)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The parts that no caption has."""
        kinds = dict.fromkeys(self.parts, f"span of {self.of} with this part")
        why = dict.fromkeys(kinds, f"no span of {self.of} has it")
        return "\n".join(told(self.name(), totals, kinds, why)) or None

    def _lane(self, part: str) -> str:
        return f"{self.of}_{part}"
