"""The commit protocol: parts of a build, each whole or absent.

A part is what one unit of work made: Parquet files and a manifest. Files are written under a name of the attempt,
synced and renamed; the manifest, which names them with their SHA-256, is linked into place last and only if no other
attempt did so before. What no manifest names does not exist.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.atomic_file import (
    STAGING,
    for_reading,
    link_or_create,
    put_in_place,
    staged,
    sync_file,
    sync_folder,
    write_bytes,
    write_synced,
)
from ...schemas.name_hashes import NameSet
from .sealed import Damaged, read_sealed, seal

Counts = dict[str, dict[str, Any]]
"""By stage: rows and spans in and out, seconds, reasons."""


NO_COUNTS: Counts = {}
"""Those of rows that did not fail; nothing is put into it."""
ENDED = "ended"
"""The table of a part with the timelines of rows that were dropped or failed in its pass."""


class Written(TypedDict):
    """A file that was written."""

    sha256: str
    bytes: int


class PartFile(Written):
    """A file of a part: its name below the folder of the parts, and how many rows it has."""

    file: str
    rows: int


@dataclass(slots=True)
class Outcome:
    """The end of one input in a pass: ``kept``, ``dropped`` or ``failed``."""

    key: str
    """The input's fingerprint: uri, size, modification stamp, labels."""
    uri: str
    id: str
    state: str
    seconds: float | None = None
    """Length of the video."""
    again: bool = False
    """Something of it failed for a reason that may be gone tomorrow: the next run tries the part again."""
    counts: Counts = field(default_factory=dict)
    """For a failed row: its own share of the part's counts."""


@dataclass(slots=True)
class Part:
    """The manifest of one committed part."""

    name: str
    outcomes: list[Outcome]
    given: str = ""
    """Hash of what a gather stage told these rows."""
    files: dict[str, PartFile] = field(default_factory=dict)
    """By table (samples, timelines, rejects, and ENDED if rows ended in this pass), or by uri for a file that was made
    for a row: the file's name below the folder of the parts, SHA-256, bytes and rows."""
    counts: Counts = field(default_factory=dict)
    digests: list[list[Any]] = field(default_factory=list)
    """(video id, digest) for the gather stage that follows this pass."""
    previous: str = ""
    """The part of the pass before that this one was made from."""
    settings: str = ""
    """``settings_id`` of the build."""
    vectors: dict[str, int] = field(default_factory=dict)
    """The lanes whose spans have vectors in its tables, with their dimensions."""


