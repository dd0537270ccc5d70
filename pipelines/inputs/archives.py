"""The videos in tars (WebDataset shards are tars) and ZIPs, listed without reading them."""

from __future__ import annotations

import fnmatch
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path

from ...rules.media_parts import is_picture
from ...schemas import Failed
from ...schemas.input_video import Sidecar, Source
from ...schemas.text import clean
from ...schemas.uri import is_url, member_of, member_uri, to_uri
from ...video.decode.members import ARCHIVES, PACKED, ArchiveListing, at_offset, listing
from .local import SourceError, failed, is_pattern, is_video, shown_path
from .not_videos import note_not_a_video

KEYS_OF = (".json", ".txt", ".cls")
"""Files beside a video whose content are its attrs: an object of keys, a caption, a class."""
THREADS = 8
"""Archives that are listed at once."""
AHEAD = 64
"""Inputs that wait for an archive before them."""
APPLE = "__MACOSX"
"""The folder of what macOS adds to a ZIP."""


def archive_kind(path: str, shown: str = "") -> str:
    """``tar``, ``zip``, or empty when the ending of *path*, called *shown*, is not that of an archive.

    Raises:
        SourceError: it is that of an archive that would have to be unpacked to list it.
    """
    if member_of(path):
        return ""
    name = (path.partition("?")[0] if is_url(path) else path).lower()
    if name.endswith(PACKED):
        raise SourceError(
            f"{clean(shown or path)}: cannot be read without unpacking all of it. Unpack it, or pack it again as a "
            "plain .tar: videos do not get smaller by packing."
        )
    return next((kind for kind, endings in ARCHIVES.items() if name.endswith(endings)), "")


def is_archive(path: str) -> bool:
    """Whether the ending of *path* is that of an archive that is read."""
    return any(path.lower().endswith(endings) for endings in ARCHIVES.values())


def told_apart(source: Source) -> Source:
    """*source*, with a problem when it is a local file that is plainly neither a video nor an archive.

    Raises:
        SourceError: as ``archive_kind``.
    """
    return source if archive_kind(source.path, source.name) else note_not_a_video(source)


def opened_archives(sources: Iterable[Source], base: Path) -> Iterator[Source]:
    """*sources*, where each that is an archive is replaced by the videos in it, which have its attrs.

    An archive among others that cannot be read ends as an input with a problem.

    Raises:
        SourceError: the only input is an archive that cannot be read, or holds no video.
    """
    rest = iter(sources)
    begin = list(islice(rest, 2))

    def opened(source: Source, kind: str) -> list[Source]:
        try:
            inside = in_archive(kind, source.path, base)
        except SourceError as error:
            if len(begin) == 1:
                raise
            source.problem = failed("not_an_archive", str(error))
            return [source]
        for one in inside:
            one.attrs = source.attrs | one.attrs
        return inside

    opening: deque[Future[list[Source]] | Source] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for source in chain(begin, rest):
            kind = archive_kind(source.path, source.name) if source.path and source.problem is None else ""
            if not kind and not opening:
                yield source
                continue
            opening.append(pool.submit(opened, source, kind) if kind else source)
            while len(opening) > AHEAD:
                yield from _content(opening.popleft())
        while opening:
            yield from _content(opening.popleft())


def _content(one: Future[list[Source]] | Source) -> list[Source]:
    return [one] if isinstance(one, Source) else one.result()


def in_archive(kind: str, place: str, base: Path, wanted: str = "") -> list[Source]:
    """The videos in the archive *place* (an absolute path or a URL), or where there is none its pictures; *wanted* is
    one member, a folder or a pattern.

    Raises:
        SourceError: it cannot be read, or holds none.
    """
    shown = place if is_url(place) else shown_path(place, base)
    try:
        found = listing(kind, place)
    except Failed as why:
        raise SourceError(f"{clean(why.detail).rstrip('.')}.") from None
    if wanted in found.members:
        return [_source(kind, wanted, place, shown, found)]
    fitting = [name for name in found.members if _visible(name) and _fits(name, wanted)]
    names = [name for name in fitting if is_video(name)] or [name for name in fitting if is_picture(name)]
    if not names:
        what = f"no video {clean(wanted)}" if wanted else "no video"
        raise SourceError(f"{clean(shown)}: holds {what}. {_endings(found)}")
    sources = [_source(kind, name, place, shown, found) for name in names]
    if found.damage:
        uri = to_uri(shown) if not is_url(shown) else shown
        detail = f"{found.damage}: what comes after is not read"
        sources.append(Source(f"{uri}#", clean(shown), problem=failed("damaged_archive", detail)))
    return sources


