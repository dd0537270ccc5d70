"""Which frames of a stretch of video a teacher is shown, and how large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from ...rules.media_groups import GroupMember, members_in, members_of
from ...schemas import Failed, Frames, Part, Timeline
from ...schemas.rounding import ROUNDING
from ...schemas.settings_model import OnlyWith, Settings, Without
from ...schemas.teaching import Mark
from ...schemas.uri import locate
from .regions import Boxes, box_times, nearest, regions_at

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

    def how(self) -> Mark:
        """How regions are shown; empty: they are not."""
        return ""

    def around(self) -> float:
        """What a crop shows around a region on each side, as a share of its width and height."""
        return 0.0

    def lanes(self) -> set[str]:
        """The lanes without which no frame can be chosen, for a stage's ``lanes_read``."""
        return {"media", self.lane} if self.which == "keyframes" else {"media"}

    def frames(self) -> int:
        """Frames of one stretch at most, for a stage's ``demand``."""
        return len(set(self.percent)) if self.which == "percent" else self.count

    def images(self) -> int:
        """Images that are sent for one stretch at most."""
        return 1 if self.columns else self.frames()


class MarkedLook(Look):
    """The same where the spans in question may have boxes, so that what they are about can be pointed out."""

    mark: Literal["box", "crop", "mask"] | None = None
    """Point out where in the picture the span is, in those of its frames at which it has a box, the ones nearest to
    those asked for. ``box``: a red rectangle around it; ``crop``: the picture is cut out around it; ``mask``: its
    outline in red, and a tint inside of it; a rectangle where no outline is known."""
    margin: Annotated[float, OnlyWith(mark="crop")] = Field(0.25, ge=0, le=10)
    """What is shown around it on each side, as a share of its width and height."""

    def how(self) -> Mark:
        return self.mark or ""

    def around(self) -> float:
        return self.margin if self.mark == "crop" else 0.0


def frames_of(video: Timeline, start: float, end: float, look: Look, edit: Edit = "", boxes: Boxes = ()) -> Frames:
    """The frames of *video* from *start* to *end* (seconds) that *look* asks for, by reference, in time order.

    Raises:
        Failed: ``no_media``: the video's file has not been probed, so that its pictures have no identity.
    """
    return at_times(video, times_of(video, start, end, look, boxes), look, edit, boxes)


def at_times(video: Timeline, times: list[float], look: Look, edit: Edit = "", boxes: Boxes = ()) -> Frames:
    """The frames of *video* at *times* (seconds), with the size, the grid and the mark of *look*.

    Raises:
        Failed: ``no_media``.
    """
    if video.media is None or not video.media.sha256:
        raise Failed("no_media", f"{video.uri}: has no file that was probed, and a teacher is to be shown its frames")
    shown = tuple(times), look.size, look.columns, edit
    drawn = _drawn(video, times, look, boxes)
    if video.planned:
        from ...video.edit.edit_list import edit_of

        plan = edit_of(video, video.base)
        return Frames(plan.pieces[0].file, video.media.sha256, *shown, plan, *drawn)
    return Frames(video.file, video.media.sha256, *shown, None, *drawn)


def times_of(video: Timeline, start: float, end: float, look: Look, boxes: Boxes = ()) -> list[float]:
    """The times of these frames, at least one, rising, all before *end*; of a stretch without length, its start.

    An image is one frame, and of several media each image is. Where regions are marked, those of the *boxes* in the
    stretch that are the nearest to them.
    """
    if video.is_still:
        return [0.0]
    if members := members_in(members_of(video), start, end):
        return _once([time for one in members for time in _times_in(one, look)])
    times = _plain_times(video, start, end, look)
    known = box_times(boxes, start, end) if look.how() else []
    return _once([nearest(known, time) for time in times]) if known else times


def _plain_times(video: Timeline, start: float, end: float, look: Look) -> list[float]:
    if look.which == "keyframes":
        before = max(end, start + ROUNDING)
        points = [point.start for point in video.lane(look.lane) if start - ROUNDING <= point.start < before]
        if points:
            return _once(_thin(points, look.count))
    if look.which == "percent":
        return _once([start + (end - start) * share / 100 for share in look.percent], start, end, frame_seconds(video))
    return _once([start + (end - start) * (n + 0.5) / look.count for n in range(look.count)])


def shown_frames(
    video: Timeline, start: float, end: float, look: Look, edit: Edit = "", boxes: Boxes = ()
) -> list[Part]:
    """The frames of *video* from *start* to *end* (seconds) as parts of a request.

    Of several media those of each, behind its name and as its file has them.

    Raises:
        Failed: ``no_media``.
    """
    members = members_in(members_of(video), start, end)
    if not members:
        return [frames_of(video, start, end, look, edit, boxes)]
    parts: list[Part] = []
    for one in members:
        times = _times_in(one, look)
        shown = tuple(map(one.at, times)), look.size, look.columns if one.kind == "clip" else 0, edit
        drawn = _drawn(video, times, look, boxes)
        parts += [f"{one.name}:", Frames(locate(one.uri, video.base), one.content, *shown, None, *drawn)]
    return parts


def _times_in(member: GroupMember, look: Look) -> list[float]:
    """The times of the row at which frames of *member* are taken: one of an image; of a clip as *look* has it."""
    if member.kind == "image":
        return [member.start]
    count = look.frames()
    return [member.start + (member.end - member.start) * n / count for n in range(count)]


def _drawn(video: Timeline, times: Sequence[float], look: Look, boxes: Boxes) -> Any:
    """What is marked in the frames at *times*: how, with how much around it, and the regions in each."""
    regions = tuple(regions_at(boxes if look.how() else (), time, frame_seconds(video)) for time in times)
    return (look.how(), look.around(), regions) if any(regions) else ("", 0.0, ())


def frame_seconds(video: Timeline) -> float:
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
