"""The tables of a data set: read from the committed parts of a build, and published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from ...schemas.arrow import REJECTS, published_schema, samples_schema, with_ends, with_lanes, with_stated
from ..storage.output_folder import OutputFolder
from ..storage.parts import Part, Parts
from .ended import ended_tables
from .publish import TableFiles, files_in, publish
from .splits import publish_splits, samples_of


@dataclass(slots=True)
class BuildTables:
    """The tables of the build in *folder*, published as one *generation*.

    Args:
        passes: the parts of each pass, in input order.
        lanes: the lanes of the timelines.
        shows: the kind of media that samples have: ``clips``, ``frames`` or ``reference``.
        stated: the facts that the config states about all videos, by column.
        ends: the passes after which rows do not go on.
    """

    folder: OutputFolder
    generation: str
    passes: list[list[Part]]
    lanes: list[str]
    shows: str
    stated: Mapping[str, str | None]
    ends: set[int]
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
        out, schema = self.folder.path, samples_schema(self.shows)
        if split:
            return publish_splits(
                out,
                schema,
                lambda name: samples_of(self._last(), name, self.tasks),
                self.generation,
                self.folder.check,
                self.folder.written.claim,
            )
        return self._publish("samples", schema, self._samples())

    def publish_timelines(self) -> TableFiles:
        """Publish the timelines of the videos that were kept."""
        return self._publish("timelines", published_schema(self.lanes, self.vectors), self._timelines())

    def publish_ended(self) -> TableFiles:
        """Publish the timelines of the videos that were not, with the lanes that they had."""
        passes = [(self._store(number), parts) for number, parts in enumerate(self.passes)]
        last = len(self.passes) - 1
        inputs = next((number for number in sorted(self.ends) if number != last), None)
        tables = ended_tables(passes, inputs, self.lanes, self.stated, self.ended, self.vectors)
        return self._publish("ended", published_schema(self.lanes, self.vectors), tables, empty=False)

    def publish_rejects(self) -> TableFiles:
        """Publish the rejects of the last pass, and those of rows that ended in an earlier pass."""
        return self._publish("rejects", REJECTS, self._rejects())

    def _publish(self, table: str, schema: pa.Schema, tables: Iterator[pa.Table], *, empty: bool = True) -> TableFiles:
        folder, name = self.folder, self.generation
        return publish(folder.path, table, schema, tables, name, folder.check, folder.written.claim, empty=empty)

    def _store(self, number: int) -> Parts:
        return Parts(self.folder.parts / str(number))

    def _last(self) -> list[tuple[Parts, Part]]:
        store = self._store(len(self.passes) - 1)
        return [(store, part) for part in self.passes[-1]]

    def _samples(self) -> Iterator[pa.Table]:
        for store, part in self._last():
            table = store.table(part, "samples")
            self.tasks.update(table.column("task").to_pylist())
            yield table

    def _timelines(self) -> Iterator[pa.Table]:
        for store, part in self._last():
            table = with_lanes(store.table(part, "timelines"), self.lanes, self.vectors)
            self.media |= files_in(table)
            yield with_ends(with_stated(table, self.stated), {})

    def _rejects(self) -> Iterator[pa.Table]:
        for number, parts in enumerate(self.passes):
            for part in parts:
                table = self._store(number).table(part, "rejects")
                if number not in self.ends:
                    kept = {outcome.id for outcome in part.outcomes if outcome.state == "kept"}
                    rows = [row not in kept for row in table.column("id").to_pylist()]
                    table = table.filter(pa.array(rows, pa.bool_()))
                yield table
