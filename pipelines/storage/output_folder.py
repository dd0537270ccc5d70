"""The output folder: whose it is, what it was made with, and what is ours to delete."""

from __future__ import annotations

import errno
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...schemas import make_id
from ...schemas.atomic_file import is_there, remove_folder, write_bytes
from ...schemas.build_record import RECORD
from ...schemas.stage_names import numbered
from ..errors import UserError
from ..interrupts import LISTENER
from .bucket_lock import make_lock
from .disk import explain
from .lock import LockHeld, LockLost
from .parts import Part, Parts
from .sealed import Damaged, is_sealed, read_sealed, seal
from .state_names import BATCHES
from .takedowns import TAKEDOWNS
from .written_files import ASIDE, FOLDERS, NOTE, PUBLISHED, WrittenFiles, is_ours_to_name, is_staged

STATE = ".vdata"
"""Everything a build needs to go on is in this folder of the output."""
LOCK = "holders"
KEPT = (LOCK, "settings.json", NOTE, TAKEDOWNS, BATCHES)
"""What a build anew leaves in the state until its end, or for good: a takedown holds for whatever is built here, and
batches are paid for."""


class OutputFolder:
    """The folder *path* of one build. *say* is told, in a line, when to take it means to wait."""

    def __init__(self, path: Path, say: Callable[[str], object] = lambda line: None) -> None:
        self.path = path
        self.state = path / STATE
        self.parts = self.state / "parts"
        self.record = path / RECORD
        self.settings = self.state / "settings.json"
        self.written = WrittenFiles(path, self.state, say)
        self.lock = make_lock(self.state / LOCK, lambda line: say(f"{path}: {line}"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, made if need be, for this process. The lock ends with the process, however that ends.

        If another build takes it away (this one was suspended, or cut off from a shared disk), the main thread is
        interrupted as by Ctrl-C.

        Raises:
            UserError: the folder is not ours to write in, or another build holds it: its process and host are named.
            LockLost: another build took it while we held it.
        """
        with self._writable():
            if is_there(self.path) and not self.path.is_dir():
                what = "is a file" if self.path.is_file() else "is no folder"
                raise UserError(f"{self.path}: {what}. Choose another folder with --out.")
            if self.path.is_dir():
                self._see_whose()
            try:
                self.lock.acquire(_interrupter())
            except LockHeld as held:
                raise UserError(
                    f"{self.path}: another build is writing here ({held}). Wait for it, or write elsewhere with --out."
                ) from None
        try:
            yield
        except KeyboardInterrupt:
            with suppress(OSError):
                self.check()
            raise
        finally:
            self.lock.release()

    def _see_whose(self) -> None:
        """Raise UserError unless the folder is empty or a build of vdata, without links that lead elsewhere."""
        if self.state.is_symlink():
            raise UserError(f"{self.state}: is a link, and vdata follows none there. Choose another folder with --out.")
        inside = list(self.state.iterdir()) if self.state.is_dir() else []
        stores = list(self.parts.iterdir()) if self.parts.is_dir() and not self.parts.is_symlink() else []
        for link in (path for path in [*inside, *stores] if path.is_symlink()):
            raise UserError(f"{link}: is a link, and vdata follows none there. Choose another folder with --out.")
        noted = [self.settings, self.state / NOTE, self.state / PUBLISHED]
        noted += [path for store in self.stores() for path in store.manifests()[:8]]
        others = any(path != self.state for path in self.path.iterdir())
        others = others or (not self.state.is_dir() and is_there(self.state))
        strange = any(path.name != LOCK and not is_staged(path.name) for path in inside)
        if (others or strange) and not any(map(is_sealed, noted)):
            raise UserError(
                f"{self.path}: is not empty and not a build of vdata: nothing there is touched. "
                "Choose another folder with --out."
            )
        self.written.check()

    def check(self) -> None:
        """See that the folder is still ours, before anything is written that others read or replace.

        Raises:
            LockLost: it is not; nothing more may be written.
        """
        try:
            self.lock.check()
        except LockLost as lost:
            raise LockLost(
                f"{self.path}: {lost} (was this build suspended, or cut off from the disk?). "
                "It stops and writes nothing more; what was done is safe."
            ) from None

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"{explain(error, self.path)}, or choose another folder with --out. The build has not begun."
            ) from error
        except ValueError:  # a NUL
            raise UserError(f"{str(self.path)!r}: cannot be the name of a folder. Choose another with --out.") from None

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write *files*, by name, in order. What somebody else wrote there is not replaced.

        Raises:
            UserError: there is such a file that vdata did not write.
            LockLost: the folder is not ours any more.
        """
        self.written.claim({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})
        for name, data in files.items():
            self.check()
            write_bytes(data, self.path / name)

    def begin(self, settings: dict[str, Any], *, overwrite: bool, hint: str = "") -> None:
        """Note the *settings* (JSON-able) of the build; with *overwrite*, delete what an earlier one made.

        *hint* says what else can be done when there is a build with others.

        Raises:
            UserError: the folder holds a build with other settings.
        """
        if not overwrite:
            differences = self._differences(settings)
            if differences:
                lines = "\n".join(f"  {line}" for line in differences)
                raise UserError(
                    f"{self.path}: holds a build with other settings:\n{lines}\n"
                    f"Start afresh with --overwrite, or write elsewhere with --out.{hint}"
                )
        with self._writable():
            if overwrite:
                self._clear()
            write_bytes(seal(settings), self.settings)

    def stores(self) -> list[Parts]:
        """The committed parts, a store for each pass that left any."""
        numbers = sorted(int(path.name) for path in self.parts.glob("*") if path.name.isdecimal())
        return [Parts(self.parts / str(number)) for number in numbers]

    def _differences(self, settings: dict[str, Any]) -> list[str]:
        """What differs between *settings* and those that the folder's build was made with, a line each."""
        try:
            return differences(read_sealed(self.settings), settings)
        except (Damaged, FileNotFoundError):  # then what is known is which settings the parts were made with
            own = settings_id(settings)
            parts = (store.find(path.stem) for store in self.stores() for path in store.manifests())
            others = sum(part.settings != own for part in parts if part is not None)
            return [f"{self.settings} is lost, and {others} parts were made with others than now"] if others else []

    def _clear(self) -> None:
        """Delete what an earlier build made. What says how it was made goes last: what is left is not taken for new."""
        self._claim_media()
        self.written.remove_others()
        for name in FOLDERS:
            with suppress(OSError):  # it is not there, or holds what is not ours
                (self.path / name).rmdir()
        inside = sorted(path for path in self.state.iterdir() if path.name not in KEPT and ASIDE not in path.name)
        for target in inside:
            if target.is_dir():
                _delete(target)
            else:
                target.unlink(missing_ok=True)
        self.written.settle({})  # by this note the folder is known as ours, should all end here
        self.settings.unlink(missing_ok=True)

    def _claim_media(self) -> None:
        """Note the media files of all parts, so that they are known when the parts are gone."""
        found = (store.find(path.stem) for store in self.stores() for path in store.manifests())
        self.written.add(media_of_parts(part for part in found if part is not None))


def media_of_parts(parts: Iterable[Part]) -> dict[str, str]:
    """The SHA-256 of the media files that *parts* have, by path below the data set.

    Those of videos that a later pass took out are among them: without its files a part would be made again by each run.
    """
    files = ((name, entry["sha256"]) for part in parts for name, entry in part.files.items())
    return {name: sha256 for name, sha256 in files if is_ours_to_name(name)}


def _delete(folder: Path) -> None:
    """Delete *folder*, in which the last workers of a build that was killed may still write for a moment."""
    for pause in (0.1, 0.2, 0.4, 0):
        try:
            remove_folder(folder)
            break
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT) or not pause:
                raise
            time.sleep(pause)
        if not folder.exists():
            break


def _interrupter() -> Callable[[], None] | None:
    """What interrupts this thread as Ctrl-C does; None off the main thread."""
    return LISTENER.interrupt if threading.current_thread() is threading.main_thread() else None


def settings_id(settings: dict[str, Any]) -> str:
    """What parts note of the *settings* that they were made with."""
    return make_id(json.dumps(settings, sort_keys=True))


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two settings, a line each, by path; those of a stage by its name, as a config has them."""
    if before == now:
        return []
    (old, was), (new, are) = _flat_settings(before), _flat_settings(now)
    for stage in was.keys() & are.keys():  # of a stage that came or went, the list of the names is enough
        old |= was[stage]
        new |= are[stage]
    return [
        f"{key}: was {old.get(key, 'absent')}, is now {new.get(key, 'absent')}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _flat_settings(settings: dict[str, Any]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """*settings* by path, with only the names of the stages, and those of each stage; a second one is ``shots#2``."""
    stages: dict[str, dict[str, str]] = {}
    listed = settings.get("stages", [])
    for name, stage in zip(numbered(stage["stage"] for stage in listed), listed, strict=True):
        stages[name] = _flat({key: value for key, value in stage.items() if key != "stage"}, name)
    return _flat({**settings, "stages": ", ".join(stages)}), stages


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
