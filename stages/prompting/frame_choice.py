"""Which frames of a stretch of video a teacher is shown, and how large."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...schemas import Failed, Frames, Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import OnlyWith, Settings, Without

Edit = Literal["", "shuffled", "blurred", "tiny", "recoloured"]
Percent = Annotated[float, Field(ge=0, le=100)]


class Look(Settings):
    """Settings that say which frames of a stretch are shown, how many, and how large."""

    which: Literal["keyframes", "uniform", "percent"] = "uniform"
    """``keyframes``: the points of the lane ``keyframes`` in the stretch; ``uniform`` where it has none. ``uniform``:
    the middles of ``count`` equal parts. ``percent``: at the shares of its length that ``percent`` lists."""
    count: Annotated[int, Without(which="percent")] = Field(8, ge=1)
    """Frames of a stretch; of keyframes at most so many, evenly chosen."""
    percent: Annotated[list[Percent], OnlyWith(which="percent")] = Field([20.0, 50.0, 80.0], min_length=1)
    """Shares of the length at which frames are taken."""
    lane: Annotated[str, OnlyWith(which="keyframes")] = Field("keyframes", min_length=1)
    """The lane of the points in time."""
    size: int = Field(512, ge=16, le=4096)
    """Longest side of a picture, pixels; smaller ones stay as they are."""
    columns: int = Field(0, ge=0, le=16)
    """0: a picture each. More: all in one picture, a grid of so many columns; ``size`` is still that of each."""

    def lanes(self) -> set[str]:
        """The lanes without which no frame can be chosen, for a stage's ``lanes_read``."""
        return {"media", self.lane} if self.which == "keyframes" else {"media"}

    def frames(self) -> int:
        """Frames of one stretch at most, for a stage's ``demand``."""
        return len(set(self.percent)) if self.which == "percent" else self.count

    def images(self) -> int:
        """Images that are sent for one stretch at most."""
        return 1 if self.columns else self.frames()


def frames_of(video: Timeline, start: float, end: float, look: Look, edit: Edit = "") -> Frames:
    """The frames of *video* from *start* to *end* (seconds) that *look* asks for, by reference, in time order.

    Raises:
        Failed: ``no_media``: the video's file has not been probed, so that its pictures have no identity.
    """
    return at_times(video, times_of(video, start, end, look), look, edit)


def at_times(video: Timeline, times: list[float], look: Look, edit: Edit = "") -> Frames:
    """The frames of *video* at *times* (seconds), with the size and the grid of *look*.

    Raises:
        Failed: ``no_media``.
    """
    if video.media is None or not video.media.sha256:
        raise Failed("no_media", f"{video.uri}: has no file that was probed, and a teacher is to be shown its frames")
    shown = tuple(times), look.size, look.columns, edit
    if video.planned:
        from ...video.edit.edit_list import edit_of

        plan = edit_of(video, video.base)
        return Frames(plan.pieces[0].file, video.media.sha256, *shown, plan)
    return Frames(video.file, video.media.sha256, *shown)


def times_of(video: Timeline, start: float, end: float, look: Look) -> list[float]:
    """The times of these frames, at least one, rising, all before *end*; of a stretch without length, its start."""
    if look.which == "keyframes":
        before = max(end, start + ROUNDING)
        points = [point.start for point in video.lane(look.lane) if start - ROUNDING <= point.start < before]
        if points:
            return _once(_thin(points, look.count))
    if look.which == "percent":
        return _once([start + (end - start) * share / 100 for share in look.percent], start, end, _frame(video))
    return _once([start + (end - start) * (n + 0.5) / look.count for n in range(look.count)])


def _frame(video: Timeline) -> float:
    """Seconds from one frame to the next."""
    return 1 / video.media.fps if video.media and video.media.fps > 0 else 0.04


def _once(times: list[float], start: float = 0.0, end: float | None = None, frame: float = 0.0) -> list[float]:
    """*times* in order, each once. A time at the end of the stretch becomes that of its last frame."""
    if end is not None:
        times = [min(time, max(start, end - frame)) for time in times]
    return sorted({round(time, 6) for time in times})


def _thin(points: list[float], most: int) -> list[float]:
    """At most *most* of *points*, evenly spread over them."""
    if len(points) <= most:
        return points
    return [points[int((n + 0.5) * len(points) / most)] for n in range(most)]
