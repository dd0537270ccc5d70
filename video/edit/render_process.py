"""What ``render`` has a child process do: one way of making the file, and looking at what was made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import av

from ...schemas import Failed, Media
from ..decode.container import look
from ..decode.open import open_video
from ..decode.pulse import beat
from .edit_list import Edit

MAX_PIXELS = 8192 * 4320

Made = tuple[dict[str, float], str, str]
"""What was done, or nothing, why (snake_case; empty when it was done) and a word for people."""


def smart(edit: Edit, out: str, crf: int, preset: str) -> Made:
    """Write *edit* to *out* with most packets copied, or say why that cannot be.

    An error that nobody thought of is such a reason too: the video is then encoded.
    """
    from .gops import CannotCopy
    from .smart import render

    try:
        with plain_errors(out):
            return render(edit, out, crf, preset), "", ""
    except CannotCopy as unable:
        return {}, unable.reason, unable.detail
    except (ValueError, ArithmeticError, LookupError) as error:
        return {}, "not_copied", f"{type(error).__name__}: {error}"


def full(edit: Edit, out: str, crf: int, preset: str) -> Made:
    """Write *edit* to *out* with every frame encoded.

    Raises:
        Failed: as ``render`` there does, and as ``plain_errors``.
    """
    from .full import render

    with plain_errors(out):
        return render(edit, out, crf, preset), "", ""


def check(path: str, edit: Edit, frames: float) -> Media:
    """The facts of the file made of *edit*, which is to have so many *frames*; its pictures are not decoded.

    Raises:
        Failed: ``bad_render``: it has another size, length or number of frames, or two of them at one time.
    """
    media = look(path, math.inf, MAX_PIXELS)
    with open_video(path, MAX_PIXELS) as (container, stream):
        times = sorted(_times(container, stream))
    if (media.width, media.height) != (edit.width, edit.height):
        raise _bad(f"its pictures are {media.width} × {media.height} pixels, not {edit.width} × {edit.height}")
    if len(times) != round(frames):
        raise _bad(f"it has {len(times)} frames, not {round(frames)}")
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise _bad("two of its frames have the same time")
    step = max(1 / edit.fps, 1 / media.fps if media.fps else 0.0)
    if abs(media.duration - edit.duration) > step or not -step < times[0] < step or times[-1] >= edit.duration:
        raise _bad(
            f"it lasts {media.duration:.3f} s, with frames from {times[0]:.3f} to {times[-1]:.3f} s, "
            f"where {edit.duration:.3f} s were planned"
        )
    return media


@contextmanager
def plain_errors(path: str) -> Iterator[None]:
    """Let a full disk be seen as one: libav's errors of writing become Python's own, about *path*.

    Raises:
        Failed: ``not_written``: libav's encoders or its muxer do not take what they were given.
    """
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError) and error.errno:
            raise OSError(error.errno, error.strerror, path) from None
        raise Failed("not_written", f"libav could not encode or write the video: {error}") from error


def _bad(what: str) -> Failed:
    return Failed("bad_render", f"the file that was made is not as planned: {what}")


def _times(container: Any, stream: Any) -> list[float]:
    """Presentation times of all packets, seconds from the container's start."""
    origin = (container.start_time or 0) / 1e6
    found = []
    for packet in container.demux(stream):
        beat()
        if packet.pts is not None and not packet.is_discard:
            found.append(float(packet.pts * stream.time_base) - origin)
    return found
