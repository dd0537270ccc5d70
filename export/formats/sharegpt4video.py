"""ShareGPT4Video's captions (ShareGPT4Omni/ShareGPT4Video, ``sharegpt4video_40k.jsonl``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..format import JsonLines, Unsupported
from ..lane_format import ExportVideo, LaneFormat


class ShareGPT4Video(LaneFormat, JsonLines):
    """ShareGPT4Video: video_id, video_path, keyframe [seconds], captions [{idx, content}]; JSON lines.

    Captions of frames are numbered from 1 on, and the last caption, with idx -1, is that of the whole clip. They are
    read from the lanes ``differences`` and ``captions``, which the stage ``caption`` writes with ``mode:
    differential``. A video with several clips is a row each, its video_id followed by ``_1``, ``_2`` …
    """

    name = "sharegpt4video"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        captions, frames = video.captions(), video.timeline.lane("differences")
        for n, caption in enumerate(captions, 1):
            own = [one for one in frames if one.text and one.attrs.get("span", "") == caption.attrs.get("span", "")]
            if not own:
                raise Unsupported("no_frame_captions")
            told = [{"idx": str(m), "content": one.text} for m, one in enumerate(own, 1)]
            yield {
                "video_id": video.name if len(captions) == 1 else f"{video.name}_{n}",
                "video_path": video.video,
                "keyframe": [round(one.end, 3) for one in own],
                "captions": [*told, {"idx": "-1", "content": caption.text}],
            }
