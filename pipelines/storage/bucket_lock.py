"""The lock of a folder in a bucket: the records of ``lock.py``, put if absent, and found by their names.

The numbers of records begin with 1 and have no gaps, and no record is ever deleted, so that the highest is found by
asking for single names: a list of names may lag behind, and a taker who believed it could begin at 1 again. The signs
of life are new contents of the holder's own record, which nobody else writes; who judges a holder gone has watched it
for ``WATCH`` seconds of its own clock. A record takes some 300 bytes and each run of a build leaves one.

All of it, and the commits of parts, rests on the store's refusing to put what is there. Some take the condition and
ignore it, so that each build tries it once, before it takes the lock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...schemas.bucket_path import BucketPath
from .lock import Lock


def make_lock(folder: Path, say: Callable[[str], object] = lambda line: None) -> Lock:
    """The lock whose records are in *folder*, wherever that is."""
    return BucketLock(folder, say) if isinstance(folder, BucketPath) else Lock(folder, say)


class BucketLock(Lock):
    """A lock whose records are in a folder of a bucket."""

    folder: BucketPath
    _known = 0
    """The highest number that was seen."""

    def acquire(self, on_loss: Callable[[], None] | None = None) -> None:
        """As of any lock, once the store has shown that it refuses to put what is there."""
        self.folder.check_create()
        super().acquire(on_loss)

    def _create(self, number: int, data: bytes) -> None:
        with suppress(FileExistsError):
            self._at(number).create(data)

    def _withdraw(self, number: int) -> None:
        """It stays, below the record of the one who has the lock."""

    def _sweep(self) -> None:
        """All records stay: by them the highest is found."""

    def _touch(self) -> None:
        """Nothing less than writing the record is a sign of life."""

    def _rewrite(self) -> None:
        self._at(self._number).write_bytes(self._record.bytes())

    def _top(self) -> int:
        low, step = self._known, 1
        while self._at(low + step).is_file():
            low, step = low + step, step * 2
        while step > 1:  # the highest is at least low, and below low + step
            step //= 2
            if self._at(low + step).is_file():
                low += step
        self._known = low
        return low

    def _read(self, number: int) -> tuple[bytes, int]:
        return self._at(number).read_bytes(), 0

    def _at(self, number: int) -> BucketPath:
        return self.folder / f"{number:08d}.json"
