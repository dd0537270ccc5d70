"""Reads manifests: tables with one video in each row."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import PACKAGE, is_url, locate, member_of, member_uri, to_uri
from ...stages.labels.label_import import LabelError
from ...stages.labels.table_rows import cell, read_rows, text_of
from ...video.decode.members import ARCHIVES, at_offset
from ...video.decode.source import facts
from . import video_tables
from .archives import in_archive, told_apart
from .local import SourceError, failed, file_source, shown_path
from .pages import ADVICE, is_page, refuse_pages
from .remote import ask_all, fetch
from .video_tables import COLUMNS, EVERY_COLUMN, Columns, holder, table_rows

ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv", *video_tables.ENDINGS)
LISTS = (".txt", ".lst", ".list")
"""Endings of lists with a path or a URL in each line."""


def is_manifest(path: str) -> bool:
    """Whether the ending of *path* is that of a manifest, or of a list."""
    return path.lower().endswith((*ENDINGS, *LISTS))


def read_manifest(place: str, base: Path, columns: Columns = EVERY_COLUMN, *, ask: bool = True) -> list[Source]:
    """The videos that the manifest *place* (an absolute path or a URL) names or holds. Other columns are attrs.

    Relative paths are relative to the manifest's folder. A row that cannot be used gives an input with a problem.
    Without *ask*, nobody is asked for what is known of files behind URLs.

    Raises:
        SourceError: the manifest cannot be read, has no rows, no column names the video, or all are pages of sites.
    """
    shown = place if is_url(place) else clean(os.path.relpath(place, base))
    if place.lower().endswith(video_tables.ENDINGS) and (column := holder(place, shown, columns)):
        return _held(place, shown, column, columns, base, ask)
    rows = _rows(place, shown)
    good = [row for _, row in rows if isinstance(row, dict)]
    if not good:
        raise SourceError(f"{shown}: {f'{rows[0][1]} (row {rows[0][0]})' if rows else 'the manifest has no rows'}.")
    names = [columns.video] if columns.video and not place.lower().endswith(LISTS) else COLUMNS
    column = next((name for name in names if any(name in row for row in good)), "")
    if not column:
        there = ", ".join(dict.fromkeys(name for row in good[:100] for name in row))
        if columns.video:
            raise SourceError(f"{shown}: has no column {columns.video}, which video_column names. It has: {there}.")
        raise SourceError(f"{shown}: no column names the video. Call one of them {COLUMNS[0]}; there are: {there}.")
    named = [
        _Named(number, cell(row.get(column)).strip() if isinstance(row, dict) else "", row) for number, row in rows
    ]
    return _named(named, place, shown, column, columns, base, ask)


@dataclass(slots=True)
class _Named:
    """One row: its number, the video that it names, and its cells, or why it cannot be read."""

    number: int
    uri: str
    row: dict[str, Any] | str


def _named(
    rows: list[_Named], place: str, shown: str, column: str, columns: Columns, base: Path, ask: bool
) -> list[Source]:
    refuse_pages(shown, (one.uri for one in rows if is_page(one.uri)), len(rows))
    folder = place.rpartition("/")[0]
    found: list[Source] = []
    remote: list[int] = []
    for one in rows:
        uri, row = one.uri, one.row
        if not isinstance(row, dict) or not uri:
            why = row if isinstance(row, str) else f"column {column} is empty"
            problem = failed("bad_manifest_row", why, one.number)
            found.append(Source(f"{to_uri(shown)}#{one.number}", shown, problem=problem))
            continue
        if is_page(uri) and not (not is_url(uri) and os.path.lexists(os.path.join(folder, uri))):
            found.append(
                Source(clean(uri), clean(uri), problem=failed("video_page", f"a page of a video site. {ADVICE}"))
            )
        elif member_of(uri):
            found.append(_member(uri, folder, base))
        else:
            if is_url(folder) and not is_url(uri):
                uri = f"{folder}/{uri}"
            if is_url(uri) and not uri.startswith((PACKAGE, "file://")):
                remote.append(len(found))
                found.append(Source(uri))
            else:
                found.append(told_apart(_local(uri, Path(folder), base)))
        found[-1].attrs = attrs_of(row, column, columns) | found[-1].attrs
    remote = remote if ask else []
    for index, source in zip(remote, ask_all([found[index].uri for index in remote]), strict=True):
        source.attrs = found[index].attrs
        found[index] = source
    return found


def attrs_of(row: dict[str, Any], column: str, columns: Columns) -> dict[str, str]:
    """The cells of *row* as attrs, but for *column*, which is the video, and for those that are not wanted."""
    cells = ((clean(name), clean(cell(value))) for name, value in row.items() if name != column and columns.takes(name))
    return {name: text for name, text in cells if text}


def _held(place: str, shown: str, column: str, columns: Columns, base: Path, ask: bool) -> list[Source]:
    """The videos in *column* of a Parquet or Arrow file. Cells that only name a video are as in any manifest."""
    kind = "arrow" if place.lower().endswith(".arrow") else "parquet"
    shown = shown if is_url(place) else clean(shown_path(place, base))
    where = place if is_url(place) else to_uri(shown_path(place, base))
    found: list[Source] = []
    named: list[_Named] = []
    stamp = ""
    for row in table_rows(place, shown, column, columns):
        stamp = stamp or facts(place)[1]
        if not row.holds:
            named.append(_Named(row.number, row.name, row.cells or {}))
            continue
        cell_name = f"{row.number}/{column}"
        name = f"{shown}/{os.path.basename(row.name)}" if row.name else f"{shown}/{row.number}"
        source = Source(member_uri(kind, cell_name, where), clean(name), member_uri(kind, cell_name, place))
        source.attrs = attrs_of(row.cells or {}, column, columns)
        source.stamp = f"member:{stamp}@{cell_name}" if stamp else ""
        if row.place is not None:
            source.size, source.path = row.place[1], at_offset(*row.place, cell_name, place)
        found.append(source)
    if not found and not named:
        raise SourceError(f"{shown}: the table has no rows.")
    elsewhere = _named(named, place, shown, column, columns, base, ask) if named else []
    for source in elsewhere:
        if source.problem is not None and source.problem.reason == "not_found":
            source.problem.detail = f"the table holds its name alone, and {source.problem.detail}"
    return [*found, *elsewhere]


def _rows(place: str, shown: str) -> list[tuple[int, dict[str, Any] | str]]:
    if place.lower().endswith(video_tables.ENDINGS[1]):
        raise SourceError(f"{shown}: holds no videos, and no column of bytes. Name videos in .parquet, .jsonl or .csv.")
    data = fetch(place) if is_url(place) else read_file(place, shown)
    if place.lower().endswith(LISTS):
        lines = enumerate(text_of(data).split("\n"), 1)
        return [
            (number, {COLUMNS[0]: line.strip()}) for number, line in lines if line.strip() and line.strip()[0] != "#"
        ]
    try:
        return list(read_rows(data, place))
    except LabelError as error:
        raise SourceError(str(error)) from None


def _member(uri: str, folder: str, base: Path) -> Source:
    """The one member *uri* of an archive that a row names."""
    kind, name, archive = member_of(uri) or ("", "", "")
    place = archive if is_url(archive) else f"{folder}/{archive}" if is_url(folder) else locate(archive, folder)
    try:
        if kind not in ARCHIVES:
            raise SourceError(f"{kind}:// is not named in lists: name the table itself.")
        return in_archive(kind, place if is_url(place) else os.path.normpath(place), base, name)[0]
    except SourceError as error:
        return Source(clean(uri), clean(uri), problem=failed("not_found", str(error)))


def _local(uri: str, folder: Path, base: Path) -> Source:
    try:
        source = file_source(os.path.normpath(locate(uri, folder)) if "\0" not in uri else f"{folder}/{uri}", base)
    except ModuleNotFoundError as error:
        return Source(clean(uri), clean(uri), problem=failed("not_found", str(error)))
    if uri.startswith(PACKAGE):
        source.uri, source.name = uri, uri.removeprefix(PACKAGE)
    return source


def read_file(path: str, shown: str) -> bytes:
    """The content of the regular file *path*.

    Raises:
        SourceError: it is no regular file, or cannot be read.
    """
    with open_file(path, shown) as file:
        try:
            return file.read()
        except OSError as error:
            raise SourceError(f"{shown}: cannot be read: {error.strerror}.") from None


def open_file(path: str, shown: str) -> IO[bytes]:
    """The regular file *path*, open for reading.

    Raises:
        SourceError: it is no regular file, or cannot be opened.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise SourceError(f"{shown}: not a regular file.")
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise SourceError(f"{clean(shown)}: cannot be read: {error}.") from None
