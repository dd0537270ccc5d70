"""Results kept by content, shared by builds: media facts, tables of signals."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from ..schemas import Timeline, make_id
from ..stages import Stage

_DIGEST = 32


class Cache:
    """Bytes by (stage, key) in a folder. Any number of processes may write; a damaged entry counts as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, stage: str, key: str) -> Path:
        return self.folder / stage / key[:2] / key

    def get(self, stage: str, key: str) -> bytes | None:
        """What was put under *key*, or None. The content is checked against its SHA-256."""
        path = self.path(stage, key)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:
            return None
        digest, data = stored[:_DIGEST], stored[_DIGEST:]
        if hashlib.sha256(data).digest() == digest:
            return data
        path.unlink(missing_ok=True)
        return None

    def put(self, stage: str, key: str, data: bytes) -> None:
        """Keep *data* under *key*: whole or not at all."""
        path = self.path(stage, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def run_cached(stage: Stage, video: Timeline, cache: Cache) -> tuple[Timeline, bool]:
    """Run *stage* on *video*, or lay on it what an earlier run left. Returns the video and whether it was kept."""
    own = stage.cache_key(video)
    if own is None:
        return stage.run(video), False
    key = make_id(stage.name(), stage.version, stage.cache_settings(), own)
    data = cache.get(stage.name(), key)
    if data is not None:
        stage.thaw(video, data)
        return video, True
    video = stage.run(video)
    cache.put(stage.name(), key, stage.freeze(video))
    return video, False
