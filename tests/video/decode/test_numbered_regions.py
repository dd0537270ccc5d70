"""Numbers at marked regions: on their colour, within the picture, over nothing that is marked, where there is room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vdata.rules import masks
from vdata.schemas.teaching import COLOURS, Region
from vdata.video.decode.marked_regions import marked

GREY = 120
NAMES = list(COLOURS)


def picture(height: int = 240, width: int = 320) -> Any:
    return np.full((height, width, 3), GREY, np.uint8)


def coloured(drawn: Any, name: str) -> Any:
    return (drawn == COLOURS[name]).all(2)


def inside(drawn: Any, region: Region) -> Any:
    height, width = drawn.shape[:2]
    rows = slice(round(region.top * height), round(region.bottom * height))
    return drawn[rows, round(region.left * width) : round(region.right * width)]


def test_numbers_stand_beside_what_they_are_of() -> None:
    regions = [
        Region(0.1, 0.3, 0.3, 0.6, "", NAMES.index("red"), 1),
        Region(0.5, 0.4, 0.8, 0.8, "", NAMES.index("blue"), 2),
    ]
    drawn = marked(picture(), "box", 0.0, regions, masks.read)
    plain = marked(picture(), "box", 0.0, [region._replace(tag=0) for region in regions], masks.read)
    for region, name in zip(regions, ("red", "blue"), strict=True):
        assert (inside(drawn, region) == GREY).all(), "nothing of what is marked is covered"
        more = coloured(drawn, name).sum() - coloured(plain, name).sum()
        assert more > 100, "the number stands on the colour of its region"
    changed = (drawn != plain).any(2)
    assert ((drawn == 255).all(2) & changed).any(), "in white"


def test_bright_colours_take_black_numbers() -> None:
    region = Region(0.3, 0.3, 0.6, 0.6, "", NAMES.index("yellow"), 7)
    drawn = marked(picture(), "box", 0.0, [region], masks.read)
    assert (drawn.sum(2) < 60).any()
    assert not (drawn == 255).all(2).any()


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.9, 0.0), (0.0, 0.9), (0.9, 0.9), (0.45, 0.0)])
def test_a_number_at_the_edge_is_within_the_picture(place: tuple[float, float]) -> None:
    left, top = place
    region = Region(left, top, left + 0.1, top + 0.1, "", NAMES.index("red"), 4)
    drawn = marked(picture(), "box", 0.0, [region], masks.read)
    assert ((drawn == 255).all(2)).sum() > 5
    assert (inside(drawn, region) == GREY).mean() > 0.5


def test_numbers_of_neighbours_do_not_cover_each_other() -> None:
    regions = [Region(0.3 + 0.06 * n, 0.4, 0.35 + 0.06 * n, 0.6, "", n, n + 1) for n in range(4)]
    both = marked(picture(), "box", 0.0, regions, masks.read)
    for number, region in enumerate(regions):
        alone = marked(picture(), "box", 0.0, [region], masks.read)
        name = NAMES[number]
        assert coloured(both, name).sum() > 0.6 * coloured(alone, name).sum()


def test_numbers_stand_at_outlines_too() -> None:
    shape = np.zeros((240, 320), bool)
    shape[100:160, 120:200] = True
    region = Region(120 / 320, 100 / 240, 200 / 320, 160 / 240, masks.written(shape), NAMES.index("green"), 3)
    drawn = marked(picture(), "mask", 0.0, [region], masks.read)
    assert coloured(drawn, "green")[:97].any()
