"""WebVid's table (m-bain/webvid): a clip and its sentence a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from ..format import ExportItem, Format, Omit, Unsupported
from ..row_text import comma_lines
from ..talk import clip_of, conversation
from ..video_entries import stem_of

CAPTIONS = ("captioning", "grounded_caption", "video_caption")
"""Tasks whose answers are captions."""
EDGE = 0.1
"""Seconds by which a caption may miss a bound of the video and still be of all of it."""
FIELDS = ("videoid", "contentUrl", "duration", "page_dir", "name")


class WebVid(Format):
    """WebVid: videoid, contentUrl, duration PT00H00M16S, page_dir, name (the caption); CSV, one a captioned video.

    Its reader opens videos/PAGE_DIR/VIDEOID.mp4: the folder and the name of the file here.
    """

    name = "webvid"
    suffix = ".csv"

    def encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        return comma_lines(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Sequence[Any]]:
        yield FIELDS
        yield from super().rows(items, leave)

    def row(self, item: ExportItem) -> Sequence[Any]:
        sample = item.sample
        if len(conversation(item)) > 2:
            raise Unsupported("several_turns")
        if sample.task not in CAPTIONS or sample.options:
            raise Unsupported("no_caption")
        start, end = clip_of(sample) or (0.0, item.duration)
        if start > EDGE or end < item.duration - EDGE:
            raise Unsupported("needs_a_clip")
        folder = PurePosixPath(item.source_uri or item.uri).parent.name
        seconds = round(item.duration)
        length = f"PT{seconds // 3600:02}H{seconds // 60 % 60:02}M{seconds % 60:02}S"
        return (stem_of(item), item.video, length, folder, " ".join(sample.answer.split()))
