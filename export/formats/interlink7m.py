"""Howto-Interlink7M's table (showlab/cosmo)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..documents import document_segments
from ..format import ExportItem, Format, Omit, Unsupported
from ..row_text import dumps, tab_lines


class Interlink7M(Format):
    """Howto-Interlink7M: a table of documents: path, clips (JSON: [{clip: "0:00:00 - 0:00:05", caption}]).

    Of documents whose segments show clips, one row each. Times are whole seconds; a clip has one at least.
    """

    name = "interlink7m"
    suffix = ".tsv"
    holds_media = True
    words = False

    def encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        return tab_lines(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Sequence[Any]]:
        yield ("path", "clips")
        yield from super().rows(items, leave)

    def row(self, item: ExportItem) -> tuple[str, str]:
        clips = []
        for segment in document_segments(item):
            if [medium.kind for medium in segment.media] != ["clip"]:
                raise Unsupported("shows_no_clip")
            start = round(segment.media[0].start)
            end = max(start + 1, round(segment.media[0].end))
            clips.append({"clip": f"{_clock(start)} - {_clock(end)}", "caption": segment.text})
        return item.video, dumps(clips)


def _clock(seconds: int) -> str:
    """*seconds* as H:MM:SS."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
