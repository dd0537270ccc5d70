"""Which files of an output folder are vdata's: those that a sealed note names. No other is ever replaced or deleted.

A file is noted, with the hash of its content, before it gets its name. One whose content is another since was edited by
somebody: it is put aside, and said. Made media have names of their own (a hash), so that what a killed worker left
behind, before any note could name it, is known as well.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...schemas.atomic_file import is_there, put_in_place, stamp, write_bytes
from ..errors import UserError
from .parts import STAGED, file_sha256
from .sealed import Damaged, read_sealed, seal

NOTE = "written.json"
PUBLISHED = "published.json"
"""The note of what is published, which builds of earlier versions have alone."""
FOLDERS = ("data", "timelines", "rejects", "media")
"""What a build makes folders for."""
FILES = ("README.md", "build.json")
ASIDE = ".before"
"""The ending of a file that was changed by hand, and stood where vdata had to write."""
_MADE = re.compile(r"media/[0-9a-f]{24}(\.\w+|/\w[\w-]*\.\w+)")
SHARD = ".parquet"


class WrittenFiles:
    """The files in the folder *out* that vdata wrote. *say* is told, in a line, of those that somebody changed."""

    def __init__(self, out: Path, state: Path, say: Callable[[str], object] = lambda line: None) -> None:
        self.out, self.state, self.say = out, state, say

    def known(self) -> dict[str, dict[str, Any]]:
        """The files by name below the folder: the ``sha256`` that they may have, and a ``stamp`` where it is known."""
        try:
            found: dict[str, dict[str, Any]] = read_sealed(self.state / NOTE)["files"]
        except (OSError, Damaged, KeyError):
            found = {}
        try:
            published = read_sealed(self.state / PUBLISHED)["files"]
        except (OSError, Damaged, KeyError):
            published = {}
        for name, sha256 in published.items():
            entry = found.setdefault(name, {"sha256": [], "stamp": ""})
            entry["sha256"] = list({*entry["sha256"], sha256})
        return {name: entry for name, entry in found.items() if is_ours_to_name(name)}

    def check(self) -> None:
        """See that nothing stands in the way that is not vdata's.

        Raises:
            UserError: a link, or something else, has a name that a build writes to.
        """
        known = self.known()
        for name in FOLDERS:
            path = self.out / name
            if path.is_symlink():
                raise UserError(f"{path}: is a link, and nothing is written through it. {_MOVE}")
            if is_there(path) and not path.is_dir():
                raise UserError(f"{path}: is a file, where a build makes a folder. {_MOVE}")
        for name in FILES:
            if is_there(self.out / name):
                self._regular(self.out / name)
                if name not in known:
                    raise UserError(f"{self.out / name}: was not written by vdata, and is not replaced. {_MOVE}")

    def claim(self, files: Mapping[str, str]) -> None:
        """Note that *files*, by name with their SHA-256, are about to be written, and make way for them.

        Raises:
            UserError: there is a file of that name which vdata did not write.
        """
        known = self.known()
        for name, sha256 in files.items():
            path = self.out / name
            if not is_there(path):
                continue
            self._regular(path)
            if name in known or _MADE.fullmatch(name):
                if name in known and not self._is_as_written(path, known[name], sha256):
                    if path.suffix == SHARD:  # damaged rather than edited: it is not kept
                        self.say(f"{path}: was changed since vdata wrote it, and is written again.")
                    else:
                        self._put_aside(path)
            elif file_sha256(path) != sha256:
                raise UserError(f"{path}: was not written by vdata, and is not replaced. {_MOVE}")
        self.add(files)

    def add(self, files: Mapping[str, str]) -> None:
        """Note that *files*, by name with their SHA-256, are vdata's too, whether they are there yet or not."""
        known = self.known()
        for name, sha256 in files.items():
            entry = known.setdefault(name, {"sha256": [], "stamp": ""})
            entry["sha256"] = list({*entry["sha256"], sha256})
        self._write(known)

    def settle(self, files: Mapping[str, str], *, media: bool = True) -> None:
        """Note that just *files* are there now; without *media*, and those of the media files as before."""
        before = {} if media else {name: one for name, one in self.known().items() if name.startswith("media/")}
        now = {name: {"sha256": [sha256], "stamp": stamp(self.out / name)} for name, sha256 in files.items()}
        self._write(before | now)

    def put_aside_media(self) -> None:
        """Put the media files aside that somebody has changed: they are made again."""
        for name, entry in self.known().items():
            path = self.out / name
            if name.startswith("media/") and path.is_file() and not self._is_as_written(path, entry):
                self._put_aside(path)

    def remove_others(self, keep: Collection[str] = ()) -> None:
        """Delete the files that are not among *keep*, as far as they are vdata's and as vdata wrote them.

        What somebody has changed is put aside.
        """
        known = self.known()
        for name in (name for name in known if name not in keep):
            path = self.out / name
            if self._inside(path) and path.is_file() and not path.is_symlink():
                if self._is_as_written(path, known[name]):
                    path.unlink(missing_ok=True)
                else:
                    self._put_aside(path)
        for folder in (self.out / name for name in FOLDERS):
            for path in self._within(folder):
                name = path.relative_to(self.out).as_posix()
                staged = is_staged(path.name)
                if staged or (_MADE.fullmatch(name) and name not in keep and name not in known):
                    path.unlink(missing_ok=True)
            self._remove_empty(folder)

    def _within(self, folder: Path) -> list[Path]:
        """The regular files in *folder* and in its folders, none of them behind a link."""
        if folder.is_symlink() or not folder.is_dir():
            return []
        inner = [path for path in sorted(folder.iterdir()) if not path.is_symlink()]
        deeper = [file for path in inner if path.is_dir() for file in sorted(path.iterdir())]
        return [path for path in [*inner, *deeper] if path.is_file() and not path.is_symlink()]

    def _remove_empty(self, folder: Path) -> None:
        if folder.is_symlink() or not folder.is_dir():
            return
        made = [path for path in folder.iterdir() if re.fullmatch("[0-9a-f]{24}", path.name) and not path.is_symlink()]
        for path in made:
            with suppress(OSError):  # it is not empty, or a file
                path.rmdir()

    def _inside(self, path: Path) -> bool:
        """Whether no link leads from the folder to *path*."""
        parents = [one for one in path.parents if one != self.out and one.is_relative_to(self.out)]
        return not any(one.is_symlink() for one in parents)

    def _regular(self, path: Path) -> None:
        """Raise UserError unless *path*, which is there, is a plain file of the folder itself."""
        if not self._inside(path) or not stat.S_ISREG(path.lstat().st_mode):
            raise UserError(f"{path}: is no plain file, and is not replaced. {_MOVE}")

    def _is_as_written(self, path: Path, entry: Mapping[str, Any], *more: str) -> bool:
        return bool(entry["stamp"] and entry["stamp"] == stamp(path)) or file_sha256(path) in {*entry["sha256"], *more}

    def _put_aside(self, path: Path) -> None:
        """Give the file *path*, which somebody changed, another name."""
        home = self.state if path.name in FILES else path.parent
        number = 1
        while is_there(aside := home / f"{path.name}{ASIDE}{number if number > 1 else ''}"):
            number += 1
        put_in_place(path, aside)
        self.say(f"{path}: was changed since vdata wrote it. It is kept as {aside}.")

    def _write(self, files: Mapping[str, Mapping[str, Any]]) -> None:
        write_bytes(seal({"files": dict(files)}), self.state / NOTE)


_MOVE = "Move it away, or choose another folder with --out."


def is_ours_to_name(name: str) -> bool:
    """Whether a note may name the file *name*: it lies in the folder of the data set, where a build writes."""
    parts = name.split("/")
    if "\0" in name or "\\" in name or {"", ".", ".."} & set(parts):
        return False
    return name in FILES or (len(parts) > 1 and parts[0] in FOLDERS)


def is_staged(name: str) -> bool:
    """Whether *name* is that of a file which vdata was writing when it was killed."""
    return STAGED.match(name) is not None
