"""Rooms by chance in VLM-3R's form: boxes that stand on the floor, and a camera that goes around and looks about."""

from __future__ import annotations

import math
from random import Random
from typing import Any

KINDS = ("table", "sofa", "lamp", "bed", "shelf", "sink", "door", "stove", "plant", "stool", "chair", "chair", "chair")
FPS = 30.0


def room(seed: int, frames: int = 60, video: str = "") -> dict[str, Any]:
    """The metadata of a scene whose frames are half a second apart."""
    rng = Random(f"room {seed}")
    wide, deep = rng.uniform(3, 7), rng.uniform(3, 7)
    boxes: dict[str, list[dict[str, Any]]] = {}
    for number, kind in enumerate(KINDS):
        turn = rng.uniform(0, math.pi)
        size = [rng.uniform(0.2, 1.5), rng.uniform(0.2, 1.0), rng.uniform(0.3, 1.8)]
        axes = [[math.cos(turn), math.sin(turn), 0.0], [-math.sin(turn), math.cos(turn), 0.0], [0.0, 0.0, 1.0]]
        centre = [rng.uniform(0, wide), rng.uniform(0, deep), size[2] / 2 + rng.choice((0, 0, 0.8))]
        row = {"centroid": centre, "axesLengths": size, "normalizedAxes": [one for axis in axes for one in axis]}
        boxes.setdefault(kind, []).append({**row, "instance_id": number})
    facts = {"video_path": video or f"room_{seed}.mp4", "room_size": round(wide * deep, 1), "object_bboxes": boxes}
    rows = [row for some in boxes.values() for row in some]
    x, y, look = wide / 2, deep / 2, rng.uniform(0, math.tau)
    told = []
    for n in range(frames):
        seen = [row["instance_id"] for row in rows if _in_view(row["centroid"], (x, y), look)]
        told.append({"frame_id": round(n * FPS / 2), "camera_pose_camera_to_world": pose((x, y, 1.6), look),
                     "bboxes_2d": [{"instance_id": one, "bbox_2d": [10, 10, 60, 50]} for one in seen]})  # fmt: skip
        look += rng.uniform(-0.3, 0.3)
        x, y = (here + rng.uniform(-0.2, 0.2) + 0.1 * (side / 2 - here) for here, side in ((x, wide), (y, deep)))
    return {**facts, "img_width": 640, "img_height": 480, "frames": told}


def pose(place: tuple[float, float, float], look: float) -> list[list[float]]:
    """A camera at *place* that looks level in the direction *look* (radians from x), 4 by 4, from camera to world."""
    forward = (math.cos(look), math.sin(look), 0.0)
    right, down = (forward[1], -forward[0], 0.0), (0.0, 0.0, -1.0)
    return [*([right[n], down[n], forward[n], place[n]] for n in range(3)), [0.0, 0.0, 0.0, 1.0]]


def _in_view(centre: list[float], place: tuple[float, float], look: float) -> bool:
    turn = math.atan2(centre[1] - place[1], centre[0] - place[0]) - look
    return abs(math.remainder(turn, math.tau)) < math.radians(35)
