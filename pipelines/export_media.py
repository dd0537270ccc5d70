"""What an export opens for samples whose words have marks for several pictures and clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from ..export.format import Format, MediumFile
from ..rules.media_parts import MarksDiffer, is_picture, media_parts
from ..schemas import Sample
from ..stages.media.media_files import CLIPS, LANES, NEAR
from .evaluation.score import listed_files
from .export_states import ended_files

CLIP = f"lane_{CLIPS}"


def media_fault(sample: Sample, format: Format) -> str:
    """Why *format* cannot have *sample*, which has media of its own; empty: it can."""
    if not format.holds_media:
        return "several_media"
    try:
        media_parts(sample)
    except MarksDiffer:
        return "marks_differ"
    return ""


class MediaFiles:
    """The files of the media of samples of the data set in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self, sample: Sample, own: str, find: Callable[[str], str]) -> Iterator[MediumFile]:
        """The file of each of the media of *sample*, of the video *own*; *find* gives what is opened for a uri.

        A picture of a video that was not written has no path.
        """
        for medium in sample.media:
            uri = medium.video or own
            file = medium.file or (self._written.get((uri, medium.start, medium.end), "") if medium.video else "")
            if file or medium.kind == "image":
                known = file or (uri if is_picture(uri) else "")
                yield MediumFile(medium.kind, find(known) if known else "")
                continue
            length = self._lengths.get(uri, 0.0)
            whole = medium.start <= NEAR and 0 < length <= medium.end + NEAR
            yield MediumFile("clip", find(uri), None if whole else (medium.start, medium.end))

    @cached_property
    def _written(self) -> dict[tuple[str, float, float], str]:
        """The files that show a stretch or a moment of a video, by its uri and their times."""
        found = {}
        for path in listed_files(self.folder, "timelines"):
            lanes = sorted({f"lane_{lane}" for lane in LANES} & set(pq.read_schema(path).names))
            for row in pq.read_table(path, columns=["uri", *lanes]).to_pylist() if lanes else ():
                for span in (span for lane in lanes for span in row[lane] or () if not span["label"] or lane == CLIP):
                    if (self.folder / span["text"]).is_file():  # a mixture has those of its own samples alone
                        found[row["uri"], span["start"], span["end"]] = span["text"]
        return found

    @cached_property
    def _lengths(self) -> dict[str, float]:
        """The seconds of every video, by uri, those without samples of their own too; 0: not known."""
        paths = [*listed_files(self.folder, "timelines"), *ended_files(self.folder)]
        tables = (pq.read_table(path, columns=["uri", "duration"]) for path in paths)
        return {row["uri"]: row["duration"] or 0.0 for table in tables for row in table.to_pylist()}
