"""Publishing: the tables of committed parts become a few large Parquet shards that users read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.arrow import with_columns
from ...schemas.atomic_file import STAGING, naming, on_this_machine, put_in_place, sync_file, sync_folder
from ...schemas.build_record import ENDED, Shard
from ...stages.media.media_files import LANES
from ..storage.parts import file_sha256
from ..storage.written_files import WrittenFiles

ROWS_A_SHARD = 200_000
BYTES_A_SHARD = 256 * 2**20
ROWS_A_GROUP = 5_000
BYTES_A_GROUP = 32 * 2**20
"""The size of a row group in bytes: rows of long videos are large, so that it ends before ROWS_A_GROUP."""
LOOSE = 32
"""The number of waiting tables that are joined: a table of a few rows takes ten times the memory of its data."""

FOLDERS = {"samples": "data", "timelines": "timelines", "rejects": "rejects"}
"""The folder of each published table."""
MEDIA = "media"
"""The folder of the media files that a build made."""


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The shards of one table, by path below the data set, and their number of rows."""

    rows: int
    files: dict[str, Shard]
    splits: dict[str, int] | None = None
    """For a table that is split, the number of rows of each split that has any."""


def publish(
    out: Path,
    table: str,
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    generation: str,
    check: Callable[[], object] = lambda: None,
    claim: Callable[[Mapping[str, str]], object] = lambda files: None,
    *,
    split: str = "train",
    empty: bool = True,
) -> TableFiles:
    """Write *tables*, in order, as shards of *table* below *out*.

    Args:
        out: the folder of the data set.
        table: a key of FOLDERS, or ``ended`` for timelines of videos that are not in the data set.
        schema: the columns of the shards.
        tables: the rows.
        generation: a part of the names of the shards. Shards of an older generation stay until the card is replaced.
        check: is called before the shards get their names, and may raise.
        claim: is told the SHA-256 of the shards by name, before they get it, and may raise.
        split: the split of samples, which begins the names of their shards.
        empty: whether a table without rows is written as one file, which holds the schema.

    Raises:
        OSError: a file could not be written. Staged files are deleted; published ones are not touched.
    """
    with staging(out, table) as prefix:
        staged = write_shards(prefix, schema, tables, empty=empty)
        return name_shards(out, table, staged, generation, check, claim, split=split)


@dataclass(frozen=True, slots=True)
class Staged:
    """A shard that is written, and has no name yet."""

    path: Path
    shard: Shard


@contextmanager
def staging(out: Path, table: str) -> Iterator[Path]:
    """What the names of shards of *table* below *out* begin with while they are written, anywhere; an error inside
    deletes them."""
    folder = _folder(out, table)
    folder.mkdir(parents=True, exist_ok=True)
    prefix = folder / f"{STAGING}{uuid.uuid4().hex[:12]}-"  # a build that lost the folder may write the same shards
    try:
        yield prefix
    except BaseException:
        with suppress(OSError):
            for path in folder.glob(f"{prefix.name}*"):
                path.unlink(missing_ok=True)
        raise


def write_shards(prefix: Path, schema: pa.Schema, tables: Iterable[pa.Table], *, empty: bool) -> list[Staged]:
    """Write *tables* as shards whose names begin with *prefix*, at least one if *empty*."""
    own = f"{prefix.name}{uuid.uuid4().hex[:12]}-"  # another worker may write the same ones
    place = on_this_machine(prefix.parent)
    place.mkdir(parents=True, exist_ok=True)
    found = []
    for path, rows in _write(place / own, schema, tables, empty):
        shard = Shard(sha256=file_sha256(path), bytes=path.stat().st_size, rows=rows)
        if place != prefix.parent:
            put_in_place(path, prefix.with_name(path.name))
        found.append(Staged(prefix.with_name(path.name), shard))
    return found


def name_shards(
    out: Path,
    table: str,
    staged: Sequence[Staged],
    generation: str,
    check: Callable[[], object],
    claim: Callable[[Mapping[str, str]], object],
    *,
    split: str = "train",
) -> TableFiles:
    """Give the shards *staged*, in order, their names; the other arguments are those of ``publish``."""
    folder = _folder(out, table)
    begins = {"samples": f"{split}-", "ended": PurePosixPath(ENDED).name}.get(table, f"{table}-")
    check()
    files: dict[str, Shard] = {}
    for number, one in enumerate(staged):
        name = f"{begins}{number:05d}-of-{len(staged):05d}-{generation}.parquet"
        files[f"{folder.name}/{name}"] = one.shard
    claim({name: shard.sha256 for name, shard in files.items()})
    for one, name in zip(staged, files, strict=True):
        put_in_place(one.path, out / name)
    sync_folder(folder)
    return TableFiles(sum(one.shard.rows for one in staged), files)


def _folder(out: Path, table: str) -> Path:
    return out / (PurePosixPath(ENDED).parent if table == "ended" else FOLDERS[table])


def _write(prefix: Path, schema: pa.Schema, tables: Iterable[pa.Table], empty: bool) -> Iterator[tuple[Path, int]]:
    """Write staged shards, at least one if *empty*; yield the path and the rows of each when it is closed."""
    number, writer, rows, size = 0, None, 0, 0
    for group in _groups(schema, tables):
        path = prefix.with_name(f"{prefix.name}{number}")
        with naming(path):
            writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(group, row_group_size=ROWS_A_GROUP)
        rows, size = rows + group.num_rows, size + group.nbytes
        if rows >= ROWS_A_SHARD or size >= BYTES_A_SHARD:
            _close(writer, path)
            yield path, rows
            number, writer, rows, size = number + 1, None, 0, 0
    if writer is not None or (empty and number == 0):
        path = prefix.with_name(f"{prefix.name}{number}")
        with naming(path):
            writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
        _close(writer, path)
        yield path, rows


def _groups(schema: pa.Schema, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join *tables* until they fill a row group."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        waiting.append(with_columns(table, schema).cast(schema))
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
    """The (SHA-256, bytes) of the media files that were made for *timelines*, by path below the data set."""
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


def remove_older(written: WrittenFiles, keep: Iterable[str]) -> None:
    """Delete shards, media files and staged files that are not among *keep* (paths below the data set), as far as they
    are *written* by vdata."""
    written.remove_others(set(keep))
