"""Tables of videos, as ``datasets`` stores them: Parquet and Arrow files with videos, or their names, in a column."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from ...schemas import Failed
from ...schemas.text import clean
from ...schemas.uri import is_url
from ...video.decode.plain_files import LOOK, local_path, open_plain
from ...video.decode.table_members import BYTES, arrow_places
from .local import SourceError

COLUMNS = ("uri", "video", "path", "file", "file_name", "url")
"""The columns that may name the video; the first that is there does."""
HOLDERS = (*COLUMNS, "mp4", "clip", "bytes", "content", "data")
"""What columns are called that may hold the video itself."""
ENDINGS = (".parquet", ".arrow")
SOUND_AND_PICTURES = {"Image", "Audio", "Pdf", "Nifti"}
"""Features of ``datasets`` that hold bytes and no video."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of tables are read."""

    video: str = ""
    """The one that names or holds the videos; empty: found by its name or its kind."""
    others: frozenset[str] | None = None
    """Those that become attrs; all if None."""

    def takes(self, name: str) -> bool:
        return self.others is None or name in self.others


EVERY_COLUMN = Columns()


@dataclass(slots=True)
class TableRow:
    """One row of a table that holds videos."""

    number: int
    """From 0."""
    name: str = ""
    """What the file was called, or where it lies when the table does not hold it."""
    holds: bool = True
    """Whether the bytes are in the table."""
    cells: dict[str, Any] | None = None
    """The other columns."""
    place: tuple[int, int] | None = None
    """Where in the file the bytes are, and how many, if that is known."""


def is_table(path: str) -> bool:
    """Whether the ending of *path* is that of a table that may hold videos; caches of ``datasets`` are none."""
    return path.lower().endswith(ENDINGS) and not path.rpartition("/")[2].startswith("cache-")


def holder(place: str, shown: str, columns: Columns) -> str:
    """The column of the Parquet or Arrow file *place* that holds videos as bytes; empty if none does.

    Raises:
        SourceError: it cannot be read, more than one may be meant, or it holds pictures.
    """
    with ExitStack() as stack:
        schema = _schema(stack, place, shown)
    return _choose(schema, shown, columns)


def table_rows(place: str, shown: str, column: str, columns: Columns) -> Iterator[TableRow]:
    """The rows of the table *place*, of which *column* holds videos. The videos themselves are not read.

    Raises:
        SourceError: it cannot be read.
    """
    import pyarrow as pa

    with ExitStack() as stack:
        try:
            batches = _arrow(place, column, columns) if place.lower().endswith(".arrow") else None
            yield from batches if batches is not None else _parquet(stack, place, shown, column, columns)
        except (pa.ArrowException, OSError, Failed) as error:
            detail = error.detail if isinstance(error, Failed) else str(error)
            raise SourceError(f"{shown}: cannot be read: {clean(detail)}.") from None


