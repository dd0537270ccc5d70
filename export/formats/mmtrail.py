"""MMTrail's rows (litwellchi/MMTrail)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...schemas import Span
from ...schemas.rounding import ROUNDING
from ..clip_values import attrs_of, clock_time, described, values_of
from ..lane_format import ExportVideo, LaneFormat


class MMTrail(LaneFormat):
    """MMTrail: {basic, camera, misc, scene} with captions of frames, of music and of it all; a JSON array, one a clip.

    ``merge_caption`` is the text of the caption; ``caption`` that of the span which it describes; ``polish_caption``,
    ``objects`` and ``background`` are attributes of either. Frames are those of the lane ``frame_captions`` within the
    clip, music that of the lane ``music``. Scores are the values ``imaging_quality``, ``aesthetic_score``,
    ``text_area`` (theirs: ocr_score) and ``movement`` (theirs: of_score); null where they were not measured.
    """

    name = "mmtrail"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        for n, merged in enumerate(video.captions()):
            yield _clip(video, merged, n)


def _clip(video: ExportVideo, merged: Span, n: int) -> dict[str, Any]:
    chain, media, timeline = described(video, merged), video.timeline.media, video.timeline
    attrs, values = attrs_of(chain), values_of(chain)
    fps = media.fps if media else 0.0
    music = _within(timeline.lane("music"), merged)
    return {
        "basic": {
            "video_id": video.name,
            "video_path": video.video,
            "video_duration": round(timeline.seconds, 3),
            "video_resolution": [media.height, media.width] if media and media.width else [],
            "video_fps": round(fps, 3),
            "clip_id": f"{video.name}_{n:07}",
            "clip_duration": round(merged.seconds, 3),
            "clip_start_end_idx": [round(merged.start * fps), round(merged.end * fps)],
            "imaging_quality": values.get("imaging_quality"),
            "of_score": values.get("movement"),
            "aesthetic_score": [values["aesthetic_score"]] if "aesthetic_score" in values else [],
        },
        "camera": {"view_scale": "", "movement": attrs.get("camera", ""), "speed": ""},
        "misc": {
            "frame_caption": [span.words for span in _within(timeline.lane("frame_captions"), merged)],
            "music_caption": [
                {"text": span.words, "time": f"{clock_time(span.start)}-{clock_time(span.end)}"} for span in music
            ],
            "vocal_caption": " ".join(filter(None, (span.attrs.get("vocal_caption", "") for span in music))),
        },
        "scene": {
            "objects": [thing for thing in attrs.get("objects", "").split("; ") if thing],
            "background": attrs.get("background", ""),
            "ocr_score": values.get("text_area"),
            "caption": chain[1].words if len(chain) > 1 else "",
            "polish_caption": attrs.get("polish_caption", ""),
            "merge_caption": merged.words,
        },
    }


def _within(spans: Iterable[Span], clip: Span) -> list[Span]:
    """Those of *spans* that begin within *clip* and have words."""
    return [one for one in spans if one.words and clip.start - ROUNDING <= one.start < clip.end]
