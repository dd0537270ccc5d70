"""Reads manifests: tables with one video in each row."""

from __future__ import annotations

import os
from pathlib import Path

from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import PACKAGE, is_url, locate, to_uri
from ...stages.labels.label_import import LabelError
from ...stages.labels.table_rows import cell, read_rows
from .local import SourceError, failed, file_source
from .remote import ask_all, fetch

ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
COLUMNS = ("uri", "video", "path", "file", "file_name", "url")
"""The columns that may name the video; the first that is there does."""


def is_manifest(path: str) -> bool:
    """Whether the ending of *path* is that of a manifest."""
    return path.lower().endswith(ENDINGS)


def read_manifest(place: str, base: Path) -> list[Source]:
    """The videos that the manifest *place* (an absolute path or a URL) names; other columns become their attrs.

    Relative paths are relative to the manifest's folder. A row that cannot be used gives an input with a problem.

    Raises:
        SourceError: the manifest cannot be read, has no rows, or no column names the video.
    """
    shown = place if is_url(place) else clean(os.path.relpath(place, base))
    try:
        rows = list(read_rows(fetch(place) if is_url(place) else read_file(place, shown), place))
    except LabelError as error:
        raise SourceError(str(error)) from None
    good = [row for _, row in rows if isinstance(row, dict)]
    if not good:
        raise SourceError(f"{shown}: {f'{rows[0][1]} (row {rows[0][0]})' if rows else 'the manifest has no rows'}.")
    column = next((name for name in COLUMNS if any(name in row for row in good)), None)
    if column is None:
        there = ", ".join(dict.fromkeys(name for row in good[:100] for name in row))
        raise SourceError(f"{shown}: no column names the video. Call one of them {COLUMNS[0]}; there are: {there}.")
    folder = place.rpartition("/")[0]
    found: list[Source] = []
    remote: list[int] = []
    for number, row in rows:
        uri = cell(row.get(column)) if isinstance(row, dict) else ""
        if not isinstance(row, dict) or not uri:
            why = row if isinstance(row, str) else f"column {column} is empty"
            found.append(Source(f"{to_uri(shown)}#{number}", shown, problem=failed("bad_manifest_row", why, number)))
            continue
        if is_url(folder) and not is_url(uri):
            uri = f"{folder}/{uri}"
        if is_url(uri) and not uri.startswith((PACKAGE, "file://")):
            remote.append(len(found))
            found.append(Source(uri))
        else:
            found.append(_local(uri, Path(folder), base))
        cells = ((clean(name), clean(cell(value))) for name, value in row.items() if name != column)
        found[-1].attrs = {name: text for name, text in cells if text}
    for index, source in zip(remote, ask_all([found[index].uri for index in remote]), strict=True):
        source.attrs = found[index].attrs
        found[index] = source
    return found


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
    if os.path.exists(path) and not os.path.isfile(path):
        raise SourceError(f"{shown}: not a regular file.")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise SourceError(f"{clean(shown)}: cannot be read: {error}.") from None
