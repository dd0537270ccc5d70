"""The sound of a made video, piece after piece; runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..decode.open import open_video
from ..decode.sound_decoder import stretch
from .edit_list import Edit, Piece
from .piece_frames import MAX_PIXELS

RATE, LAYOUT, CHANNELS = 48000, "stereo", 2
SIZE = 1024
"""Samples of an AAC frame."""

Samples = NDArray[np.float32]


def sound(edit: Edit) -> Iterator[Any]:
    """The sound of *edit* in frames of 1024 samples (float, 48 kHz, stereo), from 0 to its end, silent where it is."""
    end = round(edit.duration * RATE)
    rest: Samples = np.zeros((CHANNELS, 0), np.float32)
    at = 0
    for samples in _laid(edit, end):
        rest = np.concatenate([rest, samples], axis=1)
        while rest.shape[1] >= SIZE:
            yield _frame(rest[:, :SIZE], at)
            at, rest = at + SIZE, rest[:, SIZE:]
    if rest.shape[1]:
        yield _frame(rest, at)


@lru_cache(256)
def has_sound(uri: str) -> bool:
    """Whether *uri* has a sound stream that can be decoded."""
    with open_video(uri, MAX_PIXELS) as (container, _):
        stream = container.streams.best("audio")
        return stream is not None and stream.codec_context is not None


def _laid(edit: Edit, end: int) -> Iterator[Samples]:
    """Runs of samples, one after the other, *end* in all."""
    at = 0
    for piece in sorted(edit.pieces, key=lambda piece: piece.start):
        first, last = round(piece.start * RATE), min(end, round(piece.end * RATE))
        if not piece.plain or not has_sound(piece.file):
            continue
        yield from _silence(first - at)
        at = max(at, first)
        for samples in _piece(piece):
            samples = samples[:, : max(0, last - at)]
            at += samples.shape[1]
            yield samples
    yield from _silence(end - at)


def _silence(size: int) -> Iterator[Samples]:
    for done in range(0, size, RATE):
        yield np.zeros((CHANNELS, min(RATE, size - done)), np.float32)


def _piece(piece: Piece) -> Iterator[Samples]:
    """The samples of a stretch from its beginning, with silence where the source has gaps."""
    with open_video(piece.file, MAX_PIXELS) as (container, _):
        stream = container.streams.best("audio")
        yield from stretch(container, stream, piece.begin, piece.finish, ("fltp", LAYOUT, RATE))


def _frame(samples: Samples, at: int) -> Any:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=LAYOUT)
    frame.rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    return frame
