"""Charades-STA's lines for temporal grounding (jiyanggao/TALL)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...schemas.uri import without_ending
from ..format import ExportItem, Format, Omit, Unsupported
from ..grounding import moment
from ..row_text import text_lines

BETWEEN = "##"


class CharadesSTA(Format):
    """Charades-STA: VIDEO START END##sentence, a line each moment; text.

    VIDEO is the video's name without its ending, times are seconds. Readers split a line at ``##`` and what is before
    at spaces. A moment that several samples ask for is written once.
    """

    name = "charades_sta"
    suffix = ".txt"
    words = False

    def encode(self, rows: Iterable[str]) -> Iterator[str]:
        return text_lines(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[str]:
        video, seen = "", set[str]()
        for item in items:
            if item.video_id != video:
                video, seen = item.video_id, set()
            try:
                line = self.row(item)
                if line in seen:
                    raise Unsupported("already_there")
            except Unsupported as why:
                leave(item, why.reason)
            else:
                seen.add(line)
                yield line

    def row(self, item: ExportItem) -> str:
        start, end, text = moment(item.sample)
        name = without_ending(item.uri)
        if not start < end:
            raise Unsupported("no_length")
        if BETWEEN in text or BETWEEN in name:
            raise Unsupported("separator_in_text")
        if name.split() != [name]:
            raise Unsupported("space_in_name")
        return f"{name} {start:.2f} {end:.2f}{BETWEEN}{text}"
