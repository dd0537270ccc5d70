"""Reads label files and lays what they say on the videos that they name; what names no video is reported."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...schemas import Reject
from ...schemas.input_video import Sidecar, Source
from ...schemas.text import clean
from ...schemas.uri import inner_name, is_url, member_of, name_uri
from ...stages.labels import FileImporter, LabelError, Labelled, SidecarImporter
from ...stages.labels.label_import import STAGE
from ...stages.labels.label_kinds import LabelImport
from ...video.decode.members import ARCHIVES
from .archives import files_beside
from .local import SourceError, listed
from .manifest import open_file
from .match import Names
from .remote import beside, fetch
from .stored import StoredSources

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")
"""What may stand between a video's name and ``.srt``: en, pt-BR, en-orig."""


def read_labels(labels: Iterable[LabelImport], base: Path) -> Iterator[tuple[FileImporter, Iterator[Labelled]]]:
    """Each label file, with the labelled videos as they are read.

    Raises:
        SourceError: a file cannot be read as a whole.
    """
    for one in labels:
        if isinstance(one, FileImporter):
            yield one, _labelled(one, base)


def _labelled(one: FileImporter, base: Path) -> Iterator[Labelled]:
    with io.BytesIO(fetch(one.path)) if is_url(one.path) else open_file(os.path.join(base, one.path), one.path) as file:
        try:
            yield from one.read_file(file)
        except LabelError as error:
            raise SourceError(str(error)) from None
        except OSError as error:
            raise SourceError(f"{one.path}: cannot be read: {error.strerror}.") from None


def lay_labels(sources: StoredSources, read: Iterable[tuple[FileImporter, Iterable[Labelled]]]) -> list[Source]:
    """Lay labels on the *sources* that they name. Returns an input with a problem for each label that names none."""
    names: Names | None = None
    others: dict[str, Source] = {}
    for one, videos in read:
        for found in videos:
            names = names or Names(sources)
            fits = names.find(found.name) if found.name else ()
            if len(fits) == 1:
                source = sources[fits[0]]
                _merge(source, found)
                sources.replace(fits[0], source)
            elif not found.name:
                _without_name(others, one.path, found)
            elif len(fits):
                first, second = (sources[number].uri for number in fits[:2])
                which = f"{first} or {second}" + (f" or {len(fits) - 2} more" if len(fits) > 2 else "")
                _orphan(others, found, "ambiguous_video", f"{one.path} names it; that may mean {which}")
            else:
                _orphan(others, found, "video_not_found", f"{one.path} names it; it is not among the videos")
    return list(others.values())


def label_only(read: Iterable[tuple[FileImporter, Iterable[Labelled]]]) -> StoredSources:
    """The inputs that the label files name, when there are no videos to open."""
    found = StoredSources()
    places: dict[str, int] = {}
    others: dict[str, Source] = {}
    for one, videos in read:
        for video in videos:
            if not video.name:
                _without_name(others, one.path, video)
                continue
            uri = name_uri(video.name)
            known = places.get(uri)
            source = Source(uri, video.name, opens=False) if known is None else found[known]
            _merge(source, video)
            if known is None:
                places[uri] = len(found)
                found.append(source)
            else:
                found.replace(known, source)
    for source in others.values():
        found.append(source)
    return found


def lay_sidecars(sources: StoredSources, labels: Iterable[LabelImport]) -> None:
    """Note on every video which files beside it are to be read in the worker."""
    wanted = [one for one in labels if isinstance(one, SidecarImporter)]
    if not wanted:
        return
    folders: dict[str, list[tuple[str, str]]] = {}
    stems: dict[str, set[str]] = {}
    for source in sources:
        if source.path:
            folder, file = _place(source)
            stems.setdefault(folder, set()).add(os.path.splitext(file)[0])
    for one in wanted:
        settings = one.model_dump_json(by_alias=True)
        beside_of: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
        for number, source in enumerate(sources):
            noted = len(source.sidecars)
            attr = one.attr()
            told = any(not sidecar.settings for sidecar in source.sidecars)
            if attr is not None and (attr in source.attrs or told):  # which attrs a file tells, the worker sees
                source.sidecars.append(Sidecar(settings))
            if source.path and (told or len(source.sidecars) == noted):
                folder, file = _place(source)
                if folder not in beside_of:
                    if folder not in folders:
                        folders[folder] = _beside(source, folder)
                    beside_of[folder] = _by_video(folders[folder], stems[folder], one.suffixes())
                there = beside_of[folder].get(os.path.splitext(file)[0], {})
                path = one.choose({tag: path for tag, (path, _) in there.items()})
                if path is not None:
                    stamp = next(stamp for one_path, stamp in there.values() if one_path == path)
                    source.sidecars.append(Sidecar(settings, path, stamp))
            if len(source.sidecars) > noted:
                sources.replace(number, source)


