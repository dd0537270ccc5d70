"""Media files as tars that are read as they are sent: no copy of them is made, on the disk or in memory.

The bytes of a tar follow from the names and contents of its members alone, so that one that is there already is not
sent again. A name is that of the file below ``media/``: ``tar -x`` puts it back, and WebDataset takes what stands
before the first dot for its key.
"""

from __future__ import annotations

import io
import os
import tarfile
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...schemas import make_id

BLOCK = 512
CUTS = 4
"""A tar may end, at a name that says so, when it is a quarter full: what comes before it can then change without moving
what is in all the others."""


@dataclass(frozen=True, slots=True)
class TarMember:
    """A file that goes into a tar: its name there, where it lies, and its size in bytes."""

    name: str
    path: Path
    size: int


def in_shards(members: Iterable[TarMember], most_bytes: int) -> list[list[TarMember]]:
    """*members*, in the order of their names, in groups for tars of *most_bytes*; a larger file is alone in one.

    A group ends when it would be too large, or from a quarter of that on behind a member whose name says so by hash:
    after a change of a few members, most groups are what they were.
    """
    ordered = sorted(members, key=lambda one: one.name)
    whole = sum(_room(one) for one in ordered)
    usual = 1 << max(0, round(most_bytes / CUTS * len(ordered) / max(1, whole)) - 1).bit_length()
    groups: list[list[TarMember]] = []
    size = 0
    for one in ordered:
        if not groups or size + _room(one) > most_bytes:
            groups.append([])
            size = 0
        groups[-1].append(one)
        size += _room(one)
        if size * CUTS >= most_bytes and int(make_id(one.name), 16) % usual == 0:
            size = most_bytes  # the next one begins another
    return groups


class TarStream(io.BufferedIOBase):
    """The tar of *members*, as a file that can be read and sought in."""

    def __init__(self, members: Sequence[TarMember]) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        """Where each member begins, and its size, in bytes."""
        self._members = list(members)
        self._starts = array("q")
        """Where the header of each member begins."""
        self._head: tuple[int, bytes] = (-1, b"")
        """The number of the last member that was read, and its header."""
        self._at = self.size = 0
        self._open: tuple[Path, BinaryIO] | None = None
        for one in self._members:
            self._starts.append(self.size)
            head = len(_header(one))
            self.places[one.name] = (self.size + head, one.size)
            self.size += head + one.size + -one.size % BLOCK
        self._end = self.size
        """Where the blocks begin that end a tar."""
        self.size += 2 * BLOCK

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next *size* bytes, or all that are left.

        Raises:
            OSError: a file is gone, or shorter than it was.
        """
        left = self.size - self._at if size is None or size < 0 else min(size, self.size - self._at)
        found = bytearray()
        while left > 0:
            chunk = self._chunk(left) if self._at < self._end else bytes(min(left, self.size - self._at))
            found += chunk
            self._at += len(chunk)
            left -= len(chunk)
        return bytes(found)

    def _chunk(self, size: int) -> bytes:
        """Some of the next *size* bytes: of the header of a member, of its file, or of what fills its last block."""
        number = bisect_right(self._starts, self._at) - 1
        one, begin = self._members[number], self._at - self._starts[number]
        if self._head[0] != number:
            self._head = number, _header(one)
        head = self._head[1]
        if begin < len(head):
            return head[begin : begin + size]
        if begin < len(head) + one.size:
            return self._of(one, begin - len(head), size)
        end = self._starts[number + 1] if number + 1 < len(self._starts) else self._end
        return bytes(min(size, end - self._at))

    def _of(self, one: TarMember, begin: int, size: int) -> bytes:
        if self._open is None or self._open[0] != one.path:
            self._shut()
            self._open = (one.path, one.path.open("rb"))
        file = self._open[1]
        file.seek(begin)
        chunk = file.read(min(size, one.size - begin))
        if not chunk:
            raise OSError(f"{one.path}: is shorter than it was when the push began")
        return chunk

    def _shut(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self._shut()
        super().close()


def _room(one: TarMember) -> int:
    """Bytes that a member takes in a tar, with what names it."""
    return len(_header(one)) + one.size + -one.size % BLOCK


def _header(one: TarMember) -> bytes:
    info = tarfile.TarInfo(one.name)
    info.size, info.mode = one.size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)
