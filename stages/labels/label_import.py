"""What the importers of labels share: their settings, what they return, and which times are accepted."""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Final

from pydantic import ConfigDict, Field

from ...schemas import Measured, Reject, Span, clean
from ...schemas.input_video import ImportedSample, ImportedTrack
from ...schemas.settings_model import Settings

STAGE = "labels"
"""The stage that rejects of labels name."""

OVERRUN = 1.0
"""Seconds by which a label may run over the end of the video: it is cut. Beyond that it belongs to another video."""

LANE = r"[a-z][a-z0-9_]{0,39}"
"""What a lane may be called."""

TO_THE_END: Final = object()
"""An end of this means the end of the video, wherever that is."""

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")


class LabelError(Exception):
    """A label file cannot be used at all; the text says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class ColumnFault:
    """What is wrong with a column that the settings name, or leave to be guessed."""

    key: tuple[str | int, ...]
    """Where it stands in the settings; empty: about all of them."""
    message: str
    hint: str
    named: str = ""
    """The column that the settings name."""
    columns: Sequence[str] = ()
    """The columns of the file, the nearest of which may be meant."""


class Importer(Settings):
    """One way of reading labels into lanes: a file in ``kinds/``, or an entry point (``vdata.labels``) of a package.

    The fields are its YAML keys; ``kind: Literal["name"] = "name"`` is what it is called there.
    """

    model_config = ConfigDict(populate_by_name=True)

    lane: str = Field("labels", pattern=f"^{LANE}$")
    """The lane on which the spans are laid."""

    def lanes(self) -> set[str]:
        """The lanes that it lays, as far as the settings name them."""
        return {self.lane}

    def measures(self) -> bool:
        """Whether the labels need the true lengths of videos, so that these are opened though no stage asks for it."""
        return False

    def open_ended(self) -> bool:
        """Whether spans may come on other lanes too, which only the labels themselves name."""
        return False


class FileImporter(Importer):
    """Reads one file with the labels of many videos."""

    names_inputs: ClassVar[bool] = True
    """Whether the videos that it names are the inputs of a build without videos. If not, it only tells of others."""
    path: str = Field(min_length=1)
    """The label file: a path, relative to the current directory, or a URL (s3://, hf://)."""

    def column_faults(self, path: str) -> list[ColumnFault]:
        """What is wrong with the columns of the file *path* on this machine, as far as its first rows tell."""
        return []

    @abstractmethod
    def read(self, data: bytes) -> Iterable[Labelled]:
        """Read what *data*, the content of ``path``, says of each video.

        Raises:
            LabelError: the file as a whole cannot be read.
        """

    def read_file(self, file: IO[bytes]) -> Iterable[Labelled]:
        """What ``read`` says of what *file*, which can seek, holds. For kinds that need not have all of it in memory.

        Raises:
            LabelError: the file as a whole cannot be read.
        """
        return self.read(file.read())


@dataclass(slots=True)
class Labelled:
    """What a label file says of one video; labels without a video have an empty *name*."""

    name: str
    lanes: dict[str, list[Span]] = field(default_factory=dict)
    duration: float | None = None
    rejects: list[Reject] = field(default_factory=list)
    samples: list[ImportedSample] = field(default_factory=list)
    tracks: list[ImportedTrack] = field(default_factory=list)

    def add(self, lane: str, start: Any, end: Any, where: str, **what: Any) -> Span | None:
        """Lay a span, or reject it: ``bad_time``. *where* says where it stands, for people.

        *start* and *end* are seconds, or clock times as text (``1:02:03.5``); *end* may be TO_THE_END.
        """
        begin, stop = seconds(start), math.inf if end is TO_THE_END else seconds(end)
        why = time_fault(begin, stop, self.duration)
        if why:
            value = stop if stop is not None and math.isfinite(stop) else None
            detail = _short(f"{where}: {why} (from {start!r} to {'the end' if end is TO_THE_END else repr(end)})")
            facts = Measured(value=value, threshold=self.duration, detail=detail)
            self.rejects.append(Reject(STAGE, "failed", "bad_time", lane=lane, **facts))
            return None
        assert begin is not None
        assert stop is not None
        span = Span(begin, stop, source="imported", **what)
        self.lanes.setdefault(lane, []).append(span)
        return span

    def fail(
        self,
        lane: str,
        where: str,
        why: str,
        reason: str = "bad_row",
        value: float | None = None,
        threshold: float | None = None,
    ) -> None:
        """Reject a label that cannot be read."""
        facts = Measured(value=value, threshold=threshold, detail=_short(f"{where}: {why}"))
        self.rejects.append(Reject(STAGE, "failed", reason, lane=lane, **facts))


def _short(text: str) -> str:
    """*text* for a person, safe to store, in at most 300 characters."""
    return text if len(text := clean(text)) <= 300 else text[:299] + "…"


def seconds(value: Any) -> float | None:
    """A time from a file as seconds: a finite number, one as text, or a clock time. None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and (clock := _CLOCK.fullmatch(value.strip())):
        hours, minutes, rest = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    try:
        number = float(value) if isinstance(value, int | float | str) else math.inf
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def time_fault(start: float | None, end: float | None, duration: float | None = None) -> str:
    """What is wrong with a stretch of time; empty if nothing is. An infinite end is the end of the video."""
    if start is None or end is None:
        return "a time that is not a finite number"
    if start < 0:
        return "a time before the start of the video"
    if end < start:
        return "it ends before it starts"
    if duration is None:
        return ""
    if start >= duration > 0:
        return f"it starts after the end of the video ({duration:g} s)"
    if math.isfinite(end) and end > duration + OVERRUN:
        return f"it ends after the end of the video ({duration:g} s)"
    return ""


class SidecarImporter(Importer):
    """Reads labels of one video, in the worker: a file beside it, or its attrs."""

    @abstractmethod
    def suffixes(self) -> tuple[str, ...]:
        """The endings of the files that are wanted."""

    def choose(self, beside: dict[str, str]) -> str | None:
        """Which of the files beside a video to read, by what stands between its name and the ending (``en``)."""
        return beside.get("")

    def attr(self) -> str | None:
        """The attr that is read when the video has it, before any file."""
        return None

    @abstractmethod
    def parse(self, data: bytes, path: str, found: Labelled) -> None:
        """Lay what *data* says on *found*; ``found.duration`` is the video's.

        Raises:
            LabelError: it cannot be read.
        """
