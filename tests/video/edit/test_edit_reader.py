"""Made videos, frame by frame, without a file of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdata.haystack
from vdata.schemas import Failed, Timeline
from vdata.video.edit import piece_frames as piece_frames
from vdata.video.edit.edit_list import NEEDLES, Edit, Overlay, Piece, lay_pieces, needle_span
from vdata.video.edit.edit_reader import frames, pictures_at

Picture = np.ndarray[Any, np.dtype[np.uint8]]
NumberOf = Callable[[Picture], tuple[int, int]]
Seen = list[tuple[float, int, int]]

STEADY = [n / 25 for n in range(100)]
SLANTED = [float(sum((Fraction(1, (30, 10, 60)[k // 15 % 3]) for k in range(n)), Fraction(0))) for n in range(90)]
TIMES: dict[str, tuple[int, list[float], int]] = {
    # clip, times of its frames, number of the first
    "a.mp4": (1, STEADY, 0),
    "c.mp4": (3, STEADY, 0),
    "silent.mp4": (4, STEADY, 0),
    "variable.mp4": (5, SLANTED, 0),
    "other.webm": (6, STEADY[:60], 0),
    "turned.mp4": (7, STEADY[:60], 0),
    "edit.mp4": (1, STEADY[:90], 10),
}


@pytest.fixture(scope="session")
def piece(pool: Path) -> Callable[..., Piece]:
    """``piece(name, start, begin, finish, speed=1, **more)``: a stretch of a clip of the pool."""

    def make(name: str, start: float, begin: float, finish: float, speed: float = 1.0, **more: Any) -> Piece:
        end = start + (finish - begin) / speed
        return Piece(start, end, name, str(pool / name), "", begin, finish, speed, **more)

    return make


MakePiece = Callable[..., Piece]


def edit(*pieces: Piece, overlays: tuple[Overlay, ...] = (), width: int = 320, height: int = 180) -> Edit:
    return Edit(pieces, overlays, width, height, 25.0)


def seen(made: Edit, number_of: NumberOf, start: float = 0.0, end: float = 1e9) -> Seen:
    """Time, clip and frame number of every frame."""
    return [(time, *number_of(picture)) for time, picture in frames(made, start, end)]


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(("begin", "finish"), [(0.0, 0.8), (1.2, 2.2), (1.21, 2.23)])
def test_the_frames_of_a_stretch_with_their_times(
    name: str, begin: float, finish: float, piece: MakePiece, number_of: NumberOf
) -> None:
    clip, times, first = TIMES[name]
    expected = [(at - begin, clip, n + first) for n, at in enumerate(times) if begin <= at < finish]
    if expected[0][0] > 2 / 25:  # what is on the screen at the beginning stands for longer than that
        expected = [(0.0, clip, expected[0][2] - 1), *expected]
    found = seen(edit(piece(name, 0.0, begin, finish)), number_of)
    assert [item[1:] for item in found] == [item[1:] for item in expected]
    assert found[0][0] == 0, "the first picture of all is shown from the beginning"
    assert [item[0] for item in found[1:]] == pytest.approx([item[0] for item in expected[1:]], abs=2e-3)


@pytest.mark.parametrize("name", TIMES)
def test_backwards(name: str, piece: MakePiece, number_of: NumberOf) -> None:
    clip, times, first = TIMES[name]
    within = [n for n, at in enumerate(times) if 0.4 <= at < 2.2]
    over = [*[times[n] for n in within[1:]], 2.2]
    expected = [(2.2 - over[k], clip, within[k] + first) for k in range(len(within))][::-1]
    found = seen(edit(piece(name, 0.0, 0.4, 2.2, backwards=True)), number_of)
    assert [item[1:] for item in found] == [item[1:] for item in expected]
    assert [item[0] for item in found] == pytest.approx([item[0] for item in expected], abs=2e-3)


def test_backwards_holds_few_pictures(piece: MakePiece, number_of: NumberOf, monkeypatch: pytest.MonkeyPatch) -> None:
    made = edit(piece("c.mp4", 0.0, 0.2, 3.8, backwards=True))
    at_once = seen(made, number_of)
    monkeypatch.setattr(piece_frames, "HELD", 7 * 320 * 180 * 3)
    assert seen(made, number_of) == at_once
    assert [item[2] for item in at_once] == list(range(94, 4, -1))


def test_faster_and_slower(piece: MakePiece, number_of: NumberOf) -> None:
    found = seen(edit(piece("a.mp4", 0, 1, 3, speed=2.0), piece("b.mp4", 1, 0, 1, speed=0.5)), number_of)
    assert found[:3] == [(0.0, 1, 25), (0.02, 1, 26), (0.04, 1, 27)]
    assert found[50:53] == [(1.0, 2, 0), (1.08, 2, 1), (1.16, 2, 2)]
    assert found[-1] == (2.92, 2, 24)


def test_one_piece_after_the_other(piece: MakePiece, number_of: NumberOf) -> None:
    made = edit(
        piece("a.mp4", 0, 0, 1),
        Piece(1, 2, picture="drawn:red_apple"),
        piece("variable.mp4", 2, 0, 1),
        piece("b.mp4", 3, 2, 4),
    )
    found = seen(made, number_of)
    times = [item[0] for item in found]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert [item[0] for item in found[25:50]] == pytest.approx([1 + n / 25 for n in range(25)]), "stills come at fps"
    assert [item[1:] for item in found if item[0] < 1] == [(1, n) for n in range(25)]
    assert [item[1:] for item in found if item[0] >= 3] == [(2, n) for n in range(50, 100)]
    assert times[-1] == pytest.approx(4.96)
    assert made.duration == 5


def test_pictures_of_another_shape_lie_on_black(piece: MakePiece, number_of: NumberOf) -> None:
    wide = next(picture for _, picture in frames(edit(piece("other.webm", 0, 0, 1), width=320, height=240)))
    assert wide.shape == (240, 320, 3)
    assert wide[:29].max() < 20
    assert wide[-29:].max() < 20
    assert number_of(wide[30:210]) == (6, 0)
    tall = next(picture for _, picture in frames(edit(piece("turned.mp4", 0, 0, 1), width=400, height=180)))
    assert tall[:, :39].max() < 20
    assert number_of(tall[:, 40:360]) == (7, 0), "upright"


def test_two_halves_at_once(piece: MakePiece, number_of: NumberOf) -> None:
    """Above clip 1 twice as fast, for a second; below clip 2, for two."""
    made = edit(
        piece("a.mp4", 0, 0, 2, speed=2.0, slot="top"), piece("b.mp4", 0, 0, 2, slot="bottom"), width=320, height=360
    )
    found = [(time, number_of(picture[:180]), number_of(picture[180:])) for time, picture in frames(made)]
    assert [item[0] for item in found] == pytest.approx([n / 50 for n in range(50)] + [n / 25 for n in range(25, 50)])
    assert found[20] == (0.4, (1, 20), (2, 10))
    assert found[21] == (0.42, (1, 21), (2, 10))
    assert found[-1] == (1.96, (1, 49), (2, 49)), "a half that is over stands still"


@pytest.mark.parametrize("speeds", [(2.0, 1.0), (1.0, 2.0), (2.0, 2.0)])
def test_the_times_of_two_halves_do_not_tell_which_is_faster(
    piece: MakePiece, number_of: NumberOf, speeds: tuple[float, float]
) -> None:
    """A clip above and below for a second, at two speeds, the other way round, or both fast: the same times."""
    above, below = speeds
    halves = piece("a.mp4", 0, 0, above, above, slot="top"), piece("b.mp4", 0, 0, below, below, slot="bottom")
    found = list(frames(edit(*halves, width=320, height=360)))
    assert [time for time, _ in found] == pytest.approx([n / 50 for n in range(50)])
    for n, (_, picture) in enumerate(found):
        shown = number_of(picture[:180]), number_of(picture[180:])
        assert shown == ((1, int(n * above / 2)), (2, int(n * below / 2)))


def test_a_part_is_the_same_as_in_the_whole(piece: MakePiece, number_of: NumberOf) -> None:
    made = edit(
        piece("a.mp4", 0, 1.2, 3.2),
        Piece(2, 3, picture="drawn:red_apple"),
        piece("b.mp4", 3, 0.4, 2.4, backwards=True),
        piece("variable.mp4", 5, 0, 3),
        overlays=(Overlay(1, 2.5, "hello", y=0.6),),
    )
    whole = [(time, picture.tobytes()) for time, picture in frames(made)]

    @settings(max_examples=12)
    @given(st.integers(0, 80), st.integers(1, 25))
    def check(start: int, length: int) -> None:
        first, last = start / 10, (start + length) / 10
        part = [(time, picture.tobytes()) for time, picture in frames(made, first, last)]
        assert part == [item for item in whole if first <= item[0] < last]

    check()


def test_a_needle_is_there_for_its_time_and_no_longer(piece: MakePiece) -> None:
    bare = edit(piece("a.mp4", 0, 0, 4))
    words, apple = Overlay(1.0, 1.4, "marigold", y=0.7), Overlay(1.2, 2.0, picture="drawn:red_apple", y=0.5, size=0.4)
    before = dict(frames(bare))
    after = dict(frames(replace(bare, overlays=(words, apple))))
    changed = [time for time in before if (before[time] != after[time]).any()]
    assert changed == [round(n / 25, 6) for n in range(25, 50)]
    assert (after[1.16][60:100, 140:180] == before[1.16][60:100, 140:180]).all(), "the apple is not there yet"
    assert (after[1.4][120:140] == before[1.4][120:140]).all(), "the words are gone"


@pytest.fixture(scope="module")
def slides(numbered: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Six pictures, one every two seconds."""
    folder = tmp_path_factory.mktemp("slides")
    return str(numbered(folder / "slides.mp4", 8, [Fraction(2 * n) for n in range(6)]))


