"""The commit protocol: parts of a build, each whole or absent.

A part is what one unit of work made: Parquet files and a manifest. Files are written under a name of the attempt,
synced and renamed; the manifest, which names them with their SHA-256, is linked into place last and only if no other
attempt did so before. What no manifest names does not exist.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

STAGING = ".staging-"


@dataclass(slots=True)
class Outcome:
    """How one input ended in a pass: ``kept``, ``dropped`` or ``failed``."""

    key: str
    """The input's fingerprint: uri, size, modification stamp, labels."""
    uri: str
    id: str
    state: str
    seconds: float | None = None
    """Length of the video."""
    again: bool = False
    """Something of it failed for a reason that may be gone tomorrow: the next run tries the part again."""


@dataclass(slots=True)
class Part:
    """The manifest of one committed part."""

    name: str
    outcomes: list[Outcome]
    given: str = ""
    """Hash of what a gather stage told these rows."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By table (samples, timelines, rejects): file name, SHA-256, bytes and rows."""
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By stage: rows and spans in and out, seconds, reasons."""
    digests: list[list[Any]] = field(default_factory=list)
    """(video id, digest) for the gather stage that follows this pass."""
    previous: str = ""
    """The part of the pass before that this one was made from."""


class Parts:
    """The parts of one pass, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def commit(self, part: Part, tables: dict[str, pa.Table]) -> Part:
        """Store *tables* and then *part*, its manifest. Returns the manifest that stands: an earlier one wins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        attempt = uuid.uuid4().hex[:12]
        for table, rows in tables.items():
            name = f"{part.name}.{attempt}.{table}.parquet"
            part.files[table] = {"file": name, "rows": rows.num_rows, **write_table(rows, self.folder / name)}
        staged = self.folder / f"{STAGING}{part.name}.{attempt}.json"
        write_bytes(json.dumps(asdict(part), ensure_ascii=True).encode(), staged)
        final = self.folder / f"{part.name}.json"
        try:
            os.link(staged, final)
        except FileExistsError:
            part = self.load(final)
        except OSError:  # a file system without hard links
            os.rename(staged, final)
        staged.unlink(missing_ok=True)
        sync_folder(self.folder)
        return part

    def find(self, name: str) -> Part | None:
        """The committed part *name*, if there is one."""
        path = self.folder / f"{name}.json"
        return self.load(path) if path.exists() else None

    def load(self, path: Path) -> Part:
        raw = json.loads(path.read_text())
        raw["outcomes"] = [Outcome(**outcome) for outcome in raw["outcomes"]]
        return Part(**raw)

    def sound(self) -> Iterator[Part]:
        """The committed parts whose files are all there and unchanged, by name. Others are taken away."""
        for path in sorted(self.folder.glob("*.json")):
            if path.name.startswith("."):
                continue
            try:
                part = self.load(path)
                whole = all(
                    file_sha256(self.folder / entry["file"]) == entry["sha256"] for entry in part.files.values()
                )
            except (OSError, ValueError, TypeError, KeyError):
                part, whole = None, False
            if part is not None and whole:
                yield part
            else:
                path.unlink()

    def remove(self, part: Part) -> None:
        """Take *part* out: first its manifest, then its files."""
        (self.folder / f"{part.name}.json").unlink(missing_ok=True)
        for entry in part.files.values():
            (self.folder / entry["file"]).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what no manifest names: the remains of attempts that were killed."""
        if not self.folder.is_dir():
            return
        named = {path.name for path in self.folder.glob("*.json") if not path.name.startswith(".")}
        for path in list(self.folder.glob("*.json")):
            if path.name in named:
                named |= {entry["file"] for entry in self.load(path).files.values()}
        for path in self.folder.iterdir():
            if path.name not in named:
                path.unlink()

    def table(self, part: Part, name: str) -> pa.Table:
        """One of the tables of *part*."""
        return pq.read_table(self.folder / part.files[name]["file"])


def write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """Write *table* as Parquet under a staging name, sync and rename; its SHA-256 and size in bytes."""
    staged = path.with_name(STAGING + path.name)
    pq.write_table(table, staged, compression="zstd")
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    found = {"sha256": file_sha256(staged), "bytes": staged.stat().st_size}
    os.replace(staged, path)
    return found


def write_bytes(data: bytes, path: Path) -> None:
    """Write *data* to *path*: staged, synced, renamed."""
    staged = path.with_name(f"{STAGING}{uuid.uuid4().hex[:8]}-{path.name}")
    with staged.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staged, path)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable, where the system lets a folder be synced."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
