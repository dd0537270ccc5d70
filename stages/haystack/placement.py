"""Where needles go: times that do not overlap, pieces that make room, places in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from ...schemas import Failed
from ...schemas.rounding import SHORTEST_PIECE
from ...video.edit.edit_list import Piece, shift

GAP = 0.5
"""The least seconds of haystack between two needles."""
CELLS = ((0.14, 0.38, 0.62, 0.86), (0.2, 0.5, 0.8))
"""Where things that are shown at the same time may be, as shares of the width and of the height."""
FRAME_SHARE = 1e-4
"""A time that lies before a frame by a smaller share of a frame's length means that frame."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time for a needle: *at* seconds of the haystack before any is hidden, which is *start* in the made video."""

    at: float
    start: float
    seconds: float


def spread(
    length: float, seconds: Sequence[float], inserted: bool, shares: Sequence[float], fps: float = 0.0
) -> list[Slot]:
    """Times for needles that last *seconds* each, in order, in a video that lasts *length* seconds with them.

    *shares* (0 to 1, rising) say where: 0 is its start, 1 so that a needle ends with it. They share out what is left of
    the video when all needles and the gaps of ``GAP`` between them are taken off, so that none overlap. With *fps*,
    each begins with a frame.

    Raises:
        Failed: ``haystack_too_short``.
    """
    room = length - GAP * (len(seconds) - 1) - sum(seconds)
    if room < 0 or (inserted and room == 0 and len(seconds) == 1):  # nothing but the needle
        raise Failed("haystack_too_short", f"{len(seconds)} needles of {max(seconds):g} s need more than {length:g} s")
    slots: list[Slot] = []
    before = added = 0.0
    for n, (share, lasts) in enumerate(zip(shares, seconds, strict=True)):
        at = room * share + n * GAP + (0.0 if inserted else before)
        at = int(at * fps + FRAME_SHARE) / fps if fps else at
        slots.append(Slot(round(at, 6), round(at + added, 6), lasts))
        before += lasts
        added += lasts if inserted else 0.0
    return slots


def shares_of(count: int, depth: float | None, rng: Random) -> list[float]:
    """Where *count* needles go: anywhere, or the first at *depth* and the others evenly between it and the end."""
    if depth is None:
        return sorted(rng.random() for _ in range(count))
    return [depth + (1 - depth) * n / count for n in range(count)]


def put_in(
    pieces: list[Piece], new: Sequence[tuple[float, Piece]], over: bool = False
) -> tuple[list[Piece], list[Piece]]:
    """Put *new* pieces into *pieces*: (seconds of the haystack before any is put in, piece) in order of time.

    The pieces make room for them, or with *over* lose what is shown in their place.

    Returns:
        All pieces in order, and the new ones among them, with their times.
    """
    joined: list[Piece] = []
    placed: list[Piece] = []
    rest, added = list(pieces), 0.0
    for at, piece in new:
        while rest and rest[0].end <= at + SHORTEST_PIECE:
            joined.append(shift(rest.pop(0), added))
        if rest and rest[0].start < at - SHORTEST_PIECE:
            head, rest[0] = cut(rest[0], at)
            joined.append(shift(head, added))
        start = round(at + added, 6)
        lasts = piece.end - piece.start
        if over:
            rest = _after(rest, at + lasts)
        placed.append(replace(piece, start=start, end=round(start + lasts, 6)))
        joined.append(placed[-1])
        added = added if over else round(added + lasts, 6)
    return [*joined, *(shift(piece, added) for piece in rest)], placed


def without_end(pieces: Sequence[Piece], seconds: float) -> list[Piece]:
    """*pieces* but for their last *seconds* seconds."""
    if seconds <= 0:
        return list(pieces)
    end = round(pieces[-1].end - seconds, 6)
    left = [piece for piece in pieces if piece.start < end - SHORTEST_PIECE]
    return [cut(piece, end)[0] if piece.end > end + SHORTEST_PIECE else piece for piece in left]


def _after(pieces: list[Piece], time: float) -> list[Piece]:
    """What is shown from *time* on."""
    left = [piece for piece in pieces if piece.end > time + SHORTEST_PIECE]
    return [cut(piece, time)[1] if piece.start < time - SHORTEST_PIECE else piece for piece in left]


def cut(piece: Piece, at: float) -> tuple[Piece, Piece]:
    """The two parts of *piece*, cut where the made video is at *at* seconds."""
    middle = round(piece.begin + (at - piece.start) * piece.speed, 6)
    return replace(piece, end=at, finish=middle), replace(piece, start=at, begin=middle)


def places(count: int, rng: Random) -> list[tuple[float, float]]:
    """The middles (x, y), as shares of the frame, of *count* things that do not cover one another; 12 at most."""
    across, down = CELLS
    return rng.sample([(x, y) for x in across for y in down], count)


MOST_AT_ONCE = len(CELLS[0]) * len(CELLS[1])
