"""Finds the inputs of a build, in the same order on every machine: videos, with their labels and without duplicates."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from ...rules.media_parts import is_picture
from ...schemas.build_record import RECORD
from ...schemas.ids import make_id
from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import PACKAGE, is_url, locate, member_of, member_uri, package_folder
from ...stages.labels import FileImporter
from ...stages.labels.label_kinds import LabelImport
from ...video.decode.members import ARCHIVES
from ..yaml.complaints import did_you_mean
from ..yaml.secrets import Secrets
from .archives import chained, in_archive, is_archive, opened_archives, told_apart
from .attach import attach
from .braces import unbraced
from .imports import label_only, lay_labels, lay_sidecars, read_labels
from .local import SourceError, file_source, is_pattern, is_video, listed
from .manifest import is_manifest, read_manifest
from .pages import is_page, refuse_pages
from .remote import connect, find_remote, is_remote_pattern
from .stored import StoredSources
from .twins import same_content
from .video_tables import EVERY_COLUMN, Columns, is_table
from .walk import folder_videos, matches

__all__ = ["Source", "SourceError", "attach", "find_sources", "same_content"]

_NUMBER = re.compile(r"([0-9]+)")
_LOW = re.compile("[\0-\2]")
"""Characters that could be taken for the beginning of a number in a key."""


def find_sources(
    videos: str | Sequence[str],
    labels: Sequence[LabelImport] = (),
    base: Path | None = None,
    secrets: Secrets | None = None,
    columns: Columns = EVERY_COLUMN,
) -> Sequence[Source]:
    """All inputs, in natural order of name (2 before 10); those with the same uri are merged. No video is opened.

    *videos* are patterns, folders, files, archives, manifests or URLs; with none, the label files give the rows. *base*
    is what relative paths are relative to: the current folder. *columns* are those that are read of tables. Inputs that
    cannot be used come with a ``problem``. Uris and attrs hold none of the *secrets*, and no credentials of addresses.

    Raises:
        SourceError: a folder without videos, a pattern without a match, a manifest or label file that cannot be read.
    """
    base = Path(os.path.abspath(base or ""))
    items = [one for item in ([videos] if isinstance(videos, str) else videos) for one in unbraced(item, base)]
    files = [one for one in labels if isinstance(one, FileImporter)]
    if videos:
        found = opened_archives((source for item in items for source in _find(item, base, columns)), base)
        sources = _hidden(_merged(StoredSources(found)), secrets or Secrets())
        sources = _merged(StoredSources(chain(sources, lay_labels(sources, read_labels(files, base)))))
        lay_sidecars(sources, labels)
        return sources.ordered(_place)
    if not files:
        raise SourceError("There is no input. Say where the videos are (videos: FOLDER) or name a label file (labels).")
    rows = label_only(read_labels([one for one in files if one.names_inputs], base))
    if not rows:
        raise SourceError(f"{files[0].path}: the label file names no video.")
    if telling := [one for one in files if not one.names_inputs]:
        rows = StoredSources(chain(rows, lay_labels(rows, read_labels(telling, base))))
    return rows.ordered(_place)


def _place(source: Source) -> tuple[str, str]:
    return natural(source.name), source.uri


def natural(name: str) -> str:
    """A key by which ``v2`` comes before ``v10``."""
    parts = _NUMBER.split(name)
    return "".join(
        f"\0{chr(len(digits := part.lstrip('0')))}{digits}" if n % 2 else _LOW.sub("\2\\g<0>", part)
        for n, part in enumerate(parts)
        if part
    )


def _find(item: str, base: Path, columns: Columns) -> Iterable[Source]:
    if item.startswith(PACKAGE):
        return _in_package(item, columns)
    if item.partition("://")[0] in ARCHIVES:
        kind, name, archive = chained(item)
        return (one for place in _archives(archive, base) for one in in_archive(kind, place, base, name))
    if item.startswith("file:") and not os.path.lexists(os.path.join(base, item)):
        item = item.partition("://")[2] if is_pattern(item) else locate(item)
    if is_page(item) and (is_url(item) or not os.path.lexists(os.path.join(base, item))):
        refuse_pages(item, [item], 1)
    if is_url(item):
        if is_manifest(item) and not is_remote_pattern(item):
            return read_manifest(item, base, columns)
        return _opened(find_remote(item, [is_archive, is_table]), base, columns)
    return _in_files(os.path.join(base, os.path.expanduser(item)), item, base, columns)


def _archives(item: str, base: Path) -> list[str]:
    """The archives that *item* is, or fits."""
    if is_url(item):
        connect(item)  # says what is wrong with the address, or which library it needs
        return [one.path for one in find_remote(item)] if is_remote_pattern(item) else [item]
    path = os.path.normpath(os.path.join(base, os.path.expanduser(item)))
    return matches(path) if is_pattern(path) and not os.path.lexists(path) else [path]


def _in_package(item: str, columns: Columns) -> list[Source]:
    package, _, rest = item.removeprefix(PACKAGE).partition("/")
    try:
        folder = package_folder(package)
    except ModuleNotFoundError as error:
        raise SourceError(f"{item}: {error}. Install the distribution that has it.") from None
    if ".." in rest.split("/"):
        raise SourceError(f"{item}: the path must stay in the package.")
    sources = [*opened_archives(_in_files(os.path.join(folder, rest), item, Path(folder), columns), Path(folder))]
    for source in sources:
        if member := member_of(source.uri):
            source.uri = member_uri(member[0], member[1], f"{PACKAGE}{package}/{member[2]}")
        elif source.path.startswith(f"{folder}/") and not source.uri.startswith("file:"):
            source.uri, source.name = f"{PACKAGE}{package}/{source.uri}", f"{package}/{source.name}"
    return sources


def _in_files(path: str, item: str, base: Path, columns: Columns) -> Iterator[Source]:
    """The inputs at the absolute *path*; *item* is how the user wrote it."""
    item = clean(item)
    if "\0" in path:
        yield file_source(path, base)
        return
    path = os.path.normpath(path)
    if os.path.isdir(path):
        paths = folder_videos(path) or folder_videos(path, is_archive) or _tables_in(path)
        paths = paths or folder_videos(path, is_picture)
        if not paths:
            raise SourceError(f"{item}: the folder holds no video and no picture. {_endings(path)}")
    elif os.path.lexists(path) or not is_pattern(path):
        if not os.path.lexists(path) and (item.endswith("/") or not (is_video(path) or is_picture(path))):
            raise SourceError(f"{item}: there is no such file or folder.{_neighbour(path)}")
        paths = [path]
    else:
        paths = matches(path)
        if not paths:
            raise SourceError(f"{item}: no video matches the pattern.{_nearest_folder(path)}")
    for one in paths:
        if is_manifest(one):
            yield from read_manifest(one, base, columns)
        else:
            yield told_apart(file_source(one, base))


def _opened(sources: Sequence[Source], base: Path, columns: Columns) -> list[Source]:
    """*sources*, where lists and tables are replaced by the videos that they hold or name."""
    found: list[Source] = []
    for source in sources:
        named = source.problem is None and is_manifest(source.path)
        found += read_manifest(source.path, base, columns) if named else [source]
    return found


def _tables_in(folder: str) -> list[str]:
    """The tables of a folder that ``datasets`` has written, or that holds Parquet; not those of a build of ours."""
    if os.path.exists(os.path.join(folder, RECORD)):
        raise SourceError(f"{folder}: is a build of vdata, not a folder of videos. Name what it was built from.")
    return folder_videos(folder, is_table)


def _merged(sources: StoredSources) -> StoredSources:
    """*sources* without those whose uri has come before; what only the later ones know is kept."""
    import numpy as np

    hashes = np.fromiter((hash(source.uri) for source in sources), np.int64, len(sources))
    order = np.argsort(hashes, kind="stable")
    again = order[1:][hashes[order[1:]] == hashes[order[:-1]]]
    if not len(again):
        return sources
    firsts: dict[str, int] = {}
    gone = set[int]()
    for number in np.flatnonzero(np.isin(hashes, hashes[again])).tolist():
        source = sources[number]
        known = firsts.setdefault(source.uri, number)
        if known != number:
            first = sources[known]
            first.attrs = source.attrs | first.attrs
            first.sidecars += [one for one in source.sidecars if one not in first.sidecars]
            sources.replace(known, first)
            gone.add(number)
    return sources.only(number for number in range(len(sources)) if number not in gone)


def _hidden(sources: StoredSources, secrets: Secrets) -> StoredSources:
    """*sources* without *secrets* in what is stored of them. Addresses that differ in these alone stay apart."""
    shown: dict[int, str] = {}
    for number, source in enumerate(sources):
        attrs = secrets.redacted(source.attrs)
        if attrs != source.attrs:
            source.attrs = attrs
            sources.replace(number, source)
        if (uri := secrets.redact(source.uri)) != source.uri:
            shown[number] = uri
    if not shown:
        return sources
    count = Counter(shown.get(number, source.uri) for number, source in enumerate(sources))
    for number, uri in shown.items():
        source = sources[number]
        mark = f"#{make_id(source.uri)[:8]}" if count[uri] > 1 else ""
        source.path, source.hidden = source.path or source.uri, True
        source.uri, source.name = uri + mark, secrets.redact(source.name)
        sources.replace(number, source)
    return _merged(sources)


def _endings(folder: str) -> str:
    """Which files lie in *folder* instead of videos."""
    names = [os.path.splitext(entry.name)[1] or entry.name for entry in listed(folder)]
    there = ", ".join(clean(name) for name in sorted(set(names))[:8])
    return f"It holds: {there}." if there else "It is empty."


def _neighbour(path: str) -> str:
    """A suggestion for a name that is not there."""
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return _nearest_folder(path)
    hint = did_you_mean(os.path.basename(path), [clean(entry.name) for entry in listed(folder)])
    return f" {hint}" if hint else ""


def _nearest_folder(path: str) -> str:
    """The first folder on the way to *path* that is not there."""
    here = "/"
    for part in path.split("/"):
        if is_pattern(part):
            break
        here = os.path.join(here, part)
        if not os.path.lexists(here):
            return f" There is no {clean(here)}."
    return f" Looked in {clean(here)}."
