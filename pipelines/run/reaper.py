"""Ends the processes that Ray leaves behind when a build is killed.

The agents of a raylet find it dead at once, and then try for a minute to report that to the GCS, which is dead as well;
a worker in the middle of a long call may live on for a while. So a small process, of the standard library alone, waits
for the build to end, and a moment later ends what Ray has not. It knows Ray's processes by a mark in the environment,
and their children (some of which write their title over their environment) by their parents, which it looks at every
few seconds: afterwards they have none. Linux only.

It and Ray's processes are in groups of their own: what a terminal or a scheduler sends to the group of a build is for
the build, which may say its last word before its Ray is gone.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MARK = "VDATA_BUILD"
"""The variable that Ray's processes inherit."""
GRACE, LOOK, PERIOD = 3.0, 0.2, 2.0
"""Seconds that they have to end by themselves, between two looks then, and between two looks before."""
EARLY, YOUNG = 0.4, 60.0
"""Seconds between two looks while Ray starts, and how long that may take: a process that has written its title over its
environment is known if it was seen before that, or while its parent lives."""
MOST_LOOKS = 50
"""How often those that are found after ``GRACE`` are ended: some were being started then."""


_APART = threading.Event()
"""Whether the processes that are forked now are to have a group of their own."""


def _leave_group() -> None:
    if _APART.is_set():
        os.setpgid(0, 0)


if hasattr(os, "register_at_fork"):  # Ray starts its processes with a preexec_fn, so that these functions are called
    os.register_at_fork(after_in_child=_leave_group)


class Reaper:
    """Ends the processes that are started ``inside``, once this process is gone or calls ``close``."""

    def __init__(self) -> None:
        self._mark = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        if os.path.isdir("/proc/self"):
            with suppress(OSError):
                command = [sys.executable, "-I", "-S", __file__, self._mark]
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Mark the processes that are started inside this context: they are the ones to be ended."""
        os.environ[MARK] = self._mark
        _APART.set()
        try:
            yield
        finally:
            _APART.clear()
            del os.environ[MARK]

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End what is still there, within ``GRACE`` seconds; without waiting for that."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def wait(self) -> None:
        """Wait for that, after ``close``."""
        if self._process is not None:
            self._process.wait()


class ProcessFamily:
    """The processes that have *mark* in their environment, and those that descend from them, as far as is known."""

    def __init__(self, mark: str) -> None:
        self.mark = f"{MARK}={mark}".encode()
        self.known: dict[int, str] = {}
        """By id: when it started, which tells it from a later process of the same id."""
        self._seen: set[tuple[int, str]] = set()
        self._settled: set[tuple[int, str]] = set()
        """Those seen twice: at first a process may not yet have the environment that it is to run with."""

    def look(self) -> dict[int, str]:
        """Look for processes of the family. Returns those that live now."""
        parents, started = dict[int, int](), dict[int, str]()
        for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            with suppress(OSError), open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()  # the name before may hold blanks
                if fields[0] not in "ZX":  # dead, and not yet waited for
                    parents[pid], started[pid] = int(fields[1]), fields[19]
        self.known = {pid: start for pid, start in self.known.items() if started.get(pid) == start}
        now = set(started.items())
        self.known |= {pid: start for pid, start in now - self._settled if self._is_marked(pid)}
        self._settled, self._seen = now & (self._settled | self._seen), now
        while new := [pid for pid, parent in parents.items() if parent in self.known and pid not in self.known]:
            self.known |= {pid: started[pid] for pid in new}
        return self.known

    def _is_marked(self, pid: int) -> bool:
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            return self.mark in file.read().split(b"\0")
        return False


def main() -> None:
    """Wait until stdin is closed, by the build or its death; then see to it that the family of the mark ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    family = ProcessFamily(sys.argv[1])
    young = time.monotonic() + YOUNG
    while not select.select([sys.stdin], [], [], EARLY if time.monotonic() < young else PERIOD)[0]:
        family.look()  # nothing is ever written there
    end = time.monotonic() + GRACE
    while family.look() and time.monotonic() < end:
        time.sleep(LOOK)
    quiet = 0
    for _ in range(MOST_LOOKS):
        for pid in (left := family.look()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        quiet = 0 if left else quiet + 1
        if quiet == 2:
            break
        time.sleep(LOOK)


if __name__ == "__main__":
    main()
