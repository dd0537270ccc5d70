"""The detector ``boundaries``: what is a boundary, of which kind and extent, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Signals, Span, Timeline
from vdata.stages.media.shots import Shots

MakeSignals = Callable[..., Signals]
RNG = np.random.default_rng(3)
ONE, TWO, THREE = RNG.uniform(40, 200, (3, 8, 9))


def lay(make_signals: MakeSignals, pictures: Any, camera: Any = None, **settings: Any) -> list[Span]:
    """The shots but the first of a video of *pictures* (n, 8, 9), the luma of coarse areas, 25 a second.

    *camera*: its shift from frame to frame, where it is the camera that changes the picture.
    """
    pictures = np.clip(np.asarray(pictures, np.float64), 0, 255)
    change = np.abs(np.diff(pictures, axis=0, prepend=pictures[:1])).mean((1, 2))
    areas = pictures.reshape(-1, 72)
    up = np.diff(areas, axis=1) > 0
    turned = np.abs(np.diff(up, axis=0, prepend=up[:1])).mean(1)
    old, mean = np.roll(areas, 1, 0), areas.mean(1)
    spread, shared = areas.var(1), ((areas - mean[:, None]) * (old - old.mean(1, keepdims=True))).mean(1)
    structure = (2 * shared + 58) / (spread + old.var(1) + 58)
    alike = structure * (2 * mean * old.mean(1) + 6.5) / (mean**2 + old.mean(1) ** 2 + 6.5)
    alike[0] = structure[0] = 1
    near = np.lib.stride_tricks.sliding_window_view(np.pad(pictures, ((0, 0), (1, 1), (1, 1)), "edge"), (3, 3), (1, 2))
    texture = np.rint(np.sqrt(255 * near.std((3, 4)) / 4)).reshape(-1, 72)  # within an area it is as near it
    shades = np.stack([(areas < 80).mean(1), ((areas >= 80) & (areas <= 160)).mean(1), (areas > 160).mean(1)], axis=1)
    signals = make_signals(
        len(pictures), 25.0, texture=texture,
        grid=np.rint(np.sqrt(255 * pictures)).reshape(-1, 72), luma=pictures.mean((1, 2)),
        contrast=pictures.std((1, 2)), difference=change, hash_distance=turned,
        histogram=1 - np.minimum(1, change / 60), ssim=alike, koala_ssim=structure,
        koala_histogram=1 - np.minimum(1, change / 60), luma_change=change, dx=camera or 0.0,
        motion=np.where(change > 0.5, 0.01, 0),
        agreement=np.where((np.convolve(change, np.ones(9), "same") > 0.5) & (camera is None), 0.3, 1),
        colours=np.pad(np.rint(255 * shades), ((0, 0), (0, 9))),
    )  # fmt: skip
    return Shots(detector="boundaries", **settings).run(Timeline("", id="a", signals=signals)).lane("shots")[1:]


def frames(*parts: tuple[Any, int]) -> Any:
    """Each picture for so many frames."""
    return np.concatenate([np.repeat(np.asarray(picture)[None], count, axis=0) for picture, count in parts])


def mixed(size: int, shares: Callable[[float], Any]) -> Any:
    """ONE, then *size* frames of which each shows TWO by a share or mask, then TWO."""
    steps = [shares((n + 1) / (size + 1)) for n in range(size)]
    return np.concatenate([frames((ONE, 40)), [ONE * (1 - share) + TWO * share for share in steps], frames((TWO, 40))])


def test_a_cut(make_signals: MakeSignals) -> None:
    (shot,) = lay(make_signals, frames((ONE, 50), (TWO, 50)))
    assert (shot.start, shot.attrs) == (2.0, {"begins": "cut", "detector": "boundaries"})
    assert "transition_start" not in shot.values


@pytest.mark.parametrize("light", [0.06, 1.0])
def test_cuts_a_quarter_of_a_second_apart_also_in_the_dark(make_signals: MakeSignals, light: float) -> None:
    shots = lay(make_signals, frames((ONE * light, 50), (TWO * light, 6), (THREE * light, 50)))
    assert [shot.start for shot in shots] == [2.0, 2.24]


def test_of_two_cuts_too_close_the_stronger_counts(make_signals: MakeSignals) -> None:
    shots = lay(make_signals, frames((ONE, 50), (TWO, 6), (THREE, 50)), boundaries={"min_scene_len": 1.0})
    assert len(shots) == 1


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        (frames((ONE, 50), (ONE * 0.2 + 200, 3), (ONE, 50)), "a flash"),
        (frames((ONE, 50), (255 - THREE, 4), (ONE, 50)), "something that hides the picture for a moment"),
        (frames((ONE, 50), (ONE * 0.5 + 100 + 20 * THREE / 255, 10), (ONE, 50)), "lightning"),
        (frames((ONE, 50), (ONE * 0.5, 50)), "a light that goes out"),
        (frames((ONE, 50), (np.where(np.arange(72).reshape(8, 9) // 9 == 6, 250, ONE), 50)), "a subtitle"),
    ],
)
def test_what_is_no_boundary(make_signals: MakeSignals, pictures: Any, why: str) -> None:
    assert lay(make_signals, pictures) == [], why


def test_a_flash_does_not_hide_the_cut_after_it(make_signals: MakeSignals) -> None:
    shots = lay(make_signals, frames((ONE, 50), (ONE * 0.2 + 200, 2), (ONE, 4), (TWO, 50)))
    assert [shot.start for shot in shots] == [2.24]


def test_a_pan_is_no_boundary(make_signals: MakeSignals) -> None:
    strip = np.random.default_rng(5).uniform(40, 200, (8, 60))
    places = np.linspace(0, 50, 250)
    pan = [[np.interp(place + np.arange(9), np.arange(60), row) for row in strip] for place in places]
    assert lay(make_signals, pan, camera=-0.02) == []


@pytest.mark.parametrize("size", [10, 20, 36])
def test_a_dissolve_is_one_boundary_in_its_middle(make_signals: MakeSignals, size: int) -> None:
    (shot,) = lay(make_signals, mixed(size, lambda share: share))
    assert shot.attrs["begins"] == "dissolve"
    assert shot.start == pytest.approx((40 + size / 2) / 25, abs=max(3, 0.2 * size) / 25)
    assert shot.values["transition_start"] == pytest.approx(40 / 25, abs=max(3, 0.25 * size) / 25)
    assert shot.values["transition_end"] == pytest.approx((39 + size) / 25, abs=max(3, 0.25 * size) / 25)


def test_a_wipe_is_one_boundary(make_signals: MakeSignals) -> None:
    def mask(share: float) -> Any:
        return np.clip(share * 9 - np.arange(9)[None].repeat(8, 0), 0, 1)

    (shot,) = lay(make_signals, mixed(24, mask))
    assert shot.attrs["begins"] == "wipe"
    assert 40 / 25 <= shot.start <= 64 / 25


def test_a_wipe_by_columns_is_one_boundary_and_not_a_cut_at_each(make_signals: MakeSignals) -> None:
    def mask(share: float) -> Any:
        order = np.array([8, 1, 14, 5, 16, 11, 2, 13, 7, 0, 10, 3, 17, 6, 12, 9, 4, 15])  # two columns an area
        return np.repeat((order < share * 18 - 0.5).reshape(1, 9, 2).mean(2), 8, axis=0)

    (shot,) = lay(make_signals, mixed(24, mask))
    assert shot.attrs["begins"] == "wipe"
    assert 40 / 25 <= shot.start <= 64 / 25


@pytest.mark.parametrize("ground", [0.0, 255.0])
def test_a_fade_is_one_boundary_where_it_is_deepest(make_signals: MakeSignals, ground: float) -> None:
    down = [ONE * share + ground * (1 - share) for share in np.linspace(1, 0, 12)[1:]]
    up = [TWO * share + ground * (1 - share) for share in np.linspace(0, 1, 12)[1:]]
    pictures = np.concatenate([frames((ONE, 40)), down, up, frames((TWO, 40))])
    (shot,) = lay(make_signals, pictures)
    assert (shot.attrs["begins"], shot.start) == ("fade", 50 / 25)
    assert shot.values["darkest_at"] == 2.0
    assert shot.values["transition_start"] == pytest.approx(1.6, abs=0.05)
    assert shot.values["transition_end"] == pytest.approx(2.4, abs=0.05)
    assert len(lay(make_signals, pictures, boundaries={"gradual": False})) <= 2


def test_the_film_is_cut_where_it_was_made(
    film: Path, scanned: Callable[[Path], Signals], truth: Callable[[str], list[Span]]
) -> None:
    video = Shots().run(Timeline("", id="film", signals=scanned(film / "film.mp4")))
    shots = video.lane("shots")[1:]
    known = truth("shots")[1:]
    assert len(shots) == len(known) == 14
    for shot, true in zip(shots, known, strict=True):
        assert shot.attrs["begins"] == {"hard_cut": "cut"}.get(str(true.label), true.label)
        assert abs(shot.start - true.start) <= (0.041 if true.label == "hard_cut" else 0.5)


RED, GREY, BLUE = (200, 30, 40), (90, 90, 90), (60, 40, 250)

TEAL = (0, 128, 115)
"""The luma of GREY, and nearly its mean of red, green and blue."""


def coloured(path: Path, make: ModuleType, scanned: Callable[[Path], Signals], *parts: tuple[Any, int]) -> list[float]:
    """Where a film of plain colours, each for so many frames, is cut; seconds."""
    pictures = [make.flat(colour) for colour, count in parts for _ in range(count)]
    make.encode(path, ((Fraction(n, 25), picture) for n, picture in enumerate(pictures)))
    shots = Shots().run(Timeline("", id="a", signals=scanned(path))).lane("shots")[1:]
    assert {shot.attrs["begins"] for shot in shots} <= {"cut"}
    return [shot.start for shot in shots]


def test_plain_colours_are_cut_where_the_colour_changes(
    tmp_path: Path, make_videos: ModuleType, scanned: Callable[[Path], Signals]
) -> None:
    parts = [(RED, 25), (BLUE, 25), (GREY, 6), (TEAL, 25), ((0, 0, 0), 25), (GREY, 25), ((255, 255, 255), 25)]
    found = coloured(tmp_path / "plain.mp4", make_videos, scanned, *parts)
    assert found == pytest.approx([1.0, 2.0, 2.24, 3.24, 4.24, 5.24], abs=0.001)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([(RED, 25), ((255, 240, 240), 3), (RED, 25)], "a flash"),
        ([(RED, 25), ((120, 18, 24), 25)], "a light that goes down"),
        ([(GREY, 25), ((130, 130, 130), 25)], "a light that goes up"),
        ([*[((20 + 3 * n, 60, 200 - 3 * n), 1) for n in range(50)], (RED, 5)], "a colour that changes slowly"),
    ],
)
def test_what_is_no_cut_of_a_plain_picture(
    tmp_path: Path, make_videos: ModuleType, scanned: Callable[[Path], Signals], parts: Any, why: str
) -> None:
    found = coloured(tmp_path / "plain.mp4", make_videos, scanned, *parts)
    assert [time for time in found if time < 2] == [], why


def test_a_flash_of_a_plain_picture_does_not_hide_the_cut_after_it(
    tmp_path: Path, make_videos: ModuleType, scanned: Callable[[Path], Signals]
) -> None:
    parts = [(RED, 25), ((255, 255, 255), 3), (RED, 6), (BLUE, 25)]
    assert coloured(tmp_path / "plain.mp4", make_videos, scanned, *parts) == pytest.approx([1.36], abs=0.001)
