"""Quality: every measure is saved, and every limit drops the shot that breaks it, with reason, value and limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from vdata.schemas import Failed, Signals, Span, Timeline
from vdata.stages.media.quality import Quality
from vdata.video.signals.quality_measures import measures

MakeSignals = Callable[..., Signals]
MakeVideo = Callable[..., Timeline]

SHOTS = (0.0, 4.0), (4.0, 8.0), (8.0, 12.0)
"""Frames 0-99, 100-199 and 200-299 at 25 frames/s; the middle one is bad in all that follows."""
HASHES = np.repeat(np.array([0, 0x0F0F0F0F0F0F0F0F, 0xFFFF0000FFFF0000], np.uint64), 100)


def middle(bad: float, good: float, shape: tuple[int, ...] = ()) -> Any:
    """A column that is *bad* in the middle shot."""
    column = np.full((300, *shape), good)
    column[100:200] = bad
    return column


def colours(index: int) -> Any:
    column = np.zeros((300, 12), np.uint8)
    column[:, 1] = 255
    column[100:200] = 0
    column[100:200, index] = 255
    return column


def borders() -> Any:
    """12 % of the height at the top and as much at the bottom, and one frame of darkness."""
    column = np.zeros((300, 4), np.uint8)
    column[100:200, :2] = 12
    column[150] = 50
    return column


def moving(*still: tuple[int, int]) -> Any:
    """A grid of which one area changes from every frame to the next, but for the frames of *still*."""
    grid = np.full((300, 72), 120, np.uint8)
    grid[:, 40] = np.arange(300) % 2 * 40 + 100 + np.arange(300) % 7
    for first, last in still:
        grid[first:last] = grid[first]
    return grid


MOVING = {"motion": np.full(300, 0.002), "grid": moving()}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], float, float]] = {
    # reason: columns, settings, the value measured, the limit
    "too_dark": ({"luma": middle(5, 120)}, {}, 5.0, 12.0),
    "too_bright": ({"luma": middle(250, 120)}, {}, 250.0, 245.0),
    "too_flat": ({"contrast": middle(1, 40)}, {}, 1.0, 3.0),
    "too_blurred": ({"sharpness": middle(15, 300)}, {"min_sharpness": 20}, 15.0, 20.0),
    "frozen": ({"grid": moving((100, 200))}, {"max_frozen": 0.9}, 1.0, 0.9),
    "black_borders": ({"border": borders()}, {"max_border": 0.2}, 0.24, 0.2),
    "mostly_black": ({"colours": colours(0)}, {"max_black": 0.5}, 1.0, 0.5),
    "mostly_white": ({"colours": colours(2)}, {"max_white": 0.5}, 1.0, 0.5),
    "too_still": ({"motion": middle(0.0, 0.002)}, {"min_movement": 0.01}, 0.0, 0.01),
    "too_much_motion": ({"dx": middle(0.1, 0.0)}, {"max_movement": 1.5}, 2.55, 1.5),
    "nothing_moves": ({"motion": middle(0.0, 0.002), "dx": np.full(300, 0.01)}, {"min_motion": 0.01}, 0.0, 0.01),
}


@pytest.mark.parametrize("reason", CASES)
def test_each_limit_drops_what_breaks_it_and_nothing_else(
    reason: str, make_signals: MakeSignals, make_video: MakeVideo
) -> None:
    columns, settings, value, limit = CASES[reason]
    video = make_video(make_signals(300, **{"dhash": HASHES, **MOVING, **columns}), *SHOTS)
    bad = video.lane("shots")[1]
    Quality(**settings).run(video)
    assert [(s.start, s.end) for s in video.lane("shots")] == [SHOTS[0], SHOTS[2]]
    (reject,) = video.rejects
    assert (reject.stage, reject.kind, reject.lane) == ("quality", "dropped", "shots")
    assert (reject.reason, reject.threshold) == (reason, limit)
    assert reject.value == pytest.approx(value, abs=1e-4)
    assert (reject.span, reject.start, reject.end) == (bad.id, 4.0, 8.0)


def test_length(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    video = make_video(make_signals(300, dhash=HASHES), (0, 3), (3, 3.5), (3.5, 12))
    Quality(min_seconds=1, max_seconds=5).run(video)
    assert [(r.reason, r.value, r.threshold) for r in video.rejects] == [
        ("too_short", 0.5, 1.0),
        ("too_long", 8.5, 5.0),
    ]


def test_a_shot_shown_twice_names_the_first(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    random = np.random.default_rng(3)
    first = np.repeat(random.integers(0, 1 << 63, 20, dtype=np.uint64), 5)  # a picture that changes as it goes on
    other = np.repeat(random.integers(0, 1 << 63, 20, dtype=np.uint64), 5)
    again = first ^ np.uint64(0b101)  # two bits of 64, as another encoding gives
    video = make_video(make_signals(300, dhash=np.concatenate([first, other, again])), *SHOTS)
    ids = [s.id for s in video.lane("shots")]
    Quality(min_novelty=0.08).run(video)
    assert [s.id for s in video.lane("shots")] == ids[:2]
    (reject,) = video.rejects
    assert (reject.reason, reject.span, reject.threshold) == ("duplicate_shot", ids[2], 0.08)
    assert reject.value == pytest.approx(2 / 64, abs=1e-4)
    assert reject.detail == f"like {ids[0]} at 0 s"
    assert video.lane("shots")[0].values["novelty"] == 1.0
    assert video.lane("shots")[1].values["novelty"] > 0.3


def test_a_duplicate_of_a_dropped_shot_is_kept(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """Or else neither of the two would be left."""
    luma = np.full(300, 120.0)
    luma[:100] = 4
    hashes = np.repeat(np.array([7, 0xFFFFFFFF, 7], np.uint64), 100)
    video = make_video(make_signals(300, luma=luma, dhash=hashes), *SHOTS)
    Quality(min_novelty=0.08).run(video)
    assert [(r.reason, r.start) for r in video.rejects] == [("too_dark", 0.0)]
    assert [s.start for s in video.lane("shots")] == [4.0, 8.0]


def test_defaults_keep_what_is_normal(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    """Still, soft, letterboxed, repeated, short, long: none of it is a fault until someone says so."""
    signals = make_signals(300, sharpness=2, border=12, luma=30, contrast=10)
    video = make_video(signals, (0, 0.2), (0.2, 12))
    Quality().run(video)
    assert not video.rejects
    assert len(video.lane("shots")) == 2


def test_all_measures_are_saved(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    border = np.zeros((300, 4), np.uint8)
    border[:, 2:] = 10
    grid = moving((50, 77))  # 26 of the 99 changes within the first shot
    video = make_video(
        make_signals(300, border=border, grid=grid, dx=0.01, dy=0.0, zoom=0.01, motion=0.001, luma=99),
        *SHOTS,
    )
    Quality().run(video)
    assert video.lane("shots")[0].values == pytest.approx(
        {
            "seconds": 4, "brightness": 99, "contrast": 40, "sharpness": 300, "frozen": 26 / 99, "border": 0.2,
            "black": 0, "white": 0, "motion": 0.025, "movement": 0.025 + 0.25 + 0.3 * 0.25, "novelty": 1,
        },
        abs=1e-4,
    )  # fmt: skip


def test_the_change_at_the_cut_is_not_the_shots_own(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    motion, difference = np.zeros(300), np.zeros(300)
    motion[[100, 200]] = 0.2
    difference[[100, 200]] = 90
    video = make_video(make_signals(300, motion=motion, difference=difference), *SHOTS)
    Quality().run(video)
    assert [(s.values["motion"], s.values["frozen"]) for s in video.lane("shots")] == [(0, 1)] * 3


def test_what_a_codec_refines_is_frozen_and_what_moves_within_an_area_is_not(make_signals: MakeSignals) -> None:
    grid = np.full((100, 72), 120, np.uint8)
    refined = np.where(np.arange(100) % 12, 0.1, 0.8)  # a key frame every half second
    (frozen,) = measures(make_signals(100, grid=grid, difference=refined), [Span(0, 4)])["frozen"]
    assert frozen == 1
    (frozen,) = measures(make_signals(100, grid=grid, difference=0.4), [Span(0, 4)])["frozen"]
    assert frozen == 0


def test_a_jump_that_no_camera_makes_is_no_movement(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    zoom = np.zeros(300)
    zoom[50] = -0.4
    video = make_video(make_signals(300, zoom=zoom), *SHOTS)
    Quality().run(video)
    assert video.lane("shots")[0].values["movement"] == 0


def test_tag_names_all_reasons_and_drops_nothing(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    video = make_video(make_signals(300, luma=middle(5, 120), contrast=middle(1, 40)), *SHOTS)
    Quality(action="tag", min_novelty=0.08).run(video)
    assert not video.rejects
    tags = [s.attrs.get("quality") for s in video.lane("shots")]
    assert tags == [None, "too_dark too_flat duplicate_shot", "duplicate_shot"]
    assert video.lane("shots")[2].attrs["duplicate"] == f"like {video.lane('shots')[0].id} at 0 s"


def test_windows_that_overlap_and_windows_between_frames(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    signals = make_signals(time=[0.0, 5.0, 6.0], luma=[10, 50, 200])
    video = make_video(signals, (0, 5.5), (1, 2), (4, 7))
    Quality(min_brightness=None).run(video)
    assert [s.values["brightness"] for s in video.lane("shots")] == [30, 10, 125]
    assert video.lane("shots")[1].values["frozen"] == 1


def test_another_lane_and_an_empty_one(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    stage = Quality(of="windows")
    assert stage.lanes_read() == {"signals", "windows"}
    assert stage.lanes_written() == set()
    video = make_video(make_signals(10))
    assert stage.run(video) is video
    assert "seconds" not in video.lane("shots")[0].values


def test_no_frame_table() -> None:
    with pytest.raises(Failed) as caught:
        Quality().run(Timeline("made up", id="a"))
    assert caught.value.reason == "no_signals"


def test_limits_the_wrong_way_round() -> None:
    with pytest.raises(ValidationError, match="min_seconds must not be greater than max_seconds"):
        Quality(min_seconds=5, max_seconds=2)


def test_the_table_of_limits_is_complete() -> None:
    rules = Quality.rules()
    named = {name for name in Quality.model_fields if name.startswith(("min_", "max_"))}
    assert set(rules) == named
    assert len({reason for _, _, reason in rules.values()}) == len(rules)
    assert rules["min_brightness"] == ("brightness", True, "too_dark")
    assert rules["max_border"] == ("border", False, "black_borders")


def test_a_ten_minute_table_takes_milliseconds(make_signals: MakeSignals, make_video: MakeVideo) -> None:
    from time import process_time

    random = np.random.default_rng(1)
    signals = make_signals(15_000, dhash=random.integers(0, 1 << 63, 15_000, dtype=np.uint64))
    took = []
    for _ in range(3):
        video = make_video(signals, *[(2.0 * n, 2.0 * n + 2) for n in range(300)])
        begun = process_time()
        Quality(min_novelty=0.08).run(video)
        took.append(process_time() - begun)
    assert min(took) < 0.05


def test_the_flaws_of_the_film_are_found(
    film: Path, scanned: Callable[[Path], Signals], truth: Callable[[str], list[Span]]
) -> None:
    video = Timeline("film", id="film", signals=scanned(film / "film.mp4"))
    shots = video.put("shots", truth("shots"))
    limits = {"min_brightness": 25, "min_sharpness": 20, "max_border": 0.2, "max_frozen": 0.3, "min_novelty": 0.08}
    Quality(action="tag", **limits).run(video)
    tags = {shot.start: set(shot.attrs.get("quality", "").split()) for shot in shots}
    reasons = {"dark": "too_dark", "blurred": "too_blurred", "black_borders": "black_borders"}
    for flaw in truth("flaws"):
        assert reasons[flaw.label or ""] in tags[flaw.start], flaw
    twice = {span.start for span in truth("duplicates")}
    assert {start for start, names in tags.items() if "duplicate_shot" in names} == twice
    blurred = {span.start for span in truth("flaws") if span.label == "blurred"}
    dark = {span.start for span in truth("flaws") if span.label == "dark"}
    assert {start for start, names in tags.items() if "too_blurred" in names} - dark == blurred
    assert {start for start, names in tags.items() if "too_dark" in names} == dark
