"""A build in a bucket, as a folder of this machine: what reads builds reads that."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...schemas import make_id
from ...schemas.atomic_file import copy, put_in_place, staged, write_bytes
from ...schemas.bucket_path import BucketPath, as_path, is_bucket
from ...schemas.build_record import RECORD
from ...schemas.stored_objects import listed
from ..errors import UserError
from ..storage.disk import explain
from ..storage.output_folder import LOCK, STATE

NOTE = ".fetched.json"
"""The note, in the folder of a fetched build, of what each file was."""


def local_folder(folder: str, cache: Path, say: Callable[[str], object] = lambda line: None) -> Path:
    """The folder of a build: *folder* itself, or, for ``s3://BUCKET/FOLDER``, a copy below *cache*.

    What has not changed since it was fetched last is not fetched again.

    Raises:
        UserError: no build is there, or the store cannot be asked.
    """
    if not is_bucket(folder):
        return Path(folder)
    there = as_path(folder.rstrip("/"))
    assert isinstance(there, BucketPath)
    home = cache / "fetched" / make_id(str(there))[:16] / there.name
    try:
        if not (there / RECORD).is_file():
            raise UserError(f"{there}: holds no finished build: there is no {RECORD}.")
        _fetch(there, home, say)
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


def _fetch(there: BucketPath, home: Path, say: Callable[[str], object]) -> None:
    """Make *home* hold what is *there*: files that changed are fetched, and others deleted."""
    found = {name: (size or 0, tag) for name, size, tag in listed(there.url, deep=True)}
    found = {name: facts for name, facts in found.items() if not name.startswith(f"{STATE}/{LOCK}/")}
    try:
        known = json.loads((home / NOTE).read_bytes())
    except (OSError, ValueError):
        known = {}
    lacking = [name for name, (size, tag) in found.items() if known.get(name) != tag or _size(home / name) != size]
    if lacking:
        size = sum(found[name][0] for name in lacking)
        say(f"Fetching {len(lacking):,} files ({size / 1e6:.1f} MB) of {there} …")
    for name in lacking:
        path = home / name
        if not path.resolve().is_relative_to(home.resolve()):
            raise UserError(f"{there}: has a file called {name!r}, which would lie elsewhere on a disk.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path) as staging:
            copy(there / name, staging)
            put_in_place(staging, path)
    for name in known.keys() - found.keys():
        with suppress(OSError):
            (home / name).unlink()
    write_bytes(json.dumps({name: tag for name, (_, tag) in found.items()}).encode(), home / NOTE)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
