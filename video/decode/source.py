"""Where a video lies: a local path, a ``file://`` address, or any address that fsspec knows (s3://, hf://, memory://)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from ...schemas import Failed
from ...schemas.uri import is_url, locate

BLOCK = 1 << 20
IN_PROCESS = ("memory",)
"""File systems that exist in one process alone, so that a child cannot see their files."""
STAMPS = ("ETag", "etag", "md5Hash", "oid", "blob_id", "mtime", "LastModified", "last_modified", "updated", "created")


def local_path(uri: str) -> str | None:
    """The path of a local file; None when *uri* is an address elsewhere."""
    if uri.startswith("file:"):
        return locate(uri)
    return None if is_url(uri) else uri


def facts(uri: str) -> tuple[int, str]:
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


def sha256(uri: str) -> str:
    """The SHA-256 of the content, read once, as hexadecimal text. Raises Failed as ``facts`` does."""
    digest = hashlib.sha256()
    for block in blocks(uri):
        digest.update(block)
    return digest.hexdigest()


def blocks(uri: str) -> Iterator[bytes]:
    """The content, a block at a time. Raises Failed as ``facts`` does; what its user raises is left alone."""
    with contextlib.ExitStack() as stack:
        with named_errors(uri):
            file = stack.enter_context(open_bytes(uri))
        while True:
            with named_errors(uri):
                block = file.read(BLOCK)
            if not block:
                return
            yield block


def open_bytes(uri: str) -> IO[bytes]:
    """A seekable file of bytes. A FIFO or device is refused by ``facts``, which is to be called first."""
    path = local_path(uri)
    if path is not None:
        return open(path, "rb")
    import fsspec

    file: IO[bytes] = fsspec.open(uri, "rb").open()
    return file


@contextlib.contextmanager
def reachable(uri: str) -> Iterator[str]:
    """An address of the same content that another process can open; a temporary copy where it must be."""
    if uri.partition("://")[0] not in IN_PROCESS:
        yield uri
        return
    with tempfile.NamedTemporaryFile(prefix="video-") as copy:
        with named_errors(uri), open_bytes(uri) as file:
            shutil.copyfileobj(file, copy, BLOCK)
        copy.flush()
        yield copy.name


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
