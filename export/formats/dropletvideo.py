"""DropletVideo-10M's table (DropletX/DropletVideo-10M)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..clip_table import ClipTable
from ..clip_values import described, values_of
from ..format import Unsupported
from ..lane_format import ExportVideo

GRADES = ("quality_score", "aesthetics")


class DropletVideo(ClipTable):
    """DropletVideo's table: url, fps, framestamp [first, end], quality_score, aesthetics, caption; CSV, one a clip.

    ``framestamp`` has the numbers of the first frame and of the one behind the last. The grades are values of the clip,
    or of its caption, that have these names, as ``ask`` lays them; empty where it has none. Its authors call a clip's
    file VIDEO--START_END-QUALITY, by these columns.
    """

    name = "dropletvideo"
    fields = ("url", "fps", "framestamp", *GRADES, "caption")

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        captions = video.captions()
        media = video.timeline.media
        if media is None or media.fps <= 0:
            raise Unsupported("no_frame_rate")
        for caption in captions:
            values = values_of(described(video, caption))
            frames = [round(caption.start * media.fps), round(caption.end * media.fps)]
            grades = [f"{values[name]:g}" if name in values else "" for name in GRADES]
            yield (video.video, f"{media.fps:g}", frames, *grades, caption.text)
