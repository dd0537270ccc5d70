"""The reference renderer: every frame through the reader and encoded anew; runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2

from ...schemas import Failed
from ..decode.open import open_video
from ..decode.pulse import beat
from .edit_list import Edit
from .edit_reader import Picture, frames
from .edit_sound import LAYOUT, RATE, has_sound, sound
from .mux import track_tick
from .piece_frames import MAX_PIXELS

TICK = Fraction(1, 90000)
"""The time base where the sources have several."""
FINE = Fraction(1, 200_000)
"""Seconds that a tick must have at least to be taken over from the sources: times are known to a microsecond."""
BT601, LIMITED = 6, 1
"""The colour matrix and range, as H.264 numbers them: what readers take that do not look."""
ITU601 = 5
"""The same matrix, as libswscale numbers it."""
OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}


def render(edit: Edit, out: str, crf: int, preset: str) -> dict[str, float]:
    """Write *edit* as H.264 and AAC in MP4 to the path *out*; the same bytes every time on one machine.

    Frames keep their times (a variable rate stays variable) to a tick of the sources' time base, or of about 1/90000 s
    where that is coarse or they have several. Sound: that of whole pieces at their own speed; the rest is silence
    (stills, pieces that are faster, backwards or in halves), and there is no sound track when it is all silence.

    Returns:
        frames_encoded, seconds_encoded, bytes_encoded, bytes_copied (none).

    Raises:
        Failed: a source or picture cannot be read; ``needle_not_shown``: no frame falls into an overlay's time;
            ``odd_size``: H.264 in 4:2:0 needs even numbers.
    """
    if edit.width % 2 or edit.height % 2:
        raise Failed("odd_size", f"{edit.width} × {edit.height}: width and height must be even")
    cv2.setNumThreads(1)
    tick = _tick(edit)
    count = 0
    unseen = set(edit.overlays)
    with av.open(out, "w", format="mp4", options=OPTIONS) as target:
        picture = _video_stream(target, edit, tick, crf, preset)
        voice: Any = None
        heard: Iterator[Any] = iter(())
        if edit.sound and any(piece.plain and has_sound(piece.file) for piece in edit.pieces):
            voice = target.add_stream("aac", rate=RATE, layout=LAYOUT)
            heard = sound(edit)
        spoken = 0.0
        waiting: list[Any] = []
        reached = -1
        for time, shown in frames(edit):
            beat()
            count += 1
            unseen.difference_update(edit.at(time))
            reached = max(round(time / tick), reached + 1)
            waiting += picture.encode(_frame(shown, reached, tick))
            target.mux(waiting[:-1])
            del waiting[:-1]
            while voice is not None and spoken <= time and (samples := next(heard, None)) is not None:
                target.mux(voice.encode(samples))
                spoken = (samples.pts + samples.samples) / RATE
        waiting += picture.encode(None)
        waiting[-1].duration = max(1, round(edit.duration / tick) - waiting[-1].pts)
        target.mux(waiting)
        if voice is not None:
            for samples in heard:
                target.mux(voice.encode(samples))
            target.mux(voice.encode(None))
    if unseen:
        one = min(unseen, key=lambda one: one.start)
        what = f"no frame falls between {one.start:g} s and {one.end:g} s, where {one.text or one.picture!r} is hidden"
        raise Failed("needle_not_shown", what)
    size = float(Path(out).stat().st_size)
    return {"frames_encoded": count, "seconds_encoded": edit.duration, "bytes_encoded": size, "bytes_copied": 0.0}


def _video_stream(target: Any, edit: Edit, tick: Fraction, crf: int, preset: str) -> Any:
    rate = Fraction(edit.fps).limit_denominator(1001)
    # Without B-frames, MP4 can say exactly how long a video of a variable rate lasts. Without macroblock trees, because
    # with AVX-512 they read beyond their rows at some widths (320, 426), so that no two runs of libx264 are alike.
    settings = {"crf": str(crf), "preset": preset, "x264-params": "force-cfr=0:bframes=0:mbtree=0"}
    stream = target.add_stream("libx264", rate=rate, options=settings)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt, context.time_base = edit.width, edit.height, "yuv420p", tick
    context.colorspace, context.color_range = BT601, LIMITED
    context.thread_count = 1  # the same bytes whatever the machine does besides
    stream.time_base = tick
    return stream


def _frame(picture: Picture, pts: int, tick: Fraction) -> Any:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame = frame.reformat(format="yuv420p", dst_colorspace=ITU601, dst_color_range=LIMITED)
    frame.pts, frame.time_base = pts, tick
    return frame


def _tick(edit: Edit) -> Fraction:
    """The one time base of all sources, or else TICK."""
    found = set()
    for file in {piece.file for piece in edit.pieces if piece.uri}:
        with open_video(file, MAX_PIXELS) as (_, stream):
            found.add(Fraction(stream.time_base))
    one = found.pop() if len(found) == 1 else TICK
    return track_tick(one) if one.numerator == 1 and one >= FINE else TICK
