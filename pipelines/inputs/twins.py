"""Finds files with the same content under two names. The first is kept, the others are dropped."""

from __future__ import annotations

import hashlib
import os
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING

from ...schemas import Failed, Reject
from ...schemas.input_video import Source
from ...schemas.uri import innermost, is_url
from ...video.decode.source import open_bytes, sha256
from .local import STAGE
from .stored import StoredSources

if TYPE_CHECKING:
    from .match import Numbers

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
    import numpy as np

    known = {} if known is None else known
    found = sources if isinstance(sources, StoredSources) else StoredSources(sources)
    sizes = np.fromiter((0 if one.problem else one.size or 0 for one in found), np.int64, len(found))
    same_size = _alike(np.arange(len(found)), sizes)
    same_ends = [some for group in same_size for some in _alike(group, _hashes(found, group))]
    for group in same_ends:
        for same in _same_digest(found, group, known):
            first = found[same[0]]
            for number in same[1:]:
                twin = found[number]
                _join(first, twin)
                found.replace(number, twin)
            found.replace(same[0], first)
    return found if sources is found else list(found)


def _alike(numbers: Numbers, keys: Numbers) -> list[Numbers]:
    """Those of *numbers* whose *keys* are the same, together, in order; those that are alone, or have the key 0, are
    left out."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    same = np.concatenate([[False], ordered[1:] == ordered[:-1], [False]])  # as the one before
    some = (same[:-1] | same[1:]) & (ordered != 0)
    return np.split(numbers[order][some], np.flatnonzero(~same[:-1][some])[1:]) if some.any() else []


def _hashes(sources: StoredSources, numbers: Numbers) -> Numbers:
    """A hash of the ends of each file; 0: they are not known."""
    import numpy as np

    texts = (_ends(sources[number]) for number in numbers.tolist())
    return np.fromiter((hash(text) if text else 0 for text in texts), np.int64, len(numbers))


def _same_digest(sources: StoredSources, numbers: Numbers, known: Known) -> list[list[int]]:
    """Those of *numbers* whose files have the same digest, together, in order; it is kept."""
    found: dict[str, list[int]] = {}
    for number in numbers.tolist():
        source = sources[number]
        before = source.sha256
        if text := _digest(source, known):
            found.setdefault(text, []).append(number)
        if source.sha256 != before:
            sources.replace(number, source)
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
