"""Signs of life that a child process of the sandbox gives; its parent ends a child that gives none for too long."""

from __future__ import annotations

import time
from typing import BinaryIO

HEADER = 8
"""Bytes of a message's length. A length of 0, or from ``SIGN`` on, is a sign of life and no message."""
SIGN = 1 << 63
"""This, and millionths of the work that is done."""
MILLION = 1_000_000
EVERY = 1.0
"""Seconds from one to the next, at least: there may be thousands of reasons a second."""

_pipe: BinaryIO | None = None
_last = 0.0
_sign = 0


def begin(pipe: BinaryIO) -> None:
    """Signs go through *pipe* from now on; in a process without one, ``beat`` does nothing."""
    global _pipe
    _pipe = pipe


def through(share: float) -> None:
    """From now on signs say that *share* (0..1) of the work is done; 0: nothing is known of that."""
    global _sign
    _sign = SIGN + round(MILLION * min(1.0, share)) if share > 0 else 0


def share_of(sign: int) -> float | None:
    """What a sign of life says to be done, 0..1; None if it does not say."""
    return (sign - SIGN) / MILLION if sign else None


def beat() -> None:
    """Give a sign of life. Called whenever a packet was read or a picture decoded."""
    global _last
    if _pipe is not None and (now := time.monotonic()) - _last >= EVERY:
        _last = now
        _pipe.write(_sign.to_bytes(HEADER, "big"))
        _pipe.flush()