def chained(item: str) -> tuple[str, str, str]:
    """The kind, the member (or a pattern, or empty) and the archive of *item*: ``zip://clips/*.mp4::videos.zip``.

    Raises:
        SourceError: it names no archive.
    """
    kind, _, rest = item.partition("://")
    name, _, archive = rest.partition("::")
    if not archive:
        end = ARCHIVES[kind][0]
        raise SourceError(
            f"{item}: names no archive. Write {kind}://MEMBER::ARCHIVE, for example {kind}://clip.mp4::videos{end}, or "
            f"only the archive for all that is in it: videos{end}."
        )
    return kind, name, archive


def files_beside(source: Source) -> list[tuple[str, str]]:
    """The files in the archive of *source* that lie in the folder of the video, as addresses, each with a stamp."""
    kind, name, archive = member_of(source.uri) or ("", "", "")
    place = (member_of(source.path) or ("", "", archive))[2]
    found = listing(kind, place)
    folder = name.rpartition("/")[0]
    return [
        (_address(kind, one, place, found), f"{found.stamp}@{one}")
        for one in found.members
        if one.rpartition("/")[0] == folder and not (is_video(one) or is_picture(one))
    ]


def _address(kind: str, name: str, place: str, found: ArchiveListing) -> str:
    """What to open for a member: where its bytes are, if the list tells that."""
    member = found.members[name]
    if kind == "tar" and not member.problem:
        return at_offset(member.offset, member.size, name, place)
    return member_uri(kind, name, place)


def _source(kind: str, name: str, place: str, shown: str, found: ArchiveListing) -> Source:
    member = found.members[name]
    uri = member_uri(kind, name, shown if is_url(shown) else to_uri(shown))
    source = Source(clean(uri), clean(f"{shown}/{name}"))
    if clean(name) != name or "::" in name or "\n" in name or "\t" in name:
        source.problem = failed("unsafe_name", "the name holds control characters, or ::")
        return source
    if member.problem:
        source.problem = failed("unreadable", member.problem)
        return source
    source.path, source.size = _address(kind, name, place, found), member.size
    source.stamp = f"member:{found.stamp}@{member.offset}" if found.stamp else ""
    for key in dict.fromkeys((os.path.splitext(name)[0], _key(name))):
        told = [key + ending for ending in KEYS_OF if key + ending in found.members]
        source.sidecars += [Sidecar("", _address(kind, one, place, found), f"{found.stamp}@{one}") for one in told]
        if told:
            break
    return source


def _key(name: str) -> str:
    """What the files of one WebDataset sample have in common: the name up to its first dot."""
    folder, slash, file = name.rpartition("/")
    return folder + slash + file.partition(".")[0]


def _visible(name: str) -> bool:
    return not any(part.startswith(".") or part == APPLE for part in name.split("/"))


def _fits(name: str, wanted: str) -> bool:
    if not wanted:
        return True
    if is_pattern(wanted):
        return fnmatch.fnmatchcase(name, wanted)
    return name == wanted or name.startswith(wanted.rstrip("/") + "/")


def _endings(found: ArchiveListing) -> str:
    """What lies in an archive instead of videos."""
    counts: dict[str, int] = {}
    for name in found.members:
        end = os.path.splitext(name)[1].lower() or name
        counts[end] = counts.get(end, 0) + 1
    most = sorted(counts, key=lambda end: (-counts[end], end))[:8]
    return f"It holds: {', '.join(f'{counts[end]} {clean(end)}' for end in most)}." if most else "It is empty."
