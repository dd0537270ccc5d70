"""A finished build to an S3-compatible store: a folder of a bucket whose card is written last.

Shards go first, under names that no older build has, then build.json, then the card that points to them; only then are
the shards of an older build deleted. So that readers of the card find the old data set whole, or the new one.
Each object carries its file's SHA-256; what is there with the same one is not sent again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ...schemas.build_record import RECORD, BuildRecord
from ..at_once import at_once
from ..dataset.finished import CARD, File, Finished, parse_record
from ..dataset.publish import FOLDERS, MEDIA
from ..errors import UserError
from ..tool_progress import step
from .hub import PushFailed
from .replacement import check_replacement, list_files

T = TypeVar("T")
SCHEME = "s3://"
THREADS = 16
"""Files whose hashes are asked for at a time, each by a request of its own."""
SHA256 = "sha256"
"""The name of the metadata that holds an object's hash."""
SHARD = re.compile(rf"({'|'.join(FOLDERS.values())})/\w+-\d{{5}}-of-\d{{5}}-[0-9a-f]{{8}}\.parquet")


class Bucket:
    """The folder at *url* (``s3://bucket/folder``), with the credentials and the address that AWS's libraries find."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            UserError: s3fs is not installed.
        """
        try:
            from s3fs import S3FileSystem
        except ImportError as error:
            raise UserError(f"{url}: needs s3fs: pip install 'vdata-toolkit[s3]'") from error
        self.url = url.rstrip("/")
        self.home = self.url.removeprefix(SCHEME)
        self.files = S3FileSystem(use_listings_cache=False)

    def look(self) -> dict[str, int]:
        """What is there: sizes by name."""
        found = self._ask(self.files.find, self.home, detail=True)
        if not found:
            self._ask(self.files.ls, self.home.partition("/")[0])  # a bucket that is not there has nothing either
        return {path.removeprefix(f"{self.home}/"): int(entry["size"]) for path, entry in found.items()}

    def record(self, there: dict[str, int]) -> BuildRecord | None:
        """The build.json *there*, when it is vdata's."""
        if RECORD not in there:
            return None
        return parse_record(bytes(self._ask(self.files.cat_file, f"{self.home}/{RECORD}")))

    def lacks(self, files: dict[str, File], there: dict[str, int]) -> list[str]:
        """Those of *files* that are not *there* with the same size and hash."""
        asked = [name for name, file in files.items() if there.get(name) == file.size]
        hashes: dict[str, str] = {}
        with step("files compared", len(asked)) as compared:
            for name, found in at_once(self._hash, asked, THREADS):
                hashes[name] = found
                compared.add()
        return [name for name, file in files.items() if hashes.get(name) != file.sha256]

    def _hash(self, name: str) -> str:
        return str(self._ask(self.files.metadata, f"{self.home}/{name}").get(SHA256, ""))

    def send(self, name: str, file: File) -> None:
        note = {SHA256: file.sha256}
        if file.data is not None:
            self._ask(self.files.pipe_file, f"{self.home}/{name}", file.data, Metadata=note)
        else:
            self._ask(self.files.put_file, str(file.path), f"{self.home}/{name}", Metadata=note)

    def delete(self, name: str) -> None:
        self._ask(self.files.rm_file, f"{self.home}/{name}")

    def _ask(self, call: Callable[..., T], *args: Any, **settings: Any) -> T:
        """A call; its error is one line for people. s3fs itself tries again what may pass."""
        from botocore.exceptions import NoCredentialsError, PartialCredentialsError

        try:
            return call(*args, **settings)
        except FileNotFoundError as error:
            raise UserError(f"{self.url}: there is no such bucket, or what was there is gone.") from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise UserError(
                f"{self.url}: there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "or AWS_PROFILE; AWS_ENDPOINT_URL for a store that is not Amazon's."
            ) from error
        except PermissionError as error:
            raise UserError(f"{self.url}: these credentials may not do it: {_line(error)}") from error
        except Exception as error:
            raise PushFailed(f"{self.url}: {_line(error)}") from error


def push_to_bucket(ready: Finished, bucket: Bucket, *, replace: bool, say: Callable[[str], object]) -> None:
    """Bring *ready* to *bucket*, and say what was done.

    Raises:
        UserError: there is something else, or the store does not let us.
        PushFailed: it was cut off; doing it again goes on.
    """
    there = bucket.look()
    record = bucket.record(there)
    if record is None and not replace:
        allow(bucket, there, ready)
    homes = (f"{MEDIA}/",) if record else ()
    old = [name for name in sorted(there) if name not in ready.files]
    old = [name for name in old if SHARD.fullmatch(name) or name.startswith(homes)]
    new = bucket.lacks(ready.files, there)
    if record and not replace:
        check_replacement(bucket.url, ready.record, record, [*old, *(name for name in new if name in there)])
    if not new and not old:
        say(f"Nothing to push: {bucket.url} holds this data set already.")
        return
    size = sum(ready.files[name].size for name in new)
    say(f"Pushing {len(new):,} files ({size / 1e6:.1f} MB) to {bucket.url} …")
    with step("sent", size, "B") as sent:
        for name in sorted(new, key=lambda name: (name in (RECORD, CARD), name == CARD)):
            bucket.send(name, ready.files[name])
            sent.add(ready.files[name].size)
    if wrong := bucket.lacks(ready.files, bucket.look()):
        raise PushFailed(f"{bucket.url}: differs from the data set in {', '.join(wrong[:5])}")
    for name in old:
        bucket.delete(name)
    gone = f", {len(old):,} older ones removed" if old else ""
    say(f"Done{gone}. All {len(ready.files):,} files of {ready.folder} are there with the same size and hash.")


def allow(bucket: Bucket, there: dict[str, int], ready: Finished | None = None) -> None:
    """Check that a place without a build.json of vdata is empty or holds what a push that was cut off left.

    Raises:
        UserError: it holds something else.
    """
    known = set(ready.files) - {RECORD, CARD} if ready else {name for name in there if name.startswith(f"{MEDIA}/")}
    others = [name for name in sorted(there) if name not in known and not SHARD.fullmatch(name)]
    if others:
        both = [name for name in others if ready and name in ready.files]
        same = f" ({list_files(both)})" if both else ""
        raise UserError(
            f"{bucket.url}: holds something that vdata did not make ({', '.join(others[:3])}"
            f"{', …' if len(others) > 3 else ''}). Push elsewhere; or --replace replaces files of the same name{same} "
            "and keeps the others."
        )


def _line(error: BaseException) -> str:
    line = " ".join(str(error).split()) or type(error).__name__
    return line if len(line) <= 300 else f"{line[:300]} …"
