"""What build.json says of a finished build: what went in, what came out of it, and how it was made.

Scripts of users read the file: a key keeps its name and its meaning for as long as ``FORMAT`` stays the same. Keys that
came later have defaults, so that the records of earlier versions can be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from pydantic import BaseModel, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

RECORD = "build.json"
"""The name of the file in the folder of a data set."""
FORMAT = 1
"""Changes when a key of the file changes its meaning. A record without a format is from before there was one."""

ENDED = "timelines/timelines_ended-"
"""How the names of shards begin that hold the timelines of videos that are not in the data set. They sort behind those
of the videos that are."""


class RecordError(ValueError):
    """The content of a file is not a record that can be read. The text says why, in one line for people."""


class _Entry(BaseModel):
    """Part of a record. A key that is None, and need not be there, is not written."""

    @model_serializer(mode="wrap")
    def _without_absent_keys(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        known = type(self).model_fields
        return {key: value for key, value in serialize(self).items() if value is not None or known[key].is_required()}


@dataclass(slots=True)
class Usage:
    """What a teacher was asked for one purpose (a stage), and what it cost."""

    calls: int = 0
    """Calls that were sent, those that failed among them."""
    failed: int = 0
    """Calls that brought no reply: errors, time-outs, refusals that may pass."""
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    saved_calls: int = 0
    """Replies that were there already: in the cache, or asked for by another request at the same time."""
    saved_tokens: int = 0
    saved_dollars: float = 0.0

    @classmethod
    def sum(cls, tallies: Iterable[Usage]) -> Usage:
        """All *tallies* together."""
        total = cls()
        for tally in tallies:
            total += tally
        return total

    def __iadd__(self, other: Usage) -> Usage:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self

    def __isub__(self, other: Usage) -> Usage:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) - getattr(other, one.name))
        return self


Account = dict[str, dict[str, Usage]]
"""What was spent, by teacher and purpose."""


class Shard(_Entry):
    """A published Parquet file."""

    sha256: str
    bytes: int
    rows: int


class FunnelRow(_Entry):
    """What one stage did to the videos that came to it: *kept*, *dropped* and *failed* add up to *rows*."""

    stage: str
    """``quality``, or ``quality#2`` for the second stage of this name."""
    rows: int = 0
    kept: int = 0
    dropped: int = 0
    failed: int = 0
    cached: int = 0
    """Videos whose result was in the cache."""
    wrote: int = 0
    """Spans and samples that the stage added."""
    seconds: float = 0.0
    """Summed over all processes."""
    reasons: dict[str, int] = Field(default_factory=dict)
    """How many videos, spans and samples were rejected, by reason."""
    values: dict[str, float] = Field(default_factory=dict)
    """Totals of what the stage reported."""


class MadeVideos(_Entry):
    """The videos that a build made of its inputs, and how they ended."""

    videos: int
    kept: int
    dropped: int
    failed: int
    hours_kept: float


class Retry(_Entry):
    """A run that took up videos which had failed before, and how these ended."""

    at: str
    """The time of the run: ``2026-11-21T12:00:00Z``."""
    taken_up: int
    kept: int = 0
    dropped: int = 0
    failed: int = 0
    gone: int | None = None
    """Videos that are no longer among the inputs; None when all of them are."""


class MediaTotal(_Entry):
    """The files in ``media/`` together."""

    files: int
    bytes: int


class SourceShare(_Entry):
    """What one source gave to a mixture."""

    name: str
    build: str
    """Its folder."""
    generation: str
    licence: str | None
    source: str | None
    samples: int
    """Samples that it has."""
    taken: int
    """Samples that went in, repetitions among them."""
    copies: int
    """Of these, repetitions."""
    splits: dict[str, int]
    left_out: dict[str, int]
    """Samples that did not go in, by reason."""
    sources: list[SourceShare] | None = None
    """Where the source is a mixture itself: its own sources."""
    wanted: float | None = None
    """The share of the training samples that its weight asks for, 0..1."""
    share: float | None = None
    """The share that it has."""


class LengthShare(_Entry):
    """The training samples of a mixture in one range of lengths."""

    up_to: int | None
    """Tokens; None for the last range."""
    wanted: float
    share: float
    samples: int
    there: int
    """Samples of this length that the sources have."""


class MixtureAccount(_Entry):
    """What a mixture was put together from."""

    sources: list[SourceShare]
    licences: dict[str, int]
    """Videos by licence."""
    samples_wanted: int | None
    training: int
    """Training samples."""
    lengths: list[LengthShare] | None = None


