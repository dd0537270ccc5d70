"""The files of a finished build, checked before they are pushed elsewhere."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ...schemas.atomic_file import STAGING, read_regular
from ...schemas.build_record import RECORD, BuildRecord, RecordError
from ..errors import UserError
from ..storage.output_folder import STATE
from ..storage.parts import file_sha256
from ..storage.written_files import NOTE, WrittenFiles
from ..tool_progress import each
from .publish import FOLDERS, MEDIA

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd

CARD = "README.md"
HOMES = (*FOLDERS.values(), MEDIA)
"""The folders of a data set that a build writes to."""
AGAIN = "`vdata build` with the same config makes it whole."


@dataclass(frozen=True, slots=True)
class File:
    """A file of a data set: its path, its size in bytes, its SHA-256, and for build.json and the card its content.

    Shards never change under their name. build.json and the card do, so that their content is read only once.
    """

    path: Path
    size: int
    sha256: str
    data: bytes | None = None
    addition: CommitOperationAdd | None = None
    """For a file that is made while it is sent: what sends it."""

    def blob_id(self) -> str:
        """The name that git gives the file's content."""
        digest = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        if self.data is not None:
            digest.update(self.data)
            return digest.hexdigest()
        with self.addition.as_file() if self.addition else self.path.open("rb") as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished build: its files by their names in the data set (``data/…``), and its build record."""

    folder: Path
    files: dict[str, File]
    record: BuildRecord


def finished(folder: Path, hash_media: Callable[[Collection[str]], bool] = lambda names: True) -> Finished:
    """The files of the build in *folder* to push: shards, checked against build.json, media, build.json and card.

    *hash_media* is asked, with the names of all files, whether media files are hashed as well.

    Raises:
        UserError: the folder holds no finished build, or a file has changed since it was published.
    """
    file = _small(_inside(folder, RECORD))
    record = _parse(file)
    if not record.videos:
        raise UserError(f"{folder}: nothing was kept in this build, so that there is no data set.")
    card = _small(_inside(folder, CARD))
    _check_card(card, record)
    files, wrong = {}, []
    for name, shard in each(sorted(record.files.items()), "hashes of the shards"):
        path = _inside(folder, name)
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != shard.bytes or file_sha256(path) != shard.sha256:
            wrong.append(f"{name} has changed since it was published")
        else:
            files[name] = File(path, shard.bytes, shard.sha256)
    if wrong:
        raise UserError(f"{folder}: the data set is not sound: {', '.join(wrong[:5])}. Delete these files; {AGAIN}")
    noted = WrittenFiles(folder, folder / STATE).known() if (folder / STATE / NOTE).exists() else None
    media = {}
    for path in sorted((folder / MEDIA).rglob("*")):
        name = path.relative_to(folder).as_posix()
        made = not path.name.startswith(STAGING) if noted is None else name in noted  # others are the user's own
        if path.is_file() and name not in files and made:
            media[name] = _inside(folder, name)
    files |= {RECORD: file, CARD: card}
    hashed = hash_media([*files, *media])
    shown = {
        name: File(path, path.stat().st_size, file_sha256(path) if hashed else "")
        for name, path in each(list(media.items()), "hashes of media files" if hashed else "media files")
    }
    return Finished(folder, files | shown, record)


def read_record(folder: Path) -> BuildRecord:
    """The content of the build.json in *folder*.

    Raises:
        UserError: the folder holds no finished build, or its build.json cannot be read.
    """
    return _parse(_small(folder / RECORD))


def parse_record(text: bytes) -> BuildRecord | None:
    """The build record in *text*, the content of a build.json; None if this version cannot read it."""
    try:
        return BuildRecord.from_json(text)
    except RecordError:
        return None


def _parse(file: File) -> BuildRecord:
    try:
        return BuildRecord.from_json(file.data or b"")
    except RecordError as error:
        raise UserError(f"{file.path}: {error}.") from None


def _small(path: Path) -> File:
    folder = path.parent
    hint = "Name the folder of a data set, the output.path of a build."
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder. {hint}")
    try:
        data = read_regular(path)
    except FileNotFoundError:
        todo = AGAIN if (folder / STATE).is_dir() else hint
        raise UserError(f"{folder}: is no finished build of vdata (it has no {path.name}). {todo}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from error
    return File(path, len(data), hashlib.sha256(data).hexdigest(), data)


def _check_card(card: File, record: BuildRecord) -> None:
    """Check that the card belongs to this build, and that the Hub can read its metadata."""
    from huggingface_hub import DatasetCard

    try:
        data = DatasetCard((card.data or b"").decode()).data.to_dict()  # type: ignore[no-untyped-call]
        patterns = [file["path"] for config in data["configs"] for file in config["data_files"]]
    except Exception as error:  # whatever YAML and the card's classes raise
        first = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UserError(f"{card.path}: its metadata, between the lines of ---, cannot be read ({first}).") from error
    for pattern in patterns:
        if not fnmatch.filter(record.files, pattern):
            raise UserError(f"{card.path}: is not of this build: there is no {pattern}. {AGAIN}")


def _inside(folder: Path, name: str) -> Path:
    """The path of the file *name* in *folder*. Files outside of the folder are never pushed."""
    try:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()) and PurePosixPath(name).parts[0] in (*HOMES, RECORD, CARD):
            return path
    except (OSError, ValueError, RuntimeError):  # a loop of links, NUL
        pass
    raise UserError(f"{folder}: {name} leads out of the data set: nothing is sent.")
