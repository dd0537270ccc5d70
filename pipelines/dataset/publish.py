"""From committed parts to the files that users read: a few large shards for each table."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.atomic_file import STAGING, naming, sync_file, sync_folder
from ...schemas.build_record import Shard
from ...stages.media.media_files import LANES
from ..storage.parts import file_sha256

ROWS_A_SHARD = 200_000
BYTES_A_SHARD = 256 * 2**20
ROWS_A_GROUP = 5_000
BYTES_A_GROUP = 32 * 2**20
"""Rows of long videos are large: a group of them ends here."""
LOOSE = 32
"""So many tables that wait are made one: a table of a few rows takes ten times the memory that its data needs."""

FOLDERS = {"samples": "data", "timelines": "timelines", "rejects": "rejects"}
"""Where each table is published."""
MEDIA = "media"
"""Where files lie that were made for rows."""


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The shards of one table, by path below the data set, and how many rows they have."""

    rows: int
    files: dict[str, Shard]
    splits: dict[str, int] | None = None
    """Rows of each split that has some, for a table that is split."""


def publish(
    out: Path,
    table: str,
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    generation: str,
    check: Callable[[], object] = lambda: None,
    *,
    split: str = "train",
    empty: bool = True,
) -> TableFiles:
    """Write *tables*, in order, as shards of *table* below *out*, and say what was written.

    The names carry *generation*: the shards of an earlier one stay beside them, and stay what the card points to,
    until the card is replaced. At least one file is written, so that an empty table still has its schema, if it may be
    *empty*. *check* is called before they get these names, and may raise. Samples are named by their *split*.

    Raises:
        OSError: something could not be written. What was staged is deleted; what was published before is untouched.
    """
    folder = out / FOLDERS[table]
    folder.mkdir(parents=True, exist_ok=True)
    attempt = uuid.uuid4().hex[:12]  # a build that has lost the folder and does not know yet may be at the same shards
    files: dict[str, Shard] = {}
    try:
        staged = [
            (folder / f"{STAGING}{attempt}-{number}", rows)
            for number, rows in _write(folder, schema, tables, attempt, empty)
        ]
        check()
        for number, (path, rows) in enumerate(staged):
            name = f"{split if table == 'samples' else table}-{number:05d}-of-{len(staged):05d}-{generation}.parquet"
            shard = Shard(sha256=file_sha256(path), bytes=path.stat().st_size, rows=rows)
            os.replace(path, folder / name)
            files[f"{folder.name}/{name}"] = shard
    except BaseException:
        with suppress(OSError):
            for path in folder.glob(f"{STAGING}{attempt}-*"):
                path.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return TableFiles(sum(rows for _, rows in staged), files)


def _write(
    folder: Path, schema: pa.Schema, tables: Iterable[pa.Table], attempt: str, empty: bool
) -> Iterator[tuple[int, int]]:
    """Write staged shards; yield the number and the rows of each when it is closed. *empty*: at least one."""
    number, writer, rows, size = 0, None, 0, 0
    for group in _groups(schema, tables):
        path = folder / f"{STAGING}{attempt}-{number}"
        with naming(path):
            writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(group, row_group_size=ROWS_A_GROUP)
        rows, size = rows + group.num_rows, size + group.nbytes
        if rows >= ROWS_A_SHARD or size >= BYTES_A_SHARD:
            _close(writer, path)
            yield number, rows
            number, writer, rows, size = number + 1, None, 0, 0
    if writer is not None or (empty and number == 0):
        path = folder / f"{STAGING}{attempt}-{number}"
        with naming(path):
            writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
        _close(writer, path)
        yield number, rows


def _groups(schema: pa.Schema, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """*tables* joined until they are worth a row group."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        waiting.append(table.cast(schema))
        rows, size = rows + table.num_rows, size + table.nbytes
        if rows >= ROWS_A_GROUP or size >= BYTES_A_GROUP:
            yield pa.concat_tables(waiting)
            waiting, rows, size = [], 0, 0
        elif len(waiting) >= LOOSE:
            waiting = [pa.concat_tables(waiting).combine_chunks()]
    if rows:
        yield pa.concat_tables(waiting)


def _close(writer: pq.ParquetWriter, path: Path) -> None:
    with naming(path):
        writer.close()
        sync_file(path)


def files_in(timelines: pa.Table) -> dict[str, tuple[str, int]]:
    """SHA-256 and bytes of the files that were made for *timelines*, by path below the data set."""
    found = {}
    for uri, media in zip(timelines["uri"].to_pylist(), timelines["media"].to_pylist(), strict=True):
        if uri.startswith(f"{MEDIA}/"):
            found[uri] = (media["sha256"], media["bytes"]) if media else ("", 0)
    for lane in LANES:
        spans = timelines[f"lane_{lane}"].to_pylist() if f"lane_{lane}" in timelines.column_names else []
        for span in (span for row in spans for span in row):
            facts = {one["name"]: one["value"] for one in (*span["attrs"], *span["values"])}
            if span["text"] and span["text"].startswith(f"{MEDIA}/") and {"sha256", "bytes"} <= facts.keys():
                found[span["text"]] = facts["sha256"], int(facts["bytes"])
    return found


def remove_older(out: Path, keep: Iterable[str]) -> None:
    """Delete published shards and made files, and staged ones, that are not among *keep* (paths below *out*)."""
    kept = set(keep)
    for name in FOLDERS.values():
        for path in (out / name).glob("*"):
            ours = path.name.startswith(STAGING) or path.suffix == ".parquet"
            if ours and f"{name}/{path.name}" not in kept:
                path.unlink(missing_ok=True)
    for path in sorted((out / MEDIA).rglob("*"), reverse=True):  # what is in a folder, and then the folder
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):  # something is left in it
                path.rmdir()
        elif path.relative_to(out).as_posix() not in kept:
            path.unlink(missing_ok=True)
