"""The frames of a stretch of one video file, forwards or backwards; in a stage, only in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...schemas import Failed
from ...schemas.rounding import ROUNDING
from ..decode.container import clockwise
from ..decode.frame_clock import FrameClock
from ..decode.open import open_video
from ..decode.packets import Decoder
from ..decode.picture import TURNS
from ..decode.pulse import beat
from .edit_list import Piece

Picture = NDArray[np.uint8]
Timed = tuple[float, Any]

MAX_PIXELS = 8192 * 4320
AHEAD = 1.0
"""Seconds up to which decoding on is quicker than seeking."""
BACK = (0.0, 1.0, 5.0, 20.0)
"""Seconds before the wanted time at which seeking is tried, until a frame comes that is not after it."""
INDEXED = ("mov", "matroska")
"""Containers with an index and one clock, in which seeking finds the right frames; others are read from the start."""
LACKING = 0.05
"""Share of the time that a file tells by which its pictures may end early."""
HELD = 128 << 20
"""Bytes of pictures that playing backwards may hold at a time."""


def pictures(piece: Piece, width: int, height: int, start: float, end: float, late: float) -> Iterator[Timed]:
    """Pairs (time in the made video, RGB picture of *width* × *height*) of *piece*, a video's, in [*start*, *end*).

    The times are those of the source's frames. When the first of them comes more than *late* seconds after the piece
    begins, the frame that is on the screen there comes before it, at the piece's start.

    Raises:
        Failed: as ``open_video``; ``no_frames``: nothing can be decoded there.
    """
    play = _backwards if piece.backwards else _forwards
    some = False
    for time, picture in play(piece, width, height, start, min(end, piece.end), late):
        some = True
        yield time, picture
    if not some and start <= piece.start and end >= piece.end:
        raise Failed("no_frames", f"{piece.uri}: no picture from {piece.begin:g} s to {piece.finish:g} s")


def _forwards(piece: Piece, width: int, height: int, start: float, end: float, late: float) -> Iterator[Timed]:
    begin = piece.begin + max(0.0, start - piece.start) * piece.speed
    before, first = None, begin == piece.begin
    for at, frame in decode_stretch(piece.file, begin, piece.finish, early=True):
        time = piece.start + (at - piece.begin) / piece.speed
        if at < begin - ROUNDING:
            before = frame
            continue
        if time >= end - ROUNDING:
            return
        if first and before is not None and time > piece.start + late:
            yield piece.start, fit_picture(before, width, height)
        first, before = False, None
        yield max(time, piece.start), fit_picture(frame, width, height)
    if first and before is not None:  # one picture that stands all the time
        yield piece.start, fit_picture(before, width, height)


def _backwards(piece: Piece, width: int, height: int, start: float, end: float, late: float) -> Iterator[Timed]:
    """The frames in reverse. The file is decoded twice: for the times, and then a few frames at a time from the end."""
    times = [at for at, _ in decode_stretch(piece.file, piece.begin, piece.finish)]
    shown = [(piece.start + (piece.finish - over) / piece.speed, at) for at, over in pairwise([*times, piece.finish])]
    wanted = [(time, at) for time, at in shown if start - ROUNDING <= time < end - ROUNDING]
    few = max(1, HELD // (width * height * 3))
    while wanted:
        group, wanted = wanted[-few:], wanted[:-few]
        held: list[Picture] = []
        for _, frame in decode_stretch(piece.file, group[0][1], group[-1][1] + 2 * ROUNDING):
            held.append(fit_picture(frame, width, height))
        if len(held) != len(group):
            raise Failed("corrupt", f"{piece.uri}: its frames are not the same when they are read again")
        for time, _ in reversed(group):
            yield time, held.pop()


def decode_stretch(uri: str, begin: float, finish: float, *, early: bool = False) -> Iterator[Timed]:
    """Pairs (time, frame) of the frames of *uri* with times in [*begin*, *finish*), seconds from the container's start.

    With *early*, some frames before *begin* come as well, the last of them being the one on the screen at *begin*.

    Raises:
        Failed: as ``open_video``; ``truncated``: the pictures end long before *finish* and the time the file tells.
    """
    with open_video(uri, MAX_PIXELS) as (container, stream):
        over = 0.0
        for time, frame in _from(container, stream, begin):
            beat()
            if time >= finish - ROUNDING:
                return
            over = time + float((getattr(frame, "duration", 0) or 0) * stream.time_base)
            if early or time >= begin - ROUNDING:
                yield time, frame
        told = float(stream.duration * stream.time_base) if stream.duration else 0.0
        if min(told, finish) > over + max(1.0, LACKING * told):
            raise Failed("truncated", f"{uri}: its pictures end at {over:.2f} s, and it is said to last {told:.2f} s")
        if begin > max(told, over) + 1.0:
            raise Failed(
                "no_frames", f"{uri}: there is no picture at {begin:.2f} s: it ends at {max(told, over):.2f} s"
            )


def _from(container: Any, stream: Any, begin: float) -> Iterator[Timed]:
    """All frames from a keyframe at or before *begin* on."""
    origin = None if container.start_time is None else container.start_time / 1e6
    tick = float(stream.time_base)
    decoder = Decoder(container, stream)
    frames = decoder.frames()
    if origin is not None and begin > AHEAD and container.format.name.startswith(INDEXED):
        for back in BACK:
            ticks = int((max(begin - back, 0.0) + origin) / tick)
            container.seek(ticks, stream=stream, backward=True)
            frames = decoder.frames()
            first = next(frames, None)
            if first is not None and first.pts is not None and first.pts * tick - origin <= begin + ROUNDING:
                yield first.pts * tick - origin, first
                for frame in frames:
                    if frame.pts is not None:
                        yield frame.pts * tick - origin, frame
                return
        container.seek(0)
        frames = decoder.frames()
    clock: FrameClock | None = None
    for frame in frames:
        pts = None if frame.pts is None else frame.pts * tick
        clock = clock or FrameClock((pts or 0.0) if origin is None else origin, 0.0)
        yield clock.tell(pts), frame


def fit_picture(frame: Any, width: int, height: int) -> Picture:
    """*frame* upright, as RGB (height, width, 3), as large as fits, on black."""
    picture: Picture = frame.to_ndarray(format="rgb24")
    angle = clockwise(frame) if frame.rotation else 0
    if angle:
        picture = cv2.rotate(picture, TURNS[angle])  # type: ignore[assignment]
    high, wide = picture.shape[:2]
    scale = min(width / wide, height / high)
    size = min(width, round(wide * scale)), min(height, round(high * scale))
    if size != (wide, high):
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, (max(1, size[0]), max(1, size[1])), interpolation=method)  # type: ignore[assignment]
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    whole = np.zeros((height, width, 3), np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole
