"""The project's own drawings: of one colour, unlike each other, in any size."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from importlib.resources import files
from itertools import combinations

import cv2
import numpy as np
import pytest
from PIL import Image

from vdata.schemas import Failed
from vdata.video.art.catalogue import COLOURS, classes, colour_of, kinds
from vdata.video.art.drawing import HALO, draw, paint

OUTLINE = "#262228"


def areas(name: str, size: int = 240) -> dict[str, float]:
    """The area of each colour, as a share of the drawing without ``outline`` and without the rim around it.

    Each pixel counts for the nearest of all colours that an answer can name; where pixels differ from their neighbours,
    two colours blend, and they count for none.
    """
    patch = draw(name, size)
    reach = np.ones((2 * round(HALO * size) + 3,) * 2, np.uint8)
    inside = cv2.erode((patch[..., 3] == 255).astype(np.uint8), reach).astype(bool)
    rgb, near = np.ascontiguousarray(patch[..., :3]), np.ones((3, 3), np.uint8)
    flat = cv2.absdiff(cv2.dilate(rgb, near), cv2.erode(rgb, near)).max(-1) <= 6
    found, counts = np.unique(rgb[inside & flat], axis=0, return_counts=True)
    options = {**COLOURS, "outline": tuple(bytes.fromhex(OUTLINE[1:]))}
    distance = np.linalg.norm(found[:, None].astype(float) - np.array(list(options.values())), axis=-1)
    pixels = np.bincount(distance.argmin(1), counts, len(options))
    return dict(zip(options, pixels / pixels[:-1].sum(), strict=True))


@pytest.mark.parametrize("thing", classes())
def test_the_colour_that_is_asked_for_is_the_only_one(thing: str) -> None:
    for name in classes()[thing]:
        shares = areas(name)
        own = shares.pop(colour_of(name))
        assert own > shares.pop("outline"), f"{name} is mostly outline"
        assert {colour: share for colour, share in shares.items() if share > 0.02} == {}, name
        assert own > 0.95


@pytest.mark.parametrize("thing", classes())
def test_a_file_has_one_slot_for_a_colour(thing: str) -> None:
    kind = next(kind for kind, members in kinds().items() if thing in members)
    text = files("vdata.video.art").joinpath("svg", kind, f"{thing}.svg").read_text(encoding="utf-8")
    paints = {paint for _, paint in re.findall(r' (fill|stroke)="([^"]*)"', text)}
    assert paints - {"none", "#fff"} == {"currentColor", OUTLINE}
    assert not re.search(r"style|gradient|url\(|<image|<text", text, re.IGNORECASE)


@pytest.mark.parametrize("thing", classes())
def test_every_drawing_is_whole(thing: str) -> None:
    patch = draw(classes()[thing][0], 96)
    assert patch.shape == (96, 96, 4)
    rim = np.concatenate([patch[0, :, 3], patch[-1, :, 3], patch[:, 0, 3], patch[:, -1, 3]])
    assert not rim.any(), "cut by the edge"
    assert (patch[..., 3] == 255).mean() > 0.1
    for name in classes()[thing]:
        patch = draw(name, 40)
        near = np.abs(patch[..., :3].astype(int) - COLOURS[colour_of(name)]).max(-1) < 12
        assert (near & (patch[..., 3] == 255)).mean() > 0.02, "its colour is hardly seen"


def test_classes_differ_in_shape_not_only_in_colour() -> None:
    """Each drawn in the same grey: light and dark, blurred, still tell any two apart."""
    looks = {}
    for thing in classes():
        patch = paint(thing, COLOURS["grey"], 64).astype(float)
        grey = patch[..., :3].mean(-1) * patch[..., 3] / 255
        looks[thing] = grey.reshape(16, 4, 16, 4).mean((1, 3))
    unlike = {(a, b): np.abs(looks[a] - looks[b]).mean() for a, b in combinations(looks, 2)}
    nearest = min(unlike, key=lambda pair: unlike[pair])
    assert unlike[nearest] > 12, nearest


def test_a_white_rim_is_around_a_drawing() -> None:
    """So that it stands out from a frame of its own colour."""
    patch = draw("red_square", 200)
    row = patch[100, :40]
    left = int(np.argmax(row[:, 3] == 255))
    assert (row[left : left + 2, :3] == 255).all()
    assert tuple(row[left + 10, :3]) == COLOURS["red"]


def test_drawings_are_the_same_everywhere() -> None:
    code = (
        "import hashlib; from vdata.video.art.drawing import draw;"
        "print(hashlib.sha256(draw('orange_cat', 120).tobytes()).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert other == hashlib.sha256(draw("orange_cat", 120).tobytes()).hexdigest()


@pytest.mark.parametrize("size", [8, 33, 700])
def test_drawings_come_in_any_size(size: int) -> None:
    small, large = draw("blue_star", size), draw("blue_star", 200)
    shrunk = np.asarray(Image.fromarray(small).resize((20, 20), Image.Resampling.BOX), float)
    expected = np.asarray(Image.fromarray(large).resize((20, 20), Image.Resampling.BOX), float)
    assert small.shape == (size, size, 4)
    assert np.abs(shrunk[..., 3] - expected[..., 3]).mean() < (40 if size == 8 else 15 if size == 33 else 4)


def test_a_drawing_that_does_not_exist() -> None:
    with pytest.raises(Failed) as failure:
        draw("red_unicorn", 50)
    assert failure.value.reason == "no_such_drawing"
    assert "red_unicorn" in failure.value.detail
