"""Describe: put into words what was measured of each shot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ....schemas import Failed, Span, Timeline
from ....schemas.settings_model import OnlyWith
from ...stage import Stage

if TYPE_CHECKING:
    from .looks import SpanLook

Topic = Literal["brightness", "colours", "motion", "camera", "texts", "duration", "position"]
MEASURED = ("brightness", "colours", "motion")
"""Topics that are measured in the frame table."""


class Describe(Stage):
    """Describe the look of each shot in English, from measurements alone: no model, no guess at the content.

    Says how bright the picture is, its main colours, how much moves, what the camera does (where the camera stage
    ran), which text is on screen (where OCR ran), how long the shot is and where it lies in the video. The numbers
    stay in the span's values. The attribute ``look`` is the description without length and position.
    """

    renamed: ClassVar[Mapping[str, str]] = {"say": "topics"}

    uses: ClassVar[frozenset[str]] = frozenset({"camera", "texts"})
    writes: ClassVar[frozenset[str]] = frozenset({"descriptions"})

    of: str = Field("shots", min_length=1)
    """The lane whose spans are described."""
    into: str = Field("descriptions", min_length=1)
    """The lane that the descriptions are written to."""
    topics: list[Topic] = Field(
        ["brightness", "colours", "motion", "camera", "texts", "duration", "position"], min_length=1
    )
    """What to speak of. Brightness, colours and motion need the frame table of scan."""
    texts: Annotated[str, OnlyWith(topics="texts")] = "texts"
    """The lane of on-screen text."""
    light: Annotated[tuple[float, float, float, float], OnlyWith(topics=MEASURED)] = (20.0, 60.0, 95.0, 175.0)
    """Mean luma (0..255) from which a picture is called dark, dim, well lit, bright; below the first: nearly black."""
    motion: Annotated[tuple[float, float, float], OnlyWith(topics="motion")] = (0.004, 0.02, 0.08)
    """Motion of things, the camera's taken off, in widths of the picture a second, from which there is a little, some,
    a lot; below the first: hardly any."""

    @field_validator("light", "motion")
    @classmethod
    def _rise(cls, limits: tuple[float, ...]) -> tuple[float, ...]:
        if limits[0] <= 0 or list(limits) != sorted(set(limits)):
            raise ValueError("the limits must be greater than 0 and rise")
        return limits

    def lanes_read(self) -> set[str]:
        return {self.of, "signals"} if {*MEASURED} & set(self.topics) else {self.of}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def run(self, video: Timeline) -> Timeline:
        from .looks import LIGHT, SpanLook, describe_look, describe_place
        from .span_looks import camera_moves, measure, place_of, texts_of

        say: set[str] = set(self.topics)
        spans = video.lane(self.of)
        if {*MEASURED} & say and spans:
            if video.signals is None or not len(video.signals):
                raise Failed(
                    "no_signals", "brightness, colours and motion come from scan, and this video has no frames"
                )
            looks = measure(video.signals, spans, self.light, self.motion)
        else:
            looks = [SpanLook() for _ in spans]
        duration = video.seconds or max((span.end for span in spans), default=0.0)
        noun = {"shots": "shot", "scenes": "scene"}.get(self.of, "clip")
        rng = video.random(self.key, self.into)
        made = []
        for span, look in zip(spans, looks, strict=True):
            look.seconds = span.seconds if "duration" in say else None
            look.values["seconds"] = round(span.seconds, 3)
            look.place = place_of(span, duration) if "position" in say and duration > 0 else ""
            look.camera = camera_moves(video, span) if "camera" in say else []
            look.texts = texts_of(video, self.texts, span) if "texts" in say else []
            if look.light == LIGHT[0]:  # in the dark, neither camera nor things can be seen to move
                look.camera, look.motion = [], ""
            _forget(look, say)
            shown, placed = describe_look(look, noun, rng), describe_place(look, noun, rng)
            if not (shown or placed):
                continue
            attrs = {"look": shown, "facts": _facts(look), "span": span.id}
            text = f"{shown} {placed}".strip()
            made.append(
                Span(
                    span.start,
                    span.end,
                    text,
                    source="measured",
                    values=look.values,
                    attrs={name: value for name, value in attrs.items() if value},
                )
            )
        video.put(self.into, made)
        return video


def _forget(look: SpanLook, say: set[str]) -> None:
    """Take out of *look* what the settings say not to speak of."""
    if "brightness" not in say:
        look.light = ""
    if "colours" not in say:
        look.colours = None
    if "motion" not in say:
        look.motion, look.frozen = "", False


def _facts(look: SpanLook) -> str:
    """The facts that the description states, for telling descriptions apart: ``light:dark;motion:little``."""
    stated = {"light": look.light, "colours": look.colours and look.light != "nearly black", "motion": look.motion}
    facts = {name: value for name, value in look.facts.items() if stated[name]}
    if look.frozen:
        facts["motion"] = "none"
    moves = [move for move in look.camera if move != "shake"]
    if len(look.camera) == 1 and moves and not look.frozen:
        facts["camera"] = moves[0]
    return ";".join(f"{name}:{value}" for name, value in sorted(facts.items()))
