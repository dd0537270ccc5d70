"""Cutting a stretch out of a video, which may be a plan of parts: an edit with one more way of copying."""

from __future__ import annotations

from dataclasses import replace

from ...schemas import Failed, Timeline
from ...schemas.rounding import ROUNDING
from ..art.catalogue import SCENE
from .edit_list import Edit, Overlay, Piece, edit_of
from .renderer import COPY, SMART, Renderer, Rendering

USUAL_FPS = 25.0
CUT_WAYS = (SMART, COPY)
"""The smart way encodes what an edge cuts through; copying alone is for what is no H.264."""


def make_cut(renderer: Renderer, edit: Edit, staging: str) -> Rendering:
    """Make the file of *edit* as ``Renderer.make`` does.

    A picture of an odd size, which H.264 cannot hold, loses its last row or column.
    """
    try:
        return renderer.make(edit, staging)
    except Failed as failure:
        if failure.reason != "odd_size":
            raise
    return renderer.make(replace(edit, width=edit.width // 2 * 2, height=edit.height // 2 * 2), staging)


def whole(video: Timeline) -> Edit:
    """All of *video*: its file as one piece, or its plan."""
    if video.planned:
        return edit_of(video, video.base)
    media = video.media
    assert media is not None
    piece = Piece(0.0, video.seconds, video.uri, video.file, media.sha256, begin=0.0, finish=video.seconds)
    return Edit((piece,), (), media.width, media.height, media.fps or USUAL_FPS)


def cut(video: Timeline, start: float, end: float, *, sound: bool) -> Edit:
    """The stretch from *start* to *end* (seconds) of *video* as a video of its own."""
    edit = excerpt(whole(video), start, end)
    return replace(edit, sound=edit.sound and sound)


def excerpt(edit: Edit, start: float, end: float) -> Edit:
    """The stretch from *start* to *end* (seconds) of *edit* as an edit of its own: at t what *edit* shows at
    *start* + t, with the overlays of that time.

    Raises:
        Failed: ``no_frames``: nothing of it lies there.
    """
    pieces = [_part(one, start, end) for one in edit.pieces if _length(one, start, end) > ROUNDING]
    if not pieces:
        raise Failed("no_frames", f"nothing is shown from {start:g} s to {end:g} s: it ends at {edit.duration:g} s")
    overlays = [one for one in edit.overlays if _length(one, start, end) > 0]
    moved = [replace(one, start=max(one.start, start) - start, end=min(one.end, end) - start) for one in overlays]
    return replace(edit, pieces=tuple(pieces), overlays=tuple(moved))


def _length(one: Piece | Overlay, start: float, end: float) -> float:
    """Seconds of *one* from *start* to *end*."""
    return min(one.end, end) - max(one.start, start)


def _part(piece: Piece, start: float, end: float) -> Piece:
    """What lies of *piece* from *start* to *end*, *start* seconds earlier."""
    first, last = max(piece.start, start), min(piece.end, end)
    before, after = (first - piece.start) * piece.speed, (piece.end - last) * piece.speed
    begin, finish = piece.begin, piece.finish
    if piece.picture.startswith(SCENE):
        shares = [piece.share(first), piece.share(last)]
        begin, finish = shares if shares != [0.0, 1.0] else (begin, finish)
    elif piece.uri:
        before, after = (after, before) if piece.backwards else (before, after)
        begin, finish = round(begin + before, 6), round(finish - after, 6)
    return replace(piece, start=round(first - start, 6), end=round(last - start, 6), begin=begin, finish=finish)
