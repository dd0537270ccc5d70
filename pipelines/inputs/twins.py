"""Finds files with the same content under two names. The first is kept, the others are dropped."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, MutableMapping, Sequence

from ...schemas import Failed, Reject
from ...schemas.input_video import Source
from ...schemas.uri import innermost, is_url
from ...video.decode.source import open_bytes, sha256
from .local import STAGE
from .stored import StoredSources

PROBE = 1 << 16
"""Bytes at the start and the end of a file that are compared before all of it is."""

Known = MutableMapping[tuple[str, int, str], str]
"""(uri, size, stamp) of a file to its sha256, from builds before."""


def same_content(sources: Sequence[Source], known: Known | None = None) -> Sequence[Source]:
    """*sources*, where every file whose content an earlier one has is dropped (``duplicate_file``).

    The first keeps the lanes and attrs that only the later one has. Files of one size are compared: first their ends,
    then their sha256, which is taken from *known* or computed and added to it. Files behind URLs are not fetched:
    there the same size and etag are the same content.
    """
    known = {} if known is None else known
    if isinstance(sources, StoredSources):  # rows of labels, without a file
        return sources
    groups: list[list[Source]] = [[source for source in sources if source.problem is None and source.size]]
    steps: tuple[Callable[[Source], str], ...] = (_size, _ends, lambda source: _digest(source, known))
    for step in steps:
        groups = [group for big in groups for group in _split(big, step)]
    for first, *later in groups:
        for twin in later:
            _join(first, twin)
    return list(sources)


def _split(group: list[Source], key: Callable[[Source], str]) -> list[list[Source]]:
    """The members of *group* that share a key with another, in order; those without a key are alone."""
    found: dict[str, list[Source]] = {}
    for source in group:
        if text := key(source):
            found.setdefault(text, []).append(source)
    return [members for members in found.values() if len(members) > 1]


def _join(first: Source, twin: Source) -> None:
    for lane, spans in twin.lanes.items():
        first.lanes.setdefault(lane, spans)
    first.attrs = twin.attrs | first.attrs
    first.sidecars = first.sidecars or twin.sidecars
    first.rejects += twin.rejects
    first.samples += twin.samples
    twin.lanes, twin.rejects, twin.sidecars, twin.samples = {}, [], [], []
    twin.problem = Reject(STAGE, "dropped", "duplicate_file", detail=f"the same content as {first.uri}")


def _size(source: Source) -> str:
    return str(source.size)


def _ends(source: Source) -> str:
    if is_url(innermost(source.path)):
        return source.stamp if source.stamp.startswith("etag:") else ""
    try:
        with open_bytes(source.path) as file:
            head = file.read(PROBE)
            file.seek(max(0, file.seek(0, os.SEEK_END) - PROBE))
            return hashlib.sha256(head + file.read(PROBE)).hexdigest()
    except (OSError, ValueError, Failed):  # the probe will say so
        return ""


def _digest(source: Source, known: Known) -> str:
    if is_url(innermost(source.path)):
        return source.stamp
    key = (source.uri, source.size or 0, source.stamp)
    if key not in known:
        try:
            known[key] = sha256(source.path)
        except Failed:
            return ""
    source.sha256 = known[key]
    return source.sha256
