"""Quality: measure every span, and drop those that break a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ...schemas import Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ..stage import Stage


@dataclass(frozen=True, slots=True)
class LimitReason:
    """The reason for which a span is dropped that breaks the limit ``min_MEASURE`` or ``max_MEASURE``."""

    name: str


Limit = float | None
Rule = tuple[str, bool, str]
"""The measure, whether the limit is a least value, and the reason."""


class Quality(Stage):
    """Measure the spans of a lane, and drop those that break a limit.

    Every measure is saved with its span: seconds, brightness, contrast, sharpness, frozen, border, black, white,
    motion, movement and novelty. A limit of null only measures. The first limit that a span breaks is its reason.
    Where the scan left frames out, ``decoded`` is the share of those of the span that it did not: of less, frozen,
    motion, movement and sharpness are less exact.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"signals"})

    of: str = Field("shots", min_length=1)
    """The lane whose spans are measured."""
    action: Literal["drop", "tag"] = "drop"
    """``drop`` a span that breaks a limit, or ``tag`` it: its attribute ``quality`` names all reasons."""

    min_brightness: Annotated[Limit, LimitReason("too_dark")] = 12.0
    """Least mean luma, 0..255."""
    max_brightness: Annotated[Limit, LimitReason("too_bright")] = 245.0
    """Greatest mean luma, 0..255."""
    min_contrast: Annotated[Limit, LimitReason("too_flat")] = 3.0
    """Least standard deviation of luma, 0..127.5; below about 3 the picture is of one colour."""
    min_sharpness: Annotated[Limit, LimitReason("too_blurred")] = None
    """Least sharpness: the median over frames of the variance of the Laplacian. Depends on the kind of picture."""
    max_frozen: Annotated[Limit, LimitReason("frozen")] = None
    """Greatest share of the span (0..1) in which the picture stands still, for 0.4 s at least; slides and titles are
    near 1."""
    max_border: Annotated[Limit, LimitReason("black_borders")] = None
    """Greatest share of the picture (0..1) that is black border; a 2.35:1 film in 16:9 has about 0.25."""
    max_black: Annotated[Limit, LimitReason("mostly_black")] = None
    """Greatest share of black pixels, 0..1."""
    max_white: Annotated[Limit, LimitReason("mostly_white")] = None
    """Greatest share of white pixels, 0..1."""
    min_seconds: Annotated[Limit, LimitReason("too_short")] = None
    """Least length, seconds."""
    max_seconds: Annotated[Limit, LimitReason("too_long")] = None
    """Greatest length, seconds."""
    min_movement: Annotated[Limit, LimitReason("too_still")] = None
    """Least motion of the camera and of things together, in widths of the picture a second."""
    max_movement: Annotated[Limit, LimitReason("too_much_motion")] = None
    """Greatest motion of the camera and of things together, in widths of the picture a second."""
    min_motion: Annotated[Limit, LimitReason("nothing_moves")] = None
    """Least motion of things, the camera's taken off, in widths of the picture a second."""
    min_novelty: Annotated[Limit, LimitReason("duplicate_shot")] = None
    """Least difference from every kept span before it: share of hash bits, 0..1. 0.08 finds shots shown twice."""

    still: int = Field(1, ge=0, le=255)
    """Most that the light of any of 8 x 9 areas changes (0..255) while the picture stands still."""

    @model_validator(mode="after")
    def _agrees(self) -> Quality:
        for name in ("brightness", "seconds", "movement"):
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if low is not None and high is not None and low > high:
                raise ValueError(f"min_{name} must not be greater than max_{name}")
        return self

    @classmethod
    def rules(cls) -> dict[str, Rule]:
        """Every limit by its name, in the order in which they stand above."""
        return {
            name: (name[4:], name.startswith("min_"), mark.name)
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, LimitReason)
        }

    def lanes_read(self) -> set[str]:
        return {"signals", self.of}

    def names_laid(self) -> KnownLanes:
        tags = {"quality", "duplicate"} if self.action == "tag" else set()
        values = {measure for measure, _, _ in self.rules().values()} | {"decoded"}
        return {self.of: LaneNames.of(values=values, attrs=tags)}

    def run(self, video: Timeline) -> Timeline:
        signals, spans = video.frame_table("quality is measured in"), list(video.lane(self.of))
        if not spans:
            return video
        from ...video.signals.filling import share_measured
        from ...video.signals.frame_ranges import ranges
        from ...video.signals.quality_measures import measures, novelty

        for name, column in measures(signals, spans, self.still).items():
            for span, value in zip(spans, column.tolist(), strict=True):
                span.values[name] = round(value, 4)
        for span, share in zip(spans, share_measured(signals, *ranges(signals, spans)), strict=False):
            span.values["decoded"] = share
        rules = self.rules()
        broken = [self._broken(span, rules) for span in spans]
        twins: dict[int, int] = {}

        def keep(n: int, value: float, twin: int) -> bool:
            spans[n].values["novelty"] = round(value, 4)
            if self.min_novelty is not None and spans[n].values["novelty"] < self.min_novelty:
                twins[n] = twin
                broken[n].append("min_novelty")
            return not broken[n]

        novelty(signals, spans, keep)
        for n, (span, limits) in enumerate(zip(spans, broken, strict=True)):
            if limits:
                twin = spans[twins[n]] if n in twins else None
                self._act(video, span, limits, rules, f"like {twin.id} at {twin.start:g} s" if twin else "")
        return video

    def _broken(self, span: Span, rules: dict[str, Rule]) -> list[str]:
        """The limits that *span* breaks, by name, in the order in which they stand above."""
        broken = []
        for name, (measure, least, _) in rules.items():
            limit, value = getattr(self, name), span.values.get(measure)
            if measure == "novelty" or limit is None or value is None:
                continue
            if value < limit if least else value > limit:
                broken.append(name)
        return broken

    def _act(self, video: Timeline, span: Span, limits: list[str], rules: dict[str, Rule], twin: str) -> None:
        if self.action == "tag":
            span.attrs["quality"] = " ".join(rules[name][2] for name in limits)
            if twin:
                span.attrs["duplicate"] = twin
            return
        measure, _, reason = rules[limits[0]]
        detail = twin if limits[0] == "min_novelty" else ""
        value, threshold = span.values[measure], getattr(self, limits[0])
        self.drop(video, self.of, span, reason, value=value, threshold=threshold, detail=detail)