class Parts:
    """The parts of one pass, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def commit(self, part: Part, tables: dict[str, pa.Table]) -> Part:
        """Store *tables* and then *part*, its manifest. Returns the manifest that stands: an earlier one wins.

        Unless it is of other work: the last worker of a build that was killed may commit after another has begun, and
        that one may have other settings, or have tidied away files that had no manifest yet.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        attempt = uuid.uuid4().hex[:12]
        for table, rows in tables.items():
            name = f"{part.name}.{attempt}.{table}.parquet"
            part.files[table] = {"file": name, "rows": rows.num_rows, **write_table(rows, self.folder / name)}
        sealed, final = seal(asdict(part)), self.folder / f"{part.name}.json"
        with staged(final) as staging:
            write_synced(sealed, staging)
            sync_folder(self.folder)  # the names of the tables, before the manifest that names them
            try:
                link_or_create(staging, final, sealed)
            except FileExistsError:
                earlier = self.earlier(part.name, part.given, part.settings)
                if earlier is None:
                    put_in_place(staging, final)
                else:
                    self._forget(part, earlier)
                    part = earlier
        sync_folder(self.folder)
        return part

    def find(self, name: str) -> Part | None:
        """The committed part *name*, if there is one that is whole."""
        try:
            return self.load(self.folder / f"{name}.json")
        except (FileNotFoundError, Damaged):
            return None

    def earlier(self, name: str, given: str, settings: str) -> Part | None:
        """The part *name* of just this work, if it is committed and whole."""
        part = self.find(name)
        same = part is not None and (part.given, part.settings) == (given, settings) and not self.damage(part)
        return part if same else None

    def load(self, path: Path) -> Part:
        """The part of the manifest *path*; its files are not looked at.

        Raises:
            Damaged: the manifest is not what was committed.
            OSError: it cannot be read.
        """
        raw = read_sealed(path)
        try:
            outcomes = [Outcome(**outcome | _shared(outcome)) for outcome in raw.pop("outcomes")]
            part = Part(outcomes=outcomes, **raw)
            if part.name != path.stem or not all(self._is_home(entry["file"]) for entry in part.files.values()):
                raise Damaged("it names files that are not its own")
            return part
        except (TypeError, KeyError, AttributeError):
            raise Damaged("it was written by another version of vdata") from None

    def _is_home(self, file: str) -> bool:
        """Whether *file*, as a manifest names it, lies in this folder, or in that of the media files of the build."""
        if "/" not in file:
            return "\0" not in file and file not in ("", ".", "..")
        folder = str(self.folder.absolute())
        out = os.path.normpath(f"{folder}/../../..")
        return "\0" not in file and os.path.normpath(f"{folder}/{file}").startswith(f"{out}/media/")

    def manifests(self) -> list[Path]:
        """The manifests of the committed parts, by name."""
        return sorted(path for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def damage(self, part: Part) -> dict[str, str]:
        """What is wrong with the files of *part*, by name; empty for a sound part."""
        return {
            entry["file"]: why
            for entry in part.files.values()
            if (why := file_damage(self.folder / entry["file"], entry["sha256"]))
        }

    def sound(self) -> Iterator[Part]:
        """The committed parts whose files are all there and unchanged, by name. Others are taken away."""
        for path in self.manifests():
            part = self.find(path.stem)
            if part is None:
                path.unlink(missing_ok=True)
            elif self.damage(part):
                self.remove(part)
            else:
                yield part

    def remove(self, part: Part) -> None:
        """Take *part* out: first its manifest, then its files."""
        (self.folder / f"{part.name}.json").unlink(missing_ok=True)
        self._forget(part)

    def _forget(self, part: Part, standing: Part | None = None) -> None:
        """Delete the files of *part*, but for those that *standing* has as well: files of rows have one name."""
        named = {entry["file"] for entry in standing.files.values()} if standing else set()
        for entry in part.files.values():
            if entry["file"] not in named:
                (self.folder / entry["file"]).unlink(missing_ok=True)

    def leave_out(self, part: Part, leaving: Sequence[Outcome]) -> None:
        """Take the rows *leaving*, which failed, out of *part* and leave the rest as it is.

        Rows that failed are in the counts and the tables of rejects and ENDED only. A part of nothing else goes
        altogether.
        """
        gone = {(outcome.id, outcome.uri) for outcome in leaving}
        staying = [outcome for outcome in part.outcomes if (outcome.id, outcome.uri) not in gone]
        if not staying:
            return self.remove(part)
        files = dict(part.files)
        for name in {"rejects", ENDED} & files.keys():
            table = self.table(part, name)
            rows = zip(table.column("id").to_pylist(), table.column("uri").to_pylist(), strict=True)
            table = table.filter(pa.array([row not in gone for row in rows], pa.bool_()))
            path = self.folder / f"{part.name}.{uuid.uuid4().hex[:12]}.{name}.parquet"
            files[name] = {"file": path.name, "rows": table.num_rows, **write_table(table, path)}
        counts = less(part.counts, (outcome.counts for outcome in leaving))
        left = replace(part, outcomes=staying, files=files, counts=counts)
        write_bytes(seal(asdict(left)), self.folder / f"{part.name}.json")
        for name in {"rejects", ENDED} & files.keys():
            (self.folder / part.files[name]["file"]).unlink(missing_ok=True)
        return sync_folder(self.folder)

    def tidy(self, known: Iterable[Part] = ()) -> None:
        """Delete files of no part: damaged manifests, and files of killed attempts, which no manifest names.

        The manifests of parts that are *known* are not read again.
        """
        for path in self.strays(known):
            path.unlink(missing_ok=True)

    def strays(self, known: Iterable[Part] = ()) -> list[Path]:
        """The files here that do not belong to a part, of which some may be *known*."""
        if not self.folder.is_dir():
            return []
        parts, named = {part.name: part for part in known}, NameSet()
        for path in self.manifests():
            if part := parts.get(path.stem) or self.find(path.stem):
                for name in _names_of(part):
                    named.add(name)
        others = [path for path in self.folder.iterdir() if path.name not in named and not path.is_dir()]
        return sorted(path for path in others if not self._is_named(path.name))

    def _is_named(self, file: str) -> bool:
        """Whether the manifest of its part names *file*: a list of names may lack a manifest that is there."""
        part = self.find(file.partition(".")[0])
        return part is not None and file in _names_of(part)

    def table(self, part: Part, name: str) -> pa.Table:
        """One of the tables of *part*."""
        path = for_reading(self.folder / part.files[name]["file"])
        with pq.ParquetFile(path) as file:  # read_table loads all of pyarrow.dataset
            return file.read(use_threads=False)


def _names_of(part: Part) -> set[str]:
    """The names of the manifest of *part* and of its files, below the folder of the parts."""
    return {f"{part.name}.json", *(entry["file"] for entry in part.files.values())}


def _shared(outcome: dict[str, Any]) -> dict[str, Any]:
    """What most rows have in common, once in memory: a build has all of its outcomes there."""
    return {"state": sys.intern(outcome["state"]), "counts": outcome.get("counts") or NO_COUNTS}


def less(counts: Counts, shares: Iterable[Counts]) -> Counts:
    """*counts*, by stage, without *shares* of them."""
    left = {label: {**count, "reasons": {}, "values": {}} for label, count in counts.items()}
    for sign, one in [(1, counts), *((-1, share) for share in shares)]:
        for label, count in one.items():
            for name, value in count.items():
                if isinstance(value, dict):
                    for key, number in value.items():
                        left[label][name][key] = left[label][name].get(key, 0) + sign * number
                elif sign < 0:
                    left[label][name] = round(left[label][name] - value, 6)
    for count in left.values():
        for name in ("reasons", "values"):
            count[name] = {key: number for key, number in count[name].items() if number}
    return {label: count for label, count in left.items() if count["rows"] or count["seconds"] > 0}


def write_table(table: pa.Table, path: Path) -> Written:
    """Write *table* as Parquet under a staging name, sync and rename; its SHA-256 and size in bytes."""
    with staged(path) as staging:
        pq.write_table(table, staging, compression="zstd")
        sync_file(staging)
        found: Written = {"sha256": file_sha256(staging), "bytes": staging.stat().st_size}
        put_in_place(staging, path)
    return found


STAGED = re.compile(rf"{re.escape(STAGING)}(\d+-[0-9a-f]{{32}}|[0-9a-f]{{12}})-")
"""The names of files that vdata was writing when it was killed."""


def sweep(*folders: Path) -> None:
    """Delete what a run that was killed had staged in *folders*."""
    for path in (path for folder in folders for path in folder.glob(f"{STAGING}*")):
        if path.is_file() and STAGED.match(path.name):
            path.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_damage(path: Path, sha256: str) -> str:
    """What is wrong with the file *path*, for people; empty when its content has this hash.

    Raises:
        OSError: it may be sound, but cannot be read by this process.
    """
    try:
        return "" if file_sha256(path) == sha256 else "its content does not match its hash"
    except FileNotFoundError:
        return "it is missing"
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return "the disk cannot read it"
