"""What a format is: it takes samples as they come and yields the text of a file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from ..rules.track_lines import moved
from ..schemas import Sample
from ..schemas.plugins import PluginKind
from .row_text import json_array, json_lines, tab_lines


@dataclass(frozen=True, slots=True)
class MediumFile:
    """What the trainer is to open for one of the media of a sample."""

    kind: Literal["image", "clip"]
    path: str
    """A path or a URL."""
    within: tuple[float, float] | None = None
    """The stretch of it that is shown, seconds; None: all of it."""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """A sample with what is known of its video."""

    sample: Sample
    video: str
    """What the trainer is to open: a path or a URL; empty for a sample that is text alone."""
    uri: str
    """The video's name in the data set."""
    video_id: str
    duration: float
    """Seconds; 0 when it is not known."""
    source_uri: str = ""
    """The name of the whole video in the data set, also where ``uri`` is that of a clip."""
    made: bool = False
    """Whether the build has made the video of others."""
    media: tuple[MediumFile, ...] = ()
    """A file for each of the sample's media, in order."""
    image: bool = False
    """Whether the video is an image."""
    fps: float = 0.0
    """Frames a second of the video, for formats that count them (``counts_frames``); 0 where it is not known."""
    size: tuple[int, int] = (0, 0)
    """Width and height of its upright picture in pixels, likewise."""


def of_clip(item: ExportItem) -> ExportItem:
    """*item*, whose ``video`` is its sample's clip, with all times as those of the clip: from its start on.

    Words hold no times unless the clip begins with the video, so that they stay as they are.
    """
    sample = item.sample
    start, end = sample.clip_start or 0.0, sample.clip_end or item.duration
    if start:
        evidence = [
            replace(
                one,
                start=max(0.0, one.start - start),
                end=max(0.0, one.end - start),
                boxes=moved(one.boxes, start, math.inf, -start),
            )
            for one in sample.evidence
        ]
        params = {**sample.params, "duration": repr(end - start)} if "duration" in sample.params else sample.params
        place = max(0.0, sample.start - start), max(0.0, sample.end - start)
        turns = [turn if turn.time is None else replace(turn, time=turn.time - start) for turn in sample.messages]
        sample = replace(sample, start=place[0], end=place[1], evidence=evidence, params=params, messages=turns)
        if sample.seen is not None:
            sample.seen_start, sample.seen_end = (max(0.0, time - start) for time in sample.seen)
    return replace(item, sample=sample, uri=sample.clip, duration=end - start)


class Unsupported(Exception):
    """A sample that a format cannot express. ``reason`` is snake_case."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


Omit = Callable[[ExportItem, str], None]
"""Called for each sample that is left out, with the reason."""


@dataclass(frozen=True, slots=True)
class Shards:
    """How formats that hold media divide it."""

    media: bool = True
    """Put the video files in."""
    most_bytes: int = 2**30
    """A new shard is begun when the next video would make one larger than this."""
    convert: Callable[[Path], AbstractContextManager[Path]] | None = None
    """Gives the MP4 file that is put in for a video, or raises Unsupported; None: videos are put in as they are."""

    @contextmanager
    def file(self, video: Path, suffix: str) -> Iterator[tuple[Path, str]]:
        """The file that is put in for *video*, whose name ends in *suffix*, and how its name ends.

        Raises:
            Unsupported: the video is not there, or cannot be converted.
        """
        if not video.is_file():
            raise Unsupported("no_video_file")
        if self.convert is None:
            yield video, suffix
        else:
            with self.convert(video) as made:
                yield made, ".mp4"


class Format:
    """A layout for training: a file in ``formats/``, or an entry point of another package (``vdata.formats``).

    Most formats have ``row`` only: what one sample becomes. The first line of the docstring is shown by
    ``vdata export --list``.
    """

    name: ClassVar[str]
    folder: ClassVar[bool] = False
    """Whether it writes a folder of files."""
    own_files: ClassVar[tuple[str, ...]] = ()
    """Patterns of what it writes into its folder (folders end with ``/``); anything else there is not replaced."""
    needs: ClassVar[str] = ""
    """A package that is not always there, and the extra that brings it, as ``package:extra``."""
    converts: ClassVar[bool] = False
    """Whether it puts media in, and can have them converted (``Shards.convert``)."""
    title: str = ""
    """How the output is called, without its ending."""
    suffix: ClassVar[str] = ".json"
    """How its files are usually called."""
    words: ClassVar[bool] = True
    """Whether it holds the words of samples, in which times can be written in several ways."""
    text_only: ClassVar[bool] = False
    """Whether it has a place for samples that are text alone, of which ``ExportItem.video`` is empty."""
    holds_media: ClassVar[bool] = False
    """Whether it has a place for samples whose words have marks for several pictures or clips
    (``ExportItem.media``)."""
    of_pictures: ClassVar[bool] = False
    """Whether its rows are about one picture each, so that an image is what it wants."""
    shows_frames: ClassVar[bool] = False
    """Whether it shows the pictures of a sample (``Sample.frames``), and no video, which then needs no file."""
    counts_frames: ClassVar[bool] = False
    """Whether it tells times by the numbers of frames, or places in pixels: ``ExportItem.fps`` and ``size``."""
    holds_system: ClassVar[bool] = False
    """Whether it has a place for a system message."""
    columns: ClassVar[tuple[str, ...]] = ()
    """The columns of which some can be chosen; empty: its layout is fixed."""
    chosen: tuple[str, ...] = ()
    """Those that were chosen; empty: all."""
    read_by_suffix: ClassVar[bool] = False
    """Whether its trainer tells how to read a file by how its name ends, so that it must be ``suffix``."""

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        """*rows* as the text of a file, piece by piece."""
        return json_array(rows)

    def row(self, item: ExportItem) -> Any:
        """What *item* becomes.

        Raises:
            Unsupported: the format cannot express it.
        """
        raise NotImplementedError

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        """The rows of *items*."""
        for item in items:
            try:
                row = self.row(item)
            except Unsupported as why:
                leave(item, why.reason)
            else:
                yield row

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        """Write *items* to the new file *path*, as they come."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self.encode(self.rows(items, leave)))

    def strange(self, folder: Path) -> str:
        """The name of something in *folder*, where the output is to go, that no export of this format wrote; or
        nothing."""
        names = (f"{path.name}/" if path.is_dir() else path.name for path in sorted(folder.iterdir()))
        return next((name for name in names if not any(fnmatchcase(name, own) for own in self.own_files)), "")

    def hint(self, path: Path) -> str:
        """What the user must tell the trainer about the file; may be empty."""
        return ""


class JsonLines(Format):
    """A format with a JSON value a line."""

    suffix = ".jsonl"

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_lines(rows)


class NumberedTable(Format):
    """A format with a table: a line with its ``header``, and rows that are numbered from 0 in the first column."""

    header: ClassVar[tuple[str, ...]]
    suffix = ".tsv"

    def encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        return tab_lines(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Sequence[Any]]:
        yield self.header
        for n, row in enumerate(super().rows(items, leave)):
            yield (n, *row)


FORMATS = PluginKind("export format", "vdata.export.formats", "vdata.formats", lambda: Format, lambda one: one.name)


@cache
def find_formats() -> dict[str, Format]:
    """Every format by its name, in the order of the names."""
    return {name: cls() for name, cls in FORMATS.find().items()}


def format_list() -> str:
    """A line for each format: its name and what it is."""
    formats = find_formats()
    width = max(map(len, formats))
    return "\n".join(f"{name:{width}}  {(one.__doc__ or '').partition(chr(10))[0]}" for name, one in formats.items())
