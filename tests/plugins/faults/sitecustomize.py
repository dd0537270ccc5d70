"""Kills a build, or lets a file operation of it fail, at a place of the test's choice. Nothing in vdata knows of it.

With this folder first on PYTHONPATH, every Python process that a build starts (Ray's workers too) runs this module as
it starts. If the variable VDATA_FAULTS holds a plan, an audit hook (PEP 578) watches what is about to be done to files
under the plan's folders: opening for writing, rename and replace, link, remove, mkdir, rmdir, truncate, rmtree. A hook
runs before the operation, so that a kill at an operation leaves all before it done and itself not. Arrow writes Parquet
from C++, without an event: the rename that follows stands for it.

The plan is JSON, one object or a list of several that each count for themselves:

- ``under``: folders to watch. ``state``: a folder outside of them for the marks and the list (made if need be).
- Which operations count (all must fit): ``role`` (``driver``, ``worker``, ``other``; or absent), ``event`` (``open``,
  ``os.rename``, …), ``site`` (the beginning of the call site: ``pipelines.storage.parts:write_bytes < pipelines.card``)
  and ``path`` (a pattern, as for fnmatch, of the file's whole name; of the target, for rename and link).
- ``at``: the first operation that fits and is hit, from 1 (default), over all processes; ``times``: how many from there
  on (default 1; 0: all).
- ``do``: ``list`` (nothing), ``kill`` (this process), ``kill_driver``, ``kill_all`` (every process of the build, Ray's
  among them: of the driver's session, so that the test starts it in one of its own), or ``raise``, with ``error``:
  ``ENOSPC``, ``EROFS``, ``EDQUOT``, ``EIO``, …

Every operation that fits is a line of ``state/events.jsonl``: number, role, pid, event, path, site.
"""

from __future__ import annotations

import errno
import fcntl
import importlib
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

PLAN, DRIVER = "VDATA_FAULTS", "VDATA_FAULTS_DRIVER"
TARGET = {"open": 0, "os.rename": 1, "os.link": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0}
TARGET |= {"os.truncate": 0, "shutil.rmtree": 0}
"""Which argument of each event names the file that comes to be or goes."""
FOLDER = {"os.rename": 3, "os.link": 3, "os.remove": 1, "os.mkdir": 2, "os.rmdir": 1, "shutil.rmtree": 1}
"""Which argument is the descriptor of the folder that the name starts from."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


_busy = threading.local()
"""``on`` in a thread that is in a hook: what that does to files is no event."""


class Faults:
    """The plan at work in this process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.under = tuple(os.path.join(os.path.abspath(folder), "") for folder in plan["under"])
        self.state = Path(plan["state"])
        self.state.mkdir(parents=True, exist_ok=True)
        self.role = _role()

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in TARGET or getattr(_busy, "on", False):
            return
        _busy.on = True
        try:
            self._meet(event, args)
        finally:
            _busy.on = False

    def _meet(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and not args[2] & WRITES:
            return
        path = _path(event, args)
        if not (path + os.sep).startswith(self.under):
            return
        site, plan = _site(), self.plan
        fits = plan.get("role", self.role) == self.role and plan.get("event", event) == event
        if not fits or not site.startswith(plan.get("site", "")) or not fnmatchcase(path, plan.get("path", "*")):
            return
        number = self._note({"role": self.role, "pid": os.getpid(), "event": event, "path": path, "site": site})
        first, times = plan.get("at", 1), plan.get("times", 1)
        if number >= first and (not times or number < first + times):
            self._act(path)

    def _note(self, line: dict[str, Any]) -> int:
        """Append *line* to the list, numbered over all processes. Returns its number."""
        with (self.state / "events.jsonl").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            number = sum(1 for _ in file) + 1
            file.write(json.dumps({"number": number, **line}) + "\n")
        return number

    def _act(self, path: str) -> None:
        match self.plan["do"]:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "kill_driver":
                os.kill(int(os.environ[DRIVER]), signal.SIGKILL)
            case "kill_all":
                kill_all(int(os.environ[DRIVER]))
            case "raise":
                number = getattr(errno, self.plan["error"])
                raise OSError(number, os.strerror(number), path)


def session(driver: int) -> list[int]:
    """The processes of the session that process *driver* leads, this one last."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and _session_of(entry) == driver:
                found.append(int(entry.name))
    return sorted(found, key=lambda pid: (pid == os.getpid(), pid))


def _session_of(process: Path) -> int:
    return int((process / "stat").read_text().rpartition(")")[2].split()[3])


def kill_all(driver: int) -> None:
    """Kill *driver* and all that it started, this process last."""
    for pid in session(driver):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _role() -> str:
    if os.environ.get(DRIVER, str(os.getpid())) == str(os.getpid()):
        return "driver"
    return "worker" if any(part.endswith("default_worker.py") for part in sys.orig_argv) else "other"


def _path(event: str, args: tuple[Any, ...]) -> str:
    """The whole name of the file that *event* is about; empty for one without a name."""
    name = args[TARGET[event]]
    if isinstance(name, int):
        with suppress(OSError):
            return os.readlink(f"/proc/self/fd/{name}")
        return ""
    folder = args[FOLDER[event]] if event in FOLDER else -1
    start = os.getcwd()
    if isinstance(folder, int) and folder >= 0:
        with suppress(OSError):
            start = os.readlink(f"/proc/self/fd/{folder}")
    return os.path.abspath(os.path.join(start, os.fsdecode(name)))


def _site() -> str:
    """The functions of vdata that led here: the innermost and those that called it, up to three."""
    frame, found = sys._getframe(1), list[str]()
    while frame is not None and len(found) < 3:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("vdata."):
            found.append(f"{module.removeprefix('vdata.')}:{frame.f_code.co_qualname}")
        frame = frame.f_back  # type: ignore[assignment]
    return " < ".join(found)


def _import_the_other() -> None:
    """Run the sitecustomize that this one stands in front of, if the environment has one."""
    here = os.path.dirname(os.path.abspath(__file__))
    path, own = list(sys.path), sys.modules.pop("sitecustomize", None)
    sys.path[:] = [entry for entry in path if os.path.abspath(entry) != here]
    try:
        with suppress(ImportError):
            importlib.import_module("sitecustomize")
    finally:
        sys.path[:] = path
        if own is not None:
            sys.modules["sitecustomize"] = own


if __name__ == "sitecustomize":
    _import_the_other()
    if os.environ.get(PLAN):
        os.environ.setdefault(DRIVER, str(os.getpid()))
        plans = json.loads(os.environ[PLAN])
        for plan in plans if isinstance(plans, list) else [plans]:
            sys.addaudithook(Faults(plan).hook)
