"""Vript's scripts (mutonix/Vript, ``vript_captions``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...rules.caption_parts import parts_of
from ...rules.spoken_lines import lines_within
from ..format import JsonLines, Unsupported
from ..lane_format import ExportVideo, LaneFormat


class Vript(LaneFormat, JsonLines):
    """Vript scripts: meta, data {ID-Scene-001: {…, caption {parts}, voiceover [lines]}}; JSON lines, one a video.

    A scene is a caption in named parts (``caption`` with ``mode: structured``); its voice-over is the lines of the lane
    ``speech`` that are said in it. ``integrity`` tells whether every shot has a caption; each scene
    has its ``start`` and ``end`` in seconds.
    """

    name = "vript"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        name, title = video.name, video.timeline.attrs.get("title", "")
        scenes = {}
        for n, caption in enumerate(video.captions(), 1):
            parts = parts_of(caption)
            if not parts:
                raise Unsupported("no_parts")
            scenes[f"{name}-Scene-{n:03}"] = {
                "video_id": name,
                "clip_id": f"{name}-Scene-{n:03}",
                "video_title": title,
                "start": round(caption.start, 3),
                "end": round(caption.end, 3),
                "caption": parts,
                "voiceover": lines_within(video.timeline.lane("speech"), caption.start, caption.end),
            }
        told = {caption.attrs.get("span") for caption in video.captions()}
        whole = all(shot.id in told for shot in video.timeline.lane("shots"))
        meta = {"video_id": name, "video_title": title, "num_clips": len(scenes), "integrity": whole}
        yield {"meta": meta, "data": scenes}
