"""One build at a time in a folder, on one machine and on a folder that many machines share.

The folder of the lock holds numbered records, ``00000001.json``, ``00000002.json``, …, each saying who builds here.
The highest holds the lock. A taker who is sure that its holder is gone writes the next number *if it is not there* (a
hard link; an exclusive creation where there are no links): of any number of takers one succeeds, whatever each of them
believed. Numbers only rise, so that a taker who was slow to decide cannot undo what happened since, and a holder that
was suspended or cut off comes back to find a higher number than its own: it has lost the lock and stops. flock is not
used: on a shared folder it may reach this machine only, do nothing, fail, or outlive its machine.

Whether a holder is gone is judged without comparing clocks: one on this machine by its process id and the time that the
process started; any other by signs of life. Holders write their record anew every ``BEAT`` seconds, and a taker
watches for ``WATCH`` seconds whether it changes. What is never judged gone is a process here that is merely stopped.

Between losing the lock and noticing it a build may still write for a moment, and the workers of a killed driver may
commit what they are at. That does no harm: a part is committed once, a whole one of the same work and settings stands,
and one of other settings does not count; shards are staged under names of the attempt and published under names that
follow from the parts. Before work, and before each step of publishing, the lock is checked on the disk. What remains is
a build suspended for longer than ``WATCH`` between such a check and the rename after it, by which time another is done:
it can put an older build.json or card in place, which the next run, or ``vdata doctor``, finds by its hash.
"""

from __future__ import annotations

import errno
import os
import re
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ...schemas.atomic_file import NO_LINKS, STAGING, write_synced
from .holder import Holder, Place, here, lives, parse, started_at

BEAT = 10.0
"""Seconds between two signs of life."""
WATCH = 30.0
"""Seconds without a sign of life after which a holder elsewhere counts as gone."""
POLL = 0.25
SETTLE = 1.0
"""Seconds before a record is believed to stand where there are no hard links: an object store decides at the end."""
RECORD = re.compile(rf"(\d{{8}})\.json|{re.escape(STAGING)}(\d{{8}})-\w+")


_HELD: set[str] = set()
"""The tokens of the locks that this process holds."""


class LockHeld(Exception):
    """Somebody else holds the lock. The text says who: ``process 12 on host since 2030-01-31 12:00:00 +0100``."""


class LockLost(Exception):
    """The lock was ours and is not any more. The text says who took it over. Nothing more may be written."""


