"""The data set's own rows as JSON lines, for whatever reads neither Parquet nor a trainer's layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar

from ...schemas import Span
from ...schemas.vectors import unpack
from ..format import ExportItem, JsonLines
from ..lane_format import ExportVideo, LaneFormat


class PlainSamples(JsonLines):
    """Plain JSON lines: a sample a line with every column, or those that --columns names."""

    name = "jsonl"
    holds_system = True
    text_only = True
    holds_media = True
    columns: ClassVar[tuple[str, ...]] = (
        *("id", "video", "video_path", "video_id", "duration", "task", "start", "end", "question", "options"),
        *("answer", "answer_index", "rationale", "messages", "evidence", "params", "teacher", "checks", "group"),
        *("rejected", "rejected_source", "clip", "clip_start", "clip_end", "frames", "seen_start", "seen_end", "media"),
    )

    def row(self, item: ExportItem) -> Any:
        facts = {"video": item.uri, "video_path": item.video, "video_id": item.video_id, "duration": item.duration}
        whole = {**facts, **asdict(item.sample)}
        return {name: whole[name] for name in self.chosen or self.columns}


class PlainTimelines(LaneFormat, JsonLines):
    """Plain JSON lines of timelines: a video a line with its lanes, whether there are samples or not; --columns."""

    name = "timelines"
    columns: ClassVar[tuple[str, ...]] = (
        *("id", "video", "video_path", "state", "duration", "media", "attrs", "lanes"),
    )

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        timeline = video.timeline
        whole = {
            "id": timeline.id,
            "video": timeline.uri,
            "video_path": video.video,
            "state": video.state,
            "duration": timeline.duration,
            "media": asdict(timeline.media) if timeline.media else None,
            "attrs": timeline.attrs,
            "lanes": {name: [_plain(span) for span in spans] for name, spans in timeline.lanes.items()},
        }
        yield {name: whole[name] for name in self.chosen or self.columns}


def _plain(span: Span) -> dict[str, Any]:
    """*span* as JSON types, with the numbers of its vector where it has one."""
    plain = asdict(span)
    if plain.pop("vector") is None:
        return plain
    return {**plain, "vector": unpack([span.vector])[0].tolist() if span.vector else []}
