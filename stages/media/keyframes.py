"""Keyframes: the few frames of a shot that are worth looking at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ...schemas import Signals, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import OnlyWith, Without
from ..stage import Stage

Percent = Annotated[float, Field(ge=0, le=100)]
Row = Annotated[list[Percent], Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0)]
Step = Annotated[float, Field(gt=0)]


class Keyframes(Stage):
    """Choose the frames of every shot that are worth looking at.

    Lays points in time, each the true time of a frame, with the id of its shot in the attribute ``shot`` and the
    frame's ``sharpness`` among its values.
    """

    renamed: ClassVar[Mapping[str, str]] = {"most": "max_count"}

    reads: ClassVar[frozenset[str]] = frozenset({"signals"})
    writes: ClassVar[frozenset[str]] = frozenset({"keyframes"})

    of: str | None = "shots"
    """The lane of the shots; null: the whole video is one."""
    into: str = Field("keyframes", min_length=1)
    """The lane that the points are written to."""
    method: Literal["uniform", "percent", "change", "sharpest"] = "uniform"
    """``uniform``: evenly spread. ``percent``: at shares of the length. ``change``: the first frame, and each that has
    changed enough since the last one taken. ``sharpest``: the sharpest frame of each of several equal windows."""
    count: Annotated[int, OnlyWith(method=("uniform", "sharpest")), Without("every")] = Field(3, ge=1)
    """How many to a shot (``uniform``: the middles of so many equal parts; ``sharpest``: so many windows)."""
    every: Annotated[
        Step | Annotated[dict[Seconds, Step], Field(min_length=1)] | None,
        OnlyWith(method=("uniform", "sharpest", "change")),
    ] = None
    """Seconds from one to the next, from the shot's start on (``uniform``), or length of a window (``sharpest``), in
    the place of ``count``; for ``change``, seconds between the frames that are compared (none: every frame is). Or a
    table: from this movement on (of the camera and of things, in widths of the picture a second, as ``quality``
    measures it), so many seconds: ``{0: 1, 0.05: 0.5}``."""
    percent: Annotated[Row | Annotated[dict[Seconds, Row], Field(min_length=1)], OnlyWith(method="percent")] = Field(
        [20.0, 50.0, 80.0]
    )
    """Percents of the length. Or a table: from this length in seconds on, these percents, for example
    ``{0: [20, 50, 80], 6: [15, 40, 60, 85]}``."""
    measure: Annotated[Literal["hash", "ssim"], OnlyWith(method="change")] = "hash"
    """What counts as change: the ``hash`` of the picture against the last one taken, or the sum of 1 - ``ssim``."""
    bits: Annotated[int, OnlyWith(method="change", measure="hash")] = Field(12, ge=1, le=64)
    """Bits of the hash, of 64, that must differ."""
    change: Annotated[float, OnlyWith(method="change", measure="ssim")] = Field(1.0, gt=0)
    """What the sum of 1 - ssim must reach."""
    min_contrast: Annotated[float, OnlyWith(method="change")] = Field(0.0, ge=0)
    """Frames at the start of the shot whose luma has a smaller standard deviation (0..127.5) are passed over: 2 for
    pictures of one colour. If all have, the first is taken."""
    last: Annotated[bool, OnlyWith(method="change")] = False
    """Also take the last frame of the shot, if ``every`` seconds or more have passed since the last one taken, or if
    there is but one (ShareGPT4Video)."""
    max_count: int | None = Field(None, ge=1)
    """At most so many to a shot, evenly chosen from those found."""

    @model_validator(mode="after")
    def _agrees(self) -> Keyframes:
        if self.of == "":
            raise ValueError("of: name a lane, or null for the whole video")
        return self

    def lanes_read(self) -> set[str]:
        return {"signals", self.of} if self.of else {"signals"}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        return {self.into: LaneNames.of(values={"sharpness"}, attrs={"shot"})}

    def run(self, video: Timeline) -> Timeline:
        signals = video.frame_table("keyframes are chosen in")
        from ...video.signals.frame_ranges import ranges
        from ...video.signals.keyframe_choice import thin

        shots = video.lane(self.of) if self.of else [Span(float(signals.time[0]), signals.end)]
        points = []
        steps = self._steps(signals, shots)
        lows, highs = ranges(signals, shots)
        for shot, step, low, high in zip(shots, steps, lows.tolist(), highs.tolist(), strict=True):
            frames = self._frames(signals, shot, step, low, high)
            for frame in thin(frames, self.max_count) if self.max_count else frames:
                time, sharpness = float(signals.time[frame]), float(signals.sharpness[frame])
                attrs = {"shot": shot.id} if shot.id else {}
                values = {"sharpness": round(sharpness, 4)}
                points.append(Span(time, time, source="measured", values=values, attrs=attrs))
        video.put(self.into, points)
        return video

    def _steps(self, signals: Signals, shots: Sequence[Span]) -> list[float | None]:
        """The seconds from one frame to the next in each of the *shots*; None where ``count`` says how many."""
        if not isinstance(self.every, dict):
            return [self.every] * len(shots)
        from ...video.signals.quality_measures import measures

        table, moved = self.every, measures(signals, shots)["movement"].tolist()
        return [table[max((low for low in table if low <= much), default=min(table))] for much in moved]

    def _frames(self, signals: Signals, shot: Span, step: float | None, low: int, high: int) -> list[int]:
        from ...video.signals import keyframe_choice as choose

        start, end = shot.start, shot.end
        if self.method == "percent":
            table = self.percent if isinstance(self.percent, dict) else {0.0: self.percent}
            row = choose.row_for(table, shot.seconds)
            return choose.frames_on_screen(signals, choose.percents(row, start, end), low, high)
        if self.method == "change":
            return self._changed(signals, step, low, high)
        if self.method == "sharpest":
            edges = choose.every(step, start, end) if step else []
            edges = edges or [start + (end - start) * n / self.count for n in range(self.count)]
            return choose.sharpest(signals, low, high, [*edges, end])
        times = choose.every(step, start, end) if step else choose.even(self.count, start, end)
        return choose.frames_on_screen(signals, times, low, high)

    def _changed(self, signals: Signals, step: float | None, low: int, high: int) -> list[int]:
        """The frames of low..high-1 that are taken by the method ``change``."""
        from ...video.signals import keyframe_choice as choose

        low = choose.first_with(signals, low, high, self.min_contrast)
        frames = list(range(low, high))
        if step:
            times = choose.every(step, float(signals.time[low]), float(signals.time[high - 1]))
            frames = choose.frames_on_screen(signals, times, low, high)
        if self.measure == "hash":
            taken = choose.by_hash(signals, frames, self.bits)
        else:
            taken = choose.by_ssim(signals, frames, self.change)
        since = float(signals.time[high - 1] - signals.time[taken[-1]])
        if self.last and taken[-1] < high - 1 and (len(taken) == 1 or since >= (step or 0.0) - ROUNDING):
            taken.append(high - 1)
        return taken
