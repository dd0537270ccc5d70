"""Boxes of objects in rows: a box or an object a row, and the rows of V-STaR, VideoRefer and LLaVA-ST."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ...schemas.input_video import ImportedBox, ImportedTrack
from .label_import import Labelled, seconds
from .qa_columns import USUAL, plain_name
from .table_rows import Row, cell
from .track_tables import TrackForm
from .track_values import MASK, Unreadable, box_in, outline

NAMES: dict[str, tuple[str, ...]] = {
    "video": USUAL["video"],
    "object": ("object", "label", "objectname", "category", "class", "name"),
    "text": ("text", "caption", "description", "expression", "sentence"),
    "track": ("trackid", "track", "objectid", "instanceid", "targetid"),
    "time": ("time", "timestamp", "second"),
    "start": ("start", "starttime"),
    "end": ("end", "endtime"),
    "stretch": ("timestamps", "timespan"),
    "frame": ("frame", "frameindex", "frameid", "frameidx", "framenumber"),
}
"""The columns of each meaning, in lower case and without anything but letters and digits, likeliest first."""
LISTS = ("boxes", "bboxes", "trajectory", "tubes", "masks", "annotation")
"""Columns with the boxes of one object, or, as VideoRefer has them, with the objects."""


def tracks_in(rows: Iterator[tuple[int, Row]], form: TrackForm) -> Iterator[Labelled]:
    """The tracks of *rows*, by video. Rows of one box each belong together by their track, or else by their object."""
    videos: dict[str, Labelled] = {}
    single: dict[tuple[str, str], ImportedTrack] = {}
    for number, row in rows:
        where = f"row {number}"
        if isinstance(row, str):
            videos.setdefault("", Labelled("")).fail(form.lane, where, row)
            continue
        row = _unslotted(row)
        names = _columns(row)
        video = cell(row.get(names.get("video", ""))) or form.video
        found = videos.setdefault(video, Labelled(video))
        if not video:
            found.fail(form.lane, where, "no video is named", "no_video")
            continue
        lists = next((name for name in LISTS if isinstance(row.get(name), list | dict) and row[name]), None)
        if lists is not None:
            _add_object(found, row, names, lists, where, form)
            continue
        key = video, cell(row.get(names.get("track", ""))) or cell(row.get(names.get("object", "")))
        if key not in single:
            told = f"track {key[1]}" if key[1] else where
            single[key] = _track(row, names, told, form)
            found.tracks.append(single[key])
        _add_box(found, single[key], row, names, where, form)
    for found in videos.values():
        found.tracks = [track for track in found.tracks if track.boxes]
    yield from videos.values()


def _add_object(
    found: Labelled, row: Mapping[str, Any], names: dict[str, str], lists: str, where: str, form: TrackForm
) -> None:
    """Lay the object of a row, or the several that it has: a list of boxes with their times, or boxes by frame."""
    value = row[lists]
    several = isinstance(value, list) and all(isinstance(one, dict) and _by_frame(one) for one in value)
    for n, held in enumerate(value if several else [value], 1):
        place = f"{where}, object {n}" if several else where
        track = _track(row, names, place, form)
        if several and len(value) > 1:
            track.span.attrs["region"] = str(n)
        entries = held.items() if isinstance(held, dict) else ((None, one) for one in held)
        for key, one in entries:
            about: dict[str, Any] = one if isinstance(one, dict) else {"box": one}
            if key is not None:
                about = (
                    {"frame": key, **about}
                    if lists == "annotation" or "segmentation" in about
                    else {"time": key, **about}
                )
            _add_box(found, track, about, _columns(about), f"{place}, {key if key is not None else 'box'}", form)
        found.tracks.append(track)


def _unslotted(row: dict[str, Any]) -> dict[str, Any]:
    """A row of LLaVA-ST (ST-Align) as one of ours: its boxes, [x, y, width, height] by frame, stand in ``meta``."""
    meta = row.get("meta")
    held = meta.get("spatial_token") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(held, dict):
        return row
    boxes = held.get("<bboxes>") if isinstance(held.get("<bboxes>"), dict) else {}
    told = [
        {"frame": frame, **dict(zip(("x", "y", "w", "h"), box, strict=False))}
        for frame, box in (boxes or {}).items()
        if isinstance(box, list)
    ]
    about = {name: meta[name] for name in ("width", "height") if name in meta}
    video = row.get("video_path", row.get("video", ""))
    return {"video": video, **about, "boxes": told, **({"task": meta["task"]} if "task" in meta else {})}


def _by_frame(held: dict[str, Any]) -> bool:
    """Whether *held* is an object by its frames: ``{"12": {segmentation}}``."""
    return bool(held) and all(str(key).isdecimal() and isinstance(one, dict) for key, one in held.items())


def _track(row: Mapping[str, Any], names: dict[str, str], where: str, form: TrackForm) -> ImportedTrack:
    width, height = seconds(row.get("width")), seconds(row.get("height"))
    pixels = (round(width), round(height)) if width and height and width > 1 and height > 1 else None
    label, text = (cell(row.get(names.get(one, ""))) for one in ("object", "text"))
    span = form.span(label, text)
    known = {*names.values(), *LISTS, *MASK, "width", "height", "fps", "frame_count"}
    with suppress(Unreadable):  # which its box says
        known |= set(box_in(row, corners=True)[1])
    for name, value in row.items():
        if name in known or value in (None, "") or isinstance(value, list | dict):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            span.values[name] = float(value)
        else:
            span.attrs[name] = cell(value)
    if number := cell(row.get(names.get("track", ""))):
        span.attrs["track"] = number
    fps = seconds(row.get("fps"))
    track = form.track(where, span, pixels, fps if fps and fps > 0 else None)
    told = row.get(names.get("stretch", "")) or (row.get(names.get("start", "")), row.get(names.get("end", "")))
    start, end = map(seconds, told) if isinstance(told, list | tuple) and len(told) == 2 else (None, None)
    track.stretch = (start, end) if start is not None and end is not None else None
    return track


def _add_box(
    found: Labelled, track: ImportedTrack, row: Mapping[str, Any], names: dict[str, str], where: str, form: TrackForm
) -> None:
    """Lay the box of *row* on *track*, or reject it."""
    try:
        sides, _ = box_in(row, corners=form.corners)
        one = ImportedBox(sides, seconds(row.get(names.get("time", ""))))
        frame = seconds(row.get(names.get("frame", "")))
        mask = next((row[name] for name in MASK if row.get(name)), None)
        if mask is not None:
            one.mask, one.polygons = outline(mask, track.pixels)
        if sides is None and mask is None:
            raise Unreadable("it has neither a box nor a mask")
        untimed = not any(row.get(names.get(name, "")) not in (None, "") for name in ("time", "frame"))
        if not untimed and one.time is None and (frame is None or frame != int(frame)):
            raise Unreadable("it has neither a time nor the number of a frame")
        one.frame = None if frame is None or frame != int(frame) else int(frame) - (form.first_frame or 0)
    except Unreadable as error:
        found.fail(form.lane, where, str(error), "bad_box")
        return
    track.boxes.append(one)


def _columns(row: Mapping[str, Any]) -> dict[str, str]:
    """The column of *row* for each meaning that it has one for."""
    plain = {plain_name(str(name)): str(name) for name in reversed([*row])}
    return {
        meaning: column
        for meaning, usual in NAMES.items()
        if (column := next((plain[name] for name in usual if name in plain), None)) is not None
    }
