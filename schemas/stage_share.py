"""How far a stage is through the video that it has in hand, for whoever watches; nothing depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class StageShare:
    """The share of its work that a stage has done, 0..1. It never falls."""

    def __init__(self, tell: Callable[[float], object]) -> None:
        self.tell = tell
        self.share, self.asked, self.answered = 0.0, 0, 0

    def at(self, share: float) -> None:
        """The stage is *share* through."""
        if share > self.share:
            self.share = min(1.0, share)
            self.tell(self.share)


_WATCHED: ContextVar[StageShare | None] = ContextVar("watched", default=None)


@contextmanager
def watched(tell: Callable[[float], object]) -> Iterator[None]:
    """Call *tell* with the share of the stage that runs inside, whenever that says how far it is."""
    token = _WATCHED.set(StageShare(tell))
    try:
        yield
    finally:
        _WATCHED.reset(token)


def tell_share(share: float) -> None:
    """Say that the stage that runs is *share* (0..1) through its video."""
    if one := _WATCHED.get():
        one.at(share)


def expect_replies(count: int) -> None:
    """Say that the stage that runs asks for *count* replies (more)."""
    if one := _WATCHED.get():
        one.asked += count


def reply_came() -> None:
    """Say that one of them has come. As more may be asked for when all have, one more is counted as missing."""
    if one := _WATCHED.get():
        one.answered += 1
        one.at(one.answered / (one.asked + 1))
