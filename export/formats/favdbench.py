"""FAVDBench's list of captions (OpenNLPLab/FAVDBench)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..lane_format import ExportVideo, LaneFormat


class FAVDBench(LaneFormat):
    """FAVDBench, as COCO lists captions: {image_id, caption}; a JSON array, one a clip.

    Its scripts take the last sentence of a caption for what is heard: a caption in parts has to end with that.
    """

    name = "favdbench"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        for n, caption in enumerate(video.captions()):
            yield {"image_id": f"{video.name}_{n}", "caption": caption.text}
