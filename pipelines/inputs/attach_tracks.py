"""Objects that a label file follows, laid on a timeline: frames become times, and pixels shares of the picture."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean

from ...rules import masks
from ...schemas import Box, Measured, Reject, Span, Timeline
from ...schemas.input_video import ImportedBox, ImportedTrack
from ...schemas.text import clean
from ...stages.labels.label_import import STAGE

INSIDE = 0.5
"""The share of a box that must lie in the picture; what lies outside is cut off."""
OTHER_SHAPE = 0.03
"""By how much, as a share, the ratio of the sides of the labelled pictures may differ from that of the video."""
LATE = 0.05
"""Seconds by which a box may be behind the end of the video, which is as exact as lengths are."""


class _Wrong(Exception):
    """A box cannot be laid: the reason, and why in words."""

    def __init__(self, reason: str, why: str, value: float | None = None) -> None:
        super().__init__(why)
        self.reason, self.why, self.value = reason, why, value


def laid_track(track: ImportedTrack, video: Timeline, known: float | None) -> Span | None:
    """The span of *track* with its boxes; None: none of them can be laid.

    Each reason for which boxes are left out is one reject, with how many of the track's it concerns. *known*: the
    length of the video, where it is not from labels.
    """
    kept: dict[float, Box] = {}
    wrong: dict[str, list[_Wrong]] = {}
    try:
        size, fps = _size(track, video), _fps(track, video)
    except _Wrong as fault:
        _reject(video, track, {fault.reason: [fault] * len(track.boxes)}, known)
        return None
    for one in track.boxes:
        try:
            box = _box(one, track, size, _time(one, fps, video, known))
            if box.time in kept:
                raise _Wrong("doubled_box", f"two boxes at {box.time:g} s; the first is kept", box.time)
            if track.stretch and not track.stretch[0] - LATE <= box.time <= track.stretch[1] + LATE:
                told = f"at {box.time:g} s, and it is said to last from {track.stretch[0]:g} to {track.stretch[1]:g} s"
                raise _Wrong("outside_stretch", told, box.time)
            kept[box.time] = box
        except _Wrong as fault:
            wrong.setdefault(fault.reason, []).append(fault)
    _reject(video, track, wrong, known)
    if not kept:
        return None
    boxes = [kept[time] for time in sorted(kept)]
    area = fmean((box.right - box.left) * (box.bottom - box.top) for box in boxes)
    values = {**track.span.values, "area": round(area, 6), "boxes": float(len(boxes))}
    start, end = track.stretch or (boxes[0].time, boxes[-1].time)
    return replace(track.span, start=start, end=end, values=values, attrs=dict(track.span.attrs), boxes=boxes)


def _size(track: ImportedTrack, video: Timeline) -> tuple[float, float]:
    """What the sides of the boxes are to be divided by."""
    media = video.media if video.media is not None and video.media.width and video.media.height else None
    if media is not None and track.pixels is not None:
        (width, height), ratio = track.pixels, media.width / media.height
        if abs(width / height / ratio - 1) > OTHER_SHAPE:
            told = f"{width} x {height}, and the video is {media.width} x {media.height}"
            raise _Wrong("other_picture", f"it is labelled in pictures of {told}: another shape")
    if track.size is not None:
        return track.size
    if media is None:
        raise _Wrong("no_size", "its boxes are in pixels, and nothing says of how many: give size: [WIDTH, HEIGHT]")
    return float(media.width), float(media.height)


def _fps(track: ImportedTrack, video: Timeline) -> float:
    """Frames a second; 0 where no box is told by its frame."""
    if all(one.time is not None or one.frame is None for one in track.boxes):
        return 0.0
    if track.fps:
        return track.fps
    if video.media is None or not video.media.fps:
        raise _Wrong("no_frame_rate", "it counts frames, and nothing says how many there are a second: give fps")
    if video.media.variable_fps:
        why = "it counts frames of a video whose frame rate varies: give times, or the fps at which they were taken out"
        raise _Wrong("no_frame_rate", why)
    return video.media.fps


def _time(one: ImportedBox, fps: float, video: Timeline, known: float | None) -> float:
    """When *one* is, in seconds."""
    if one.time is None and one.frame is None:
        if video.media is None or not video.media.is_still:
            raise _Wrong("bad_box", "it has neither a time nor the number of a frame")
        return 0.0
    time = one.time if one.time is not None else (one.frame or 0) / fps
    place = f"at {time:g} s" if one.time is not None else f"in frame {one.frame}, at {time:g} s"
    if time < 0 or not math.isfinite(time):
        raise _Wrong("bad_time", f"{place}, before the start of the video", time)
    end = known or math.inf
    own = video.media is not None and fps == video.media.fps and video.media.frames
    if one.time is None and own and (one.frame or 0) >= own:
        raise _Wrong("no_such_frame", f"{place}, and the video has {own} frames, from 0", one.frame)
    if time > end + LATE:
        reason = "bad_time" if one.time is not None else "no_such_frame"
        raise _Wrong(reason, f"{place}, and the video ends at {end:g} s", time)
    return round(min(time, end), 6)


def _box(one: ImportedBox, track: ImportedTrack, size: tuple[float, float], time: float) -> Box:
    """*one* in shares of the picture, cut to it."""
    try:
        mask = one.mask or _filled(one, track, size)
        sides = _shares(one.sides, size) if one.sides is not None else masks.bounds(mask) if mask else None
    except ValueError as error:
        raise _Wrong("bad_mask", f"its mask at {time:g} s cannot be read: {error}") from None
    if sides is None:
        raise _Wrong("empty_box", f"the mask at {time:g} s is empty")
    left, top, right, bottom = sides
    if not all(map(math.isfinite, sides)) or right <= left or bottom <= top:
        told = f"from {left:.4g}, {top:.4g} to {right:.4g}, {bottom:.4g}"
        raise _Wrong("empty_box", f"the box at {time:g} s has no area: {told} (shares of the picture)")
    cut = max(left, 0.0), max(top, 0.0), min(right, 1.0), min(bottom, 1.0)
    seen = max(cut[2] - cut[0], 0.0) * max(cut[3] - cut[1], 0.0) / ((right - left) * (bottom - top))
    if seen < INSIDE:
        told = f"from {left:.4g}, {top:.4g} to {right:.4g}, {bottom:.4g} (shares of the picture)"
        raise _Wrong("outside_picture", f"the box at {time:g} s lies {1 - seen:.0%} outside: {told}", round(seen, 4))
    left, top, right, bottom = (round(side, 6) for side in cut)
    return Box(time, left, top, right, bottom, mask)


def _filled(one: ImportedBox, track: ImportedTrack, size: tuple[float, float]) -> str:
    if not one.polygons:
        return ""
    width, height = track.pixels or size
    if min(width, height) < 2:
        raise ValueError("it is a polygon in pixels, and nothing says of how many: give size: [WIDTH, HEIGHT]")
    return masks.of_polygons(one.polygons, round(height), round(width))


def _shares(sides: tuple[float, float, float, float], size: tuple[float, float]) -> tuple[float, float, float, float]:
    (left, top, right, bottom), (width, height) = sides, size
    return left / width, top / height, right / width, bottom / height


def _reject(video: Timeline, track: ImportedTrack, wrong: dict[str, list[_Wrong]], known: float | None) -> None:
    for reason, faults in wrong.items():
        many = f"{len(faults)} of {len(track.boxes)} boxes" if len(track.boxes) > 1 else "its one box"
        name = f" ({track.span.words})" if track.span.words else ""
        detail = clean(f"{track.where}{name}: {many}: {faults[0].why}")
        limits = {"bad_time": known, "no_such_frame": known, "outside_picture": INSIDE}
        facts = Measured(value=faults[0].value, threshold=limits.get(reason), detail=detail)
        video.rejects.append(Reject(STAGE, "failed", reason, lane=track.lane, **facts))
