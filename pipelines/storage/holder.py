"""The record of the process that holds a folder, and whether that process still lives."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where process ids mean the same processes: a machine since it was started, and a process namespace in it."""

    host: str
    boot: str
    space: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The record of a holder. It is JSON on the disk."""

    pid: int
    started: str
    """When the process started, as the system says it: a later process of the same id started at another time."""
    place: Place
    since: str
    """For people. Clocks of two machines are never compared."""
    token: str
    """Random: tells this taking of the lock from every other."""
    beat: int = 0
    """Counts the signs of life."""
    released: bool = False

    def __str__(self) -> str:
        return f"process {self.pid} on {self.place.host} since {self.since}"

    def bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def parse(data: bytes) -> Holder | None:
    """The holder that *data* tells of; None if it is no record, or half of one."""
    try:
        raw = json.loads(data)
        holder = Holder(**{**raw, "place": Place(**raw["place"])})
    except (ValueError, TypeError, KeyError):
        return None
    return holder if type(holder.pid) is int and 0 < holder.pid < 2**31 else None


@cache
def here() -> Place:
    """The place of this process. An unknown boot is empty, and equals no other."""
    boot = _text("/proc/sys/kernel/random/boot_id") or _output("sysctl", "-n", "kern.boottime")
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return Place(socket.gethostname(), boot, space)


def lives(holder: Holder, place: Place) -> bool | None:
    """Whether the process of *holder* lives, as far as a process in *place* can tell from its id; None: it cannot."""
    if holder.place != place or not place.boot:
        return None
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    started = started_at(holder.pid)
    return started == holder.started if started and holder.started else None


def started_at(pid: int) -> str:
    """When process *pid* started, as the system says it; ``gone`` for one that only waits to be reaped; or empty."""
    stat = _text(f"/proc/{pid}/stat")
    if stat:
        fields = stat.rpartition(")")[2].split()  # the name before may hold blanks; state is field 3, starttime 22
        return "gone" if fields[0] in "ZX" else fields[19]
    return _output("ps", "-o", "lstart=", "-p", str(pid)) if not os.path.isdir("/proc/self") else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
