"""Shots: cut the video where its content changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    create_model,
    field_validator,
    model_serializer,
    model_validator,
)

from ...schemas import Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import NoEffect, OnlyWith
from ..stage import Stage
from .detectors.detector import DETECTORS, CutDetector, Feed, ShotDetector, shots_between
from .scene_detect import SceneDetect

if TYPE_CHECKING:
    DetectorName = str
else:
    DetectorName = Literal[tuple(DETECTORS.find())]


class DetectorChoice(BaseModel):
    """Which detectors find the shots."""

    detector: DetectorName | SceneDetect | list[DetectorName | SceneDetect] = "boundaries"
    """What finds the boundaries. ``{scenedetect: HistogramDetector, bins: 64}`` is a detector of PySceneDetect by name,
    or of your own package (``my_package.module:MyDetector``, made from its ``SceneDetector``), with its keyword
    arguments; the scan feeds it frames of at most ``max_side: 256`` pixels. Several, as in
    ``[boundaries, koala]``, take a vote."""

    @field_validator("detector", mode="before")
    @classmethod
    def _made(cls, value: Any) -> Any:
        """A mapping is made a detector here, so that a mistake in it is said once."""
        if isinstance(value, list):
            return [cls._made(one) for one in value]
        if isinstance(value, dict) and "scenedetect" in value:
            try:
                return SceneDetect.model_validate(value)
            except ValidationError as error:
                raise ValueError("; ".join(_said(one) for one in error.errors())) from None
        return value


def _said(error: Any) -> str:
    """What is wrong with a key of the mapping."""
    text = error["msg"].removeprefix("Value error, ")
    return f"{error['loc'][0]}: {text}" if error["loc"] else text


if TYPE_CHECKING:
    DetectorSettings = DetectorChoice
else:
    DetectorSettings = create_model(
        "DetectorSettings",
        __base__=DetectorChoice,
        **{
            name: (
                Annotated[cls, OnlyWith(detector=name)],
                Field(cls(), description=f"Settings of the detector ``{name}``."),
            )
            for name, cls in DETECTORS.find().items()
        },
    )


class Shots(Stage, DetectorSettings):
    """Cut the video where its content changes.

    What several detectors see within a tenth of a second is one boundary, of the kind and extent that takes up more
    time. It counts when more than ``majority`` of them see it, or one is ``sure`` of it.

    Shots follow one another without gaps from the first frame to the end, save where the settings trim, drop or
    skip. Each says how it begins (``begins``: start, cut, dissolve, wipe, fade, transition, valley, chop or window)
    and which ``detector`` found that; its score is the strength of the change there, as a multiple of what the
    detector asks for. After a gradual transition it also has the times of its first and last frame
    (``transition_start``, ``transition_end``), after a fade that at which the picture was darkest (``darkest_at``).
    """

    renamed: ClassVar[Mapping[str, str]] = {"short": "short_shots"}

    reads: ClassVar[frozenset[str]] = frozenset({"signals"})
    writes: ClassVar[frozenset[str]] = frozenset({"shots"})
    version: ClassVar[str] = "4"

    majority: float = Field(0.5, ge=0, lt=1)
    """Of several detectors, more than this share must see a boundary …"""
    sure: float = Field(1.5, ge=1)
    """… unless one of them sees a change of so many times what it asks for; 1: every alarm of each is a boundary."""
    min_seconds: float = Field(0.0, ge=0)
    """Least length of a shot; what becomes of a shorter one, ``short_shots`` says."""
    short_shots: Annotated[Literal["join", "drop"], OnlyWith("min_seconds")] = "join"
    """Join a short shot to the neighbour from which the weaker change parts it (one that touches none stays as it is),
    or drop it."""
    max_seconds: float | None = Field(None, gt=0)
    """Greatest length of a shot: heads are cut off a longer one until the rest is short enough."""
    head_seconds: Annotated[float | None, OnlyWith("max_seconds")] = Field(None, gt=0)
    """Length of these heads; none: ``max_seconds``. Panda-70M has a greatest length of 7 s and heads of 5 s."""
    trim_seconds: float = Field(0.0, ge=0)
    """Seconds taken off both ends of every shot, last of all."""
    trim_percent: float = Field(0.0, ge=0, lt=50)
    """Percent of its length taken off both ends of every shot, last of all."""
    into: str = Field("shots", min_length=1)
    """The lane that the shots are written to."""

    @model_validator(mode="after")
    def _agrees(self) -> Shots:
        if not self.detectors:
            raise ValueError("detector: name at least one")
        if len(self.detectors) == 1 and (idle := sorted({"majority", "sure"} & _changed(self))):
            raise NoEffect(dict.fromkeys(idle, "has no effect with one detector"))
        if len(self.detectors) > 1:
            for one in self.detectors:
                if not isinstance(one, CutDetector):
                    raise ValueError(f"detector: {one.name()} stands alone; to chop long shots, set max_seconds")
            idle = [f"{one.name()}.{key}" for one in self.detectors for key in sorted(one.alone & _changed(one))]
            if idle:
                raise NoEffect(dict.fromkeys(idle, "has no effect beside other detectors"))
        if self.max_seconds is not None and (self.head_seconds or 0) > self.max_seconds:
            raise ValueError("head_seconds must not be greater than max_seconds")
        if self.max_seconds is not None and 2 * self.min_seconds > (self.head_seconds or self.max_seconds):
            raise ValueError("min_seconds must be at most half of max_seconds (or of head_seconds)")
        return self

    @property
    def detectors(self) -> list[ShotDetector]:
        """The detectors, each once."""
        named = self.detector if isinstance(self.detector, list) else [self.detector]
        once = {one.key() if isinstance(one, SceneDetect) else one: one for one in named}
        return [one if isinstance(one, SceneDetect) else getattr(self, one) for one in once.values()]

    @model_serializer(mode="wrap")
    def _without_strangers(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out unused detectors of other packages from what is written: installing one changes no build."""
        strangers = {
            name for name, cls in DETECTORS.find().items() if not cls.__module__.startswith(f"{DETECTORS.package}.")
        }
        return {
            key: value
            for key, value in handler(self).items()
            if key not in strangers - {one.name() for one in self.detectors}
        }

    def feeds(self) -> list[Feed]:
        return [feed for one in self.detectors for feed in one.feeds()]

    def ready(self) -> None:
        for one in self.detectors:
            one.ready()

    def extras(self) -> set[str]:
        return {"transnet"} & {one.name() for one in self.detectors}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        if any(not type(one).__module__.startswith("vdata.") for one in self.detectors):
            return {self.into: None}  # a detector of another package lays what it likes
        values = {"transition_start", "transition_end", "darkest_at"}
        return {self.into: LaneNames.of(values=values, attrs={"begins", "detector"}, own={"score"})}

    def run(self, video: Timeline) -> Timeline:
        signals = video.frame_table("shots are found in")
        from ...video.signals.cuts import union
        from .tiling import chop, join, trim

        detectors: list[Any] = self.detectors
        # beside others a detector only adds boundaries, and shots stay whole
        alone: ShotDetector | None = detectors[0] if len(detectors) == 1 else None
        frame = signals.frame_seconds
        if alone:
            spans = alone.shots(signals)
        else:
            spans = shots_between(union([one.cuts(signals) for one in detectors], self.majority, self.sure), signals)
        if self.short_shots == "join":
            spans = join(spans, self.min_seconds)
        few = alone.shortest() * frame if alone else 0.0
        limit = self.min_seconds if self.short_shots == "drop" else 0.0
        least = max(limit - ROUNDING, few + frame / 2 if few else 0.0)
        short = [span for span in spans if span.seconds < least]
        shots = [span for span in spans if span.seconds >= least]
        if self.max_seconds is not None:
            head = self.head_seconds or self.max_seconds
            shots = [piece for span in shots for piece in chop(span, self.max_seconds, head, self.min_seconds, frame)]
        margin = self.trim_seconds + (alone.margin() * frame if alone else 0.0)
        gone = trim(shots, margin, self.trim_percent / 100, frame)
        video.put(self.into, [*shots, *short])
        for span in short:
            threshold = round(max(few, limit), 6)
            self.drop(video, self.into, span, "too_short", value=round(span.seconds, 6), threshold=threshold)
        for span in gone:
            threshold = round(2 * margin + span.seconds * self.trim_percent / 50, 6)
            self.drop(video, self.into, span, "trimmed_away", value=round(span.seconds, 6), threshold=threshold)
        return video


def _changed(settings: BaseModel) -> set[str]:
    """The fields that were given another value than the one they have anyway: a build's own notes hold every field."""
    fields = type(settings).model_fields
    return {name for name in settings.model_fields_set if getattr(settings, name) != fields[name].default}