def test_a_needle_between_two_frames_is_shown(slides: str, number_of: NumberOf) -> None:
    made = edit(Piece(0, 12, "slides", slides, "", 0, 12), overlays=(Overlay(4.5, 5.5, "marigold"),))
    found = list(frames(made))
    assert [(time, *number_of(picture)) for time, picture in found] == [
        (0.0, 8, 0), (2.0, 8, 1), (4.0, 8, 2), (4.5, 8, 2), (5.5, 8, 2), (6.0, 8, 3), (8.0, 8, 4), (10.0, 8, 5)
    ]  # fmt: skip
    pictures = dict(found)
    assert (pictures[4.5] != pictures[4.0]).any()
    assert (pictures[5.5] == pictures[4.0]).all()
    late = edit(Piece(0, 12, "slides", slides, "", 0, 12), overlays=(Overlay(11.0, 11.5, "marigold"),))
    assert [time for time, _ in frames(late)][-2:] == [11.0, 11.5]


def test_a_stretch_begins_with_what_was_on_the_screen(slides: str, number_of: NumberOf) -> None:
    still = Piece(1, 2, picture="drawn:red_apple")
    made = edit(Piece(0, 1, "slides", slides, "", 0, 1), still, Piece(2, 7, "slides", slides, "", 1, 6))
    found = seen(made, number_of)
    assert found[0] == (0.0, 8, 0)
    assert found[26:] == [(2.0, 8, 0), (3.0, 8, 1), (5.0, 8, 2)]


