"""Replies that were paid for, kept by the request that brought them; shared by builds, safe for many writers."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from ..cache import Cache
from .reading import Raw

FOLDER = "replies"
THREADS = 8
"""A shared folder may be slow; the event loop never waits for it."""

T = TypeVar("T")


class Store:
    """The raw replies, so that editing how they are read asks nothing again. Only good ones are put here."""

    def __init__(self, folder: Path) -> None:
        self._cache = Cache(folder)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="replies")

    async def get(self, key: str) -> Raw | None:
        return await self._run(lambda: self._read(key))

    async def put(self, key: str, raw: Raw) -> None:
        await self._run(lambda: self._cache.put(FOLDER, key, json.dumps(asdict(raw)).encode()))

    def close(self) -> None:
        self._threads.shutdown()

    def _read(self, key: str) -> Raw | None:
        data = self._cache.get(FOLDER, key)
        try:
            return Raw(**json.loads(data)) if data is not None else None
        except (ValueError, TypeError):  # written by a version that kept other things
            return None

    async def _run(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)


class Recorder:
    """Appends what was replied to a .jsonl file, for ``kind: replay``; each line is written at once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._seen: set[str] = set()

    def add(self, request: str, raw: Raw) -> None:
        """Note that *raw* was the reply to the request of this id."""
        if request not in self._seen:
            self._seen.add(request)
            os.write(self._file, json.dumps({"request": request, **asdict(raw)}).encode() + b"\n")

    def close(self) -> None:
        os.close(self._file)
