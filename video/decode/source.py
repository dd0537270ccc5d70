"""Where a video lies: a local path, a ``file://`` address, any address that fsspec knows (s3://, hf://, memory://), or
a member of an archive at one of these (``tar://clip.mp4::s3://bucket/0.tar``)."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO

from ...schemas import Failed
from ...schemas.uri import innermost, member_of
from . import fetched_videos, members
from .plain_files import local_path, named_errors, open_plain, plain_facts

__all__ = ["blocks", "facts", "local_path", "named_errors", "open_bytes", "reachable", "sha256"]

BLOCK = 1 << 20
IN_PROCESS = ("memory",)
"""File systems that exist in one process alone, so that a child cannot see their files."""


def facts(uri: str) -> tuple[int, str]:
    """The size in bytes and a stamp that changes when the file, or the archive that it is in, does (mtime, etag).

    Raises:
        Failed: ``not_found``, ``not_a_regular_file``, ``empty_file`` or ``unreadable``.
    """
    member = member_of(uri)
    if member is None:
        return plain_facts(uri)
    with named_errors(uri):
        size, stamp = members.facts(*member)
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
    member = member_of(uri)
    return open_plain(uri) if member is None else members.open_member(*member)


@contextlib.contextmanager
def reachable(uri: str, *, part: bool = False) -> Iterator[str]:
    """An address of the same content that another process can open at once, on this machine where that is better.

    What lies elsewhere is fetched once for all processes here; of that only a *part* is needed (some frames, the
    header), ranges are read at first. Raises Failed as ``facts`` does.
    """
    if innermost(uri).partition("://")[0] in IN_PROCESS:
        with tempfile.NamedTemporaryFile(prefix="video-") as copy:
            with named_errors(uri), open_bytes(uri) as file:
                shutil.copyfileobj(file, copy, BLOCK)
            copy.flush()
            yield copy.name
        return
    with contextlib.ExitStack() as stack:
        given = uri
        if member_of(uri):
            with named_errors(uri):
                uri = stack.enter_context(members.pinned(uri))
        if local_path(innermost(uri)) is None:
            uri = stack.enter_context(fetched_videos.copy_of(uri, *facts(given), lambda: open_bytes(uri), part=part))
        yield uri
