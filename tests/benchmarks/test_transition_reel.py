"""Films with known boundaries: what is known of them is what their pictures show, before and after coding."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest


@pytest.fixture(scope="module", autouse=True)
def _found() -> Iterator[None]:
    """Benchmarks find one another in their folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
        yield


@pytest.fixture
def reels(_found: None) -> ModuleType:
    return import_module("transition_reel")


def flat(level: float) -> Any:
    return lambda n: np.full((48, 64, 3), level + n % 2, np.float32)


def faded(one: Any, two: Any, share: float, how: str, seed: int) -> Any:
    return one * (1 - share) + two * share


def reel(reels: ModuleType, joins: list[tuple[str, int]], *lengths: int) -> Any:
    shots = [(size, flat(60 + 150 * (n % 2))) for n, size in enumerate(lengths)]
    return reels.Reel((64, 48), 25, ("libx264", {"crf": "18"}), shots, joins, faded)


def test_a_boundary_is_where_the_pictures_change(reels: ModuleType, tmp_path: Path) -> None:
    film = reel(reels, [("cut", 0), ("cut", 0), ("dissolve", 9)], 20, 8, 30, 25)
    assert film.known == [("quick", 20, 20), ("quick", 28, 28), ("dissolve", 54, 62)]
    assert reels.witnessed(film) == []
    film.write(tmp_path / "film.mkv")
    with av.open(str(tmp_path / "film.mkv")) as file:
        levels = [float(frame.to_ndarray(format="rgb24").mean()) for frame in file.decode(video=0)]
    assert len(levels) == 83
    assert np.flatnonzero(np.abs(np.diff(levels)) > 60).tolist() == [19, 27]
    assert np.flatnonzero((np.array(levels[50:70]) > 68) & (np.array(levels[50:70]) < 202)).tolist() == [*range(4, 13)]


@pytest.mark.parametrize(
    ("join", "wrong", "reason"),
    [
        (("cut", 0), ("cut", 59, 59), "cut at 59: 1.000 0.000 0.000"),
        (("dissolve", 9), ("dissolve", 44, 52), "dissolve from 44 to 52: mixed beyond its ends"),
        (("dissolve", 9), ("dissolve", 56, 64), "dissolve from 56 to 64: mixed beyond its ends"),
        (("cut", 0), ("dissolve", 54, 62), "dissolve from 54 to 62: nothing is mixed at 58"),
    ],
)
def test_a_boundary_that_is_said_to_be_elsewhere_is_seen(
    reels: ModuleType, join: tuple[str, int], wrong: tuple[str, int, int], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = reel(reels, [join], 58, 40)
    monkeypatch.setattr(reels.Reel, "known", [wrong])
    assert reels.witnessed(film)[0] == reason


def test_lengths_fill_the_film(reels: ModuleType) -> None:
    sizes = reels.lengths(np.random.default_rng(3), 12, 300, 1.0, 2.5, 0.5)
    assert sum(sizes) == 300
    assert min(sizes) >= 5
    assert any(size < 15 for size in sizes)
    assert min(reels.lengths(np.random.default_rng(3), 10, 300, 0.5, 2.5)) > 15


@pytest.mark.parametrize(("part", "numbers"), [("crossing", [0, 12]), ("passing", [5, 14])])
def test_what_films_show_is_what_is_known_of_them(reels: ModuleType, part: str, numbers: list[int]) -> None:
    films = import_module(f"transition_{part}")
    for number in numbers:
        film = films.film(number, 5)
        assert film.known, f"{part} {number}"
        assert reels.witnessed(film) == [], f"{part} {number}"


@pytest.mark.slow
@pytest.mark.parametrize("part", ["crossing", "passing"])
def test_every_film_shows_what_is_known_of_it(reels: ModuleType, part: str) -> None:
    films = import_module(f"transition_{part}")
    made = [films.film(number) for number in range(films.COUNT)]
    assert sum(len(film.known) for film in made) >= 350
    assert [missed for film in made for missed in reels.witnessed(film)] == []


@pytest.mark.parametrize("part", ["crossing", "passing"])
def test_every_coding_of_a_part_keeps_each_picture_and_its_time(reels: ModuleType, part: str, tmp_path: Path) -> None:
    shown = [np.full((96, 96, 3), level, np.uint8) for level in (30, 200, 60, 230, 90, 160)]
    for codec, fps, options in import_module(f"transition_{part}").CODECS:
        reels.encode(tmp_path / "film.mkv", (96, 96), fps, (codec, options), shown)
        with av.open(str(tmp_path / "film.mkv")) as file:
            frames = [(frame.time, frame.to_ndarray(format="rgb24").mean()) for frame in file.decode(video=0)]
        assert [time for time, _ in frames] == pytest.approx([n / fps for n in range(6)], abs=0.001), codec
        assert [level for _, level in frames] == pytest.approx([30, 200, 60, 230, 90, 160], abs=20), codec
