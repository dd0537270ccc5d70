"""The videos in local folders: a walk that ends, and patterns."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterator

from ...rules.media_parts import is_picture
from .local import SourceError, is_pattern, is_video, listed


def walk(folder: str) -> Iterator[tuple[str, list[os.DirEntry[str]] | None]]:
    """*folder* and all folders below it with their visible entries, in order of name. Every folder comes once.

    Folders that are links come after all others, so that a file keeps its own name, and loops of links end. A folder
    that cannot be listed comes with None.
    """
    seen: set[tuple[int, int]] = set()
    folders, links = [folder], list[str]()
    while folders or links:
        here = folders.pop() if folders else links.pop(0)
        try:
            state = os.stat(here)
            if (state.st_dev, state.st_ino) in seen:
                continue
            entries = listed(here)
        except (OSError, SourceError):
            yield here, None
            continue
        seen.add((state.st_dev, state.st_ino))
        yield here, entries
        below = [entry for entry in entries if _is_folder(entry)]
        folders += [entry.path for entry in reversed(below) if not entry.is_symlink()]
        links += [entry.path for entry in below if entry.is_symlink()]


def folder_videos(folder: str, wanted: Callable[[str], bool] = is_video) -> list[str]:
    """The paths of the videos in *folder* and below, or of the files whose names are *wanted*.

    A link that leads nowhere counts; pipes and devices do not.

    A folder below that cannot be listed is given in place of its videos.

    Raises:
        SourceError: *folder* itself cannot be listed.
    """
    listed(folder)
    found = []
    for here, entries in walk(folder):
        if entries is None:
            found.append(here)
        found += [entry.path for entry in entries or () if wanted(entry.name) and _counts(entry)]
    return found


def matches(pattern: str) -> list[str]:
    """The paths of all but folders that *pattern* (absolute; ``*``, ``?``, ``[…]``, and ``**`` for any folders) fits.

    When the pattern leaves the ending open, only videos, or only pictures where there is no video. A folder that cannot
    be listed is given as well.
    """
    last = pattern.rpartition("/")[2]
    ending = last.rpartition(".")[2] if "." in last else "*"
    found = sorted(set(_expand("/", [part for part in pattern.split("/") if part])))
    if not is_pattern(ending):
        return found
    kind = is_video if any(is_video(path) for path in found) else is_picture
    return [path for path in found if kind(path) or os.path.isdir(path)]


def _expand(folder: str, parts: list[str]) -> Iterator[str]:
    head, *rest = parts
    if head == "**":
        for here, entries in walk(folder):
            yield from [here] if entries is None else _expand(here, rest or ["*"])
    elif not is_pattern(head):
        path = os.path.join(folder, head)
        if rest and os.path.isdir(path):
            yield from _expand(path, rest)
        elif not rest and os.path.lexists(path) and not os.path.isdir(path):
            yield path
    else:
        fits = re.compile(fnmatch.translate(head)).match
        try:
            entries = listed(folder)
        except SourceError:  # said as an input that cannot be used
            yield folder
            return
        for entry in entries:
            if not fits(entry.name):
                continue
            if rest and _is_folder(entry):
                yield from _expand(entry.path, rest)
            elif not rest and not _is_folder(entry):
                yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _counts(entry: os.DirEntry[str]) -> bool:
    """Whether *entry* is a regular file, or a link that leads nowhere."""
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:  # a link to itself
        return True
