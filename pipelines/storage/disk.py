"""Explains errors of disks to the person who must mend them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""No fault of what was being made: whatever comes next will be refused as well."""
WHY = {
    errno.ENOSPC: "the disk is full{room}: make room there",
    errno.EDQUOT: "the quota of disk space is used up{room}: make room there, or have it raised",
    errno.EFBIG: "a file may not grow so large: raise the limit of file sizes (ulimit -f), or use another file system",
    errno.EROFS: "the disk can only be read: mount it for writing",
    errno.EACCES: "it cannot be written or read by this user: change its permissions",
    errno.EPERM: "it cannot be written or read by this user: change its permissions",
    errno.EIO: "the disk reports an error of its own: check the disk, or its connection",
    errno.ESTALE: "the shared folder has changed under this machine: mount it again",
    errno.ENOENT: "it is gone: was its folder deleted, or its disk unmounted?",
    errno.ENOTDIR: "a folder on the way to it is a file: move that away",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine: close other programs",
}


def explain(error: OSError, path: Path | None = None) -> str:
    """One sentence, without its full stop: which file, why in plain words, what to do. *path*, where *error* has none.

    For example ``out/a/build.json: the disk is full (0.2 MB free): make room there``.
    """
    name = _name(error, path)
    reason = WHY.get(error.errno or 0, error.strerror or str(error) or type(error).__name__)
    text = reason.format(room=_room(name)) if error.errno in WHY else reason
    return f"{name}: {text}" if name else text


def is_full(error: OSError) -> bool:
    """Whether *error* means that nothing can be written for now, so that trying other rows is of no use."""
    return error.errno in FULL


def lacking(folder: Path, size: int) -> str:
    """As ``explain`` has it: the disk of *folder* has no room for *size* bytes more; empty if it has."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return ""
    full = found.f_blocks and (found.f_bavail * found.f_frsize < size or (found.f_files and not found.f_favail))
    return explain(OSError(errno.ENOSPC, "", str(folder))) if full else ""


def _name(error: OSError, path: Path | None) -> str:
    """The file that an error is about: the new name for a rename or link, and the folder for a staged file."""
    found = error.filename2 or error.filename or path
    return os.fsdecode(found) if isinstance(found, (str, bytes, os.PathLike)) else ""


def _room(name: str) -> str:
    """`` (1.2 MB free)``, for the disk that *name* is on or would be; empty if that cannot be told."""
    for folder in [Path(name), *Path(name).absolute().parents] if name else []:
        try:
            found = os.statvfs(folder)
        except OSError:
            continue
        if found.f_files and not found.f_favail:
            return " (it has no room for another file, whatever its size)"
        return f" ({found.f_bavail * found.f_frsize / 1e6:,.1f} MB free)"
    return ""
