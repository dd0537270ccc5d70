"""Fingerprints: copies that hashes do not show are paired, at the right times, in either direction and only once."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest

from vdata.schemas import Signals
from vdata.schemas.signal_table import column_names
from vdata.video.signals.fingerprints import Fingerprint, fingerprint, pairs
from vdata.video.signals.shared_pictures import Rule

RULE = Rule()


def film(seed: int, movers: int = 3, seconds: float = 20) -> Any:
    """Pictures (n, 96, 144), four a second, of *movers* discs before a landscape of *seed*."""
    place, now = np.random.default_rng(seed), np.random.default_rng([seed, movers])
    back = cv2.resize(place.uniform(20, 220, (6, 8)).astype(np.float32), (144, 96), interpolation=cv2.INTER_CUBIC)
    at, speed, grey = now.uniform(0, 1, (movers, 2)), now.uniform(-0.2, 0.2, (movers, 2)), now.uniform(0, 255, movers)
    pictures = []
    for time in np.arange(0, seconds, 0.25):
        picture = back.copy()
        for one, fast, shade in zip(at, speed, grey, strict=True):
            x, y = 1 - np.abs((one + fast * time) % 2 - 1)
            cv2.circle(picture, (int(x * 144), int(y * 96)), 22, float(shade), -1)
        pictures.append(picture)
    return np.clip(np.stack(pictures), 0, 255)


def table(pictures: Any) -> Signals:
    small = np.stack([cv2.resize(picture, (9, 8), interpolation=cv2.INTER_AREA) for picture in pictures])
    bits = (small[:, :, 1:] > small[:, :, :-1]).reshape(-1, 64)
    zero = np.zeros(len(small), np.float32)
    columns: dict[str, Any] = dict.fromkeys(column_names(), zero)
    columns |= {"time": np.arange(len(small)) / 4, "contrast": zero + 40, "border": np.zeros((len(small), 4), np.uint8)}
    columns |= {"dhash": np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)}
    columns |= {"grid": np.rint(np.sqrt(255 * small)).reshape(-1, 72).astype(np.uint8)}
    return Signals(**columns)


def prints(*films: Any) -> list[Fingerprint]:
    """As they come back from where they were kept."""
    made = [fingerprint(table(pictures), None, RULE) for pictures in films]
    return [Fingerprint.of(json.loads(json.dumps(each.plain()))) for each in made]


def test_a_mirrored_part_is_found_from_both_sides_and_says_when() -> None:
    long = film(3)
    others = prints(film(1), long, film(2))
    (part,) = prints(long[24:64, :, ::-1])  # from 6 to 16 s
    (pair,) = pairs([part], others, RULE)
    assert (pair.one, pair.other) == (0, 1)
    assert pair.share == pytest.approx(1, abs=0.06)
    assert pair.other_share == pytest.approx(0.5, abs=0.06)
    assert pair.here == pytest.approx((0, 10), abs=0.3)
    assert pair.there == pytest.approx((6, 16), abs=0.5)
    assert pair.seconds == pytest.approx(10, abs=0.6)
    (back,) = pairs(others, [part], RULE)
    assert (back.one, back.other, back.share, back.here) == (1, 0, pair.other_share, pair.there)


def test_within_one_set_each_pair_comes_once() -> None:
    source = film(3)
    some = prints(film(1), source, source[:, 6:84, 10:130], source * 0.9, film(2))
    found = sorted((pair.one, pair.other) for pair in pairs(some, None, RULE))
    assert found == [(1, 2), (1, 3), (2, 3)]


def test_one_camera_at_two_times_is_no_pair() -> None:
    still, later = film(5, 1), film(5, 2)
    assert list(pairs(prints(still), prints(later), RULE)) == []
    assert [pair.share for pair in pairs(prints(still), prints(still * 0.9), RULE)] == [pytest.approx(1, abs=0.05)]


def test_a_part_of_a_fingerprint_and_an_empty_one() -> None:
    (whole,) = prints(film(3))
    part = whole.between(5, 10)
    assert len(part.reel.times) == 10
    assert part.strip.total == pytest.approx(5, abs=0.6)
    (pair,) = pairs([part], [whole], RULE)
    assert pair.there == pytest.approx((5, 10), abs=0.6)
    assert list(pairs([Fingerprint.none()], [whole], RULE)) == list(pairs([whole], [Fingerprint.none()], RULE)) == []
    assert list(pairs([], None, RULE)) == []
