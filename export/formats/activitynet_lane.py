"""ActivityNet Captions' JSON of a lane, for data sets of captions that have no samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...schemas.name_hashes import NameSet
from ..format import Unsupported
from ..lane_format import ExportVideo, LaneFormat, OmitVideo
from ..row_text import json_object


class ActivityNetLane(LaneFormat):
    """ActivityNet Captions of a lane (captions, or --lane), whether there are samples or not; a JSON object.

    {video: {duration, timestamps [[start, end]], sentences}}: one entry a video, by its name without its ending, with
    the spans of the lane that have a text or a label, in time order.
    """

    name = "activitynet_lane"
    lane: str | None = "captions"

    def encode(self, rows: Iterable[tuple[str, Any]]) -> Iterator[str]:
        return json_object(rows)

    def video_rows(self, videos: Iterable[ExportVideo], leave: OmitVideo) -> Iterator[Any]:
        taken = NameSet()
        for video in videos:
            if video.name in taken:
                leave(video, "name_taken")
                continue
            for row in super().video_rows([video], leave):
                taken.add(video.name)
                yield row

    def of_video(self, video: ExportVideo) -> Iterable[tuple[str, Any]]:
        spans = sorted(
            (span.start, span.end, span.words) for span in video.timeline.lane(self.lane or "captions") if span.words
        )
        if not spans:
            raise Unsupported(f"no_{self.lane}")
        if not video.timeline.duration:
            raise Unsupported("no_duration")
        entry = {
            "duration": round(video.timeline.duration, 2),
            "timestamps": [[round(start, 2), round(end, 2)] for start, end, _ in spans],
            "sentences": [words for _, _, words in spans],
        }
        return [(video.name, entry)]