def _schema(stack: ExitStack, place: str, shown: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if place.lower().endswith(".arrow") and is_url(place):
        raise SourceError(f"{shown}: an Arrow file is read on this machine only. Download it, or store it as Parquet.")
    try:
        if place.lower().endswith(".arrow"):
            mapped = stack.enter_context(pa.memory_map(local_path(place)))
            try:
                return pa.ipc.open_stream(mapped).schema
            except pa.ArrowInvalid:
                mapped.seek(0)
                return pa.ipc.open_file(mapped).schema
        return pq.ParquetFile(stack.enter_context(open_plain(place, LOOK))).schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        kind = "Arrow" if place.lower().endswith(".arrow") else "parquet"
        raise SourceError(f"{shown}: not a readable {kind} file: {clean(str(error))}.") from None


def _choose(schema: Any, shown: str, columns: Columns) -> str:
    features = _features(schema)
    able = [field.name for field in schema if _holds_bytes(field.type)]
    if columns.video:
        if columns.video not in schema.names:
            raise SourceError(
                f"{shown}: has no column {columns.video}, which video_column names. It has: {', '.join(schema.names)}."
            )
        return columns.video if columns.video in able else ""
    videos = [name for name in able if features.get(name) == "Video"]
    if not videos and any(name in schema.names and name not in able for name in COLUMNS):
        return ""  # it names them
    rest = [name for name in able if features.get(name) not in SOUND_AND_PICTURES]
    found = videos or [name for name in rest if name in HOLDERS][:1] or rest
    if len(found) > 1:
        raise SourceError(f"{shown}: may hold its videos in {' or '.join(found)}. Say which: video_column: {found[0]}")
    if not found and able:
        kinds = ", ".join(f"{name} ({features.get(name)})" for name in able)
        raise SourceError(f"{shown}: holds no videos: {kinds}. Pictures go in where a stage takes them.")
    return found[0] if found else ""


def _features(schema: Any) -> dict[str, str]:
    """The kinds of columns that ``datasets`` has noted in the file: ``Video``, ``Image`` …"""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        return {name: str(kind.get("_type", "")) for name, kind in told.items() if isinstance(kind, dict)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _holds_bytes(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return any(field.name == BYTES and _holds_bytes(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _wanted(schema: Any, column: str, columns: Columns) -> list[str]:
    return [one.name for one in schema if one.name != column and not _holds_bytes(one.type) and columns.takes(one.name)]


def _parquet(stack: ExitStack, place: str, shown: str, column: str, columns: Columns) -> Iterator[TableRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(stack.enter_context(open_plain(place, LOOK)))
    kind = file.schema_arrow.field(column).type
    path = [f"{column}.path"] if pa.types.is_struct(kind) and "path" in {field.name for field in kind} else []
    wanted = _wanted(file.schema_arrow, column, columns)
    number = 0
    for group in range(file.num_row_groups):
        empty = _empty_cells(file.metadata.row_group(group), column)
        if not wanted and not path:
            rows = file.metadata.row_group(group).num_rows
            yield from (TableRow(number + n, holds=not empty, cells={}) for n in range(rows))
            number += rows
            continue
        for batch in file.iter_batches(row_groups=[group], columns=[*wanted, *path]):
            for row in batch.to_pylist():
                name = (row.pop(column, None) or {}).get("path") or ""
                yield TableRow(number, name, not (empty and name), row)
                number += 1


def _empty_cells(group: Any, column: str) -> bool:
    """Whether no cell of a row group holds bytes, as its statistics say."""
    for number in range(group.num_columns):
        part = group.column(number)
        if part.path_in_schema in (column, f"{column}.{BYTES}"):
            counted = part.statistics is not None and part.statistics.has_null_count
            return bool(counted and part.statistics.null_count == group.num_rows)
    return False


def _arrow(place: str, column: str, columns: Columns) -> Iterator[TableRow]:
    import pyarrow as pa

    mapped = pa.memory_map(place)
    try:
        table = pa.ipc.open_stream(mapped).read_all()
    except pa.ArrowInvalid:
        mapped.seek(0)
        table = pa.ipc.open_file(mapped).read_all()
    names = _wanted(table.schema, column, columns)
    held = table.column(column)
    paths = [None] * len(table)
    if pa.types.is_struct(held.type) and "path" in {field.name for field in held.type}:
        named = pa.chunked_array([chunk.field("path") for chunk in held.chunks], pa.string())
        named.validate(full=True)
        paths = named.to_pylist()
    table.select(names).validate(full=True)  # damaged offsets would lead out of the file
    rows = (row for batch in table.select(names).to_batches() for row in batch.to_pylist())
    cells = rows if names else ({} for _ in range(len(table)))
    for number, (row, name, spot) in enumerate(zip(cells, paths, arrow_places(place, column), strict=True)):
        yield TableRow(number, name or "", spot is not None or not name, row, spot)
