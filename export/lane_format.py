"""Formats of what the lanes of a video hold: its captions with their parts, the lines that are spoken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ..schemas import Span, Timeline
from ..schemas.uri import without_ending
from .format import Format, Shards, Unsupported


@dataclass(frozen=True, slots=True)
class ExportVideo:
    """A video with its lanes."""

    timeline: Timeline
    video: str
    """What the trainer is to open: a path or a URL."""
    state: str = "kept"
    """How it ended, a ``PublishedState``."""

    @property
    def name(self) -> str:
        """The video's name in the data set, without its ending."""
        return without_ending(self.timeline.uri)

    def captions(self) -> list[Span]:
        """The captions of the video, in time order.

        Raises:
            Unsupported: ``no_captions``: it has none.
        """
        found = [span for span in self.timeline.lane("captions") if span.text]
        if not found:
            raise Unsupported("no_captions")
        return found

    def span(self, name: str) -> Span | None:
        """The span whose id is *name*, in whatever lane."""
        return next((span for spans in self.timeline.lanes.values() for span in spans if span.id == name), None)


OmitVideo = Callable[[ExportVideo, str], None]
"""Called for each video that is left out, with the reason."""


class LaneFormat(Format):
    """A layout of videos with what their lanes hold; samples are not looked at.

    Formats have ``of_video`` only: the rows that a video becomes.
    """

    words: ClassVar[bool] = False
    lane: str | None = None
    """The lane that is written, for formats of one lane that can be chosen; None for others."""

    def of_video(self, video: ExportVideo) -> Iterable[Any]:
        """What *video* becomes: rows, for ``encode``.

        Raises:
            Unsupported: the format cannot express it.
        """
        raise NotImplementedError

    def video_rows(self, videos: Iterable[ExportVideo], leave: OmitVideo) -> Iterator[Any]:
        """The rows of *videos*."""
        for video in videos:
            try:
                rows = list(self.of_video(video))
            except Unsupported as why:
                leave(video, why.reason)
            else:
                yield from rows

    def write_videos(self, videos: Iterable[ExportVideo], path: Path, leave: OmitVideo, shards: Shards) -> None:
        """Write *videos* to the new file *path*, as they come."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self.encode(self.video_rows(videos, leave)))
