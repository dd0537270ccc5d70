"""The child's side of ``sandbox``: read a call, make it, write what came of it, until the parent is gone."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import pickle
import pkgutil
import resource
import signal
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from ...schemas import Dropped, Failed
from . import pulse
from .pulse import HEADER
from .sandbox import EXIT_MEMORY

GRACE = 10.0
"""Seconds after its limit at which the child ends itself, should the parent not be there to do so."""
LARGE = 1 << 16
"""Bytes from which on a buffer is written as it lies."""
PR_SET_PDEATHSIG = 1
NO_ROOM = ("failed to map segment", "cannot map zero-fill pages", "cannot allocate")
"""What the loader says of a library for which there is no memory left."""


def main() -> None:
    """Serve calls from stdin. What libraries print goes to stderr: replies have a pipe of their own."""
    parent = int(sys.argv[1])
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    _die_with(parent)
    pulse.begin(replies)
    while call := _read(sys.stdin.buffer):
        name, args, seconds, memory = pickle.loads(call)
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True)
        _limit_memory(memory)
        pulse.through(0.0)
        beside: list[memoryview] = []
        reply = _reply(name, args, beside)
        faulthandler.cancel_dump_traceback_later()
        replies.write(len(reply).to_bytes(HEADER, "big") + reply + len(beside).to_bytes(HEADER, "big"))
        for buffer in beside:
            replies.write(buffer.nbytes.to_bytes(HEADER, "big"))
            replies.write(buffer)
        del beside
        replies.flush()


def _reply(name: str, args: tuple[Any, ...], beside: list[memoryview]) -> bytes:
    """Pickled: (``value``, it, ""), (``raised``, exception, traceback), (``memory``, "", ""), (``error``, text, …).

    Large buffers of arrays are not copied into the pickle: they go to *beside*.
    """

    def inside(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes >= LARGE:
            beside.append(raw)
        return raw.nbytes < LARGE

    try:
        return pickle.dumps(("value", pkgutil.resolve_name(name)(*args), ""), 5, buffer_callback=inside)
    except Exception as error:
        trace = traceback.format_exc()
        beside.clear()
        if _is_memory(error):
            return pickle.dumps(("memory", "", ""))
        if isinstance(error, (Failed, Dropped)) or type(error).__module__ == "builtins":
            with contextlib.suppress(Exception):
                reply = pickle.dumps(("raised", error, trace))
                pickle.loads(reply)
                return reply
        return pickle.dumps(("error", f"{type(error).__name__}: {error}", trace))


def _is_memory(error: BaseException) -> bool:
    """MemoryError, libav's and NumPy's own of that name, OpenCV's error -4, a library that could not be loaded."""
    if type(error).__name__ in ("MemoryError", "_ArrayMemoryError") or getattr(error, "code", 0) == -4:
        return True
    return isinstance(error, ImportError) and any(sign in str(error) for sign in NO_ROOM)


def _limit_memory(limit: int) -> None:
    """Cap this process at *limit* bytes.

    On Linux RLIMIT_DATA counts what is really private and writable; RLIMIT_AS would also count libraries and files
    that are mapped. Elsewhere the system does not enforce it, and a thread watches the peak instead.
    """
    if sys.platform == "linux":
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    else:
        _watch.limit = limit
        if not _watch.is_alive():
            _watch.start()


class _Watch(threading.Thread):
    """Ends the process when its peak of resident memory is over ``limit`` bytes."""

    limit = 1 << 62

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss

    def run(self) -> None:
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * self.unit <= self.limit:
            time.sleep(0.1)
        os._exit(EXIT_MEMORY)


_watch = _Watch()


def _die_with(parent: int) -> None:
    """End with the parent, also in the middle of a call; between calls the end of stdin does it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _read(pipe: BinaryIO) -> bytes:
    head = pipe.read(HEADER)
    return pipe.read(int.from_bytes(head, "big")) if len(head) == HEADER else b""


if __name__ == "__main__":
    main()
