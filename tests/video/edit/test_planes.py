"""Drawing on Y, U and V against drawing in RGB."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from vdata.video.decode.picture import planes
from vdata.video.edit.edit_list import Overlay
from vdata.video.edit.gops import PictureFormat
from vdata.video.edit.overlay import apply, box
from vdata.video.edit.planes import Canvas

BT601, BT709, UNSAID = 6, 1, 2
OVERLAYS = [
    Overlay(0, 1, "AB", x=0.31, y=0.27, size=0.23, colour="red"),
    Overlay(0, 1, picture="drawn:green_apple", x=0.73, y=0.55, size=0.41, opacity=0.6),
    Overlay(0, 1, "edge", x=1.0, y=1.0, size=0.3, colour="#2030ff"),
]


def look(
    pixels: str = "yuv444p", turn: int = 0, full: bool = False, matrix: int = UNSAID, **size: int
) -> PictureFormat:
    return PictureFormat(
        size.get("width", 160), size.get("height", 90), pixels, turn, Fraction(1), full, (UNSAID, UNSAID, matrix)
    )


def upright(frame: Any, kind: PictureFormat) -> Any:
    """The RGB picture of *frame* by libswscale."""
    picture = frame.to_ndarray(format="rgb24", src_color_range="JPEG" if kind.full else "MPEG")
    return np.rot90(picture, -kind.turn // 90)


def smooth(width: int, height: int) -> Any:
    y, x = np.mgrid[:height, :width]
    return np.stack([40 + x % 160, 60 + y, 200 - x % 120], -1).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("matrix", [UNSAID, BT601, BT709])
@pytest.mark.parametrize("pixels", ["yuv444p", "yuv420p", "yuvj420p", "yuv422p", "yuv420p10le"])
def test_drawing_is_that_of_rgb(pixels: str, matrix: int, turn: int) -> None:
    kind = look(pixels, turn, "yuvj" in pixels, matrix)
    canvas = Canvas(kind)
    width, height = kind.size
    frame = canvas.frame(smooth(width, height))
    if "yuvj" not in pixels:
        frame.color_range = 1
    before = upright(frame, kind).astype(int)
    samples = [part.copy() for part in planes(frame)[:3]]
    drawn = canvas.drawn(frame, OVERLAYS)
    after = upright(drawn, kind).astype(int)
    assert all(np.array_equal(part, was) for part, was in zip(planes(frame)[:3], samples, strict=True))
    wanted = apply(OVERLAYS, before.astype(np.uint8)).astype(int)
    rest = np.ones((height, width), bool)
    for one in OVERLAYS:
        left, top, right, bottom = box(one, width, height)
        rest[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
    assert np.array_equal(after[rest], before[rest])
    if pixels == "yuv444p":
        assert np.abs((after - wanted)[~rest]).mean() < 1.0
    bits = 4 if "10" in pixels else 1
    parts = (planes(one)[:3] for one in (drawn, frame, canvas.frame(wanted), canvas.frame(before)))
    for got, was, ideal, plain in zip(*parts, strict=True):
        away = ((got.astype(int) - was) - (ideal.astype(int) - plain)) / bits
        assert np.abs(away).mean() < 0.6
        assert abs(away.mean()) < 0.6  # no plane moves; libswscale itself takes 1 off luma in 4:2:0
        assert np.quantile(np.abs(away), 0.99) <= 4


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [BT601, BT709])
def test_frames_made_of_pictures(full: bool, matrix: int) -> None:
    kind = look("yuv444p", 0, full, matrix)
    picture = smooth(160, 90)
    shown = upright(Canvas(kind).frame(picture), kind).astype(int)
    assert np.abs(shown - picture).max() <= 3


def test_extremes_do_not_wrap() -> None:
    canvas = Canvas(look("yuvj420p", full=True))
    y, u, v, _ = planes(canvas.frame(np.broadcast_to(np.array([0, 0, 255], np.uint8), (90, 160, 3))))
    assert (int(y.max()), int(u.min())) == (29, 255)
    over = canvas.drawn(canvas.frame(np.zeros((90, 160, 3), np.uint8)), [Overlay(0, 1, "I", colour="blue", size=0.9)])
    assert int(planes(over)[1].max()) == 255
    assert int(v.max()) < 128


def test_odd_places_and_sizes() -> None:
    kind = look("yuv420p", width=162, height=94)
    canvas = Canvas(kind)
    frame = canvas.frame(smooth(162, 94))
    for n in range(40):
        one = Overlay(0, 1, "x", x=n / 39, y=1 - n / 39, size=0.11)
        made = upright(canvas.drawn(frame, [one]), kind).astype(int)
        wanted = apply([one], upright(frame, kind)).astype(int)
        assert np.abs((made - wanted) @ (0.299, 0.587, 0.114)).mean() < 0.5


def test_a_copy_is_drawn_on() -> None:
    frame = av.VideoFrame(160, 90, "yuv444p")
    for part in planes(frame)[:3]:
        part[:] = 128
    drawn = Canvas(look()).drawn(frame, OVERLAYS)
    assert drawn is not frame
    assert all((part == 128).all() for part in planes(frame)[:3])
    assert not (planes(drawn)[0] == 128).all()
