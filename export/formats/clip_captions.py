"""A row for each captioned clip, as sets of clips have them (Panda-70M, Koala-36M)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...rules.caption_parts import parts_of
from ..format import JsonLines
from ..lane_format import ExportVideo, LaneFormat


class ClipCaptions(LaneFormat, JsonLines):
    """Captioned clips: videoID, url, timestamp [start, end], caption, parts, measured; JSON lines, one a clip.

    ``parts`` are those of a structured caption by name. ``measured`` are the values of the clip that the stages
    ``quality`` and ``describe`` leave, by name; each has its own scale.
    """

    name = "clip_captions"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        for n, caption in enumerate(video.captions()):
            clip = video.span(caption.attrs.get("span", ""))
            yield {
                "videoID": f"{video.name}_{n}",
                "url": video.video,
                "timestamp": [round(caption.start, 3), round(caption.end, 3)],
                "caption": caption.text,
                "parts": parts_of(caption),
                "measured": {**(clip.values if clip else {}), **caption.values},
            }
