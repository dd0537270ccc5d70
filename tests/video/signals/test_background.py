"""Whether what is near the edges of the picture looks as the camera's motion says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from vdata.video.signals.background import STEPS, Background
from vdata.video.signals.flow import CameraMotion

WIDTH, HEIGHT = 144, 80


def canvas(seed: int, cells: int, spread: float = 40) -> Any:
    """(240, 360) of a picture whose patches are some 360 / *cells* pixels wide."""
    noise = np.random.default_rng(seed).normal(128, spread, (cells * 2 // 3, cells)).astype(np.float32)
    return np.clip(cv2.resize(noise, (360, 240), interpolation=cv2.INTER_CUBIC), 0, 255)


SOFT, FINE, SKIN = canvas(1, 9), canvas(2, 60), canvas(3, 70)


def shown(ground: Any, at: float, thing: tuple[slice, slice] | None = None, away: float = 0) -> Any:
    """*ground* that has moved *at* pixels to the right, before which a *thing* has moved *away*."""

    def part(picture: Any, right: float) -> Any:
        matrix = np.array([[1, 0, right - 100], [0, 1, -60.0]])
        return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT))

    picture = part(ground, at)
    if thing:
        picture[thing] = part(SKIN, away)[thing]
    return picture.astype(np.uint8)


def agreed(pictures: list[Any], shift: complex) -> float:
    background = Background(WIDTH, HEIGHT)
    return [background.agrees(a, b, shift, 0j) for a, b in pairwise(pictures)][-1]


@pytest.mark.parametrize("ground", [SOFT, FINE])
@pytest.mark.parametrize("step", [0, 0.5, 2, 4])
def test_a_true_motion_is_borne_out_and_another_is_not(ground: Any, step: float) -> None:
    pictures = [shown(ground, step * n) for n in range(STEPS + 1)]
    assert agreed(pictures, complex(step)) > 0.9
    assert agreed(pictures, complex(step + 4)) < 0.5
    assert agreed(pictures, complex(step, 4)) < 0.5


def test_what_two_pictures_do_not_show_half_a_second_does() -> None:
    """A faint picture that goes by at a pixel a fifth of a second, of which it is said that it rests."""
    pictures = [shown(canvas(1, 9, 12), 1.0 * n) for n in range(STEPS + 1)]
    assert agreed(pictures[:2], 0j) > 0.9
    assert agreed(pictures, 0j) < 0.75


def test_a_thing_that_fills_most_of_the_picture_is_not_the_camera() -> None:
    thing = slice(0, 70), slice(16, 128)
    pictures = [shown(SOFT, 0, thing, 1.5 * n) for n in range(STEPS + 1)]
    assert agreed(pictures, 1.5 + 0j) < 0.4
    camera = CameraMotion(WIDTH, HEIGHT)
    dx, *_, agreement, background = [camera.move(picture) for picture in pictures][-1]
    assert dx * WIDTH == pytest.approx(1.5, abs=0.2)  # its corners alone are followed
    assert agreement > 0.4 > background


def test_light_that_changes_is_no_motion() -> None:
    pictures = [(shown(FINE, 2 * n) * (1 - 0.1 * n)).astype(np.uint8) for n in range(STEPS + 1)]
    assert agreed(pictures, 2 + 0j) > 0.9


def test_a_plain_picture_rests_and_tells_nothing_of_a_motion() -> None:
    plain = [np.full((HEIGHT, WIDTH), 90, np.uint8)] * 2
    assert agreed(plain, 0j) == 1
    assert agreed(plain, 3 + 0j) == 0


def test_what_was_before_a_cut_does_not_count() -> None:
    background = Background(WIDTH, HEIGHT)
    old, new = shown(FINE, 0), shown(SOFT, 0)
    assert background.agrees(old, new, 0j, 0j) < 0.4
    assert background.agrees(new, new, 0j, 0j) < 0.4
    background.forget()
    assert background.agrees(new, new, 0j, 0j) == 1


@pytest.mark.parametrize("size", [(80, 144), (144, 8), (16, 144), (2, 2)])
def test_pictures_of_any_shape(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, size[::-1]).astype(np.uint8)
    assert Background(*size).agrees(picture, picture, 0j, 0j) in (0, 1)
    assert 0 <= Background(*size).agrees(picture, picture, 500j, 0.2 + 0j) <= 1
