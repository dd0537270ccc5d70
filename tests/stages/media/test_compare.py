"""Agreement of lanes: counted by hand, and against a search through all matchings."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.schemas import Span, Timeline
from vdata.stages import stage_class
from vdata.stages.media.compare import Compare, f1
from vdata.stages.media.lane_agreement import edges, match, pieces, windows

TIMES = st.lists(st.integers(0, 60).map(lambda n: n / 10), max_size=6).map(sorted)


def row(duration: float = 10, **lanes: list[tuple[float, float, str]]) -> Timeline:
    video = Timeline("film.mp4", id="film", duration=duration)
    for name, spans in lanes.items():
        video.put(name, [Span(start, end, label=label) for start, end, label in spans])
    return video


def cuts(*at: float) -> list[tuple[float, float, str]]:
    return [(a, b, "") for a, b in pairwise(at)]


def best(truth: list[float], found: list[float], tolerance: float) -> tuple[int, float]:
    """The most pairs that there can be, and their least error, by trying all."""
    for count in range(min(len(truth), len(found)), 0, -1):
        errors = [
            [abs(a - b) for a, b in zip(some, others, strict=True)]
            for some in combinations(truth, count)
            for others in combinations(found, count)
        ]
        fit = [sum(each) for each in errors if max(each) <= tolerance + 1e-6]
        if fit:
            return count, min(fit)
    return 0, 0.0


@given(TIMES, TIMES, st.sampled_from([0.1, 0.5, 1.0, 3.0]))
def test_match_is_the_best_there_is(truth: list[float], found: list[float], tolerance: float) -> None:
    pairs = match(truth, found, windows(truth, tolerance))
    error = sum(abs(truth[a] - found[b]) for a, b in pairs)
    count, least = best(truth, found, tolerance)
    assert len(pairs) == count
    assert error == pytest.approx(least)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == count


def test_the_nearest_pair_must_not_cost_another() -> None:
    assert match([0.0, 1.0], [0.9, 1.8], windows([0.0, 1.0], 1)) == [(0, 0), (1, 1)]


def test_many_points_are_matched_quickly() -> None:
    truth = [n * 2.0 for n in range(20_000)]
    found = [t + 0.03 for t in truth[::2]]
    assert match(truth, found, windows(truth, 0.1)) == [(n * 2, n) for n in range(10_000)]


def test_edges_leave_out_the_ends_of_the_video() -> None:
    spans = [Span(0, 4), Span(4, 7.5), Span(8, 10)]
    assert edges(spans, 10) == [4, 7.5, 8]


def test_soft_windows() -> None:
    assert windows([5.0, 8.0], 0.1, [Span(4.5, 5.5)]) == [(4.4, 5.6), (7.9, 8.1)]


def test_boundaries() -> None:
    video = row(shots=cuts(0, 2.04, 5.4, 6, 10), true_shots=cuts(0, 2, 5, 8, 10), fades=[(4.5, 5.5, "fade")])
    Compare().run(video)
    assert video.report == {"videos": 1, "hits": 1, "missed": 2, "extra": 2, "error": 0.04}
    video.report = {}
    Compare(transitions="fades").run(video)
    assert video.report == {"videos": 1, "hits": 2, "missed": 1, "extra": 1, "error": 0.44}
    line = "shots against true_shots: 2 of 3 found, 1 extra (F1 0.67, off by 0.22 s)"
    assert Compare(transitions="fades").summary(video.report) == line


def test_a_short_gap_is_one_boundary() -> None:
    trimmed = [(0.16, 3.84, ""), (4.16, 6.0, ""), (7.0, 9.84, "")]
    video = row(shots=trimmed, true_shots=cuts(0, 4.1, 6.5, 10))
    Compare().run(video)
    assert (video.report["hits"], video.report["missed"], video.report["extra"]) == (1, 1, 5)  # and 4.16 by chance
    for gap, found, extra in ((0.1, 1, 5), (0.4, 1, 2), (1.0, 2, 0)):
        video.report.clear()
        Compare(gap=gap).run(video)
        assert (video.report["hits"], video.report["extra"]) == (found, extra)
    with pytest.raises(ValidationError, match="gap"):
        Compare(on="starts", gap=0.4)


def test_starts_count_every_start() -> None:
    video = row(events=[(0, 1, ""), (3, 4, ""), (6, 7, "")], true_events=[(0.2, 2, ""), (3, 9, "")])
    stage = Compare(lane="events", truth="true_events", on="starts", tolerance=0.25)
    stage.run(video)
    assert video.report == {"videos": 1, "hits": 2, "missed": 0, "extra": 1, "error": 0.2}


def test_labels() -> None:
    video = row(camera=[(0, 5, "static"), (5, 8, "shake")], true_camera=[(0, 4, "Static"), (4, 10, "pan_right")])
    stage = Compare(lane="camera", truth="true_camera", on="labels")
    stage.run(video)
    assert video.report == {
        "videos": 1,
        "seconds": 10,
        "same": 4,
        "pan_right taken for static": 1,
        "pan_right taken for shake": 3,
        "pan_right taken for nothing": 2,
    }
    line = "camera against true_camera: the same for 40.0% of 10.0 s; most often pan_right taken for shake (3.0 s)"
    assert stage.summary(video.report) == line


def test_texts_are_compared_where_there_are_no_labels() -> None:
    video = Timeline("a.mp4", duration=4)
    video.put("texts", [Span(0, 4, text="market  street")])
    video.put("words", [Span(1, 3, text="MARKET STREET")])
    stage = Compare(lane="texts", truth="words", on="labels")
    assert stage.summary(stage.run(video).report) == "texts against words: the same for 100.0% of 2.0 s"


def test_overlapping_spans_agree_when_one_of_them_does() -> None:
    assert pieces([Span(0, 4, label="a"), Span(2, 6, label="b")], [Span(1, 5, label="b")]) == [
        (1, (frozenset("a"), frozenset())),
        (1, (frozenset("a"), frozenset("b"))),
        (2, (frozenset("ab"), frozenset("b"))),
        (1, (frozenset("b"), frozenset("b"))),
        (1, (frozenset("b"), frozenset())),
    ]


def test_time() -> None:
    video = row(freezes=[(1, 3, ""), (8, 9, "")], true_freezes=[(2, 5, "")])
    stage = Compare(lane="freezes", truth="true_freezes", on="time")
    stage.run(video)
    assert video.report == {"videos": 1, "hits": 1, "missed": 2, "extra": 2}
    assert stage.summary(video.report) == "freezes against true_freezes: 1.0 of 3.0 s found, 2.0 s extra (F1 0.33)"


def test_a_video_without_truth_is_passed_over_but_one_without_the_lane_missed_all() -> None:
    video = row(shots=cuts(0, 5, 10))
    assert Compare().run(video).report == {}
    assert Compare().summary({}) == "shots against true_shots: no video has true_shots"
    missed = Compare().run(row(true_shots=cuts(0, 5, 10))).report
    assert missed == {"videos": 1, "hits": 0, "missed": 1, "extra": 0, "error": 0}
    assert Compare().summary(missed) == "shots against true_shots: 0 of 1 found, 0 extra (F1 0.00)"


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    report = Compare().run(row(shots=cuts(0, 10), true_shots=cuts(0, 10))).report
    assert Compare().summary(report) == "shots against true_shots: 0 of 0 found, 0 extra (F1 1.00)"
    assert f1(0, 0, 1) == 0


def test_the_lane_changes_nothing_and_totals_add_up() -> None:
    one, two = (
        row(shots=cuts(0, 3, 10), true_shots=cuts(0, 3, 10)),
        row(shots=cuts(0, 4, 10), true_shots=cuts(0, 7, 10)),
    )
    before = list(one.lane("shots"))
    reports = [Compare().run(video).report for video in (one, two)]
    assert one.lane("shots") == before
    totals = {name: reports[0][name] + reports[1][name] for name in reports[0]}
    assert Compare().summary(totals) == "shots against true_shots: 1 of 2 found, 1 extra (F1 0.50, off by 0.00 s)"


def test_settings() -> None:
    assert stage_class("compare") is Compare
    assert Compare(lane="x").lanes_read() == {"x"}
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Compare(tolerance=-1)
