"""The shards of a table in pieces of work: each takes some parts of a build and writes what becomes of them."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from ...schemas.arrow import with_ends, with_lanes, with_stated
from ..storage.parts import Part, Parts
from ..storage.sealed import Damaged
from . import publish
from .ended import ended_tables
from .publish import Staged, files_in, write_shards
from .splits import TRAIN, splits_of

BYTES_A_JOB = 64 * 2**20
"""Of the files of parts that one piece of work reads: about the size of a shard in memory or less."""
PARTS_A_COUNT = 256
"""Parts whose samples one piece of work counts by split."""

PartName = tuple[int, str]
"""A part: the number of its pass, and its name."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ShardJob:
    """What of some *parts* becomes shards of one *table*.

    Args:
        table: ``samples``, ``timelines``, ``ended`` or ``rejects``.
        schema: the columns of the shards.
        prefix: what the names of the shards begin with while they are written.
        folder: that of the parts of all passes.
        parts: in order.
        lanes: the lanes of the timelines.
        vectors: the lanes whose spans have vectors, with their dimensions.
        stated: the facts that the config states about all videos, by column.
        ends: the passes after which rows do not go on.
        inputs: the pass whose kept rows do not go on, since new videos are made of them.
        split: that of the samples that are wanted; empty: all.
    """

    table: str
    schema: pa.Schema
    prefix: Path
    folder: Path
    parts: list[PartName]
    lanes: list[str]
    vectors: Mapping[str, int]
    stated: Mapping[str, str | None]
    ends: set[int]
    inputs: int | None
    split: str = ""

    def tables(self, made: ShardsMade) -> Iterator[pa.Table]:
        """The rows, a part at a time; what is counted of them is added to *made*."""
        if self.table == "ended":
            for number, name in self.parts:
                store = Parts(self.folder / str(number))
                passes = [(store, [_loaded(store, name)])]
                inputs = 0 if number == self.inputs else None
                yield from ended_tables(passes, inputs, self.lanes, self.stated, made.ended, self.vectors)
            return
        for number, name in self.parts:
            store = Parts(self.folder / str(number))
            part = _loaded(store, name)
            if self.table == "samples":
                table = self._samples(store, part)
                made.tasks.update(table.column("task").to_pylist())
            elif self.table == "timelines":
                table = with_lanes(store.table(part, "timelines"), self.lanes, self.vectors)
                made.media |= files_in(table)
                table = with_ends(with_stated(table, self.stated), {})
            else:
                table = self._rejects(store, part, number)
            yield table

    def _samples(self, store: Parts, part: Part) -> pa.Table:
        table = store.table(part, "samples")
        if not self.split:
            return table
        where = splits_of(store.table(part, "timelines"))
        mask = [where.get(video, TRAIN) == self.split for video in table.column("video_id").to_pylist()]
        return table if all(mask) else table.filter(pa.array(mask, pa.bool_()))

    def _rejects(self, store: Parts, part: Part, number: int) -> pa.Table:
        table = store.table(part, "rejects")
        if number in self.ends:
            return table
        kept = {outcome.id for outcome in part.outcomes if outcome.state == "kept"}
        return table.filter(pa.array([row not in kept for row in table.column("id").to_pylist()], pa.bool_()))


@dataclass(slots=True)
class ShardsMade:
    """The shards that a job has written, and what it has counted on the way."""

    staged: list[Staged] = field(default_factory=list)
    tasks: Counter[str] = field(default_factory=Counter)
    """The number of samples by task."""
    media: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The SHA-256 and the bytes of the media files, by path below the data set."""
    ended: Counter[str] = field(default_factory=Counter)
    """The number of timelines of videos that are not in the data set, by state."""


def run_job(job: ShardJob) -> ShardsMade:
    """Do *job*."""
    made = ShardsMade()
    made.staged = write_shards(job.prefix, job.schema, job.tables(made), empty=False)
    return made


def planned(items: Iterable[tuple[Item, int, float]]) -> list[list[Item]]:
    """*items* (of so many rows, and bytes in their files) in order, those that become one shard together.

    The borders are those that ``publish`` makes by rows.
    """
    found: list[list[Item]] = [[]]
    rows = group = 0
    size = 0.0
    for item, more, weight in items:
        found[-1].append(item)
        group, size = group + more, size + weight
        if group >= publish.ROWS_A_GROUP:
            rows, group = rows + group, 0
        if rows >= publish.ROWS_A_SHARD or size >= BYTES_A_JOB:
            found.append([])
            rows = group = 0
            size = 0.0
    return [some for some in found if some]


def count_splits(job: tuple[Path, Sequence[str]]) -> list[dict[str, int]]:
    """The number of samples by split of each part of a pass: its folder, and the names of the parts."""
    folder, names = job
    store, found = Parts(folder), []
    for name in names:
        part = _loaded(store, name)
        where = splits_of(store.table(part, "timelines"))
        videos = store.table(part, "samples").column("video_id").to_pylist()
        found.append(dict(Counter(where.get(video, TRAIN) for video in videos)))
    return found


def _loaded(store: Parts, name: str) -> Part:
    path = store.folder / f"{name}.json"
    try:
        return store.load(path)
    except Damaged as damage:
        raise OSError(errno.EIO, f"it was changed while it was published: {damage}", str(path)) from None
