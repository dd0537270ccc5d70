"""VDC, the benchmark of detailed captions (rese1f/aurora; wchai/Video-Detailed-Caption)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from ...schemas import Span
from ..format import Shards, Unsupported
from ..lane_format import ExportVideo, LaneFormat, OmitVideo
from ..row_text import dumps

PARTS = ("short", "camera", "background", "main_object")
"""Aspects that are parts of the caption; the lane ``detailed`` has the fifth."""
ASPECTS = (*PARTS, "detailed")
CAPTIONS = "VDC_captions.jsonl"


class VDC(LaneFormat):
    """VDC: a folder with VDC_captions.jsonl (video_id, captions {short_caption …}) and for each aspect its questions.

    ``camera.jsonl`` and the others have {video_id: [{question, answer}]} a line. The captions are the parts of those in
    the lane ``captions`` and the text of the lane ``detailed``; the questions are the spans of the lanes
    ``questions_camera`` and so on, with the attribute ``answer``. A video is one clip: its first caption counts.
    """

    name = "vdc"
    folder = True
    own_files = (CAPTIONS, *(f"{aspect}.jsonl" for aspect in ASPECTS))

    def write_videos(self, videos: Iterable[ExportVideo], path: Path, leave: OmitVideo, shards: Shards) -> None:
        path.mkdir()
        with ExitStack() as held:
            files = {
                name: held.enter_context((path / name).open("w", encoding="utf-8", newline="\n"))
                for name in self.own_files
            }
            for video in videos:
                try:
                    captions = self._captions(video)
                except Unsupported as why:
                    leave(video, why.reason)
                    continue
                told = {
                    "video_id": video.name,
                    "captions": {f"{aspect}_caption": captions[aspect] for aspect in ASPECTS},
                }
                files[CAPTIONS].write(dumps(told) + "\n")
                for aspect in ASPECTS:
                    asked = [_asked(span) for span in video.timeline.lane(f"questions_{aspect}") if span.text]
                    files[f"{aspect}.jsonl"].write(dumps({video.name: asked}) + "\n")

    def _captions(self, video: ExportVideo) -> dict[str, str]:
        attrs = video.captions()[0].attrs
        detailed = next((span.text for span in video.timeline.lane("detailed") if span.text), "")
        found = {**{part: attrs.get(part, "") for part in PARTS}, "detailed": detailed}
        if not all(found.values()):
            raise Unsupported("not_all_aspects")
        return found


def _asked(span: Span) -> dict[str, str]:
    return {"question": span.text or "", "answer": span.attrs.get("answer", "")}
