"""ViSMaP's pseudo-labels of long videos."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..format import JsonLines, Unsupported
from ..lane_format import ExportVideo, LaneFormat


class ViSMaP(LaneFormat, JsonLines):
    """ViSMaP's pseudo-labels: video, clip_captions, pseudo_summary, score_history; JSON lines, one a video.

    The summary is the text of the lane ``video_caption``; its grades in the order of the drafts are those of
    ``caption: {iterate: …}``, none where it was written once.
    """

    name = "vismap"

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        captions = video.captions()
        summary = next((span for span in video.timeline.lane("video_caption") if span.text), None)
        if summary is None:
            raise Unsupported("no_summary")
        yield {
            "video": video.video,
            "clip_captions": [caption.text for caption in captions],
            "pseudo_summary": summary.text,
            "score_history": [int(grade) for grade in summary.attrs.get("grades", "").split()],
        }
