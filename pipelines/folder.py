"""The output folder: whose it is, what it was made with, and what is ours to delete."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import UserError
from .parts import write_bytes

STATE = ".vdata"
"""Everything a build needs to go on is in this folder of the output."""
LOCK = "lock"
OURS = ("data", "timelines", "rejects", "media", "README.md", "build.json")


class OutputFolder:
    """The folder *path* of one build."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / STATE
        self.parts = self.state / "parts"
        self.summary = path / "build.json"
        self._settings = self.state / "settings.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, made if need be, for this process. The lock goes with the process, however that ends.

        Raises:
            UserError: the folder is not ours to write in, or another build holds it: its process and host are named.
        """
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"{self.path}: is a file. Choose another folder with --out.")
        if self.path.is_dir() and not self.state.is_dir() and any(self.path.iterdir()):
            raise UserError(
                f"{self.path}: is not empty and not a build of vdata: nothing there is touched. "
                "Choose another folder with --out."
            )
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            lock = (self.state / LOCK).open("a+")
        except OSError as error:
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror}). Choose another folder with --out."
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise UserError(
                    f"{self.path}: another build is writing here ({lock.read().strip() or 'holder unknown'}). "
                    "Wait for it, or write elsewhere with --out."
                ) from None
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()} since {time.strftime('%Y-%m-%d %H:%M:%S')}")
            lock.flush()
            yield

    def begin(self, settings: dict[str, Any], *, overwrite: bool) -> None:
        """Note the *settings* (JSON-able) of the build; with *overwrite*, delete what an earlier one made.

        Raises:
            UserError: the folder holds a build with other settings.
        """
        if overwrite:
            self._clear()
        elif self._settings.exists():
            differences = _differences(json.loads(self._settings.read_text()), settings)
            if differences:
                lines = "\n".join(f"  {line}" for line in differences)
                raise UserError(
                    f"{self.path}: holds a build with other settings:\n{lines}\n"
                    "Start afresh with --overwrite, or write elsewhere with --out."
                )
        write_bytes(json.dumps(settings, indent=1).encode(), self._settings)

    def _clear(self) -> None:
        for target in [*(self.path / name for name in OURS), *self.state.iterdir()]:
            if target.is_dir():
                shutil.rmtree(target)
            elif target.name != LOCK:
                target.unlink(missing_ok=True)


def _differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two settings, a line each, by path."""
    if before == now:
        return []
    old, new = _flat(before), _flat(now)
    return [
        f"{key}: was {old.get(key, 'absent')}, is now {new.get(key, 'absent')}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _flat(value: Any, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        items = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}.{number}", item) for number, item in enumerate(value)]
    else:
        return {path: json.dumps(value)}
    found = {path: "empty"} if path and not items else {}
    for key, item in items:
        found |= _flat(item, key)
    return found