class BaselineScore(_Entry):
    """How often one blind baseline, which never sees the video, is right on the samples of one task."""

    task: str
    """Empty: all tasks together."""
    baseline: str
    """``longest option``, ``always A`` …"""
    items: int
    """Questions to which it applies."""
    accuracy: float
    """The share that it has right, 0..1."""
    low: float
    high: float
    """The ends of the confidence interval of the accuracy."""
    chance: float
    """The share that guessing has right."""


class BuildRecord(_Entry):
    """The content of build.json."""

    format: int = FORMAT
    inputs: int
    kept: int
    dropped: int
    failed: int
    hours: float
    """Length of the inputs together."""
    hours_kept: float
    made: MadeVideos | None = None
    """The new videos; None when no stage makes any."""
    funnel: list[FunnelRow]
    """The stages in order."""
    versions: dict[str, str]
    """The versions of Python and of the libraries that a result may depend on."""
    retries: list[Retry] = Field(default_factory=list)
    samples: int
    splits: dict[str, int] | None = None
    """Samples by split; None when there are no splits."""
    tasks: dict[str, int]
    """Samples by task."""
    baselines: list[BaselineScore] | None = None
    """The scores of blind baselines; None where no sample has options, a number, or yes or no as its answer."""
    rejects: int
    """Rows of the table of rejects."""
    ended: dict[str, int] | None = None
    """Videos that are not in the data set, but in the table of timelines with the lanes that they had, by their state
    (``PublishedState``); None when there are none, or when they are not published."""
    taken_down: int | None = None
    """Videos that were taken out of the data set for good, and are in none of the other counts; None when none was."""
    media: MediaTotal | None = None
    """The made files; None when there are none."""
    seconds: float
    """How long the last run took."""
    generation: str
    """An id of the content, which the names of the shards hold."""
    config: dict[str, Any]
    """The config with all its defaults, without secrets."""
    settings: dict[str, Any]
    """The part of the config that decides the content."""
    teachers: Account = Field(default_factory=dict)
    prompts: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    """The instructions that teachers were given, by teacher and purpose."""
    mix: MixtureAccount | None = None
    """The sources of a mixture; None for any other data set."""
    files: dict[str, Shard]
    """The shards, by path below the data set."""
    tars: dict[str, Shard] | None = None
    """In a repository whose media files are packed: the tars that hold them, with the number of files as rows."""

    @classmethod
    def from_json(cls, text: bytes | str) -> BuildRecord:
        """Read the content of a build.json of this version or an earlier one.

        Raises:
            RecordError: it is something else, is damaged, or was written by a newer version.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise RecordError("is not JSON") from None
        if not isinstance(content, dict) or not {"files", "generation"} <= content.keys():
            raise RecordError("was not written by vdata")
        version = content.get("format", FORMAT)
        if isinstance(version, int) and version > FORMAT:
            raise RecordError(f"was written by a newer vdata (format {version}, known up to {FORMAT}): upgrade vdata")
        try:
            record = cls.model_validate(content)
            if strange := [
                name for name in record.files if not re.fullmatch(r"(data|timelines|rejects)/[^/\0]+", name)
            ]:
                raise RecordError(f"is damaged (files: {strange[0]!r} is not in the folder of the data set)")
            return record
        except RecursionError:
            raise RecordError("is damaged (it is nested too deeply)") from None
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"]))
            raise RecordError(f"is damaged ({key}: {first['msg']})") from None

    def to_json(self) -> bytes:
        """The content of the file."""
        return json.dumps(self.model_dump(), indent=1, ensure_ascii=False).encode("utf-8", "replace")

    @property
    def videos(self) -> int:
        """How many videos the data set has: of the made videos, or else of the inputs, those that were kept."""
        return (self.made or self).kept

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The settings of the stages in order; none for a mixture."""
        return list(self.settings.get("stages", ()))

    def shards(self, folder: str) -> list[str]:
        """The shards in *folder* (``data``, ``timelines``, ``rejects``), as they were published. Those of ``timelines``
        hold the videos of the data set alone."""
        return [name for name in self.files if name.startswith(f"{folder}/") and not name.startswith(ENDED)]

    @property
    def ended_shards(self) -> list[str]:
        """The shards with the timelines of videos that are not in the data set."""
        return [name for name in self.files if name.startswith(ENDED)]
