"""Where the shapes of the film are in its pictures: boxes and masks of each, by frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..rules import masks
from .brush import FPS, HALF, HEIGHT, UNIT, WIDTH, Scene, playing, showing, starts, view

EVERY = 5
"""Frames from one box to the next."""
LINE = 1.0
"""Pixels of the outline outside of a shape."""
BORDER = 44
"""Rows of pixels that are black at the top and at the bottom of a cinema picture."""


def tracks(scenes: list[Scene]) -> Iterator[dict[str, Any]]:
    """A row for each shape of each act: its name, what it does and when, and where it is then in every fifth frame.

    Pictures of a fade or a dissolve are left out, and those in which less than half of the shape is to be seen.
    """
    for n, (scene, start) in enumerate(zip(scenes, starts(scenes), strict=False)):
        first = start + (HALF if scene.cut in ("fade", "dissolve") else 0.0)
        after = scenes[n + 1].cut if n + 1 < len(scenes) else ""
        last = start + scene.seconds - (HALF if after in ("fade", "dissolve") else 0.0)
        for act in scene.acts:
            seen: dict[str, list[dict[str, Any]]] = {}
            times = round(start + showing(scene, act.start), 3), round(start + showing(scene, act.end), 3)
            for frame in range(0, round(starts(scenes)[-1] * FPS), EVERY):
                if not max(first, times[0]) <= frame / FPS <= min(last - 1e-6, times[1]):
                    continue
                t = playing(scene, frame / FPS - start)
                for mark in act.pose(min(max((t - act.start) / (act.end - act.start), 0.0), 1.0)):
                    if (box := _box(scene, t, mark)) is not None:
                        seen.setdefault(f"{mark[1]} {mark[0]}", []).append({"frame": frame, **box})
            does = {"text": act.text, "start": times[0], "end": times[1]}
            yield from ({"object": f"the {name}", **does, "boxes": boxes} for name, boxes in seen.items())


def _box(scene: Scene, t: float, mark: tuple[str, str, float, float, float, float]) -> dict[str, Any] | None:
    """Box (left, top, right, bottom, pixels) and mask of *mark*; None: more than half of it is not in the picture."""
    shape, _, x, y, size, angle = mark
    scale, left, top = view(scene, t)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    points = np.array(UNIT[shape]) @ np.array([[cos, sin], [-sin, cos]]) * size
    points = (points + np.array([x - left, y - top])) * scale
    low, high = points.min(0) - LINE, points.max(0) + LINE
    edge = BORDER if scene.flaw == "black_borders" else 0
    cut = np.maximum(low, (0, edge)), np.minimum(high, (WIDTH, HEIGHT - edge))
    if np.prod(np.maximum(cut[1] - cut[0], 0)) < 0.5 * np.prod(high - low):
        return None
    mask = masks.of_polygons([points.ravel().tolist()], HEIGHT, WIDTH)
    counts = {"size": [HEIGHT, WIDTH], "counts": mask.partition(":")[2]}
    return {"box": [round(float(side), 1) for side in (*cut[0], *cut[1])], "segmentation": counts}