class Lock:
    """A lock whose records are in *folder*, which is made if need be. Released, it can be taken again.

    Args:
        folder: of this lock alone.
        say: is told, in a line, when taking it over means to wait.
        place: for tests: where this process seems to run.
        beat: seconds between signs of life.
        watch: seconds to watch for one: several times *beat*.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], object] = lambda line: None,
        *,
        place: Place | None = None,
        beat: float | None = None,
        watch: float | None = None,
    ) -> None:
        self.folder, self.say, self.place = folder, say, place or here()
        self.beat, self.watch = BEAT if beat is None else beat, WATCH if watch is None else watch
        self.lost = False
        """It turned out, since it was taken, that somebody else has it."""
        self._number, self._record = 0, self._new_record()
        self._busy = threading.Lock()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def acquire(self, on_loss: Callable[[], None] | None = None) -> None:
        """Take the lock. *on_loss* is called, in a thread of the lock's, once it turns out to have been taken away.

        Raises:
            LockHeld: somebody has it.
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        while not self._put(self._free_number()):
            pass
        self._sweep()
        self.lost = False
        _HELD.add(self._record.token)
        self._done.clear()
        self._thread = threading.Thread(target=self._live, args=(on_loss,), name="lock", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """See on the disk that the lock is ours; a sign of life as well.

        Raises:
            LockLost: it is not.
            OSError: it cannot be told, because the folder cannot be read.
        """
        with self._busy:
            self._look()
            self._record = replace(self._record, beat=self._record.beat + 1)
            try:
                self._rewrite()
            except OSError:
                self._touch()
            self._look()  # once more: on a network, writing in a folder is what makes our view of it a fresh one

    def release(self) -> None:
        """Give the lock back. If it is not ours any more, or the disk does not let us, nothing happens."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        _HELD.discard(self._record.token)
        with self._busy, suppress(OSError, LockLost):
            self._look()
            self._record = replace(self._record, released=True)
            self._rewrite()

    # Takers

    def _free_number(self) -> int:
        """The number after the highest, once the holder of that one is known to be gone.

        Raises:
            LockHeld: it is not.
        """
        while number := self._top():
            with suppress(FileNotFoundError):  # others take over while we look
                if self._gone(number):
                    break
        return number + 1

    def _gone(self, number: int) -> bool:
        """Whether the holder *number* released the lock or is gone; False if there is a newer one.

        Raises:
            LockHeld: it lives.
        """
        seen = self._read(number)
        holder = parse(seen[0])
        if holder is not None and (holder.released or self._was_ours(holder)):
            return True
        alive = lives(holder, self.place) if holder is not None else None
        if alive is None:
            who = str(holder) if holder is not None else f"a process that left no name ({self._path(number)})"
            self.say(f"{who} may be building here: watching for {self.watch:g} s for a sign of life …")
            end = time.monotonic() + self.watch
            while (now := self._read(number)) == seen and time.monotonic() < end:
                time.sleep(min(POLL, self.watch / 10))
                if self._top() != number:
                    return False
            alive, holder = now != seen, parse(now[0])
            if holder is not None and holder.released:
                return True
        if alive:
            raise LockHeld(str(holder) if holder is not None else "a process that left no name")
        return True

    def _was_ours(self, holder: Holder) -> bool:
        """Whether it is this process that released the lock, although the disk did not let it say so."""
        return (holder.place, holder.pid) == (self.place, os.getpid()) and holder.token not in _HELD

    def _put(self, number: int) -> bool:
        """Write our record as *number* if there is none. Whether it stands, and is the highest."""
        self._number, self._record = number, self._new_record()
        self._create(number, self._record.bytes())
        # What stands counts: on a network the answer to a link that was made may get lost, and it be called a failure.
        if not self._is_ours():
            return False
        if self._top() == number:
            return True
        self._withdraw(number)  # we were slow: others have held the lock, and taken this number with them
        return False

    # The holder

    def _sweep(self) -> None:
        """Delete the records of earlier holders, and what takers left that died as they wrote."""
        for name in os.listdir(self.folder):
            found = RECORD.fullmatch(name)
            if found and int(found[1] or found[2]) < self._number:
                _delete(self.folder / name)

    def _live(self, on_loss: Callable[[], None] | None) -> None:
        while not self._done.wait(self.beat):
            try:
                self.check()
            except LockLost:
                if on_loss is not None and not self._done.is_set():
                    on_loss()
                return
            except OSError:  # it may pass; if not, the build meets it too, and says so
                continue

    def _look(self) -> None:
        top = self._top()
        if top == self._number and self._is_ours():
            return
        self.lost, holder = True, None
        if top:
            with suppress(OSError):
                holder = parse(self._read(top)[0])
        raise LockLost(f"{holder} has taken it over" if holder is not None else "the record of its holder was deleted")

    def _touch(self) -> None:
        """A sign of life where the disk is full: at least the time of the record."""
        with suppress(OSError):
            os.utime(self._path(self._number))

    def _rewrite(self) -> None:
        staged = self._staged()
        try:
            write_synced(self._record.bytes(), staged)
            os.replace(staged, self._path(self._number))
        except OSError:
            _delete(staged)
            raise

    # Records

    def _create(self, number: int, data: bytes) -> None:
        """Write *data* as the record *number* if there is none."""
        staged, final = self._staged(), self._path(number)
        try:
            write_synced(data, staged)
            try:
                os.link(staged, final)
            except (FileExistsError, FileNotFoundError):
                pass
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
                _create(final, data)
        finally:
            _delete(staged)

    def _withdraw(self, number: int) -> None:
        _delete(self._path(number))

    def _new_record(self) -> Holder:
        pid, since = os.getpid(), time.strftime("%Y-%m-%d %H:%M:%S %z")
        return Holder(pid, started_at(pid), self.place, since, uuid.uuid4().hex)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08d}.json"

    def _staged(self) -> Path:
        return self.folder / f"{STAGING}{self._number:08d}-{self._record.token}"

    def _top(self) -> int:
        """The highest number of a record; 0 if there is none."""
        found = (RECORD.fullmatch(name) for name in os.listdir(self.folder))
        return max((int(one[1]) for one in found if one and one[1]), default=0)

    def _read(self, number: int) -> tuple[bytes, int]:
        """The record and its time. Opened, not only looked up: a network file system then asks its server."""
        for again in (True, True, False):
            try:
                with self._path(number).open("rb") as file:
                    return file.read(), os.fstat(file.fileno()).st_mtime_ns
            except OSError as error:  # a network file system, when the record was just replaced
                if error.errno != errno.ESTALE or not again:
                    raise
        raise AssertionError

    def _is_ours(self) -> bool:
        try:
            holder = parse(self._read(self._number)[0])
        except FileNotFoundError:
            return False
        return holder is not None and holder.token == self._record.token


def _create(path: Path, data: bytes) -> None:
    """Write *path* unless it is there. An object store may find out only when the file is closed (ESTALE)."""
    try:
        write_synced(data, path, "xb")
    except FileExistsError:
        return
    except OSError as error:
        if error.errno != errno.ESTALE:
            _delete(path)
            raise
    time.sleep(SETTLE)


def _delete(path: Path) -> None:
    """Delete *path* if possible. Where the disk refuses, the next process that takes the lock deletes it."""
    with suppress(OSError):
        path.unlink()
