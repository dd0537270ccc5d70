"""What formats that count frames and pixels must know of each video."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ..export.format import Format
from ..schemas.name_hashes import NameTable
from .export_rows import video_batches


class FrameFacts(NamedTuple):
    """The frames of a video."""

    fps: float = 0.0
    """A second; 0 where it is not known."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the upright picture in pixels."""


class FrameTable:
    """Those of the videos of the build in *folder*, by their ids, for a *format* that counts frames; nothing is known
    of others, and of videos whose files were not probed."""

    def __init__(self, folder: Path, format: Format) -> None:
        self.known: NameTable | None = None
        if format.counts_frames:
            self.known = NameTable(
                (batch.column("id").to_pylist(), [_numbers(media) for media in batch.column("media").to_pylist()])
                for batch in video_batches(folder, ["id", "media"], "frames of videos")
            )

    def of(self, video: str) -> FrameFacts:
        """The facts of the *video* of this id."""
        fps, width, height = (self.known.get(video) if self.known is not None else None) or (0.0, 0, 0)
        return FrameFacts(fps, (int(width), int(height)))


def _numbers(media: dict[str, Any] | None) -> tuple[float, int, int]:
    return (media["fps"] or 0.0, media["width"] or 0, media["height"] or 0) if media else (0.0, 0, 0)
