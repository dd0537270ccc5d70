"""Boxes of objects in the files of benchmarks for tracking: COCO's JSON, and the text of MOTChallenge and GOT-10k."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ...schemas import Span
from ...schemas.input_video import ImportedBox, ImportedTrack
from .label_import import Labelled
from .table_rows import cell, text_of
from .track_values import MASK, Unreadable, outline, sides_of

Unit = Literal["pixels", "shares", "thousandths"]
WHOLE: dict[Unit, tuple[float, float] | None] = {"pixels": None, "shares": (1, 1), "thousandths": (1000, 1000)}
"""What the sides of boxes are to be divided by; None: the size of the picture."""
PLAIN = frozenset({"gt", "det", "groundtruth", "img1"})
"""Names of files and folders that are the same in all sequences of a benchmark, whose folder then names the video."""
_NUMBER = re.compile(r"(\d+)\D*$")
MOT_CLASSES = (
    *("pedestrian", "person on a vehicle", "car", "bicycle", "motorbike", "vehicle without a motor"),
    *("person who stands still", "distractor", "occluder", "occluder on the ground", "full occluder", "reflection"),
    "crowd",
)
"""What the classes from 1 are in MOT16, MOT17 and MOT20."""


@dataclass(frozen=True, slots=True)
class TrackForm:
    """What the settings say of a file of tracks."""

    lane: str
    corners: bool
    unit: Unit
    size: tuple[int, int] | None
    fps: float | None
    first_frame: int | None
    video: str
    names: dict[str, str]
    object: str
    pictures: bool = False
    """Each image of a COCO file is an input of its own, and no frame of a video."""

    def track(self, where: str, span: Span, pixels: tuple[int, int] | None, fps: float | None = None) -> ImportedTrack:
        """An empty track of pictures of *pixels*; what the settings say goes before what the file does."""
        shown = self.size or pixels
        return ImportedTrack(where, self.lane, span, [], None, WHOLE[self.unit] or shown, shown, self.fps or fps)

    def span(self, label: str, text: str = "", **attrs: str) -> Span:
        """What is said of an object: its name, by the settings where they have another."""
        said = self.names.get(label, label) or self.object
        told = {name: value for name, value in attrs.items() if value}
        return Span(0.0, 0.0, text or None, said or None, source="imported", attrs=told)


@dataclass(slots=True)
class _Picture:
    video: Any
    frame: int | None
    size: tuple[int, int] | None


@dataclass(slots=True)
class _Video:
    found: Labelled
    size: tuple[int, int] | None
    fps: float | None
    tracks: dict[str, ImportedTrack] = field(default_factory=dict)


def is_coco(table: dict[str, Any]) -> bool:
    """Whether *table* is of COCO's form: annotations with what they are of."""
    return isinstance(table.get("annotations"), list) and ("images" in table or "videos" in table)


def coco(table: dict[str, Any], form: TrackForm) -> Iterator[Labelled]:
    """The tracks of a COCO file: an annotation a box with its image (TAO, BDD100K), or a track (YouTube-VIS)."""
    categories = {cell(one.get("id")): cell(one.get("name")) for one in _dicts(table, "categories")}
    owners = {cell(one.get("id")): one for one in _dicts(table, "tracks")}
    videos: dict[str, _Video] = {}
    for one in _dicts(table, "videos"):
        name = cell(one.get("name") or one.get("file_name") or (_folder(one.get("file_names")))) or form.video
        videos[cell(one.get("id"))] = _Video(Labelled(name), _size(one), _positive(one.get("fps")))
    pictures = {cell(one.get("id")): _picture(one, form) for one in _dicts(table, "images")}
    strays = Labelled("")
    for number, note in enumerate(_dicts(table, "annotations"), 1):
        picture = pictures.get(cell(note.get("image_id")))
        key = cell(note.get("video_id") if picture is None else picture.video)
        where = f"annotation {number}"
        if picture is None and "image_id" in note:
            found = videos[key].found if key in videos else strays
            found.fail(form.lane, where, f"there is no image {note['image_id']!r}", "no_such_frame")
            continue
        if key not in videos and picture is not None and not _dicts(table, "videos"):
            videos[key] = _Video(Labelled(form.video or key), picture.size, None)
        if key not in videos:
            strays.fail(form.lane, where, f"there is no video {key!r}", "no_video")
            continue
        _add_note(videos[key], note, picture, where, categories, owners, form)
    for video in videos.values():
        video.found.tracks += video.tracks.values()
        yield video.found
    if strays.rejects:
        yield strays


