"""From global motion to camera moves: speeds, smoothed, then named and run-length coded.

Signs: a column dx > 0 says that the picture's content moves right, so that the camera pans left; dy > 0 that it moves
down, so that the camera tilts up; zoom > 0 that it grows, so that the camera zooms in (or comes nearer).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.rounding import ROUNDING
from .frame_ranges import flat, ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...schemas import Signals, Span

    F8 = NDArray[np.float64]

MOVES = (
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "shake",
)  # fmt: skip
UNKNOWN = len(MOVES)
"""The number of what is no move: the background does not agree on one."""
SHAKE = MOVES.index("shake")
SURE = 0.75
"""Mean agreement from which moves are believed whatever comes before and after them."""
PLAUSIBLE = 0.25, 0.25, 0.1
"""Greatest shift and growth from one frame to the next. More is not a camera but a fade that defeats the tracking."""


@dataclass(slots=True)
class Move:
    """One camera move within span number *owner*, *start* to *end* seconds, with its mean speeds per second."""

    owner: int
    label: str
    start: float
    end: float
    pan: float
    """Of the camera to the right, widths of the picture a second."""
    tilt: float
    """Of the camera upwards, heights of the picture a second."""
    zoom: float
    """Growth of the picture a second: 0.1 is 10 %."""
    shake: float
    """Root mean square of the speed that is not smooth, a second."""


def moves(
    signals: Signals,
    spans: Sequence[Span],
    speeds: tuple[float, float, float, float],
    window: float,
    least: float,
    agreement: float,
    clear: float,
) -> list[Move]:
    """The camera moves of every span, in order.

    *speeds* are the least speeds of a pan, a tilt, a zoom and a shake, per second. Speeds are smoothed over *window*
    seconds, without looking outside the span, and a move shorter than *least* seconds joins its longer neighbour.
    There is no move where less than *agreement* (0..1) of the background follows the global motion, by its points or by
    how it looks, nor where moves are
    less than *clear* (0..1) of the stretch that they make up with what is no move before and after them: what comes and
    goes is the motion of a thing.
    """
    low, high = ranges(signals, spans)
    frames, owner, begin = flat(low, high)
    time = signals.time
    now, first, last = time[frames], time[low][owner], time[high - 1][owner]
    since, until = np.maximum(now - window / 2, first), np.minimum(now + window / 2, last)
    passed = np.where(until > since, until - since, 1.0)
    motion, follows = plausible_motion(signals)[:3], np.minimum(signals.agreement, signals.background)
    *smooth, agreed = (
        (np.interp(until, time, row) - np.interp(since, time, row)) / passed
        for row in np.cumsum([*motion, follows * np.diff(time, prepend=time[0])], axis=1)
    )
    speed = np.stack(smooth)
    agreed = np.where(until > since, agreed, follows[frames])
    rough = _roughness(time, motion, frames, owner, low, begin, speed, since, until)
    label = np.where(agreed >= agreement, _name(speed, rough, speeds), UNKNOWN)
    found = []
    for n, (a, size) in enumerate(zip(begin.tolist(), (high - low).tolist(), strict=True)):
        runs = _runs(label[a : a + size], now[a : a + size], spans[n], least)
        for start, end, name in _clear(runs, now[a : a + size], agreed[a : a + size], spans[n], clear):
            part = slice(a + start, a + end)
            pan, tilt, zoom = speed[:, part].mean(1).tolist()
            begins = spans[n].start if start == 0 else float(now[a + start])
            ends = spans[n].end if end == size else float(now[a + end])
            found.append(Move(n, MOVES[name], begins, ends, -pan, tilt, zoom, float(rough[part].mean())))
    return found


def plausible_motion(signals: Signals) -> F8:
    """The columns dx, dy, zoom and motion (4, n), 0 at the frames whose motion cannot be true."""
    columns = np.stack([signals.dx, signals.dy, signals.zoom, signals.motion]).astype(np.float64)
    columns[:, (np.abs(columns[:3]) > np.array(PLAUSIBLE)[:, None]).any(0)] = 0.0
    return columns


def _roughness(
    time: F8,
    motion: F8,
    frames: NDArray[np.intp],
    owner: NDArray[np.intp],
    low: NDArray[np.intp],
    begin: NDArray[np.intp],
    speed: F8,
    since: F8,
    until: F8,
) -> F8:
    """Root mean square, from *since* to *until*, of the part of the motion that the smoothed *speed* leaves."""
    inside = frames > low[owner]
    step = np.where(inside, time[frames] - time[np.maximum(frames - 1, 0)], 1.0)
    raw = motion[:2, frames] / np.maximum(step, ROUNDING)
    left = np.where(inside, ((raw - speed[:2]) ** 2).sum(0), 0.0)
    sums = np.concatenate([[0.0], np.cumsum(left)])
    shift = begin[owner] - low[owner]
    a = np.maximum(np.searchsorted(time, since - ROUNDING) + shift, begin[owner])
    b = np.searchsorted(time, until + ROUNDING, side="right") + shift
    a = np.maximum(a, np.minimum(begin[owner] + 1, b - 1))  # the first frame of a span has no motion of its own
    rough: F8 = np.sqrt(np.maximum(sums[b] - sums[a], 0.0) / (b - a))
    return rough


def _name(speed: F8, rough: F8, speeds: tuple[float, float, float, float]) -> NDArray[np.intp]:
    """The number in MOVES of what the camera does at every frame: its fastest move, in multiples of the least speed."""
    share = np.abs(speed) / np.array(speeds[:3])[:, None]
    axis = share.argmax(0)
    forward = np.take_along_axis(speed, axis[None], 0)[0] > 0
    # content right: pan_left; content down: tilt_up; content grows: zoom_in: the first of each pair
    label = np.where(share.max(0) >= 1, 1 + 2 * axis + np.where(forward, 0, 1), 0)
    shaken = (rough >= speeds[3]) & (rough > np.hypot(speed[0], speed[1]))
    return np.where(shaken, SHAKE, label)


def _clear(
    runs: list[tuple[int, int, int]], now: F8, agreed: F8, span: Span, least: float
) -> list[tuple[int, int, int]]:
    """Those *runs* that have a move and are, together, *least* of what they make up with the unknown around them.

    Where the background surely agrees, the unknown around that does not matter.
    """
    times = [span.start, *(float(now[start]) for start, _, _ in runs[1:]), span.end]
    blocks: list[tuple[bool, float, list[tuple[int, int, int]]]] = []
    for known, members in groupby(enumerate(runs), lambda item: item[1][2] != UNKNOWN):
        block = list(members)
        seconds = times[block[-1][0] + 1] - times[block[0][0]]
        blocks.append((known, seconds, [run for _, run in block]))
    kept: list[tuple[int, int, int]] = []
    for n, (known, seconds, block_runs) in enumerate(blocks):
        around = sum(blocks[m][1] for m in (n - 1, n + 1) if 0 <= m < len(blocks))
        sure = known and float(agreed[block_runs[0][0] : block_runs[-1][1]].mean()) >= SURE
        if known and (sure or seconds >= least * (seconds + around) - ROUNDING):
            kept += block_runs
    return kept


def _runs(label: NDArray[np.intp], now: F8, span: Span, least: float) -> list[tuple[int, int, int]]:
    """Stretches start..end-1 with their labels; those shorter than *least* seconds have joined the longer neighbour."""
    edges = [0, *(np.flatnonzero(np.diff(label)) + 1).tolist(), len(label)]
    times = [span.start, *now[edges[1:-1]].tolist(), span.end]
    names = label[edges[:-1]].tolist()
    while len(names) > 1:
        sizes = np.diff(times)
        n = int(sizes.argmin())
        if sizes[n] >= least:
            break
        before = sizes[n - 1] if n > 0 else -1.0
        after = sizes[n + 1] if n + 1 < len(names) else -1.0
        names[n] = names[n - 1] if before >= after else names[n + 1]
        same = [m for m in range(1, len(names)) if names[m] == names[m - 1]]
        for m in reversed(same):
            del names[m], edges[m], times[m]
    return [(start, end, name) for (start, end), name in zip(pairwise(edges), names, strict=True)]
