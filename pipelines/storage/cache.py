"""The cache of results by content, shared by builds: media facts and tables of signals."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ...schemas import Timeline, make_id
from ...schemas.atomic_file import naming, staged
from ...schemas.bucket_path import BucketPath
from ...stages import Stage
from .disk import explain

_DIGEST = 32


class Cache:
    """Bytes by (stage, key) in a folder, on a disk or in a bucket: there an entry is one request to look up, and one to
    put. Any number of processes may write; a damaged entry counts as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, stage: str, key: str) -> Path:
        return self.folder / stage / key[:2] / key

    def get(self, stage: str, key: str) -> bytes | None:
        """What was put under *key*, or None. The content is checked against its SHA-256."""
        try:
            return self.look_up(stage, key)
        except OSError:  # what it holds is made again
            return None

    def look_up(self, stage: str, key: str) -> bytes | None:
        """The same, for what is too dear to be made again because a store does not answer.

        Raises:
            OSError: whether a bucket has it cannot be found out. What a disk cannot read is not there.
        """
        path = self.path(stage, key)
        try:
            stored = path.read_bytes()
        except OSError as error:
            if isinstance(path, BucketPath) and not isinstance(error, FileNotFoundError):
                raise
            return None
        if is_sound(stored):
            return stored[_DIGEST:]
        with suppress(OSError):  # a cache that is shared may be read-only
            path.unlink()
        return None

    def entries(self) -> Iterator[Path]:
        """The files that hold entries, in no order."""
        return (path for path in self.folder.glob("*/??/*") if not path.name.startswith(".") and path.is_file())

    def put(self, stage: str, key: str, data: bytes) -> None:
        """Keep *data* under *key*: whole or not at all."""
        path, whole = self.path(stage, key), hashlib.sha256(data).digest() + data
        if isinstance(path, BucketPath):
            path.write_bytes(whole)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path, prefix=".") as staging:
            with naming(path):
                staging.write_bytes(whole)
            os.replace(staging, path)

    def check(self) -> None:
        """See that something can be put here.

        Raises:
            OSError: it cannot.
        """
        if isinstance(self.folder, BucketPath):
            path = self.folder / f".check-{uuid.uuid4().hex}"
            path.write_bytes(bytes(64))
            path.unlink()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with naming(self.folder), tempfile.TemporaryFile(dir=self.folder, prefix=".") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())


def is_sound(stored: bytes) -> bool:
    """Whether the file of an entry holds what was put there."""
    return len(stored) >= _DIGEST and hashlib.sha256(stored[_DIGEST:]).digest() == stored[:_DIGEST]


def run_cached(stage: Stage, video: Timeline, cache: Cache) -> tuple[Timeline, bool]:
    """Run *stage* on *video*, or lay on it what an earlier run left. Returns the video and whether it was kept."""
    own = stage.cache_key(video)
    if own is None:
        return stage.run(video), False
    key = make_id(stage.key, stage.version, stage.cache_settings(), own)
    data = cache.get(stage.key, key)
    if data is not None:
        stage.thaw(video, data)
        return video, True
    video = stage.run(video)
    try:
        cache.put(stage.key, key, stage.freeze(video))
    except OSError as error:
        _unkept.append(explain(error, cache.folder))
    return video, False


_unkept: list[str] = []


def unkept() -> str:
    """Why results of this process are not in the cache, since it was asked last, in sentences; empty when they are."""
    why = _unkept[-1] if _unkept else ""
    _unkept.clear()
    return why and f"The cache is not written any more: {why}. The build goes on; a later one has more to do."
