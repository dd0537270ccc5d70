"""Finds what remains to be done of each pass of a build, and what is done and still valid."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ...rules.neighbours.vector_grid import NotComparable
from ...rules.neighbours.vector_source import VectorPiece, VectorSource
from ...schemas import make_id
from ...schemas.atomic_file import write_bytes
from ...schemas.input_video import Source
from ...schemas.stored_list import StoredList
from ...stages import Gather, Joining, VectorGather
from ..errors import UserError
from ..storage.parts import Outcome, Part, Parts
from ..storage.sealed import Damaged, read_sealed, seal
from ..storage.state_names import INPUTS
from .part_rows import ended_inputs, state_of, where_rows_are
from .stored_units import stored_units
from .unit import Pass
from .units import Unit

SLOW_UNIT = 8
"""Videos in a unit of work when videos are opened or teachers asked: what a killed worker has to do again."""
VERDICTS = "verdicts"
"""The folder, in the state of a build, of what gather stages said that take long."""
LABEL_UNIT = 500
"""The same when rows are made from labels alone."""


class Remaining:
    """Compares *sources* with the parts of earlier runs and makes units of the work that remains.

    A part counts if it is whole, if all its inputs are as they were, and if it was made from what now goes into it, and
    with the settings of now: the last worker of a build that was killed may commit what it does after --overwrite has
    cleared the folder. Others are taken away, and what is left of their rows is done again, mostly from the caches.

    Args:
        sources: the inputs, in order.
        slow: whether every row takes long: teachers are asked.
        opens: whether rows with a video take long: it is opened.
        processors: that there are, roughly.
    """

    def __init__(self, sources: Sequence[Source], slow: bool, opens: bool, processors: int) -> None:
        self.sources, self.slow, self.opens, self.processors = sources, slow, opens, processors
        self.keys = [source.fingerprint for source in sources]
        self.order = {key: number for number, key in enumerate(self.keys)}
        self.gone: set[str] = set()
        """The inputs of an earlier run, by uri, that are not among the sources any more, or not as they were."""
        self.made: dict[str, int] = {}
        """The place of each new video, when a stage makes new ones."""

    def first(self, work: Pass) -> tuple[StoredList[Part], list[Unit]]:
        """The parts of the first pass that count, and the units of it that are left."""
        store = work.store
        done = StoredList[Part]()
        seen: set[str] = set()
        for part in store.sound():
            keys = {outcome.key for outcome in part.outcomes}
            self.gone |= {outcome.uri for outcome in part.outcomes if outcome.key not in self.order}
            known = part.settings == work.settings and keys <= self.order.keys()
            if known and not keys & seen and not any(outcome.again for outcome in part.outcomes):
                done.append(part)
                seen |= keys
            else:
                store.remove(part)
        left = [number for number, key in enumerate(self.keys) if key not in seen]
        slow = self.slow or (self.opens and any(self.sources[number].opens for number in left))
        size = self._few(len(left)) if slow else LABEL_UNIT
        return done, stored_units(work.parts.with_name(INPUTS), self.sources, self.keys, left, size)

    def later(self, work: Pass, before: Sequence[Part]) -> tuple[StoredList[Part], list[Unit]]:
        """The same for a later pass; *before* are the parts of the pass before it that count."""
        verdicts: dict[str, Any] = {}
        gather = work.stages[0]
        if work.gathers and isinstance(gather, Gather):
            if isinstance(gather, Joining):
                gather.know_ended(ended_inputs(zip(self.sources, self.keys, strict=True), before))
            verdicts = self._verdicts(work, gather, before)
        units = {unit.previous: unit for part in before if (unit := Unit.after(part, verdicts, spawns=work.spawns))}
        if isinstance(gather, Joining):
            where = where_rows_are(before)
            units = {name: _fed(unit, gather, where) for name, unit in units.items()}
        if work.spawns:
            self.made = {row: number for number, row in enumerate(row for unit in units.values() for row in unit.only)}
        done = StoredList[Part]()
        covered: dict[str, set[str]] = {name: set() for name in units}
        for part in work.store.sound():
            unit = units.get(part.previous)
            rows = {outcome.id for outcome in part.outcomes}
            again = any(outcome.again for outcome in part.outcomes)
            same = unit is not None and (unit.given, work.settings) == (part.given, part.settings)
            known = same and unit is not None and rows <= set(unit.only)
            if known and not again and not rows & covered[part.previous]:
                done.append(part)
                covered[part.previous] |= rows
            else:
                work.store.remove(part)
        most = self._few(sum(len(unit.only) for unit in units.values())) if work.spawns else sys.maxsize
        return done, [left for name, unit in units.items() for left in unit.without(covered[name], most)]

    def place(self, part: Part) -> tuple[int, int]:
        """Where *part* stands among the parts of its pass: in the order of the inputs."""
        return min(map(self._rank, part.outcomes))

    def changes(self) -> str:
        """What has become of inputs of an earlier run, in a line; empty if they are all as they were."""
        if not self.gone:
            return ""
        changed = len(self.gone & {source.uri for source in self.sources})
        lost = len(self.gone) - changed
        changes = [f"{lost} no longer there"] if lost else []
        changes += [f"{changed} changed"] if changed else []
        return f"Of the inputs before: {' and '.join(changes)}. What was made of them is taken out." if changes else ""

    def _rank(self, outcome: Outcome) -> tuple[int, int]:
        return self.order[outcome.key], self.made.get(outcome.id, 0)

    def _few(self, rows: int) -> int:
        """Few enough rows in a unit that every processor has several to take."""
        return max(1, min(SLOW_UNIT, rows // (4 * self.processors)))

    def _verdicts(self, work: Pass, gather: Gather, before: Sequence[Part]) -> dict[str, Any]:
        """What *gather* says of the rows of the parts *before*; where it compares vectors, it is kept for later runs.

        Raises:
            UserError: vectors cannot be compared.
        """
        lanes = gather.vectors_read()
        if not lanes or not isinstance(gather, VectorGather):
            return gather.gather(self._digests(before))
        kept = work.parts.with_name(VERDICTS) / f"{work.number}.json"
        key = make_id(work.settings, *(f"{part.name} {part.files['timelines']['sha256']}" for part in before))
        try:
            if (found := read_sealed(kept))["key"] == key:
                return dict(found["verdicts"])
        except (FileNotFoundError, Damaged):
            pass
        for lane in sorted(lanes):
            gather.know_vectors(VectorSource(partial(vector_pieces, work, before, lane)), work.parts)
        try:
            verdicts = gather.gather(self._digests(before))
        except NotComparable as error:
            raise UserError(f"{work.labels[0]}: {error}.") from None
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(seal({"key": key, "verdicts": verdicts}), kept)
        return verdicts

    def _digests(self, parts: Sequence[Part]) -> list[tuple[str, Any]]:
        """The digests for a gather stage in the order of the inputs, whatever parts the rows are in."""
        place = {outcome.id: self._rank(outcome) for part in parts for outcome in part.outcomes}
        digests = [(video, digest) for part in parts for video, digest in part.digests]
        return sorted(digests, key=lambda pair: place[pair[0]])


def _fed(unit: Unit, gather: Joining, where: Mapping[str, Part]) -> Unit:
    """*unit* with the parts that hold what its new rows are composed of: another part may be the one that changes."""
    plans = [plan for new in unit.verdicts.values() for plan in new.values()]
    parts = {row: where[row] for plan in plans for row in gather.made_of(plan)}
    names = {row: part.name for row, part in parts.items()}
    return replace(unit, parts=names, given=make_id(unit.given, state_of(parts.values())))


def vector_pieces(work: Pass, before: Sequence[Part], lane: str) -> Iterator[VectorPiece]:
    """The vectors of the spans of *lane* of the rows that the parts *before* the pass *work* hold, part by part."""
    from ...schemas.vector_columns import vectors_of

    store = Parts(work.parts / str(work.number - 1))
    for part in before:
        if lane in part.vectors:
            table = store.table(part, "timelines")
            videos = table.column("id").to_pylist()
            rows, places, vectors = vectors_of(table, lane)
            spans = [(videos[row], place) for row, place in zip(rows.tolist(), places.tolist(), strict=True)]
            yield VectorPiece(spans, vectors)
