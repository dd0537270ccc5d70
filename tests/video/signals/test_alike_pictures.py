"""Reels of one video and of copies that were cropped, mirrored, letterboxed, cut short or played faster are alike."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest

from vdata.video.signals.alike_pictures import Reel, Reels, laid_out_alike, share_along

WHOLE = (0.0, 1.0, 0.0, 1.0)


def film(seed: int, movers: int, seconds: float = 16, pace: float = 1, start: float = 0) -> Any:
    """Pictures (n, 96, 144), two a second, of *movers* discs before a landscape of *seed*."""
    place, now = np.random.default_rng(seed), np.random.default_rng([seed, movers])
    back = cv2.resize(place.uniform(20, 220, (6, 8)).astype(np.float32), (144, 96), interpolation=cv2.INTER_CUBIC)
    at, speed, grey = now.uniform(0, 1, (movers, 2)), now.uniform(-0.2, 0.2, (movers, 2)), now.uniform(0, 255, movers)
    pictures = []
    for time in start + np.arange(0, seconds, 0.5) * pace:
        picture = back.copy()
        for one, fast, shade in zip(at, speed, grey, strict=True):
            x, y = 1 - np.abs((one + fast * time) % 2 - 1)
            cv2.circle(picture, (int(x * 144), int(y * 96)), 22, float(shade), -1)
        pictures.append(picture)
    return np.clip(np.stack(pictures), 0, 255)


def reel(pictures: Any, box: tuple[float, float, float, float] = WHOLE) -> Reel:
    small = np.stack([cv2.resize(picture, (9, 8), interpolation=cv2.INTER_AREA) for picture in pictures])
    made = Reel(np.arange(len(small)) / 2 + 0.25, np.rint(np.sqrt(255 * small)).astype(np.uint8), box)
    assert Reel.of(json.loads(json.dumps(made.plain()))).grids.tolist() == made.grids.tolist()
    return made


def test_a_copy_is_found_whichever_way_it_was_made() -> None:
    source = film(3, 3)
    copies = {
        "the same": reel(source),
        "cropped": reel(source[:, 6:84, 10:130]),
        "letterbox": reel(np.pad(source, ((0, 0), (12, 12), (0, 0))), (0, 1, 0.1, 0.9)),
        "middle": reel(source[9:23]),
        "faster": reel(film(3, 3, 12.5, 1.25)),
        "slower": reel(film(3, 3, 19, 0.82)),
        "light": reel(source * 0.8 + 20),
    }
    shares = {name: share_along(copy, reel(source)) or 0.0 for name, copy in copies.items()}
    assert {name: share for name, share in shares.items() if share < 0.9} == {}
    assert share_along(reel(source[:, :, ::-1]), reel(source)) is None
    assert share_along(reel(source[:, :, ::-1]).mirrored(), reel(source)) == 1.0


def test_a_cut_out_middle_is_all_of_it_there_and_the_whole_is_half_of_it() -> None:
    source = film(3, 3)
    assert share_along(reel(source[8:24]), reel(source)) == 1.0
    assert share_along(reel(source), reel(source[8:24])) == pytest.approx(0.5, abs=0.07)


def test_the_same_place_at_another_time_is_no_copy() -> None:
    one, other = reel(film(3, 3)), reel(film(3, 4))
    assert not (share_along(one, other) or 0) >= 0.6
    assert not laid_out_alike(one, other)
    assert laid_out_alike(one, one)


def test_reels_are_searched_among_those_that_are_kept() -> None:
    sources = [film(seed, 3) for seed in range(6)]
    reels = [*(reel(source) for source in sources), reel(sources[4][:, :, ::-1]), reel(sources[2][:, 5:88, 8:136])]
    kept = np.array([True] * 6 + [False] * 2)
    search = Reels(reels, mirror=True)
    found = [search.share(n, kept & (np.arange(8) != n)) for n in range(8)]
    assert found[:6] == [None] * 6
    assert [each[0] for each in found[6:] if each] == [4, 2]
    assert Reels(reels, mirror=False).share(6, kept) is None
    kept[2] = False
    assert search.share(7, kept) is None
