"""Lanes are laid in order, with ids that depend on content; what is dropped is not forgotten."""

from __future__ import annotations

from vdata.schemas import Span, Timeline


def test_put_sorts_cleans_and_gives_ids() -> None:
    video = Timeline("a.mp4", "1")
    first, second = video.put("events", [Span(5, 6, text="late\x00"), Span(1.00000049, 2, text="early")])
    assert (first.text, second.text) == ("early", "late")
    assert first.start == 1.0
    assert len({first.id, second.id, ""}) == 3


def test_ids_depend_on_the_video_and_the_lane() -> None:
    ids = set()
    for video in (Timeline("a.mp4", "1"), Timeline("a.mp4", "2")):
        for lane in ("events", "shots"):
            ids.add(video.put(lane, [Span(0, 1)])[0].id)
    assert len(ids) == 4


def test_equal_spans_have_ids_of_their_own() -> None:
    laid = Timeline("a.mp4", "1").put("events", [Span(0, 1, text="x"), Span(0, 1, text="x")])
    assert laid[0].id != laid[1].id


def test_a_dropped_span_leaves_its_reason() -> None:
    video = Timeline("a.mp4", "1")
    dark, bright = video.put("shots", [Span(0, 1), Span(1, 2)])
    video.drop_span("shots", dark, "too_dark", stage="quality", value=3.5, threshold=10)
    assert video.lane("shots") == [bright]
    (reject,) = video.rejects
    assert (reject.kind, reject.reason, reject.value, reject.threshold) == ("dropped", "too_dark", 3.5, 10)
    assert (reject.lane, reject.span, reject.start, reject.end) == ("shots", dark.id, 0, 1)


def test_randomness_depends_on_row_seed_and_name() -> None:
    def draw(row: str, seed: int, name: str) -> float:
        return Timeline("a.mp4", row, seed=seed).random(name).random()

    assert draw("1", 0, "tasks") == draw("1", 0, "tasks")
    assert len({draw("1", 0, "tasks"), draw("2", 0, "tasks"), draw("1", 1, "tasks"), draw("1", 0, "options")}) == 4
