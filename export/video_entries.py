"""Formats with an entry for each video, in which its questions stand, and what files of questions have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from .format import ExportItem, Format, Omit, Unsupported


class VideoEntries(Format):
    """A layout of videos with their samples: ``row`` is what a sample becomes, ``entry`` what stands around them."""

    def entry(self, item: ExportItem, rows: Sequence[Any]) -> Any:
        """The entry of the video of *item*, its first sample that is written, with the *rows* of all of them."""
        raise NotImplementedError

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for _, of_video in groupby(items, key=lambda item: item.video_id):
            first: ExportItem | None = None
            rows: list[Any] = []
            for item in of_video:
                try:
                    rows.append(self.row(item))
                except Unsupported as why:
                    leave(item, why.reason)
                else:
                    first = first or item
            if first is not None:
                yield self.entry(first, rows)


def stem_of(item: ExportItem) -> str:
    """The name of the file of the video of *item* without its ending, by which benchmarks call a video."""
    return PurePosixPath(item.source_uri or item.uri).stem


def code_of(task: str) -> str:
    """The initials of the words of *task*, as authors write them: ``timeline_analysis`` is TA, and what is one word, or
    such a code, stays as it is."""
    words = [word for word in task.split("_") if word not in ("", "and")]
    return "".join(word[0] for word in words).upper() if len(words) > 1 else task
