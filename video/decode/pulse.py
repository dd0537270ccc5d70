"""Signs of life that a child process of the sandbox gives; its parent ends a child that gives none for too long."""

from __future__ import annotations

import time
from typing import BinaryIO

HEADER = 8
"""Bytes of a message's length. A message of length 0 is a sign of life."""
EVERY = 1.0
"""Seconds from one to the next, at least: there may be thousands of reasons a second."""

_pipe: BinaryIO | None = None
_last = 0.0


def begin(pipe: BinaryIO) -> None:
    """Signs go through *pipe* from now on; in a process without one, ``beat`` does nothing."""
    global _pipe
    _pipe = pipe


def beat() -> None:
    """Give a sign of life. Called whenever a packet was read or a picture decoded."""
    global _last
    if _pipe is not None and (now := time.monotonic()) - _last >= EVERY:
        _last = now
        _pipe.write(bytes(HEADER))
        _pipe.flush()
