"""Videos behind URLs, fetched once to this machine for all processes on it, into a folder with a bound.

What needs the whole file fetches it. What needs a part reads ranges, and fetches when it comes a second time: a copy
costs less than going there again and again. Where none can be kept (the disk is full), ranges are read, and it is told.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from ...schemas import Failed
from . import unpacked
from .plain_files import named_errors

MOST = 1 << 30
"""Bytes of a file of which parts are needed, and that is fetched nevertheless."""
SPARE = 1 << 30
"""Bytes that are left free on the disk."""
REMEMBERED = 10_000
"""Files of which it is known that a part was read."""
BLOCK = 4 << 20
"""Bytes that are fetched at once: what is smaller is fetched whole for a part of it, too."""

_parts_read: OrderedDict[str, None] = OrderedDict()
_unkept: list[str] = []
_copied: list[str] = []


def folder() -> Path:
    """Where copies lie: in the user's cache, on this machine. The build's own cache may be shared by all nodes."""
    return unpacked.home() / "fetched"


@contextlib.contextmanager
def copy_of(uri: str, size: int, stamp: str, opened: Callable[[], IO[bytes]], *, part: bool) -> Iterator[str]:
    """The path of a copy of *uri*, which stays while this is entered; *uri* itself where there is to be none.

    Args:
        size: in bytes.
        stamp: what changes when the content does; without one nothing is kept.
        opened: opens what is fetched.
        part: only a part is needed.

    Raises:
        Failed: ``unreadable``: it cannot be fetched.
    """
    key, place = f"{uri}\n{size}\n{stamp}", folder()
    if not stamp or (not unpacked.path_of(key, place).exists() and part and _rarely(key, size)):
        yield uri
        return

    def fetch() -> None:
        unpacked.make_room(place, size, SPARE)
        unpacked.put(key, lambda file: _fetch(uri, size, opened, file), place)

    with contextlib.ExitStack() as stack:
        try:
            path = str(stack.enter_context(unpacked.held(key, fetch, place=place)))
            _copied[:] = [path]
        except OSError as error:
            _unkept.append(_told(error, place))
            path = uri
        yield path


def unkept() -> str:
    """Why copies could not be kept in this process, since it was asked last, as a sentence; empty when they were."""
    text = _unkept[-1] if _unkept else ""
    _unkept.clear()
    return text


def copied() -> bool:
    """Whether a copy was read in this process since it was asked last: this machine is near the video then."""
    found = bool(_copied)
    _copied.clear()
    return found


def _rarely(key: str, size: int) -> bool:
    """Whether it is large, and no part was read in this process before; or so large that parts are better always."""
    first = key not in _parts_read
    _parts_read[key] = None
    while len(_parts_read) > REMEMBERED:
        _parts_read.popitem(last=False)
    return size > BLOCK and (first or size > MOST)


def _fetch(uri: str, size: int, opened: Callable[[], IO[bytes]], file: IO[bytes]) -> None:
    with contextlib.ExitStack() as stack:
        with named_errors(uri):
            source = stack.enter_context(opened())
        fetched = 0
        while True:
            with named_errors(uri):
                block = source.read(BLOCK)
            if not block:
                break
            file.write(block)
            fetched += len(block)
    if fetched != size:
        raise Failed("unreadable", f"{uri}: {fetched} bytes came of {size}")


def _told(error: OSError, place: Path) -> str:
    free = ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        with contextlib.suppress(OSError):
            free = f", {shutil.disk_usage(place).free >> 20} MiB are free"
    reason = os.strerror(error.errno) if error.errno else str(error)
    return (
        f"Videos that lie elsewhere are not kept in {place} ({reason}{free}): they are fetched as often as they are "
        "needed. Make room there, or set XDG_CACHE_HOME to a folder elsewhere."
    )
