"""Files that are no members of an archive: at a local path, a ``file://`` address, or one that fsspec knows."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import IO, Any

from ...schemas import Failed
from ...schemas.uri import is_url, locate, member_of

LOOK = 64 << 10
"""Bytes that are fetched at once of a file of which little is needed."""
STAMPS = ("ETag", "etag", "md5Hash", "oid", "blob_id", "mtime", "LastModified", "last_modified", "updated", "created")


def local_path(uri: str) -> str | None:
    """The path of a local file; None when *uri* is an address elsewhere."""
    if uri.startswith("file:"):
        return locate(uri)
    return None if is_url(uri) else uri


def plain_facts(uri: str) -> tuple[int, str]:
    """The size in bytes and a stamp that changes when the file does (mtime, etag), without opening it.

    Raises:
        Failed: ``not_found``, ``not_a_regular_file``, ``empty_file`` or ``unreadable``.
    """
    with named_errors(uri):
        path = local_path(uri)
        if path is not None:
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise Failed("not_a_regular_file", f"{uri}: only regular files are opened")
            size, stamp = status.st_size, str(status.st_mtime_ns)
        else:
            import fsspec

            system, name = fsspec.core.url_to_fs(uri)
            info: dict[str, Any] = system.info(name)
            if info.get("type", "file") != "file":
                raise Failed("not_a_regular_file", f"{uri}: is a {info['type']}")
            size = int(info.get("size") or 0)
            stamp = next((f"{key}={info[key]}" for key in STAMPS if info.get(key)), "")
    if not size:
        raise Failed("empty_file", f"{uri}: has no bytes")
    return size, stamp


def open_plain(uri: str, ahead: int = 0) -> IO[bytes]:
    """A seekable file of bytes. A FIFO or device is refused by ``plain_facts``, which is to be called first.

    Of a file behind a URL, *ahead* bytes are fetched at once; as many as its file system likes, if 0.
    """
    if member_of(uri):
        raise OSError("an archive in an archive is not read: unpack the outer one")
    path = local_path(uri)
    if path is not None:
        return open(path, "rb")
    import fsspec

    system, name = fsspec.core.url_to_fs(uri)
    settings = {"block_size": ahead, "cache_type": "readahead"} if ahead else {}
    file: IO[bytes] = system.open(name, "rb", **settings)
    return file


@contextlib.contextmanager
def named_errors(uri: str) -> Iterator[None]:
    """Turn errors of file systems into Failed with a reason."""
    try:
        yield
    except FileNotFoundError:
        raise Failed("not_found", f"{uri}: no such file") from None
    except (IsADirectoryError, NotADirectoryError):
        raise Failed("not_a_regular_file", f"{uri}: only regular files are opened") from None
    except ImportError as error:
        raise Failed("unreadable", f"{uri}: {error}") from None
    except (OSError, ValueError) as error:  # a NUL in the name or an unknown scheme is a ValueError
        raise Failed("unreadable", f"{uri}: {error}") from None
