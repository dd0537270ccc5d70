"""Videos behind an fsspec URL: s3://, gs://, hf://, https://, memory:// …"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...rules.media_parts import is_picture
from ...schemas import Failed
from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import member_of
from ...video.decode.source import blocks
from .local import SourceError, failed, is_video

THREADS = 16
"""Files of a manifest that are asked for at once."""

PAGE = ("text/html", "application/xhtml+xml")
MOVING = ("image/gif", "image/webp", "image/apng", "image/avif")
"""Kinds of pictures that may move."""

_INSTALL = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "hf": "huggingface_hub", "az": "adlfs"}
_ETAGS = ("etag", "ETag", "sha256", "blob_id", "md5Hash", "content_md5")
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


def connect(url: str) -> tuple[Any, str]:
    """The file system of *url* and the path in it.

    Raises:
        SourceError: the URL holds a password, or its protocol is unknown or needs a library.
    """
    from fsspec.core import url_to_fs

    protocol, _, rest = url.partition("://")
    login, at, _ = rest.split("/")[0].rpartition("@")
    if at and ":" in login:
        raise SourceError(
            f"{protocol}://…@{rest.split('/')[0].rpartition('@')[2]}: leave the password out of the URL; it would be "
            "stored with every row. Set it in the environment, as the file system's library expects it."
        )
    try:
        system, path = url_to_fs(url)
    except ImportError as error:
        package = _INSTALL.get(protocol)
        what = f"Run: pip install {package}" if package else str(error)
        raise SourceError(f"{url}: {protocol}:// needs a library that is not installed. {what}") from None
    except ValueError as error:
        raise SourceError(f"{url}: {error}. Use a path, or a protocol of fsspec: s3://, gs://, hf:// …") from None
    return system, path


def find_remote(url: str, others: Sequence[Callable[[str], bool]] = ()) -> list[Source]:
    """The videos at *url*: a pattern, a folder or a file. Without any, the files that fit the first of *others* to fit.

    Raises:
        SourceError: nothing is there, or the place cannot be listed.
    """
    system, path = connect(url)
    try:
        if is_remote_pattern(url):
            infos = system.glob(path, detail=True)
            ending = path.rpartition("/")[2].rpartition(".")[2]
            open_ending = any(mark in ending for mark in "*?[") or "." not in path.rpartition("/")[2]
        elif _is_folder(system, url, path):
            infos, open_ending = system.find(path, detail=True), True
        else:
            return [ask(system, url, path)]
    except Exception as error:  # every file system has exceptions of its own
        raise SourceError(f"{url}: cannot be listed: {_short(error)}") from None
    files = {
        name: info
        for name, info in sorted(infos.items())
        if info.get("type") != "directory"
        and not any(part.startswith(".") for part in name.removeprefix(path.partition("*")[0]).split("/"))
    }
    names = [name for name in files if is_video(name)] if open_ending else list(files)
    names = names or next(filter(None, ([name for name in files if fits(name)] for fits in (*others, is_picture))), [])
    if not names:
        raise SourceError(
            f"{url}: no video is there. Check the bucket, the pattern and the files' endings.{_there(files)}"
        )
    return [_source(system.unstrip_protocol(name), name, files[name]) for name in names]


def _is_folder(system: Any, url: str, path: str) -> bool:
    """Whether *url* is a folder. Of a web server a page may be the list of one; nothing else is read to see that."""
    if not url.startswith("http"):
        return bool(system.isdir(path))
    try:
        return system.info(path).get("mimetype") in PAGE
    except Exception:  # what is asked for next says why
        return False


def _there(files: Iterable[str]) -> str:
    """Which files are there instead of videos."""
    endings = sorted({os.path.splitext(name)[1] or name.rpartition("/")[2] for name in files})
    return f" It holds: {', '.join(clean(one) for one in endings[:8])}." if endings else ""


def is_remote_pattern(url: str) -> bool:
    """Whether *url* holds a wildcard; the ``?`` of a web address is none."""
    return any(mark in url for mark in ("*[" if url.startswith("http") else "*?["))


def ask(system: Any, url: str, path: str) -> Source:
    """The one file *url*, with what its file system says of it."""
    if "\0" in url:
        return Source(clean(url), clean(path), problem=failed("unsafe_name", "the name holds a NUL character"))
    url = system.unstrip_protocol(path)
    source = Source(clean(url), clean(path).lstrip("/"))
    try:
        return _source(url, path, system.info(path))
    except FileNotFoundError:
        source.problem = failed("not_found", "there is no such file")
    except Exception as error:  # every file system has exceptions of its own
        source.problem = failed("unreadable", _short(error))
    return source


def ask_all(urls: list[str]) -> list[Source]:
    """Ask for many files, several at once. Returns the answers in the order of the files."""
    systems: dict[str, tuple[Any, str]] = {}

    def place(url: str) -> tuple[Any, str, str]:
        root = "/".join(url.split("/")[:3])
        if root not in systems:
            systems[root] = connect(url)
        system = systems[root][0]
        return system, url, system._strip_protocol(url)

    places = [place(url) for url in urls]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda one: ask(*one), places))


def fetch(url: str) -> bytes:
    """The content of a manifest or a label file at *url*.

    Raises:
        SourceError: it cannot be read.
    """
    if member_of(url):
        return _member(url)
    system, path = connect(url)
    try:
        return bytes(system.cat_file(path))
    except FileNotFoundError:
        raise SourceError(f"{url}: there is no such file.") from None
    except Exception as error:  # every file system has exceptions of its own
        raise SourceError(f"{url}: cannot be read: {_short(error)}") from None


def _member(url: str) -> bytes:
    try:
        return b"".join(blocks(url))
    except Failed as why:
        raise SourceError(f"{why.detail}.") from None


def beside(url: str) -> list[tuple[str, str]]:
    """The files in the folder *url*, each with its stamp; nothing when it cannot be listed."""
    system, path = connect(url)
    try:
        infos = system.ls(path, detail=True)
    except Exception:  # a web server need not list a folder
        return []
    return sorted((system.unstrip_protocol(info["name"]), stamp_of(info)) for info in infos if info["type"] == "file")


def stamp_of(info: dict[str, Any]) -> str:
    """A value that changes when the file does: its etag, or else its time of change; empty where neither is known."""
    for kind, keys in (("etag", _ETAGS), ("mtime", _TIMES)):
        for key in keys:
            if info.get(key):
                return f"{kind}:{str(info[key]).strip(chr(34))}"
    return ""


def _source(url: str, name: str, info: dict[str, Any]) -> Source:
    if clean(url) != url:
        return Source(clean(url), clean(name), problem=failed("unsafe_name", "the name holds control characters"))
    if info.get("type") == "directory":
        return Source(url, name, problem=failed("not_a_regular_file", "it is a folder"))
    source = Source(url, name.lstrip("/"), url, size=info.get("size"), stamp=stamp_of(info))
    kind = str(info.get("mimetype") or info.get("ContentType") or "")
    if kind in PAGE or (kind.startswith("image/") and kind not in MOVING and not is_picture(name)):
        what = "a web page" if kind in PAGE else "a picture"
        source.problem = failed("not_a_video", f"the server says that it is {what} ({kind})")
    return source


def _short(error: Exception) -> str:
    return " ".join(clean(f"{type(error).__name__}: {error}").split())[:300]
