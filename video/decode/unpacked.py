"""A folder of files unpacked from archives that cannot be read at an offset, with a bound.

What is opened stays while it is open; beyond the bound, what was not used for longest goes first. Builds share the
folder, also while they run.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from ...schemas import make_id

BOUND = 16 << 30
"""Bytes that the folder may hold; one file alone may be larger."""
LOCKS = 64
"""Lock files, so that no two processes unpack the same."""

STAGED = ".staged-"

_places: list[Path] = []


def use(folder: Path) -> None:
    """Unpack into *folder* from now on, in this process. It is made when it is needed."""
    _places[:] = [folder]


def folder() -> Path:
    """Where is unpacked: as said by ``use``, or else in the cache of the user."""
    return _places[0] if _places else home() / "unpacked"


def home() -> Path:
    """The cache of the user, on this machine."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "vdata"


def path_of(key: str, place: Path | None = None) -> Path:
    """The file of *key* in *place*, or else in ``folder``, whether or not it is there."""
    return (place or folder()) / make_id(key)


@contextlib.contextmanager
def held(key: str, unpack: Callable[[], None], together: str = "", place: Path | None = None) -> Iterator[Path]:
    """The file of *key*, which stays as long as this is entered; *unpack* is called to ``put`` it when it is not there.

    What is unpacked in one go with others has the key *together* in common with them.

    Raises:
        OSError: it cannot be written.
    """
    path = path_of(key, place)
    while True:
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            if path.exists():  # it was not taken away before it was locked
                os.utime(path)
                yield path
                return
        with _lock(together or key, path.parent):
            if not path.exists():
                unpack()


def put(key: str, copy: Callable[[IO[bytes]], None], place: Path | None = None) -> None:
    """Write the file of *key* with *copy*, whole or not at all, and take away what passes the bound."""
    path = path_of(key, place)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, staged = tempfile.mkstemp(prefix=STAGED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            copy(file)
        os.replace(staged, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(staged)
        raise
    _shrink(path.parent, BOUND, str(path))


def make_room(place: Path, size: int, spare: int) -> None:
    """Take away what was not used for longest until *size* bytes more are within the bound, and *spare* stay free.

    Raises:
        OSError: the disk is full.
    """
    place.mkdir(parents=True, exist_ok=True)
    lacking = size + spare - shutil.disk_usage(place).free
    if _shrink(place, BOUND - size, least=lacking) < lacking:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))


def _shrink(place: Path, bound: int, newest: str = "", least: int = 0) -> int:
    """Delete what was not used for longest, at *least* so many bytes, until the rest is within *bound*.

    *newest* and what is open stay. Returns the bytes that were deleted.
    """
    found, deleted = [], 0
    for entry in os.scandir(place):
        with contextlib.suppress(FileNotFoundError):
            state = entry.stat()
            if entry.name.startswith(STAGED) and state.st_mtime < time.time() - 24 * 3600:  # of one that was killed
                os.unlink(entry.path)
            if not entry.name.startswith("."):
                found.append((state.st_mtime, state.st_size, entry.path))
    size = sum(one for _, one, _ in found)
    for _, one, path in sorted(found):
        if size - deleted <= bound and deleted >= least:
            break
        if path != newest and _taken_away(path):
            deleted += one
    return deleted


def _taken_away(path: str) -> bool:
    with contextlib.suppress(OSError), open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
        return True
    return False


@contextlib.contextmanager
def _lock(key: str, place: Path) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    with open(place / f".lock-{int(make_id(key)[:8], 16) % LOCKS}", "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
