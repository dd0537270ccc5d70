"""Replies that were paid for, kept by the request that brought them; shared by builds, safe for many writers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ...schemas.bucket_path import is_bucket
from ..errors import StopBuild
from ..storage.cache import Cache
from ..storage.disk import explain
from .reply_parser import Raw

FOLDER = "replies"
THREADS = 8
"""For looking, and for writing: a shared folder may be slow, and the event loop must not wait for it."""
ASKING_A_STORE = 32
"""The same for a bucket, where each waits some ten milliseconds for an answer."""
QUICK = 0.002
"""Seconds that a write takes. Below, the event loop does it: a thread of a busy process takes ten times as long."""
MEMORY = 16
"""Writes that count for how long the next one may take."""

T = TypeVar("T")


class Store:
    """The raw replies, so that editing how they are read asks nothing again. Only good ones are put here.

    When one cannot be kept, the build stops: ``check`` then raises, and no more are asked for and paid.
    """

    def __init__(self, folder: Path) -> None:
        self._cache = Cache(folder)
        self._broken = ""
        self._takes = 0.0
        """Seconds that a write takes."""
        self._quick = 0.0 if is_bucket(folder) else QUICK  # a store that answers at once may take seconds the next time
        threads = ASKING_A_STORE if is_bucket(folder) else THREADS
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="replies")
        self._writers = ThreadPoolExecutor(threads, thread_name_prefix="replies")  # never behind a thousand look-ups

    async def get(self, key: str) -> Raw | None:
        """The reply that is kept under *key*, or None.

        Raises:
            StopBuild: whether there is one cannot be found out. It may have been paid for.
        """
        try:
            return await _in(self._readers, lambda: self._read(key))
        except OSError as error:
            raise StopBuild(f"whether a reply was paid for before cannot be found out: {explain(error)}") from None

    async def put(self, key: str, raw: Raw) -> None:
        """Keep *raw*.

        Raises:
            StopBuild: it cannot be kept.
        """
        try:
            if self._takes < self._quick:
                self._write(key, raw)
            else:
                await _in(self._writers, lambda: self._write(key, raw))
        except OSError as error:
            self._broken = f"a reply that was paid for cannot be kept: {explain(error)}"
            self.check()

    def check(self) -> None:
        """Raise StopBuild if a reply could not be kept."""
        if self._broken:
            raise StopBuild(self._broken)

    def close(self) -> None:
        self._readers.shutdown()
        self._writers.shutdown()

    def _read(self, key: str) -> Raw | None:
        data = self._cache.look_up(FOLDER, key)
        try:
            return Raw.of_bytes(data) if data is not None else None
        except (ValueError, TypeError):  # written by a version that kept other things
            return None

    def _write(self, key: str, raw: Raw) -> None:
        begun = time.perf_counter()
        self._cache.put(FOLDER, key, raw.as_bytes())
        took = min(time.perf_counter() - begun, 4 * QUICK)  # a hiccup says little about the folder
        self._takes += (took - self._takes) / MEMORY


async def _in(threads: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, function)


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
            vector = {"vector": base64.b64encode(raw.vector).decode()} if raw.vector else {}
            os.write(self._file, json.dumps({"request": request, **raw.as_kept(), **vector}).encode() + b"\n")

    def close(self) -> None:
        os.close(self._file)
