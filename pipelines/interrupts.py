"""Ctrl-C and SIGTERM: the first one ends what runs in an orderly way, and whoever insists ends it at once.

Handlers of signals cannot be relied on: Ray's C++ puts one of its own in place of that of SIGTERM while it starts (it
prints a stack and aborts) and takes it away when it ends, and a handler that raises at every signal breaks off the
cleaning up that the one before has begun. So both signals are blocked in all threads, and one thread waits for them.
The first is raised in the main thread, once, and never inside ``held``; those that come within ``SAME`` seconds are
the same press of keys, or the same request that reaches a process by several ways; a later one ends the process where
it stands. What was committed is as safe then as after a kill.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SAME = 1.0
"""Seconds from the first signal in which others count as the same."""
WAKE: int = getattr(signal, "SIGURG", 0)
"""What the thread sends to the main one, to be raised there. By default it is ignored, so that it never does harm."""
AGAIN = 0.02
"""Seconds until what got lost is raised again."""
AWAKE = 0.2
"""Seconds until the main thread is woken again."""
SHOW_CURSOR = b"\x1b[?25h"


class Interrupted(KeyboardInterrupt):
    """A signal has come. ``status`` is the exit status that shells expect after it: 130, 143."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.number = number


def exit_status(error: BaseException | None) -> int:
    """The exit status of a program that *error* interrupted: 130 after Ctrl-C, 143 after SIGTERM."""
    while error is not None and not isinstance(error, Interrupted):
        error = error.__cause__
    return 128 + (error.number if error is not None else signal.SIGINT)


class Listener:
    """Waits for signals, in a thread of its own, from ``start`` to the end of the process."""

    def __init__(self) -> None:
        self.last_words = "Interrupted."
        """What is printed when the process is ended at once; empty: the user was told already."""
        self._signals: set[int] = set()
        self._main = 0
        self._first: tuple[int, float] | None = None
        """The first signal, and when it came."""
        self._raised = False
        self._held = 0
        self._status: int | None = None

    def start(self) -> None:
        """Listen from now on. To be called in the main thread, before others are started. Not on Windows.

        A signal that is ignored (as in ``nohup``, or a command in the background) is ignored still.
        """
        if not hasattr(signal, "sigwait") or not WAKE:
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        self._signals = {number for number in wanted if signal.getsignal(number) != signal.SIG_IGN}
        self._main = threading.main_thread().ident or 0
        signal.signal(WAKE, self._raise)
        sys.unraisablehook = self._lost
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        # Ray's processes are forked; those that are not (a decoder) end with their parent, whatever is blocked in them.
        os.register_at_fork(after_in_child=self._unblock)
        threading.Thread(target=self._wait, name="signals", daemon=True).start()

    @property
    def listens(self) -> bool:
        """Whether it was started: the process is the command line's, and ends with what it does."""
        return bool(self._signals)

    @property
    def interrupted(self) -> bool:
        """Whether a signal has come."""
        return self._first is not None

    def end(self, status: int) -> None:
        """The exit *status* is settled: a signal from now on ends the process at once, with that status.

        Where one has come already this does not return: what was broken off (Ray, threads) is not waited for.
        """
        self._status = status
        if self.interrupted:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def interrupt(self) -> None:
        """Do to the main thread, from another one, what Ctrl-C does."""
        if self._signals:
            self._heard(signal.SIGINT)
        elif callable(signal.getsignal(signal.SIGINT)):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def check(self) -> None:
        """Raise Interrupted if a signal has come, although it was raised before: where it was, it may have got lost."""
        if self._first is not None and not self._held:
            self._raised = True
            raise Interrupted(self._first[0])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing be raised inside; what comes is raised at the end."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if not self._raised:
                self.check()

    def _wait(self) -> None:
        while True:
            self._heard(signal.sigwait(self._signals))

    def _heard(self, number: int) -> None:
        if self._status is not None:
            os._exit(self._status)
        now = time.monotonic()
        if self._first is None:
            self._first = number, now
            signal.pthread_kill(self._main, WAKE)
            threading.Thread(target=self._wake, name="wake", daemon=True).start()
        elif now - self._first[1] > SAME:
            self._leave(128 + self._first[0])

    def _wake(self) -> None:
        """Wake the main thread until it has raised: a signal that comes just before it begins to wait wakes nobody."""
        while not self._raised and self._status is None:
            time.sleep(AWAKE)
            if not self._held and not self._raised:
                signal.pthread_kill(self._main, WAKE)

    def _leave(self, status: int) -> None:
        with suppress(OSError):
            if os.isatty(2):
                os.write(2, SHOW_CURSOR)
            if self.last_words:
                os.write(2, f"\n{self.last_words}\n".encode())
        os._exit(status)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        if self._first is not None and not self._raised and not self._held and self._status is None:
            self.check()

    def _lost(self, lost: sys.UnraisableHookArgs) -> None:
        """What was raised in a finalizer goes no further: raise it again, a moment later."""
        if not issubclass(lost.exc_type, Interrupted):
            sys.__unraisablehook__(lost)
            return
        self._raised = False
        again = threading.Timer(AGAIN, signal.pthread_kill, (self._main, WAKE))
        again.daemon = True
        again.start()

    def _unblock(self) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._signals)


LISTENER = Listener()
"""That of this process."""
