"""The tables of a data set: read from the committed parts of a build, and published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from ...schemas.arrow import REJECTS, published_schema, samples_schema
from ...schemas.build_record import Shard
from ...stages.gather.split import SPLITS
from ..storage.output_folder import OutputFolder
from ..storage.parts import ENDED, Part
from .publish import TableFiles, name_shards, staging, write_shards
from .shard_jobs import PARTS_A_COUNT, PartName, ShardJob, count_splits, planned, run_job
from .spreading import Spreading, here


@dataclass(slots=True)
class BuildTables:
    """The tables of the build in *folder*, published as one *generation*.

    Args:
        passes: the parts of each pass, in input order.
        lanes: the lanes of the timelines.
        shows: the kind of media that samples have: ``clips``, ``frames`` or ``reference``.
        stated: the facts that the config states about all videos, by column.
        ends: the passes after which rows do not go on.
        spread: does the work: it reads the parts and writes the shards.
    """

    folder: OutputFolder
    generation: str
    passes: Sequence[Sequence[Part]]
    lanes: list[str]
    shows: str
    stated: Mapping[str, str | None]
    ends: set[int]
    spread: Spreading = here
    tasks: Counter[str] = field(default_factory=Counter)
    """The number of published samples by task."""
    media: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The SHA-256 and the bytes of the media files, by path below the data set."""
    ended: Counter[str] = field(default_factory=Counter)
    """The number of published timelines of videos that are not in the data set, by state."""

    @property
    def vectors(self) -> dict[str, int]:
        """The lanes whose spans have vectors, with their dimensions."""
        return {lane: size for parts in self.passes for part in parts for lane, size in part.vectors.items()}

    def publish_samples(self, *, split: bool) -> TableFiles:
        """Publish the samples; with *split*, in shards of each split."""
        schema = samples_schema(self.shows)
        if not split:
            return self._publish("samples", schema, self._last("samples"))
        files: dict[str, Shard] = {}
        rows: dict[str, int] = {}
        counts = self._count_splits()
        for name in SPLITS:
            last = self._last("samples")
            own = [
                (part, count[name], size * count[name] / all_rows)
                for (part, all_rows, size), count in zip(last, counts, strict=True)
                if count.get(name)
            ]
            written = self._publish("samples", schema, own, split=name, empty=False)
            files |= written.files
            rows |= {name: written.rows} if written.rows else {}
        if not files:
            files = self._publish("samples", schema, []).files
        return TableFiles(sum(rows.values()), files, rows)

    def publish_timelines(self) -> TableFiles:
        """Publish the timelines of the videos that were kept."""
        return self._publish("timelines", published_schema(self.lanes, self.vectors), self._last("timelines"))

    def publish_ended(self) -> TableFiles:
        """Publish the timelines of the videos that were not, with the lanes that they had."""
        parts = []
        for number, part in self._all():
            tables = [ENDED, "timelines"] if number == self._inputs else [ENDED]
            some = [part.files[table] for table in tables if table in part.files]
            if rows := sum(one["rows"] for one in some):
                parts.append(((number, part.name), rows, float(sum(one["bytes"] for one in some))))
        return self._publish("ended", published_schema(self.lanes, self.vectors), parts, empty=False)

    def publish_rejects(self) -> TableFiles:
        """Publish the rejects of the last pass, and those of rows that ended in an earlier pass."""
        return self._publish("rejects", REJECTS, [_sized(*one, "rejects") for one in self._all()])

    @property
    def _inputs(self) -> int | None:
        last = len(self.passes) - 1
        return next((number for number in sorted(self.ends) if number != last), None)

    def _all(self) -> Iterable[tuple[int, Part]]:
        return ((number, part) for number, parts in enumerate(self.passes) for part in parts)

    def _last(self, table: str) -> list[SizedPart]:
        last = len(self.passes) - 1
        return [_sized(last, part, table) for part in self.passes[-1]]

    def _count_splits(self) -> list[dict[str, int]]:
        """The number of samples by split of each part of the last pass."""
        folder = self.folder.parts / str(len(self.passes) - 1)
        names = [part.name for part in self.passes[-1]]
        jobs = [(folder, names[start : start + PARTS_A_COUNT]) for start in range(0, len(names), PARTS_A_COUNT)]
        return [count for counts in self.spread(count_splits, jobs) for count in counts]

    def _publish(
        self, table: str, schema: pa.Schema, parts: Iterable[SizedPart], *, split: str = "", empty: bool = True
    ) -> TableFiles:
        folder, out = self.folder, self.folder.path
        vectors, inputs = self.vectors, self._inputs
        with staging(out, table) as prefix:
            jobs = [
                ShardJob(
                    table,
                    schema,
                    prefix,
                    folder.parts,
                    some,
                    self.lanes,
                    vectors,
                    self.stated,
                    self.ends,
                    inputs,
                    split,
                )
                for some in planned((part, rows, size) for part, rows, size in parts if rows)
            ]
            staged = []
            for made in self.spread(run_job, jobs):
                staged += made.staged
                self.tasks.update(made.tasks)
                self.media |= made.media
                self.ended.update(made.ended)
            if empty and not staged:
                staged = write_shards(prefix, schema, (), empty=True)
            named = {"split": split} if split else {}
            return name_shards(out, table, staged, self.generation, folder.check, folder.written.claim, **named)


SizedPart = tuple[PartName, int, float]
"""A part, its rows of a table, and the bytes of their file."""


def _sized(number: int, part: Part, table: str) -> SizedPart:
    file = part.files[table]
    return (number, part.name), file["rows"], float(file["bytes"])
