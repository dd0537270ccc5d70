"""MovieStory101's descriptions of clips (hyc2026/StoryTeller, ``caption.json``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..lane_format import ExportVideo
from .activitynet_lane import ActivityNetLane


class StoryTeller(ActivityNetLane):
    """MovieStory101: {clip: [{start_time, end_time, text}]} of captions, in seconds; a JSON object.

    A clip is a video, by its name without its ending; theirs say film, start and end in it.
    """

    name = "storyteller"
    lane: str | None = None

    def of_video(self, video: ExportVideo) -> Iterable[tuple[str, Any]]:
        scenes = [
            {"start_time": round(span.start, 2), "end_time": round(span.end, 2), "text": span.text}
            for span in video.captions()
        ]
        return [(video.name, scenes)]
