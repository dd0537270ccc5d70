"""Files that are whole or absent: written under a staging name beside their own, synced, and then renamed.

In a bucket (``BucketPath``) a file is whole by itself: what is staged is staged on this machine and then put, and there
is nothing to sync.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from . import stored_objects
from .bucket_path import BucketPath

STAGING = ".staging-"
"""The names of files begin with this while they are written. A build deletes those that a killed build left."""
NO_LINKS = frozenset(
    {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV, errno.EINVAL}
)
"""The errors by which file systems say that they have no hard links."""


@contextmanager
def staged(path: Path, prefix: str = STAGING) -> Iterator[Path]:
    """Give a name beside *path* that nobody else uses, and remove the file that still has it in the end.

    For a path in a bucket it is one on this machine. An OSError that is raised inside and names no file gets this one's
    name.
    """
    beside = Path(tempfile.gettempdir(), "vdata") if isinstance(path, BucketPath) else path
    staging = beside.with_name(f"{prefix}{uuid.uuid4().hex[:12]}-{path.name}")
    try:
        with naming(staging):
            yield staging
    finally:
        with suppress(OSError):
            staging.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Note *path* on an OSError that is raised inside and names no file, as those of writing to an open file."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def read_regular(path: Path) -> bytes:
    """The content of the file *path*. What is no regular file, such as a pipe, would be waited for without end.

    Raises:
        OSError: it is none, or cannot be read.
    """
    if not isinstance(path, BucketPath) and path.exists() and not path.is_file():
        code = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(code, "it is a folder" if path.is_dir() else "it is no regular file", str(path))
    return path.read_bytes()


def write_bytes(data: bytes, path: Path) -> None:
    """Write *data* to *path* by way of a staging file. Then it is durable, as are all earlier renames in its folder."""
    if isinstance(path, BucketPath):
        path.write_bytes(data)
        return
    with staged(path) as staging:
        write_synced(data, staging)
        os.replace(staging, path)
    sync_folder(path.parent)


def put_in_place(staging: Path, path: Path) -> None:
    """Give the file *staging* the name *path*, in the place of any file of that name. Both may be in a bucket."""
    if not isinstance(path, BucketPath):
        os.replace(staging, path)
    elif isinstance(staging, BucketPath):
        stored_objects.move(staging.url, path.url)
    else:
        stored_objects.put_file(path.url, staging)
        staging.unlink()


def replace_synced(staging: Path, path: Path) -> None:
    """Sync the file *staging* and give it its name *path*, in the place of any file of that name."""
    sync_file(staging)
    put_in_place(staging, path)
    sync_folder(path.parent)


def link_or_create(staging: Path, path: Path, data: bytes) -> None:
    """Give *staging*, which holds *data*, the name *path* as well.

    Without hard links *path* is written anew: a kill may then leave a part of *data* there.

    Raises:
        FileExistsError: there is such a file.
    """
    if isinstance(path, BucketPath):
        path.create(data)
        return
    try:
        os.link(staging, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        write_synced(data, path, "xb")


def write_synced(data: bytes, path: Path, mode: Literal["wb", "xb"] = "wb") -> None:
    """Write *data* to the file *path* and sync it. With the mode ``xb`` there must be no such file."""
    with path.open(mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Make the content of the file *path* durable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable, where the system lets a folder be synced."""
    if isinstance(folder, BucketPath):
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def copy(source: Path, path: Path) -> None:
    """Write the content of the file *source* to *path*; either may be in a bucket."""
    if isinstance(path, BucketPath):
        if isinstance(source, BucketPath):
            stored_objects.copy(source.url, path.url)
        else:
            stored_objects.put_file(path.url, source)
    elif isinstance(source, BucketPath):
        stored_objects.get_file(source.url, path)
    else:
        shutil.copyfile(source, path)


def is_there(path: Path) -> bool:
    """Whether something has the name *path*, if only a link that leads nowhere."""
    return path.exists() if isinstance(path, BucketPath) else os.path.lexists(path)


def remove_folder(folder: Path) -> None:
    """Delete *folder* and what is in it.

    Raises:
        OSError: it could not all be deleted, or is not there.
    """
    if isinstance(folder, BucketPath):
        for path in folder.files():
            path.unlink()
    else:
        shutil.rmtree(folder)


def stamp(path: Path) -> str:
    """What changes with the file *path*; empty when it is not there."""
    try:
        if isinstance(path, BucketPath):
            return path.etag()
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size}-{found.st_mtime_ns}"


def on_this_machine(folder: Path) -> Path:
    """*folder*; for one in a bucket, a folder of this machine in its place, for what need not last."""
    if not isinstance(folder, BucketPath):
        return folder
    user = os.getuid() if hasattr(os, "getuid") else ""
    store = hashlib.sha256(os.environ.get("AWS_ENDPOINT_URL", "").encode()).hexdigest()[:8]  # each has its own buckets
    names = folder.url.removeprefix(stored_objects.SCHEME).split("/")
    return Path(tempfile.gettempdir(), f"vdata-{user}", store, *names)


def for_reading(path: Path) -> Any:
    """*path*, or what libraries that open local files can read in its place."""
    return path.open("rb") if isinstance(path, BucketPath) else path
