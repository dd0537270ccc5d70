"""Edges of lines between pictures: a made-up video of which it is known when the line is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vdata.video.decode.ocr import OcrLine, join
from vdata.video.decode.text_edges import EdgeFinder, near

LINE = OcrLine("MARKET", 0.9, (0.2, 0.4, 0.6, 0.5))


class World:
    """A video of 12 seconds, read every two seconds; *there* says when the line is in its place."""

    def __init__(self, there: Callable[[float], bool], beside: Callable[[float], bool] = lambda time: False) -> None:
        self.there, self.beside = there, beside
        self.asked: list[list[float]] = []

    def edges(self, cuts: list[float], tolerance: float = 0.1) -> tuple[float, float, float, float]:
        points = [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]
        pages = [(t - 1, t + 1, [LINE] if self.there(t) else []) for t in points]
        runs = join(pages, 1)
        (within,) = EdgeFinder(points, pages, cuts, tolerance, self.look, self.has, self.shows, 8).find(runs)
        return runs[0].start, runs[0].end, *within

    def look(self, times: list[float]) -> list[Any]:
        assert times == sorted(set(times))
        self.asked.append(times)
        return [np.full((100, 200, 3), time, np.float32) for time in times]

    def has(self, picture: Any, line: OcrLine, time: float) -> bool:
        assert line is LINE
        assert float(picture.flat[0]) == pytest.approx(time)
        return self.there(time)

    def shows(self, picture: Any, line: OcrLine, time: float) -> bool:
        assert float(picture.flat[0]) == pytest.approx(time), "the picture of another time"
        return self.beside(time)


@pytest.mark.parametrize(("tolerance", "rounds"), [(0.3, 1), (0.1, 2), (0.02, 3)])
def test_an_edge_is_as_near_as_asked(tolerance: float, rounds: int) -> None:
    world = World(lambda time: 3.77 <= time < 8.42)
    start, end, *within = world.edges([], tolerance)
    assert abs(start - 3.77) <= within[0] <= tolerance
    assert abs(end - 8.42) <= within[1] <= tolerance
    assert [len(times) for times in world.asked[:-1]] == [6] * rounds, "three a round for each edge, all in one pass"
    assert len(world.asked[-1]) == 2, "and whether the line has moved"


def test_an_edge_at_a_cut_is_the_cut() -> None:
    world = World(lambda time: 4.2 <= time < 8.6)
    assert world.edges([0.0, 4.2, 8.6]) == (4.2, 8.6, 0, 0)
    assert world.asked == [[4.2 - 0.002, 4.2, 8.6 - 0.002, 8.6]]


def test_a_line_that_is_there_on_both_sides_of_a_cut_or_on_none() -> None:
    start, end, *within = World(lambda time: 3.5 <= time < 8.1).edges([0.0, 4.2, 8.6])
    assert start == pytest.approx(3.5, abs=0.1)
    assert end == pytest.approx(8.1, abs=0.1)
    assert max(within) <= 0.1


def test_the_start_and_the_end_of_the_video() -> None:
    assert World(lambda time: True).edges([0.0]) == (0, 12, 0, 0)
    start, end, *within = World(lambda time: 0.3 <= time < 11.4).edges([])
    assert start == pytest.approx(0.3, abs=0.1)
    assert end == pytest.approx(11.4, abs=0.1)
    assert max(within) <= 0.1


def test_a_picture_that_is_misread_between_is_passed_over() -> None:
    start, *_ = World(lambda time: 3.3 <= time < 8 and not 4.4 < time < 4.6).edges([])
    assert start == pytest.approx(3.3, abs=0.1)


def test_a_line_that_is_still_near_its_place_has_moved_and_its_edge_stays_wide() -> None:
    world = World(lambda time: 4.9 <= time < 8.2, beside=lambda time: time < 5)
    start, end, *within = world.edges([])
    assert (start, within[0]) == (4, 1), "half-way between the pictures, and right to a second"
    assert end == pytest.approx(8.2, abs=0.1)
    assert within[1] <= 0.1


def test_of_lines_that_come_and_go_together_only_one_is_looked_for() -> None:
    """A slide of three lines, and one that comes later on it."""
    times = {"one": (3.77, 8.42), "two": (3.77, 8.42), "three": (3.77, 8.42), "late": (4.4, 8.42)}
    lines = {text: OcrLine(text, 0.9, (0.2, 0.2 * n, 0.6, 0.2 * n + 0.1)) for n, text in enumerate(times)}
    points = [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]
    read: dict[str, int] = dict.fromkeys(times, 0)
    moved: list[str] = []

    def has(picture: Any, line: OcrLine, time: float) -> bool:
        read[line.text] += 1
        return times[line.text][0] <= time < times[line.text][1]

    def shows(picture: Any, line: OcrLine, time: float) -> bool:
        moved.append(line.text)
        return False

    def look(some: list[float]) -> list[Any]:
        return [np.zeros((100, 200, 3), np.uint8) for _ in some]

    pages = [(t - 1, t + 1, [lines[text] for text, (a, b) in times.items() if a <= t < b]) for t in points]
    runs = join(pages, 1)
    within = EdgeFinder(points, pages, [], 0.05, look, has, shows, 8).find(runs)
    for run, (start, end) in zip(runs, within, strict=True):
        assert (run.start, run.end) == pytest.approx(times[run.line.text], abs=0.05)
        assert max(start, end) <= 0.05
    assert read == {"one": 2 * 9, "two": 2 * 2, "three": 2 * 2, "late": 2 * 2 + 9}
    assert sorted(moved) == ["late", "one", "one"]


def test_near_a_box_is_two_and_a_half_of_its_height_about_it() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    assert near(picture, LINE).shape == (10 + 50, 80 + 50, 3)
    assert near(picture, OcrLine("A", 1, (0, 0, 1, 0.1))).shape == (35, 200, 3), "no further than the picture"
