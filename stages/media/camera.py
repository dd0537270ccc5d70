"""Camera: what the camera does in every shot."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from pydantic import Field

from ...schemas import Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ..stage import Stage


class Camera(Stage):
    """Say what the camera does: static, pan_left/right, tilt_up/down, zoom_in/out or shake.

    Lays a lane of moves, so that a shot in which the camera first pans and then rests has two, each with its mean
    speeds (pan to the right, tilt upwards, zoom in, shake) and its shot's id. A shot gets the attribute ``camera``,
    the move that takes most of it, and ``camera_moves``, all of them in order, where there are several. Where what is
    near the edges of the picture does not move as one, or does not look as that motion of the last half second would
    have it, as when a thing fills it or alone stands out, nothing is said, nor right before and after that where it is
    long; nor of a shot of which less than half has a move. Where the scan left frames out, ``decoded`` is the share of
    those of a move that it did not: of less the speeds are less exact.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"signals"})
    writes: ClassVar[frozenset[str]] = frozenset({"camera"})

    of: str = Field("shots", min_length=1)
    """The lane of the shots."""
    into: str = Field("camera", min_length=1)
    """The lane that the moves are written to."""
    pan_speed: float = Field(0.03, gt=0)
    """Least speed of a pan, widths of the picture a second."""
    tilt_speed: float = Field(0.03, gt=0)
    """Least speed of a tilt, heights of the picture a second."""
    zoom_speed: float = Field(0.03, gt=0)
    """Least speed of a zoom, growth a second: 0.03 is 3 %."""
    shake_speed: float = Field(0.12, gt=0)
    """Least speed of a shake: root mean square of the motion that is not smooth, picture sizes a second."""
    smooth_seconds: float = Field(0.5, gt=0)
    """Speeds are means over this time."""
    min_seconds: float = Field(0.5, ge=0)
    """Shorter moves join the longer neighbour."""
    min_agreement: float = Field(0.4, ge=0, le=1)
    """Least share of what is near the edges of the picture that must move, and look, as one for a move to be named."""
    min_clear: float = Field(0.8, ge=0, le=1)
    """Least share of moves in the stretch that they make up with what is unclear before and after them."""

    def lanes_read(self) -> set[str]:
        return {"signals", self.of}

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        moves = LaneNames.of(values={"pan", "tilt", "zoom", "shake", "decoded"}, attrs={"shot"}, own={"label"})
        return {self.of: LaneNames.of(attrs={"camera", "camera_moves"}), self.into: moves}

    def run(self, video: Timeline) -> Timeline:
        signals, shots = video.frame_table("camera moves are found in"), video.lane(self.of)
        from ...video.signals.camera_moves import moves
        from ...video.signals.filling import share_measured
        from ...video.signals.frame_ranges import ranges

        speeds = self.pan_speed, self.tilt_speed, self.zoom_speed, self.shake_speed
        spans: list[Span] = []
        of_shot: dict[int, list[Span]] = {}
        limits = self.smooth_seconds, self.min_seconds, self.min_agreement, self.min_clear
        for move in moves(signals, shots, speeds, *limits) if shots else []:
            speed = {"pan": move.pan, "tilt": move.tilt, "zoom": move.zoom, "shake": move.shake}
            span = Span(
                move.start,
                move.end,
                label=move.label,
                source="measured",
                values={name: round(value, 4) for name, value in speed.items()},
                attrs={"shot": shots[move.owner].id},
            )
            spans.append(span)
            of_shot.setdefault(move.owner, []).append(span)
        for span, share in zip(spans, share_measured(signals, *ranges(signals, spans)) if spans else [], strict=False):
            span.values["decoded"] = share
        video.put(self.into, spans)
        for n, own in of_shot.items():
            seconds: dict[str, float] = {}
            for span in own:
                seconds[span.words] = seconds.get(span.words, 0.0) + span.seconds
            if sum(seconds.values()) < shots[n].seconds / 2:
                continue
            shots[n].attrs["camera"] = max(seconds, key=lambda label: seconds[label])
            order = [name for name, _ in groupby(span.words for span in own)]
            if len(order) > 1:
                shots[n].attrs["camera_moves"] = " ".join(order)
        return video
