"""A build in a bucket, as a folder of this machine: what reads builds reads that."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from ...schemas import make_id
from ...schemas.atomic_file import copy, put_in_place, staged, write_bytes
from ...schemas.bucket_path import BucketPath, as_path, is_bucket
from ...schemas.build_record import RECORD
from ...schemas.stored_objects import listed
from ...schemas.uri import is_url
from ..at_once import at_once
from ..errors import UserError
from ..storage.disk import explain
from ..storage.output_folder import LOCK, STATE
from ..tool_progress import step
from .publish import MEDIA

COPIES = "builds"
"""The folder, in a cache, of copies of builds, each in a folder of its own. Nothing bounds them."""
THREADS = 8
"""Files that are fetched at a time."""
UNLESS_SHOWN = (MEDIA,)
"""What is left out for who reads the rows and the notes of a build, and shows none of its media."""
UNLESS_WORKED_ON = (MEDIA, STATE)
"""What is left out for who reads its rows alone."""
NOTE = ".fetched.json"
"""The note, in the folder of a fetched build, of what each file was."""


def local_folder(
    folder: str | Path,
    cache: Path,
    say: Callable[[str], object] = lambda line: None,
    *,
    without: Collection[str] = (),
) -> Path:
    """The folder of a build: *folder* itself, or, for ``s3://BUCKET/FOLDER``, a copy below *cache*.

    What has not changed since it was fetched last is not fetched again. The copy may lack what is *without*: names of
    folders of the build that the caller does not read.

    Raises:
        UserError: no build is there, or the store cannot be asked; or it is another address.
    """
    if not is_bucket(folder):
        if is_url(str(folder)):
            raise UserError(f"{folder}: builds are read from a local folder, or from s3://BUCKET/FOLDER.")
        return Path(folder)
    there = as_path(str(folder).rstrip("/"))
    assert isinstance(there, BucketPath)
    home = cache / COPIES / make_id(str(there))[:16] / there.name
    try:
        if not (there / RECORD).is_file():
            raise UserError(f"{there}: holds no finished build: there is no {RECORD}.")
        _fetch(there, home, say, without)
    except OSError as error:
        raise UserError(f"{explain(error, home)}.") from error
    return home


def disk_only(folder: str, what: str) -> Path:
    """*folder* as a path on a disk, for *what*, a command that changes builds.

    Raises:
        UserError: it is in a bucket.
    """
    if is_bucket(folder):
        raise UserError(
            f"{folder}: {what} changes a build on a disk only: fetch the folder (aws s3 sync), change it there, and "
            "bring it back with the files that are gone deleted (aws s3 sync --delete), while no build writes to it."
        )
    return Path(folder)


def _fetch(there: BucketPath, home: Path, say: Callable[[str], object], without: Collection[str]) -> None:
    """Make *home* hold what is *there*, but for the folders *without*: changes are fetched, what went is deleted."""
    found = {name: (size or 0, tag) for name, size, tag in listed(there.url, deep=True)}
    found = {name: facts for name, facts in found.items() if not name.startswith(f"{STATE}/{LOCK}/")}
    try:
        noted = json.loads((home / NOTE).read_bytes())
    except (OSError, ValueError):
        noted = {}
    lacking = [
        name
        for name, (size, tag) in found.items()
        if name.partition("/")[0] not in without and (noted.get(name) != tag or _size(home / name) != size)
    ]
    for name in lacking:
        if not (home / name).resolve().is_relative_to(home.resolve()):
            raise UserError(f"{there}: has a file called {name!r}, which would lie elsewhere on a disk.")
    for name in noted.keys() - found.keys():
        with suppress(OSError):
            (home / name).unlink()
    size = sum(found[name][0] for name in lacking)
    if lacking:
        say(f"Fetching {len(lacking):,} files ({size / 1e6:.1f} MB) of {there} …")
    known = {name: tag for name, tag in noted.items() if name in found}

    def fetch(name: str) -> None:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path) as staging:
            copy(there / name, staging)
            put_in_place(staging, path)

    try:
        with step("fetched", size, "B") as fetched:
            for name, _ in at_once(fetch, lacking, THREADS):
                known[name] = found[name][1]
                fetched.add(found[name][0])
    finally:  # what was fetched before an error or Ctrl-C need not be fetched again
        if home.is_dir():
            write_bytes(json.dumps(known).encode(), home / NOTE)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
