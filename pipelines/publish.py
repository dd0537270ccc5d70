"""From committed parts to the files that users read: a few large shards for each table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .parts import STAGING, file_sha256, sync_folder

ROWS_A_SHARD = 200_000
BYTES_A_SHARD = 256 * 2**20
ROWS_A_GROUP = 5_000

FOLDERS = {"samples": "data", "timelines": "timelines", "rejects": "rejects"}
"""Where each table is published."""


def publish(out: Path, table: str, schema: pa.Schema, tables: Iterable[pa.Table], generation: str) -> dict[str, Any]:
    """Write *tables*, in order, as shards of *table* below *out*, and say what was written.

    The names carry *generation*: the shards of an earlier one stay beside them, and stay what the card points to,
    until the card is replaced. At least one file is written, so that an empty table still has its schema.

    Returns:
        ``{"rows": n, "files": {path below out: {"sha256", "bytes", "rows"}}}``
    """
    folder = out / FOLDERS[table]
    folder.mkdir(parents=True, exist_ok=True)
    staged = [
        (folder / f"{STAGING}{generation}-{number}", rows)
        for number, rows in _write(folder, schema, tables, generation)
    ]
    files = {}
    for number, (path, rows) in enumerate(staged):
        name = f"{'train' if table == 'samples' else table}-{number:05d}-of-{len(staged):05d}-{generation}.parquet"
        entry = {"sha256": file_sha256(path), "bytes": path.stat().st_size, "rows": rows}
        os.replace(path, folder / name)
        files[f"{folder.name}/{name}"] = entry
    sync_folder(folder)
    return {"rows": sum(rows for _, rows in staged), "files": files}


def _write(folder: Path, schema: pa.Schema, tables: Iterable[pa.Table], generation: str) -> Iterator[tuple[int, int]]:
    """Write staged shards; yield the number and the rows of each when it is closed and synced."""
    number, writer, rows, size = 0, None, 0, 0
    for group in _groups(schema, tables):
        path = folder / f"{STAGING}{generation}-{number}"
        writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
        writer.write_table(group, row_group_size=ROWS_A_GROUP)
        rows, size = rows + group.num_rows, size + group.nbytes
        if rows >= ROWS_A_SHARD or size >= BYTES_A_SHARD:
            _close(writer, path)
            yield number, rows
            number, writer, rows, size = number + 1, None, 0, 0
    if writer is not None or number == 0:
        path = folder / f"{STAGING}{generation}-{number}"
        _close(writer or pq.ParquetWriter(path, schema, compression="zstd"), path)
        yield number, rows


def _groups(schema: pa.Schema, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """*tables* joined until they are worth a row group."""
    waiting: list[pa.Table] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += table.num_rows
        if rows >= ROWS_A_GROUP:
            yield pa.concat_tables(waiting).cast(schema)
            waiting, rows = [], 0
    if rows:
        yield pa.concat_tables(waiting).cast(schema)


def _close(writer: pq.ParquetWriter, path: Path) -> None:
    writer.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_older(out: Path, keep: Iterable[str]) -> None:
    """Delete published shards, and staged ones, that are not among *keep* (paths below *out*)."""
    kept = set(keep)
    for name in FOLDERS.values():
        for path in (out / name).glob("*"):
            ours = path.name.startswith(STAGING) or path.suffix == ".parquet"
            if ours and f"{name}/{path.name}" not in kept:
                path.unlink()