def _place(source: Source) -> tuple[str, str]:
    """The folder of a video, which names its archive too if it lies in one, and the name of its file."""
    member = member_of(source.uri)
    folder, _, file = (member[1] if member else source.path).rpartition("/")
    return (f"{folder}::{member[2]}" if member else folder), file


def _beside(source: Source, folder: str) -> list[tuple[str, str]]:
    """The files in the *folder* of *source*, each with its stamp."""
    if member := member_of(source.uri):
        return files_beside(source) if member[0] in ARCHIVES else []
    return beside(folder) if is_url(folder) else _files(folder or "/")


def _by_video(
    files: list[tuple[str, str]], stems: set[str], suffixes: tuple[str, ...]
) -> dict[str, dict[str, tuple[str, str]]]:
    """For each stem of a video, the files that end in one of *suffixes* by their tag: empty, or a language."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for path, stamp in files:
        name = inner_name(path).rpartition("/")[2]
        suffix = next((end for end in suffixes if name.lower().endswith(end)), None)
        if suffix is None:
            continue
        name = name[: -len(suffix)]
        stem, _, tag = name.rpartition(".")
        if name in stems:
            found.setdefault(name, {}).setdefault("", (path, stamp))
        elif stem in stems and (_TAG.fullmatch(tag) or f".{tag.lower()}" in (".mp4", ".mkv", ".webm", ".mov", ".avi")):
            found.setdefault(stem, {}).setdefault(tag if _TAG.fullmatch(tag) else "", (path, stamp))
    return found


def _files(folder: str) -> list[tuple[str, str]]:
    """The regular files of a local folder, each with its stamp."""
    try:
        entries = [entry for entry in listed(folder) if entry.is_file()]
        return [(entry.path, f"{entry.stat().st_size}:{entry.stat().st_mtime_ns}") for entry in entries]
    except (SourceError, OSError):
        return []


def _merge(source: Source, found: Labelled) -> None:
    for lane, spans in found.lanes.items():
        source.lanes.setdefault(lane, []).extend(spans)
    source.duration = found.duration if source.duration is None else source.duration
    source.rejects += found.rejects
    source.samples += found.samples
    source.tracks += found.tracks


def _orphan(others: dict[str, Source], found: Labelled, reason: str, detail: str) -> None:
    uri = name_uri(found.name)
    count = sum(map(len, found.lanes.values())) + len(found.rejects) + len(found.samples) + len(found.tracks)
    if uri not in others:
        others[uri] = Source(uri, found.name, opens=False)
        others[uri].problem = Reject(STAGE, "failed", reason, value=0.0, detail=clean(detail))
    problem = others[uri].problem
    if problem is not None:
        problem.value = (problem.value or 0.0) + count


def _without_name(others: dict[str, Source], path: str, found: Labelled) -> None:
    """One failed input for each label file with rows that name no video, under the name of the file."""
    first = "; ".join(reject.detail for reject in found.rejects[:3])
    count = float(len(found.rejects) + len(found.tracks) + sum(map(len, found.lanes.values())))
    reasons = {reject.reason for reject in found.rejects}
    reason = reasons.pop() if len(reasons) == 1 else "no_video"
    source = Source(f"{name_uri(path)}#", path, opens=False)
    source.problem = Reject(STAGE, "failed", reason, value=count, detail=clean(f"{path}: {count:.0f} rows: {first}"))
    others.setdefault(source.uri, source)
