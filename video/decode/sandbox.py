"""Calling a function in a child process that may crash, hang or flood memory without harm to the caller.

``call("package.module:function", arguments)`` runs in a persistent child, so that a call costs a fraction of a
millisecond. Children are plain interpreters that talk length-prefixed pickles over pipes: multiprocessing would
import the caller's ``__main__`` again, which must not happen inside a Ray worker. Linux and macOS.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...schemas import Failed
from ...schemas.stage_share import tell_share
from .pulse import HEADER, SIGN, share_of

WORKER = "vdata.video.decode.worker"
ATTEMPTS = 2
MIB = 1 << 20
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(64 * MIB), "MALLOC_TRIM_THRESHOLD_": str(256 * MIB)}
"""For glibc: not to give every middling buffer back to the system at once, only to fault its pages in again."""


class CallError(Exception):
    """The function raised something that is no Failed, Dropped or built-in exception; *trace* is its traceback."""

    def __init__(self, text: str, trace: str = "") -> None:
        super().__init__(text)
        self.trace = trace


class Broken(Exception):
    """The child cannot go on: *reason* is ``decoder_crashed``, ``decoder_timeout`` or ``decoder_out_of_memory``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Sandbox:
    """One child process. Not for use by two threads at once: ``call`` below sees to that."""

    def __init__(self) -> None:
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._child: subprocess.Popen[bytes] = _spawner().submit(_start, self._noise).result()
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._in, self._out = self._child.stdin.fileno(), self._child.stdout.fileno()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def run(self, name: str, args: tuple[Any, ...], seconds: float, mib: int, silence: float = math.inf) -> Any:
        """The value of function *name* for *args*, within *seconds* of wall clock and *mib* MiB of memory.

        Given up after *silence* seconds without a sign of life (``pulse.beat``).

        Raises:
            Broken: the child crashed, overran a limit, and is gone.
            CallError: see there. Failed, Dropped and built-in exceptions come through as they are.
        """
        deadline = time.monotonic() + seconds
        try:
            os.ftruncate(self._noise.fileno(), 0)
            message = pickle.dumps((name, args, seconds, mib * MIB), pickle.HIGHEST_PROTOCOL)
            with contextlib.suppress(BrokenPipeError):
                _write(self._in, len(message).to_bytes(HEADER, "big") + message)
            outcome, value, trace = self._read(deadline, seconds, silence)
        except BaseException:  # also KeyboardInterrupt: a reply that is still to come would answer the next call
            self.close()
            raise
        if outcome == "value":
            return value
        if outcome == "memory":
            self.close()
            raise Broken("decoder_out_of_memory", f"needed more than {mib} MiB of memory")
        if outcome == "raised":
            raise value
        raise CallError(value, trace)

    def close(self) -> None:
        """End the child and its pipes."""
        if self.alive:
            self._child.kill()
        self._child.wait()
        self._ready.close()
        for pipe in (self._child.stdin, self._child.stdout, self._noise):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self, deadline: float, seconds: float, silence: float) -> Any:
        """A reply: its pickle, and the large buffers that came beside it, which are used where they were read to."""

        def number() -> int:
            return int.from_bytes(self._take(HEADER, deadline, seconds, silence), "big")

        def part(size: int) -> bytearray:
            return self._take(size, deadline, seconds, silence)

        while not (size := number()) or size >= SIGN:  # a sign of life
            tell_share(share_of(size) or 0.0)
        pickled = part(size)
        return pickle.loads(pickled, buffers=[part(number()) for _ in range(number())])

    def _take(self, size: int, deadline: float, seconds: float, silence: float) -> bytearray:
        got, done = bytearray(size), 0
        rest = memoryview(got)
        while done < size:
            left = deadline - time.monotonic()
            if not self._ready.select(max(0.0, min(left, silence))):
                if silence < left:
                    raise Broken("decoder_timeout", f"made no progress for {silence:g} seconds")
                raise Broken("decoder_timeout", f"took more than {seconds:g} seconds")
            read = os.readv(self._out, [rest[done:]])
            if not read:
                raise self._obituary()
            done += read
        return got

    def _obituary(self) -> Broken:
        code = self._child.wait()
        self._noise.seek(0)
        lines = self._noise.read(64 * MIB).decode("utf-8", "replace").strip().splitlines()
        said = f": {lines[-1][:300]}" if lines else ""
        if code == EXIT_MEMORY or any(sign in said for sign in ("bad_alloc", "emory allocation", "annot allocate")):
            return Broken("decoder_out_of_memory", f"needed more memory than it may use{said}")
        if code >= 0:
            return Broken("decoder_crashed", f"ended with exit status {code}{said}")
        try:
            died = signal.Signals(-code).name
        except ValueError:
            died = f"signal {-code}"
        hint = " (the system kills so when memory runs out)" if died == "SIGKILL" else ""
        return Broken("decoder_crashed", f"killed by {died}{hint}{said}")


EXIT_MEMORY = 86
"""Exit status of a child that its own memory watch ended."""

_idle: list[Sandbox] = []
_lock = threading.Lock()
_threads: list[ThreadPoolExecutor] = []


def call(name: str, *args: Any, seconds: float = 60.0, mib: int = 2048, silence: float = math.inf) -> Any:
    """Call the function *name* (``package.module:function``) on *args* in an idle child; as many children as callers.

    What hangs costs two times *seconds*, or two times *silence* where that is given: limits are a matter of seconds, so
    that one bad file cannot hold up a build for long.

    Args:
        seconds: limit of wall-clock time.
        mib: limit of memory of the child, MiB.
        silence: limit of seconds without a sign of life, for functions that give signs (``pulse.beat``).

    Raises:
        Failed: ``decoder_crashed``, ``decoder_timeout`` or ``decoder_out_of_memory``, after two attempts.
        CallError: the function raised something unusual. Failed, Dropped and built-in exceptions come as they are.
    """
    for attempt in range(1, ATTEMPTS + 1):
        box = _take()
        try:
            return box.run(name, args, seconds, mib, silence)
        except Broken as broken:
            if attempt == ATTEMPTS:
                raise Failed(broken.reason, f"{broken.detail} ({ATTEMPTS} attempts)") from None
        finally:
            if box.alive:
                with _lock:
                    _idle.append(box)
    raise AssertionError


def close() -> None:
    """End every idle child."""
    with _lock:
        while _idle:
            _idle.pop().close()


def _take() -> Sandbox:
    while True:
        with _lock:
            box = _idle.pop() if _idle else None
        if box is None:
            return Sandbox()
        if box.alive:
            return box
        box.close()


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def _spawner() -> ThreadPoolExecutor:
    """The one thread that starts children: on Linux a child is killed when the *thread* that started it ends."""
    with _lock:
        if not _threads:
            _threads.append(ThreadPoolExecutor(1, thread_name_prefix="sandbox"))
        return _threads[0]


def _start(noise: Any) -> subprocess.Popen[bytes]:
    tuned = {**dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"), **KEEP_MEMORY}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", WORKER, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=noise,
        bufsize=0,
        env={**os.environ, **tuned, "PYTHONPATH": path},
    )


def _forget() -> None:
    """Called in a forked copy of this process: forget the children, which are its parent's."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()
    _threads.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
atexit.register(close)
