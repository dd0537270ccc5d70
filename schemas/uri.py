"""The text by which an input is known, and the way back from it to what can be opened.

A file's uri is its path, relative to the base folder where the file lies in it: the same on every machine. A path that
Arrow, JSON or a terminal could not carry (bytes that are not UTF-8, control characters) or that would read as a URL is
written as ``file:`` and percent-encoded bytes. No two paths share a uri.

A member of an archive or a table is ``KIND://NAME::ARCHIVE``, as fsspec chains addresses: ``tar://clip.mp4::shards/0.tar``.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from posixpath import splitext
from urllib.parse import quote_from_bytes, unquote_to_bytes

from .text import clean

PACKAGE = "pkg://"
"""``pkg://name/path``: a file inside an installed Python package, which is found and not imported."""

PLANNED = "haystack://"
"""``haystack://ID``: a video that was planned of parts of others, and has no file."""

MEMBERS = ("tar", "zip", "parquet", "arrow", "bytes")
"""Kinds of members: of an archive by name, of a table by ``ROW/COLUMN``, and ``OFFSET+SIZE/NAME`` of any file."""

_MEMBER = re.compile(rf"({'|'.join(MEMBERS)})://(.*?)::(.+)", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(text: str) -> bool:
    """Whether *text* begins like ``s3://``."""
    return _URL.match(text) is not None


def member_of(uri: str) -> tuple[str, str, str] | None:
    """The kind, the name and the archive of a member; None when *uri* is not that of one."""
    found = _MEMBER.fullmatch(uri)
    return (found[1], found[2], found[3]) if found else None


def member_uri(kind: str, name: str, archive: str) -> str:
    """The uri of the member *name* of *archive* (a uri, a path or a URL)."""
    return f"{kind}://{name}::{archive}"


def inner_name(uri: str) -> str:
    """The name of the file itself, with its folders: of a member the one that it has in its archive."""
    member = member_of(uri)
    return uri if member is None else member[1]


def without_ending(uri: str) -> str:
    """*uri* as label files name a video: without the ending of its file. That of a member stays as it is."""
    return uri if member_of(uri) else splitext(uri)[0]


def innermost(uri: str) -> str:
    """The address of the file itself, in which members lie."""
    while member := member_of(uri):
        uri = member[2]
    return uri


def to_uri(path: str) -> str:
    """A local *path* (text as ``os.fsdecode`` gives it) as a uri."""
    if clean(path) == path and "\n" not in path and "\t" not in path and not _SCHEME.match(path):
        return path
    return _encoded(path)


def name_uri(name: str) -> str:
    """A *name* in a label file, which is never opened, as text that can be stored; different for different names."""
    return name if clean(name) == name and not name.startswith("file:") else _encoded(name)


def locate(uri: str, base: str | os.PathLike[str] = "") -> str:
    """What to open for *uri*: the URL itself, or a local path (text for ``os`` functions), joined to *base*.

    Raises:
        ModuleNotFoundError: a ``pkg://`` uri names a package that is not installed.
    """
    if member := member_of(uri):
        kind, name, archive = member
        return member_uri(kind, name, locate(archive, base))
    if uri.startswith(PACKAGE):
        package, _, rest = uri.removeprefix(PACKAGE).partition("/")
        return os.path.join(package_folder(package), rest)
    if uri.startswith("file:"):
        path = uri.removeprefix("file:")
        path = os.fsdecode(unquote_to_bytes(path.removeprefix("//")))
        return os.path.join(base, path)
    return uri if is_url(uri) else os.path.join(base, uri)


@cache
def package_folder(name: str) -> str:
    """The folder of the installed package *name*, found without importing it.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    try:
        spec = find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the Python package {name!r} is not installed")
    return str(Path(next(iter(spec.submodule_search_locations))))


def _encoded(text: str) -> str:
    data = text.encode("utf-8", "surrogateescape") if _from_bytes(text) else text.encode("utf-8", "surrogatepass")
    slashes = "//" if text.startswith("/") else ""
    return f"file:{slashes}{quote_from_bytes(data)}"


def _from_bytes(text: str) -> bool:
    """Whether every lone surrogate of *text* stands for a byte, as ``os.fsdecode`` writes it."""
    return not re.search("[\ud800-\udc7f\udd00-\udfff]", text)
