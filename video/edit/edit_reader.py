"""A made video frame by frame, without a file of it: what a player would show, with every needle in it.

In a stage it runs in a child process only.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ...schemas.rounding import FRAME_ROUNDING, ROUNDING
from ..art.catalogue import PAGE, SCENE
from ..decode.pulse import beat
from ..scenes.scene import paint_scene
from .edit_list import Edit, Piece
from .overlay import apply, still
from .piece_frames import pictures
from .text_page import draw_page

Picture = NDArray[np.uint8]
Timed = tuple[float, Picture]

SPARSE = 2.0
"""Frames (at the edit's rate) for which a picture may stand before it is said again where a needle begins or ends."""
DIGITS = 6
"""Times are rounded to microseconds, as the times of spans are."""


def frames(edit: Edit, start: float = 0.0, end: float = math.inf) -> Iterator[Timed]:
    """Pairs (time, RGB picture (height, width, 3)) of *edit* with times in [*start*, *end*), rising, in seconds.

    The times are those of the sources' frames, so a variable rate stays variable; stills come at the edit's rate. The
    first picture of all is shown from 0. A source's picture that stands for long, as in a recording of a screen,
    comes again where a needle begins or ends meanwhile.

    Raises:
        Failed: a source or picture cannot be read.
    """
    late = SPARSE / edit.fps
    edges = sorted({round(edge, DIGITS) for one in edit.overlays for edge in (one.start, one.end)})
    held: Picture | None = None
    last = -math.inf
    for time, picture in _bare(edit, start, end, late):
        time = round(max(time, 0.0), DIGITS)
        if held is None:
            time = 0.0 if start <= 0 else time
        elif time <= last:
            continue
        else:
            for edge in _within(edges, last, time, late):
                yield edge, apply(edit.at(edge), held)
        yield time, apply(edit.at(time), picture)
        held, last = picture, time
    if held is not None:
        for edge in _within(edges, last, min(end, edit.duration), late):
            yield edge, apply(edit.at(edge), held)


def pictures_at(edit: Edit, times: Iterable[float], longest: int | None = None) -> list[Picture]:
    """The pictures that a player of *edit* shows at *times* (seconds), in the order asked for.

    With *longest*, larger ones are shrunk, by area, to so many pixels on their longest side.

    Raises:
        Failed: as ``frames``.
    """
    wanted = list(times)
    found: dict[float, Picture] = {}
    for time in sorted(set(wanted)):
        at = min(max(time, 0.0), edit.duration - ROUNDING)
        back = 2 * SPARSE / edit.fps
        while time not in found:
            first = max(0.0, at - back)
            for _, picture in frames(edit, first, at + 2 * ROUNDING):
                found[time] = picture
            if time not in found and not first:
                found[time] = next(picture for _, picture in frames(edit))
            back *= 4
        found[time] = _shrunk(found[time], longest)
        beat()
    return [found[time] for time in wanted]


def _shrunk(picture: Picture, longest: int | None) -> Picture:
    high, wide = picture.shape[:2]
    scale = (longest or math.inf) / max(high, wide)
    if scale >= 1:
        return picture
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _within(edges: list[float], last: float, time: float, late: float) -> list[float]:
    """Those of *edges* at which the picture of *last* is to come again before that of *time*."""
    return [edge for edge in edges if last < edge < time] if time - last > late + ROUNDING else []


def _bare(edit: Edit, start: float, end: float, late: float) -> Iterator[Timed]:
    """The frames without overlays."""
    for group in _groups(edit.pieces):
        if max(piece.end for piece in group) <= start or group[0].start >= end:
            continue
        if not group[0].slot:
            yield from _frames(group[0], edit.width, edit.height, edit.fps, start, end, late)
        else:
            yield from _halves(group, edit, start, end, late)


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces in order: each alone, or those together that share the time and have halves of the picture."""
    group: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.slot == "bottom")):
        if group and not (piece.slot and group[0].slot and piece.start < max(one.end for one in group) - ROUNDING):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _frames(
    piece: Piece, width: int, height: int, fps: float, start: float, end: float, late: float
) -> Iterator[Timed]:
    """The frames of one piece with times in [*start*, *end*)."""
    if piece.uri:
        yield from pictures(piece, width, height, start, end, late)
        return
    moves = piece.picture.startswith(SCENE)
    draw = draw_page if piece.picture.startswith(PAGE) else still
    picture = None if moves else draw(piece.picture, width, height)
    for n in range(math.ceil((piece.end - piece.start - ROUNDING) * fps)):
        time = piece.start + n / fps
        if start - ROUNDING <= time < min(end, piece.end) - ROUNDING:
            yield time, paint_scene(piece.picture, piece.share(time), width, height) if picture is None else picture


def _halves(group: list[Piece], edit: Edit, start: float, end: float, late: float) -> Iterator[Timed]:
    """Two halves at once, at every time at which either has a new picture: which has more of them does not show."""
    middle = edit.height // 2
    rows = {"top": slice(0, middle), "bottom": slice(middle, edit.height)}
    size = {"top": middle, "bottom": edit.height - middle}

    def track(slot: str) -> Iterator[tuple[float, str, Picture]]:
        for piece in group:
            if piece.slot == slot and piece.end > start and piece.start < end:
                for time, picture in _frames(piece, edit.width, size[slot], edit.fps, start, end, late):
                    yield round(time, DIGITS), slot, picture

    whole = np.zeros((edit.height, edit.width, 3), np.uint8)
    due: float | None = None
    for time, slot, picture in heapq.merge(track("bottom"), track("top"), key=lambda item: item[:2]):
        if due is None or time - due > FRAME_ROUNDING:
            if due is not None:
                yield due, whole.copy()
            due = time
        whole[rows[slot]] = picture
    if due is not None:
        yield due, whole
