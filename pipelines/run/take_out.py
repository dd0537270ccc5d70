"""Takes videos out of the committed parts of a build: rows, samples, files and counts. What is left stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.atomic_file import remove_folder, sync_folder, write_bytes
from ..storage.output_folder import OutputFolder
from ..storage.parts import ENDED, Counts, Part, PartFile, Parts, less, write_table
from ..storage.sealed import seal
from ..storage.state_names import INPUTS
from .row import INPUT, OUTPUT
from .units import Unit

TAKEN_DOWN = "[taken down]"
"""What stands in the place of a name in the details of other rows."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is taken out."""

    ids: frozenset[str]
    """Of rows: the videos, and those that were made with a piece of them."""
    names: tuple[str, ...]
    """What details of other rows must not say: the uris and ids of the videos."""
    samples: set[str] = field(default_factory=set)
    """Ids of samples of other videos that are taken out as well."""

    def rows(self, table: pa.Table, column: str = "id") -> pa.Array:
        """Which rows of *table* go."""
        return pc.is_in(table.column(column), value_set=pa.array(sorted(self.ids), pa.string()))

    def kept(self, table: pa.Table, name: str) -> pa.Table:
        """What stays of *table*, one of samples, timelines, rejects or those that ended."""
        where = self.rows(table, "video_id" if name == "samples" else "id")
        if name == "samples" and self.samples:
            where = pc.or_(where, pc.is_in(table.column("id"), value_set=pa.array(sorted(self.samples), pa.string())))
        table = table.filter(pc.invert(where))
        if name == "rejects":
            details = [self.scrubbed(text) for text in table.column("detail").to_pylist()]
            table = table.set_column(table.column_names.index("detail"), "detail", pa.array(details, pa.string()))
        return table

    def scrubbed(self, text: str) -> str:
        for name in self.names:
            text = text.replace(name, TAKEN_DOWN) if text else text
        return text


def take_out(folder: OutputFolder, gone: Gone) -> None:
    """Take *gone* out of every part of *folder*, which this process holds. Doing it again changes nothing more.

    A part that was made from another one goes on counting as long as nothing but the rows that go has changed.
    """
    with suppress(OSError):  # of a build that was killed: they tell of inputs as well
        remove_folder(folder.state / INPUTS)
    renewed: dict[
        str, tuple[str, str]
    ] = {}  # of the pass before: what went into the next by the old and by the new part
    for store in folder.stores():
        after: dict[str, tuple[str, str]] = {}
        for part in (part for path in store.manifests() if (part := store.find(path.stem)) is not None):
            if store.damage(part):
                continue
            new = _without(store, part, gone)
            if new is None:
                store.remove(part)
                continue
            before, now = renewed.get(part.previous, ("", ""))
            if before and part.given == before:
                new = replace(new, given=now)
            if new != part:
                write_bytes(seal(asdict(new)), store.folder / f"{part.name}.json")
            for name in {entry["file"] for entry in part.files.values()} - {e["file"] for e in new.files.values()}:
                (store.folder / name).unlink(missing_ok=True)
            one, two = Unit.after(part, {}), Unit.after(new, {})
            after[part.name] = (one.given if one else "", two.given if two else "")
        if store.folder.is_dir():
            sync_folder(store.folder)
        renewed = after