def test_no_picture_where_one_is_wanted(piece: MakePiece) -> None:
    with pytest.raises(Failed) as failure:
        list(frames(edit(piece("a.mp4", 0, 60, 62))))
    assert failure.value.reason == "no_frames"
    assert "a.mp4" in failure.value.detail


@pytest.mark.parametrize("backwards", [False, True])
def test_a_source_whose_end_is_cut_off(
    backwards: bool, make_videos: ModuleType, numbered: Callable[..., Path], tmp_path: Path
) -> None:
    whole = numbered(tmp_path / "a.mp4", 1, 100, container={"movflags": "+faststart"})
    cut = make_videos.truncated(tmp_path / "cut.mp4", whole, whole.stat().st_size // 2)
    made = edit(Piece(0, 4, "cut.mp4", str(cut), "", 0, 4, backwards=backwards))
    with pytest.raises(Failed) as failure:
        list(frames(made))
    assert failure.value.reason == "truncated"
    assert "said to last 4.00 s" in failure.value.detail


def test_a_source_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Failed) as failure:
        list(frames(edit(Piece(0, 1, "gone.mp4", str(tmp_path / "gone.mp4"), "", 0, 1))))
    assert failure.value.reason == "not_found"


def test_what_is_shown_at_some_times(piece: MakePiece, number_of: NumberOf) -> None:
    made = edit(piece("a.mp4", 0, 1, 3), piece("variable.mp4", 2, 0.6, 1.8))
    wanted = [3.15, 0.0, 0.039, 0.04, 1.99, 2.0, 3.15, 99.0, -1.0]
    assert [number_of(picture) for picture in pictures_at(made, wanted)] == [
        (5, 27), (1, 25), (1, 25), (1, 26), (1, 74), (5, 16), (5, 27), (5, 27), (1, 25)
    ]  # fmt: skip


def test_a_row_of_the_timelines_table(pool: Path, piece: MakePiece, number_of: NumberOf, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    import pyarrow.parquet as pq

    from vdata.schemas.arrow import timelines_table

    words = Overlay(0.5, 1.0, "marigold")
    planned = edit(piece("a.mp4", 0, 1, 3), Piece(2, 3, picture="drawn:red_apple"), overlays=(words,))
    video = Timeline("haystack://one", id="one")
    lay_pieces(video, planned)
    video.put(NEEDLES, [needle_span(words, "marigold")])
    pq.write_table(timelines_table([video], [NEEDLES, "pieces"]), tmp_path / "rows.parquet")
    row = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "rows.parquet"), split="train", cache_dir=str(tmp_path)
    )[0]
    read = vdata.haystack.open(row, base=os.fspath(pool))
    expected = [(time, picture.tobytes()) for time, picture in frames(planned)]
    assert read.duration == 3
    assert read.size == (320, 180)
    assert [(time, picture.tobytes()) for time, picture in read] == expected
    assert [(time, picture.tobytes()) for time, picture in vdata.haystack.open(video, pool)] == expected
    assert number_of(read.at([0.0])[0]) == (1, 25)
    assert [time for time, _ in read.frames(0.4, 0.5)] == [0.4, 0.44, 0.48]


def test_a_row_of_no_made_video() -> None:
    with pytest.raises(ValueError, match=r"a\.mp4: has no lane pieces"):
        vdata.haystack.open(Timeline("a.mp4", id="a"))
