"""Regions of pictures as a teacher sees them: in a film whose shape is known, upright, turned and made small."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.pipelines.teachers import picture_encoder
from vdata.pipelines.teachers.request_key import request_id
from vdata.rules import masks
from vdata.schemas import Frames, Request
from vdata.schemas.teaching import Region
from vdata.video.decode.marked_regions import LEAST, line_width, marked

GREEN = (30, 190, 60)
TIMES = (0.2, 0.6, 1.0)


def disc(time: float, width: int, height: int) -> Any:
    """The pixels of an oval that crosses the upright picture: bool (height, width)."""
    y, x = np.mgrid[:height, :width]
    across, down = width * (0.25 + 0.4 * time), height * (0.3 + 0.3 * time)
    return ((x - across) / (width * 0.12)) ** 2 + ((y - down) / (height * 0.2)) ** 2 <= 1


def region(time: float, width: int, height: int) -> Region:
    mask = masks.written(disc(time, width, height))
    bounds = masks.bounds(mask)
    assert bounds is not None
    return Region(*bounds, mask)


def film(folder: Path, make: ModuleType, width: int, height: int, rotation: int) -> Frames:
    """The oval in an upright picture of this size, stored turned where a player is to turn it."""
    stored = []
    for n in range(30):
        time = Fraction(n, 25)
        picture = np.full((height, width, 3), 110, np.uint8)
        picture[disc(float(time), width, height)] = GREEN
        stored.append((time, np.ascontiguousarray(np.rot90(picture, rotation // 90))))
    path = folder / f"oval-{width}x{height}-{rotation}.mp4"
    make.encode(path, stored, options={"crf": "10"}, rotation=rotation)
    regions = tuple((region(time, width, height),) for time in TIMES)
    return Frames(str(path), "a" * 64, TIMES, size=4096, regions=regions)


def edges(held: Any) -> list[int]:
    """Left, top, right, bottom of the pixels that are *held*."""
    rows, columns = np.flatnonzero(held.any(1)), np.flatnonzero(held.any(0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def red(picture: Any) -> Any:
    """Its pixels that are pure red."""
    return (picture == (255, 0, 0)).all(-1)


def green(picture: Any) -> Any:
    values = picture.astype(int)
    return values[..., 1] - values[..., 0] > 60


@pytest.fixture(scope="module", params=[(320, 180, 0), (180, 320, 0), (322, 182, 90), (322, 182, 180), (180, 320, 270)])
def oval(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_videos: ModuleType) -> Frames:
    return film(tmp_path_factory.mktemp("ovals"), make_videos, *request.param)


@pytest.mark.parametrize("size", [4096, 160])
def test_a_rectangle_stands_on_the_edges_of_the_shape(oval: Frames, size: int) -> None:
    plain = picture_encoder.load(replace(oval, size=size))
    drawn = picture_encoder.load(replace(oval, size=size, mark="box"))
    assert len(drawn) == len(TIMES)
    for before, after in zip(plain, drawn, strict=True):
        assert before.shape == after.shape
        ring, thick = edges(red(after)), line_width(after)
        inner = [ring[0] + thick, ring[1] + thick, ring[2] - thick, ring[3] - thick]
        assert np.abs(np.subtract(inner, edges(green(before)))).max() <= 2
        inside = np.s_[inner[1] : inner[3], inner[0] : inner[2]]
        assert (after[inside] == before[inside]).all()  # the line covers nothing of it


def test_a_cut_out_shows_the_shape_and_no_more_than_its_margin(oval: Frames) -> None:
    for margin in (0.0, 0.5):
        for picture, plain in zip(
            picture_encoder.load(replace(oval, mark="crop", margin=margin)), picture_encoder.load(oval), strict=True
        ):
            left, top, right, bottom = edges(green(plain))
            share = green(plain).sum() / ((right - left) * (bottom - top))
            assert green(picture).sum() == pytest.approx(green(plain).sum(), rel=0.02)  # all of it
            assert green(picture).mean() == pytest.approx(share / (1 + 2 * margin) ** 2, rel=0.12)


def test_a_cut_out_is_taken_of_the_whole_picture_and_then_made_small(oval: Frames) -> None:
    (whole, *_) = picture_encoder.load(replace(oval, mark="crop", size=4096))
    (small, *_) = picture_encoder.load(replace(oval, mark="crop", size=max(whole.shape[:2]) - 1))
    assert max(small.shape[:2]) == max(whole.shape[:2]) - 1


def test_an_outline_tints_the_shape_and_runs_around_it(oval: Frames) -> None:
    for size in (4096, 160):
        plain = picture_encoder.load(replace(oval, size=size))
        for before, after in zip(plain, picture_encoder.load(replace(oval, size=size, mark="mask")), strict=True):
            held, line = green(before), red(after)
            assert not (held & line).sum() > 0.06 * held.sum()  # the shape's own edge is blurred
            redder = after[..., 0].astype(int) - before[..., 0] > 20
            assert redder[held].mean() > 0.95
            ring, shape = edges(line), edges(held)
            grown = np.subtract(shape, ring) * (1, 1, -1, -1)
            assert np.abs(grown - line_width(after)).max() <= 2


def test_without_an_outline_there_is_a_rectangle_and_without_a_region_nothing(oval: Frames) -> None:
    bare = tuple((one._replace(mask=""),) for (one,) in oval.regions)
    outlined = picture_encoder.load(replace(oval, mark="mask", regions=bare))
    for one, other in zip(outlined, picture_encoder.load(replace(oval, mark="box")), strict=True):
        assert (one == other).all()
    some = picture_encoder.load(replace(oval, mark="box", regions=(oval.regions[0], (), ())))
    assert [bool(red(picture).any()) for picture in some] == [True, False, False]


def test_at_the_edge_of_the_picture_lines_are_seen_and_small_things_are_not_cut_too_small() -> None:
    grey = np.full((100, 200, 3), 90, np.uint8)
    whole = marked(grey, "box", 0, [Region(0, 0, 1, 1)], masks.read)
    assert red(whole)[0].all()
    assert red(whole)[:, -1].all()
    assert not red(whole)[5:-5, 5:-5].any()
    for place in ((0.0, 0.0), (0.98, 0.98), (0.5, 0.5)):
        tiny = Region(*place, place[0] + 0.02, place[1] + 0.02)
        assert marked(grey, "crop", 0, [tiny], masks.read).shape == (LEAST, LEAST, 3)
    thin = np.full((10, 200, 3), 90, np.uint8)
    assert marked(thin, "crop", 0, [Region(0.5, 0, 0.51, 1)], masks.read).shape == (10, LEAST, 3)


def test_several_things_have_colours_of_their_own() -> None:
    grey = np.full((100, 200, 3), 90, np.uint8)
    drawn = marked(grey, "box", 0, [Region(0.1, 0.1, 0.3, 0.5), Region(0.6, 0.4, 0.9, 0.8, number=1)], masks.read)
    assert edges(red(drawn))[2] <= 70
    assert edges((drawn == (0, 64, 255)).all(-1))[0] >= 110


def test_what_is_marked_is_part_of_the_request(oval: Frames) -> None:
    other = tuple((one._replace(left=one.left / 2),) for (one,) in oval.regions)
    frames = [
        replace(oval, regions=()),
        *(replace(oval, mark=mark) for mark in ("box", "crop", "mask")),
        replace(oval, mark="crop", margin=0.5),
        replace(oval, mark="box", regions=other),
    ]
    assert len({request_id(Request.of("What is it?", one), 0) for one in frames}) == len(frames)