def _add_note(
    video: _Video,
    note: dict[str, Any],
    picture: _Picture | None,
    where: str,
    categories: dict[str, str],
    owners: dict[str, dict[str, Any]],
    form: TrackForm,
) -> None:
    """Lay one annotation on its track, whose boxes are one or, without a *picture*, a list with one for each frame."""
    named = next((cell(note[name]) for name in ("track_id", "instance_id", "object_id") if name in note), "")
    key = named or f"annotation {cell(note.get('id')) or where}"
    owner = owners.get(named, {})
    category = note.get("category_id", owner.get("category_id"))
    label = categories.get(cell(category), cell(note.get("category") or category))
    text = cell(note.get("caption") or note.get("description") or owner.get("caption"))
    if key not in video.tracks:
        told = f"track {named}" if named else where
        size = (picture.size if picture else None) or _size(note) or video.size
        video.tracks[key] = form.track(told, form.span(label, text, track=named), size, video.fps)
    track = video.tracks[key]
    if picture is not None and picture.frame is None:
        video.found.fail(form.lane, where, "its image says neither frame_id nor a number in file_name", "no_such_frame")
        return
    frames = [(picture.frame, note.get("bbox"), _mask(note))] if picture else _rolled(note)
    for frame, box, mask in frames:
        if box is None and mask is None:
            continue
        try:
            sides, when = sides_of(box, corners=False) if box is not None else None, 0.0 if form.pictures else None
            one = ImportedBox(sides, frame=None if form.pictures else frame, time=when)
            if mask is not None:
                one.mask, one.polygons = outline(mask, track.pixels)
            track.boxes.append(one)
        except Unreadable as error:
            video.found.fail(form.lane, f"{where}, frame {frame}", str(error), "bad_box")


def _rolled(note: dict[str, Any]) -> list[tuple[int | None, Any, Any]]:
    """Frame, box and mask of each frame of an annotation of YouTube-VIS."""
    boxes, outlines = note.get("bboxes") or [], note.get("segmentations") or []
    count = max(len(boxes), len(outlines))
    return [(n, boxes[n] if n < len(boxes) else None, outlines[n] if n < len(outlines) else None) for n in range(count)]


def _mask(note: dict[str, Any]) -> Any:
    return next((note[name] for name in MASK if note.get(name)), None)


def _picture(image: dict[str, Any], form: TrackForm) -> _Picture:
    name = cell(image.get("file_name"))
    if form.pictures:
        return _Picture(name, 0, _size(image))
    frame = next((image[key] for key in ("frame_id", "frame_index", "frame") if isinstance(image.get(key), int)), None)
    if frame is None and (number := _NUMBER.search(os.path.splitext(name)[0])):
        frame = int(number[1])
    video = image.get("video_id", _folder([name]))
    return _Picture(video, None if frame is None else frame - (form.first_frame or 0), _size(image))


def _folder(files: Any) -> str:
    """The folder of the first of *files*, which is what frames of a video are kept under."""
    first = cell(files[0]) if isinstance(files, list) and files else ""
    return first.replace("\\", "/").rpartition("/")[0]


def mot(data: bytes, path: str, form: TrackForm) -> Iterator[Labelled]:
    """The tracks of a text.

    A line is ``frame, id, left, top, width, height, confidence, class`` (MOTChallenge, frames from 1), or ``left, top,
    width, height`` of the one object in the next frame (GOT-10k, LaSOT).
    """
    found = Labelled(form.video or _sequence(path))
    tracks: dict[str, ImportedTrack] = {}
    ignored = lines = 0
    for number, line in enumerate(text_of(data).splitlines(), 1):
        values = line.replace("\t", ",").replace(" ", ",").split(",")
        values = [one for one in values if one]
        if not values:
            continue
        lines += 1
        try:
            if len(values) == 4:
                frame, name, label, box = lines - 1, "1", form.object, sides_of(values, corners=False)
            elif len(values) >= 6:
                frame, name = int(float(values[0])) - (1 if form.first_frame is None else form.first_frame), values[1]
                box = sides_of(values[2:6], corners=False)
                label = _class(values[7]) if len(values) > 7 else form.object
                if len(values) > 7 and float(values[6]) == 0:  # of a ground truth: not to be considered
                    ignored += 1
                    continue
            else:
                raise Unreadable("neither frame, id, left, top, width, height, … nor left, top, width, height")
        except ValueError as error:
            found.fail(form.lane, f"line {number}", str(error), "bad_box")
            continue
        if name not in tracks:
            tracks[name] = form.track(f"track {name}", form.span(label, track=name), None)
        tracks[name].boxes.append(ImportedBox(box, frame=frame))
    if ignored:
        found.fail(form.lane, path, f"{ignored} boxes are marked as not to be considered (confidence 0)", "ignored")
    found.tracks += tracks.values()
    yield found


def _class(value: str) -> str:
    number = int(float(value))
    return MOT_CLASSES[number - 1] if 0 < number <= len(MOT_CLASSES) else ""


def _sequence(path: str) -> str:
    """The video that a file of boxes is of: its name, or its sequence's folder (``MOT17-02/gt/gt.txt``)."""
    parts = os.path.splitext(path.replace("\\", "/"))[0].split("/")
    while len(parts) > 1 and parts[-1].lower() in PLAIN:
        parts.pop()
    return parts[-1]


def _dicts(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = table.get(name)
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def _size(row: dict[str, Any]) -> tuple[int, int] | None:
    width, height = row.get("width"), row.get("height")
    known = isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0
    return (width, height) if known else None  # type: ignore[return-value]


def _positive(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