def _without(store: Parts, part: Part, gone: Gone) -> Part | None:
    """*part* without what goes, its new tables written; None when nothing of it is left."""
    outcomes = [one for one in part.outcomes if one.id not in gone.ids]
    if not outcomes:
        return None
    names = [name for name in ("samples", "timelines", "rejects", ENDED) if name in part.files]
    tables = {name: store.table(part, name) for name in names}
    left = {name: gone.kept(table, name) for name, table in tables.items()}
    changed = [name for name in tables if not left[name].equals(tables[name])]
    if not changed and len(outcomes) == len(part.outcomes):
        return part
    files: dict[str, PartFile] = {name: entry for name, entry in part.files.items() if name in tables}
    for name in changed:
        path = store.folder / f"{part.name}.{uuid.uuid4().hex[:12]}.{name}.parquet"
        files[name] = {"file": path.name, "rows": left[name].num_rows, **write_table(left[name], path)}
    made = {name: entry for name, entry in part.files.items() if name not in tables}
    files |= {
        name: entry for name, entry in made.items() if name in text_of(left["timelines"]) or not _owned(name, tables)
    }
    shares = [
        one.counts or share_of(one.id, one.state, tables, part.counts) for one in part.outcomes if one.id in gone.ids
    ]
    digests = [pair for pair in part.digests if pair[0] not in gone.ids]
    return replace(part, outcomes=outcomes, files=files, counts=less(part.counts, shares), digests=digests)


def text_of(timelines: pa.Table) -> set[str]:
    """The uris of *timelines*, and the texts of the lanes that list made files."""
    found = set(timelines.column("uri").to_pylist())
    for lane in ("lane_clips", "lane_frames"):
        if lane in timelines.column_names:
            found |= {span["text"] for spans in timelines.column(lane).to_pylist() for span in spans or ()}
    return found


def _owned(name: str, tables: dict[str, pa.Table]) -> bool:
    return name in text_of(tables["timelines"])


def share_of(video: str, state: str, tables: Mapping[str, pa.Table], counts: Collection[str]) -> Counts:
    """What of *counts*, by stage, is that of one *video*: what its trail and its rejects in *tables* tell."""
    found: Counts = {}

    def line(label: str) -> dict[str, Any]:
        empty = dict.fromkeys(("rows", "kept", "dropped", "failed", "cached", "wrote"), 0)
        return found.setdefault(label, {**empty, "seconds": 0.0, "reasons": {}, "values": {}})

    def found_in(name: str) -> list[dict[str, Any]]:
        return tables[name].filter(pc.equal(tables[name].column("id"), video)).to_pylist() if name in tables else []

    row, rejected = found_in("timelines"), found_in("rejects")
    end = next((one["stage"] for one in reversed(rejected) if not one["lane"] and one["kind"] != "retried"), "")
    for step in (step for one in (row or found_in(ENDED)) for step in one["trail"]):
        if step["stage"] in counts:
            own = line(step["stage"])
            goes_on = bool(row) or step["stage"] != end
            own["rows"] += goes_on
            own["kept"] += goes_on
            own["cached"] += bool(step["cached"])
            own["wrote"] += step["wrote"] or 0
            own["seconds"] += step["seconds"] or 0.0
            for value in step["values"] or ():
                own["values"][value["name"]] = own["values"].get(value["name"], 0.0) + value["value"]
    ended = False
    for reject in rejected:
        if reject["stage"] in counts and reject["kind"] != "retried":
            own = line(reject["stage"])
            own["reasons"][reject["reason"]] = own["reasons"].get(reject["reason"], 0) + 1
            if not reject["lane"] and state != "kept" and reject["stage"] not in (INPUT, OUTPUT) and not row:
                ended = True
                own["rows"] += 1
                own[reject["kind"]] += 1
    if INPUT in counts:
        own = line(INPUT)
        own["rows"] += 1
        own["kept" if ended or state == "kept" or row else state] += 1
    return found


def borrowed(folder: OutputFolder, gone: Collection[str]) -> set[str]:
    """The texts of the videos *gone* that gather stages have offered to other videos, folded."""
    from ...rules.lane_kinds import fold

    found: set[str] = set()
    for store in folder.stores():
        for part in (part for path in store.manifests() if (part := store.find(path.stem)) is not None):
            for video, digest in part.digests:
                if video in gone and isinstance(digest, dict) and isinstance(digest.get("lanes"), dict):
                    found |= {fold(text) for texts in digest["lanes"].values() for text, _ in texts}
    return found
