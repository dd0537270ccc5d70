"""Clips whose every frame carries its number, so that a test can tell which frame of which clip it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest

Picture = np.ndarray[Any, np.dtype[np.uint8]]
Numbered = Callable[..., Path]
NumberOf = Callable[..., tuple[int, int]]

BITS = 16
"""Blocks of the stamp along the top: 4 of the clip, 12 of the frame."""
STRIP = 6
"""The stamp fills a sixth of the height."""


def numbered_picture(make_videos: ModuleType, clip: int, n: int, width: int, height: int) -> Picture:
    """A moving, textured picture with *clip* and *n* stamped along its top in black and white blocks."""
    picture: Picture = make_videos.scene(n + 40 * clip, width, height)
    picture = np.roll(picture, clip, axis=2)  # each clip has other colours
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        picture[: height // STRIP, left:right] = 235 * ((clip << 12 | n) >> bit & 1) + 10
    return picture


@pytest.fixture(scope="session")
def numbered(make_videos: ModuleType) -> Numbered:
    """``numbered(path, clip, times, width=320, height=180, **kind)``: a clip with a frame at each of *times* (seconds),
    or that many frames at 25 a second; *kind* as in ``make_videos.encode`` (codec, options, rotation, sound …)."""

    def write(
        path: Path, clip: int, times: int | Iterable[Fraction], width: int = 320, height: int = 180, **kind: Any
    ) -> Path:
        when = [Fraction(n, 25) for n in range(times)] if isinstance(times, int) else list(times)
        pictures = ((time, numbered_picture(make_videos, clip, n, width, height)) for n, time in enumerate(when))
        made: Path = make_videos.encode(path, pictures, **{"options": {"crf": "18", "g": "50"}, **kind})
        return made

    return write


@pytest.fixture(scope="session")
def number_of() -> NumberOf:
    """``number_of(picture)``: the clip and the frame number that are stamped on it."""

    def read(picture: Picture) -> tuple[int, int]:
        height, width = picture.shape[:2]
        middle = picture[height // STRIP // 3 : 2 * height // STRIP // 3 + 1].mean((0, 2))
        blocks = [
            middle[(3 * bit + 1) * width // BITS // 3 : (3 * bit + 2) * width // BITS // 3] for bit in range(BITS)
        ]
        value = sum(int(block.mean() > 128) << bit for bit, block in enumerate(blocks))
        return value >> 12, value & 0xFFF

    return read


@pytest.fixture(scope="session")
def pool(numbered: Numbered, make_videos: ModuleType, shared_files: Callable[..., Path]) -> Path:
    """A folder of clips of 320 × 180 pixels, each of about 4 s, with sound where it says so.

    a.mp4 (clip 1, sound) and b.mp4 (clip 2, sound): 100 frames at 25/s, GOPs of 50, B-frames.
    c.mp4 (clip 3): 100 frames, open GOPs. silent.mp4 (clip 4): no B-frames, GOPs of 25.
    variable.mp4 (clip 5): steps of 1/30, 1/10 and 1/60 s in turn. other.webm (clip 6): VP9, 256 × 144.
    turned.mp4 (clip 7): stored on its side, rotation 90. edit.mp4 is a.mp4 with an edit list: its first 0.4 s are cut.
    """

    def fill(folder: Path) -> None:
        write_pool(folder, numbered, make_videos)

    return shared_files("pool", fill)


def write_pool(folder: Path, numbered: Numbered, make_videos: ModuleType) -> None:
    """The clips of ``pool``."""
    numbered(folder / "a.mp4", 1, 100, sound=True)
    numbered(folder / "b.mp4", 2, 100, sound=True)
    numbered(folder / "c.mp4", 3, 100, options={"crf": "18", "g": "50", "x264-params": "open-gop=1:scenecut=0"})
    numbered(folder / "silent.mp4", 4, 100, options={"crf": "18", "g": "25", "bf": "0"})
    steps = [Fraction(1, (30, 10, 60)[n // 15 % 3]) for n in range(90)]
    numbered(folder / "variable.mp4", 5, [sum(steps[:n], Fraction(0)) for n in range(90)])
    numbered(
        folder / "other.webm",
        6,
        60,
        256,
        144,
        codec="libvpx-vp9",
        options={"crf": "20", "b:v": "0", "deadline": "realtime", "cpu-used": "8"},
    )
    on_its_side = ((Fraction(n, 25), np.rot90(numbered_picture(make_videos, 7, n, 320, 180)).copy()) for n in range(60))
    make_videos.encode(folder / "turned.mp4", on_its_side, rotation=90)
    with_edit_list(folder / "a.mp4", folder / "edit.mp4", Fraction(2, 5))


def with_edit_list(source: Path, target: Path, skip: Fraction) -> None:
    """The packets of *source*, all of them, with an edit list that says: begin *skip* seconds later."""
    with av.open(str(source)) as whole, av.open(str(target), "w", options={"avoid_negative_ts": "disabled"}) as cut:
        copies = {stream.index: cut.add_stream_from_template(stream) for stream in whole.streams}
        for packet in whole.demux():
            if packet.pts is None or packet.dts is None:
                continue
            shift = int(skip / packet.time_base)
            packet.stream, packet.pts, packet.dts = copies[packet.stream.index], packet.pts - shift, packet.dts - shift
            cut.mux(packet)
