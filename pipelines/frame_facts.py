"""What formats that count frames and pixels must know of each video."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from ..export.format import Format
from .evaluation.score import listed_files


class FrameFacts(NamedTuple):
    """The frames of a video."""

    fps: float = 0.0
    """A second; 0 where it is not known."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the upright picture in pixels."""


def frame_facts(folder: Path, format: Format) -> defaultdict[str, FrameFacts]:
    """Those of the videos of the build in *folder*, by their ids, for a *format* that counts frames; nothing is known
    of others, and of videos whose files were not probed."""
    found: defaultdict[str, FrameFacts] = defaultdict(FrameFacts)
    for path in listed_files(folder, "timelines") if format.counts_frames else ():
        for row in pq.read_table(path, columns=["id", "media"]).to_pylist():
            if media := row["media"]:
                found[row["id"]] = FrameFacts(media["fps"] or 0.0, (media["width"] or 0, media["height"] or 0))
    return found
