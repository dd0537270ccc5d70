"""A local file as an input. Only its state is read; what is not a regular file is never opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ...schemas import Reject
from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import to_uri
from ..errors import UserError

STAGE = "sources"
"""The stage that rejects of inputs name."""

VIDEOS = frozenset((
    ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".rm", ".rmvb", ".ts", ".vob", ".webm", ".wmv", ".y4m",
))  # fmt: skip
"""Endings of the files that are taken from a folder, in lower case."""

_REASONS = {
    errno.ENOENT: ("not_found", "there is no such file"),
    errno.ENOTDIR: ("not_found", "there is no such file"),
    errno.ELOOP: ("symlink_loop", "its links lead in a circle"),
    errno.ENAMETOOLONG: ("name_too_long", "the name is longer than the file system allows"),
    errno.EACCES: ("unreadable", "permission denied"),
    errno.EPERM: ("unreadable", "permission denied"),
}


class SourceError(UserError):
    """The inputs cannot be found or listed; the text says what, where and what to do."""


def failed(reason: str, detail: str, value: float | None = None) -> Reject:
    """Why an input cannot be used."""
    return Reject(STAGE, "failed", reason, value=value, detail=clean(detail))


def is_video(name: str) -> bool:
    """Whether the ending of *name* is that of a video."""
    return os.path.splitext(name)[1].lower() in VIDEOS


def is_pattern(path: str) -> bool:
    """Whether *path* holds a wildcard."""
    return any(mark in path for mark in "*?[")


def file_source(path: str, base: Path) -> Source:
    """The input at *path*; its state is read, the file is not opened."""
    shown = shown_path(path, base)
    source = Source(to_uri(shown), clean(shown))
    if "\0" in path:
        source.problem = failed("unsafe_name", "the name holds a NUL character")
        return source
    try:
        state = os.stat(path)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number is None:
            source.problem = failed("unsafe_name", f"the name cannot be used: {error}")
        else:
            source.problem = failed(*_REASONS.get(number, ("unreadable", str(error.strerror))))  # type: ignore[union-attr]
        return source
    source.size, source.stamp = state.st_size, f"mtime:{state.st_mtime_ns}"
    if stat.S_ISREG(state.st_mode):
        source.path = path
    else:
        closed = stat.S_ISDIR(state.st_mode) and not _can_list(path)
        kind = "folder that cannot be listed" if closed else _kind(state.st_mode)
        source.problem = failed("unreadable" if closed else "not_a_regular_file", f"it is a {kind}")
    return source


def shown_path(path: str, base: Path) -> str:
    """*path* relative to *base* where it lies in it, and in its shortest form."""
    path, root = os.path.normpath(path), os.path.normpath(base)
    inside = path.startswith(root.rstrip("/") + "/")
    return path[len(root.rstrip("/")) + 1 :] if inside else path


def listed(folder: str) -> list[os.DirEntry[str]]:
    """The visible entries of *folder*, in order of name.

    Raises:
        SourceError: it cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(f"{clean(folder)}: the folder cannot be listed: {error.strerror}.") from None


def _can_list(folder: str) -> bool:
    try:
        return listed(folder) is not None
    except SourceError:
        return False


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")
