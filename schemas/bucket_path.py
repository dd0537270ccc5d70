"""A path in an object store that is used like one on a disk: ``BucketPath("s3://bucket/folder")``.

It is a ``Path`` in name, parents and joining. What asks a disk asks the store, and a function of ``os`` that is given
one raises TypeError, so that nothing is ever written to a local folder called ``s3:``. There are no folders: making one
does nothing, and one is there while something is in it. To write files see ``atomic_file``.
"""

from __future__ import annotations

import io
import os
import re
import stat
import uuid
from collections.abc import Generator, Iterator
from fnmatch import translate
from pathlib import Path, PosixPath
from posixpath import normpath
from typing import Any

from . import stored_objects
from .stored_objects import SCHEME

_WRITTEN = SCHEME[:-1]
"""How a path writes the scheme: it keeps one of several slashes."""


def is_bucket(text: str | os.PathLike[str]) -> bool:
    """Whether *text* is the address of a bucket, or a path in one."""
    return isinstance(text, BucketPath) or (isinstance(text, str) and text.startswith(SCHEME))


def as_path(text: str | os.PathLike[str]) -> Path:
    """*text* as a path: on a disk, or in a bucket. ``Path`` of a path in a bucket would be one on the disk."""
    return BucketPath(str(text)) if is_bucket(text) else Path(text)


class BucketPath(PosixPath):
    """A path below ``s3://``."""

    _folder: bool | None = None
    """Whether it is a folder, as far as a list has told."""

    def __str__(self) -> str:
        text = super().__str__()
        return f"{SCHEME}{text.removeprefix(_WRITTEN)}" if text.startswith(_WRITTEN) else text

    def __fspath__(self) -> str:
        raise TypeError(f"{self}: is in a bucket, and not a file on this machine")

    def __repr__(self) -> str:
        return f"BucketPath({str(self)!r})"

    def __reduce__(self) -> Any:
        return type(self), (str(self),)

    @property
    def url(self) -> str:
        """The address, without the ``..`` that lead out of a folder."""
        return SCHEME + normpath(str(self).removeprefix(SCHEME))

    def absolute(self) -> BucketPath:
        return self

    def expanduser(self) -> BucketPath:
        return self

    def resolve(self, strict: bool = False) -> BucketPath:
        return BucketPath(self.url)

    # What is there

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        size, changed, _ = stored_objects.facts(self.url)
        return os.stat_result((stat.S_IFREG | 0o644, 0, 0, 1, 0, 0, size, int(changed), int(changed), int(changed)))

    def lstat(self) -> os.stat_result:
        return self.stat()

    def etag(self) -> str:
        """What changes with the content."""
        return stored_objects.facts(self.url)[2]

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        return self.is_file() or self.is_dir()

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        if self._folder is not None:
            return not self._folder
        try:
            stored_objects.facts(self.url)
        except FileNotFoundError:
            return False
        return True

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        if self._folder is not None:
            return self._folder
        return next(stored_objects.listed(self.url, deep=True, most=2), None) is not None

    def is_symlink(self) -> bool:
        return False

    def iterdir(self) -> Generator[BucketPath, None, None]:
        """What lies in it, by a list, which may lag behind; nothing where there is no such folder."""
        for name, size, _ in stored_objects.listed(self.url, deep=False):
            yield self._entry(name, folder=size is None)

    def glob(self, pattern: str, **how: Any) -> Generator[BucketPath, None, None]:
        """Those below it whose names match *pattern*, without ``**``."""
        if "/" not in pattern:
            wanted = re.compile(translate(pattern))
            yield from (path for path in self.iterdir() if wanted.match(path.name))
            return
        parts = [re.compile(translate(part)) for part in pattern.split("/")]
        for path in self.files():
            names = path.relative_to(self).parts
            if len(names) == len(parts) and all(one.match(name) for one, name in zip(parts, names, strict=True)):
                yield path

    def rglob(self, pattern: str, **how: Any) -> Generator[BucketPath, None, None]:
        """The files below it, at any depth, whose names match *pattern*. Folders are not among them."""
        wanted = re.compile(translate(pattern))
        yield from (path for path in self.files() if wanted.match(path.name))

    def files(self) -> Iterator[BucketPath]:
        """All files below it, at any depth."""
        return (self._entry(name, folder=False) for name, _, _ in stored_objects.listed(self.url, deep=True))

    def _entry(self, name: str, *, folder: bool) -> BucketPath:
        path = self / name
        path._folder = folder
        return path

    # Reading

    def read_bytes(self) -> bytes:
        return stored_objects.get(self.url)

    def read_text(self, encoding: str | None = None, errors: str | None = None, newline: str | None = None) -> str:
        return self.read_bytes().decode(encoding or "utf-8", errors or "strict")

    def open(self, mode: str = "r", *args: Any, **how: Any) -> Any:
        """The content, for reading: in memory when it is small, else by ranges.

        Raises:
            OSError: for writing: what is written to a bucket is written at once.
        """
        if "r" not in mode or "+" in mode:
            raise io.UnsupportedOperation(f"{self}: cannot be opened for writing")
        large = stored_objects.facts(self.url)[0] > stored_objects.WHOLE
        raw = stored_objects.opened(self.url) if large else io.BytesIO(self.read_bytes())
        return raw if "b" in mode else io.TextIOWrapper(raw, encoding=how.get("encoding") or "utf-8")

    # Writing: whole, or not at all

    def write_bytes(self, data: Any) -> int:
        stored_objects.put(self.url, bytes(data))
        return len(data)

    def write_text(
        self, data: str, encoding: str | None = None, errors: str | None = None, newline: str | None = None
    ) -> int:
        return self.write_bytes(data.encode(encoding or "utf-8", errors or "strict"))

    def create(self, data: bytes) -> None:
        """Write *data*, which nobody else would write, if nothing is there.

        Raises:
            FileExistsError: something is.
        """
        stored_objects.create(self.url, data)

    def check_create(self) -> None:
        """See that the store does what ``create`` asks of it, by a file with a name of its own in this folder.

        Raises:
            OSError: it puts a second file in the place of the first, or cannot be asked.
        """
        stored_objects.check_create(f"{self.url}/.check-{uuid.uuid4().hex}")

    def touch(self, mode: int = 0o666, exist_ok: bool = True) -> None:
        """Make the file if it is not there; with a random content, by which the one that made it knows that it did."""
        try:
            self.create(uuid.uuid4().hex.encode())
        except FileExistsError:
            if not exist_ok:
                raise

    def unlink(self, missing_ok: bool = False) -> None:
        """Delete the file. The store does not say whether there was one."""
        stored_objects.delete(self.url)

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """Nothing: a folder is there while something is in it."""

    def rmdir(self) -> None:
        """Nothing: a folder goes with the last file in it."""
