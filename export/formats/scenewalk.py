"""SceneWalk's rows (IVLLab/SceneWalk)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ...schemas import Span
from ..clip_values import clock_time
from ..format import JsonLines
from ..lane_format import ExportVideo, LaneFormat

REQUEST = "Describe this scene in detail."


class SceneWalk(LaneFormat, JsonLines):
    """SceneWalk: id, url, time_stamp, v2t_score [], t2t_score [], conversations; JSON lines, one a captioned scene.

    The scores are the rows of two tables of a video: of the scene's frames, and of its caption, with the captions of
    all scenes in time order, as ``match: {matrix: true}`` leaves them under the names ``v2t`` and ``t2t``; empty where
    it did not run, null for a caption that has no vector. Their columns are the captions that there were when it ran.
    """

    name = "scenewalk"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        media = video.timeline.media
        fps = media.fps if media else 0.0
        for caption in video.captions():
            yield {
                "id": video.name,
                "url": video.video,
                "time_stamp": {
                    "duration": round(caption.seconds),
                    "start_fps": round(fps),
                    "start_frame": round(caption.start * fps),
                    "start_time": clock_time(caption.start),
                    "end_fps": round(fps),
                    "end_frame": round(caption.end * fps),
                    "end_time": clock_time(caption.end),
                },
                "v2t_score": _row(caption, "v2t"),
                "t2t_score": _row(caption, "t2t"),
                "conversations": [{"from": "human", "value": REQUEST}, {"from": "gpt", "value": caption.text}],
            }


def _row(caption: Span, name: str) -> list[float | None]:
    cells = map(float, caption.attrs.get(f"{name}_row", "").split())
    return [None if math.isnan(cell) else cell for cell in cells]
