"""What a file is known by where results that hang on it are kept."""

from __future__ import annotations

import os
from functools import lru_cache


def file_identity(path: str) -> str:
    """The hash of the file *path*; anything else, as the name of a model, stands for itself."""
    if not os.path.isfile(path):
        return path
    facts = os.stat(path)
    return _hashed(os.path.abspath(path), facts.st_size, facts.st_mtime_ns)


def folder_identity(path: str) -> str:
    """The names and hashes of the files in the folder *path*, or ``file_identity`` of what is no folder."""
    if not os.path.isdir(path):
        return file_identity(path)
    files = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
    return " ".join(f"{name}:{file_identity(os.path.join(path, name))}" for name in files)


@lru_cache(maxsize=64)
def _hashed(path: str, size: int, stamp: int) -> str:
    from ..video.decode.source import sha256

    return sha256(path)
