"""Rooms in three dimensions: boxes of objects and poses of the camera, as VLM-3R's metadata has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from ....rules.space.solids import CameraPose, Solid, Vector, read_camera, read_solid
from ....schemas import Box
from ..label_import import TO_THE_END, FileImporter, LabelError, Labelled
from ..table_rows import load_json

CAMERAS, ROOMS = "cameras", "rooms"
"""The lanes of poses and of the room."""
_POSE = ("camera_pose_camera_to_world", "camera_pose", "pose")
_BOX = ("bbox_2d", "bbox", "box")


class SceneLabels(FileImporter):
    """Read rooms (.json): ``{scene: {video_path, room_size, object_bboxes, frames, …}}``, VLM-3R's two files in one.

    An object is a span from when it is first seen to when it is last seen, with its name as label and its box in
    metres as text, ``chair | centre 1.2 0.4 0.5 | size 0.5 0.5 1``; one that no frame shows is rejected. Without boxes
    in frames, objects last as long as the video. Poses, 4 by 4 from camera to world, are points of the lane
    ``cameras``; the room's area is on ``rooms``.
    """

    kind: Literal["scene_3d"] = "scene_3d"
    lane: str = "objects"
    """The lane of objects."""
    fps: float = Field(30.0, gt=0)
    """Frames a second by which the file numbers frames."""

    def open_ended(self) -> bool:
        return True

    def read(self, data: bytes) -> Iterator[Labelled]:
        tree = load_json(data, self.path)
        if not isinstance(tree, dict) or not all(isinstance(one, dict) for one in tree.values()):
            raise LabelError(f"{self.path}: not an object of scenes by name.")
        for scene, facts in tree.items():
            found = Labelled(str(facts.get("video_path") or scene))
            boxes = self._frames(found, facts)
            for name, rows in _dict(facts.get("object_bboxes")).items():
                for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
                    self._object(found, str(name), row, f"{scene}, {name} {number}", boxes)
            if isinstance(area := facts.get("room_size"), int | float) and area > 0:
                found.add(ROOMS, 0.0, TO_THE_END, scene, label="room", text=f"room | area {area:g}")
            yield found

    def _frames(self, found: Labelled, facts: Mapping[str, Any]) -> dict[str, list[Box]]:
        """Lay the poses on *found*; the boxes of each object in the picture, by its number."""
        boxes: dict[str, list[Box]] = {}
        frames = facts.get("frames")
        for row in frames if isinstance(frames, list) else []:
            where = f"frame {_dict(row).get('frame_id')}"
            try:
                time = round(float(row["frame_id"]) / self.fps, 6)
                for one in row.get("bboxes_2d") or []:
                    box = _box(one, time, float(facts["img_width"]), float(facts["img_height"]))
                    boxes.setdefault(str(one["instance_id"]), []).append(box)
                if (pose := next((row[name] for name in _POSE if row.get(name)), None)) is None:
                    continue
                text = _pose(pose, time)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                found.fail(CAMERAS, where, f"{type(error).__name__}: {error}", "bad_pose")
                continue
            found.add(CAMERAS, time, time, where, label="camera", text=text)
        return boxes

    def _object(self, found: Labelled, name: str, row: Any, where: str, boxes: Mapping[str, list[Box]]) -> None:
        try:
            centre, size, axes = (row[key] for key in ("centroid", "axesLengths", "normalizedAxes"))
            flat = [number for axis in axes for number in (axis if isinstance(axis, list) else [axis])]
            turned = _vector(flat[:3]), _vector(flat[3:6]), _vector(flat[6:9])
            text = Solid(name, _vector(centre), _vector(size), turned).written()
            read_solid(text)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            found.fail(self.lane, where, f"{type(error).__name__}: {error}", "bad_box")
            return
        seen = sorted(boxes.get(str(row.get("instance_id")), []), key=lambda box: box.time)
        if boxes and not seen:
            found.fail(self.lane, where, "no frame shows it", "never_seen")
            return
        start, end = (seen[0].time, seen[-1].time) if seen else (0.0, TO_THE_END)
        found.add(self.lane, start, end, where, label=name, text=text, boxes=seen)


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _vector(numbers: Any) -> Vector:
    x, y, z = (float(one) for one in numbers)
    return x, y, z


def _pose(rows: Any, time: float) -> str:
    """A pose in words.

    Raises:
        ValueError: it is none.
    """
    right, down, forward, place = (_vector([rows[n][column] for n in range(3)]) for column in range(4))
    text = CameraPose(time, place, (right, down, forward)).written()
    read_camera(text, time)
    return text


def _box(row: Any, time: float, width: float, height: float) -> Box:
    left, top, right, bottom = next(row[name] for name in _BOX if name in row)
    return Box(
        time, *(min(1.0, max(0.0, side)) for side in (left / width, top / height, right / width, bottom / height))
    )
