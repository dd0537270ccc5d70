"""A stretch of a file, as a file."""

from __future__ import annotations

import io
from typing import IO, Any

from .plain_files import open_plain

AHEAD = 64 << 10
"""Bytes that are read at once …"""
MOST_AHEAD = 1 << 20
"""… and, at most, of a file behind a URL."""


def window(uri: str, offset: int, size: int) -> IO[bytes]:
    """The *size* bytes of the file *uri* from *offset* on."""
    ahead = max(AHEAD, min(size, MOST_AHEAD))
    return io.BufferedReader(_Window(open_plain(uri, ahead), offset, size), AHEAD)


class _Window(io.RawIOBase):
    """The *size* bytes of *file* from *offset* on, as a file."""

    def __init__(self, file: IO[bytes], offset: int, size: int) -> None:
        self.file, self.offset, self.size, self.at = file, offset, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self.at = max(0, place + (0, self.at, self.size)[whence])
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self.at)
        if wanted <= 0:
            return 0
        self.file.seek(self.offset + self.at)
        data = self.file.read(wanted)
        if not data:
            raise OSError(f"the archive ends {self.size - self.at} bytes too early")
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()
