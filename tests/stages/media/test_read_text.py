"""Reading words: the film's are found at their times; joining, times and settings on made-up lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laid import undeclared

from vdata.schemas import Failed, Media, MissingExtra, Span, Timeline
from vdata.stages import stage_class
from vdata.stages.media.read_text import ReadText
from vdata.video.decode import ocr
from vdata.video.decode.ocr import OcrLine


def film_row(film: Path, every: float, **lanes: list[Span]) -> Timeline:
    """The film with a keyframe every so many seconds, and its true shots."""
    video = Timeline(str(film / "film.mp4"), id="film", duration=69.0)
    video.media = Media(sha256="f", duration=69.0, width=640, height=360)
    rows = [json.loads(row) for row in (film / "film.truth.jsonl").read_text().splitlines()]
    for lane in ("shots", "words"):
        spans = [Span(row["start"], row["end"], text=row["text"]) for row in rows if row["lane"] == f"true_{lane}"]
        video.put(lane, spans)
    points = []
    for shot in video.lane("shots"):
        count = round(shot.seconds / every)
        times = [shot.start + (n + 0.5) * shot.seconds / count for n in range(count)]
        points += [Span(t, t, attrs={"shot": shot.id}) for t in times]
    video.put("keyframes", points)
    return video


@pytest.mark.slow
def test_the_words_of_the_film_are_found_at_their_times(film: Path) -> None:
    pytest.importorskip("rapidocr")
    video = film_row(film, 2.0)
    keep = [(0, 4), (14, 20), (34, 38), (65, 69), (57, 61)]  # a few shots, to be quick: four with words, one without
    near = [p for p in video.lane("keyframes") if any(a <= p.start < b for a, b in keep)]
    video.put("keyframes", near)
    ReadText().ready()
    ReadText().run(video)
    found, truth = video.lane("texts"), video.lane("words")
    assert [span.text for span in found] == [span.text for span in truth]
    for span, true in zip(found, truth, strict=True):
        assert (span.start, span.end) == pytest.approx((true.start, true.end), abs=0.12)  # one fades with its shot
        assert max(span.values["start_within"], span.values["end_within"]) <= 0.1
        assert span.score is not None
        assert span.score > 0.9
        assert span.source == "measured"
        assert span.values["frames"] == (3 if true.text == "MARKET STREET" else 2)
    sign = found[1].values
    assert 0.15 < sign["x0"] < 0.25
    assert 0.75 < sign["x1"] < 0.85
    assert 0.75 < sign["y0"] < sign["y1"] <= 1
    assert undeclared(video, [ReadText()], {"words": None, "keyframes": None, "shots": None}) == {}


def test_without_the_library_one_line_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        ReadText().ready()
    assert str(caught.value) == "read_text needs RapidOCR: pip install 'vdata-toolkit[ocr]'"


def test_without_its_models_nothing_is_downloaded_but_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rapidocr")
    monkeypatch.setattr(ocr, "models", dict)
    with pytest.raises(MissingExtra, match=r"brings its models: pip install --upgrade .*\[ocr\]"):
        ReadText().ready()


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A reader that sees the time of the picture, and the times that were fetched."""
    fetched: list[float] = []

    def fetch(uri: str, times: list[float], width: int | None = None) -> list[Any]:
        assert uri == "a.mp4"
        assert width == 960
        fetched.extend(times)
        return [np.full((2, 2, 3), t, np.uint8) for t in times]

    def read(picture: Any, threads: int) -> list[OcrLine]:
        t = int(picture[0, 0, 0])
        seen = {f"second {t}": t / 100, "-": 1.0, "!!": 1.0}
        return [OcrLine(text, score, (0.1, 0.1, 0.5, 0.2)) for text, score in seen.items()]

    monkeypatch.setattr("vdata.video.decode.frames.fetch", fetch)
    monkeypatch.setattr(ocr, "read", read)
    return fetched


def timeline(seconds: int) -> Timeline:
    video = Timeline("a.mp4", id="a", path="a.mp4", duration=seconds)
    video.media = Media(sha256="abc", duration=seconds, width=320, height=180)
    video.put("keyframes", [Span(t, t) for t in range(seconds)])
    return video


def test_low_scores_and_specks_are_not_taken(reader: list[float]) -> None:
    video = ReadText(min_score=0.95, same=1, edges=0).run(timeline(100))
    assert [(span.text, span.score) for span in video.lane("texts")] == [
        (f"second {t}", t / 100) for t in (95, 96, 97, 98, 99)
    ]
    assert video.lane("texts")[0].values == {"x0": 0.1, "y0": 0.1, "x1": 0.5, "y1": 0.2, "frames": 1}


def test_so_many_frames_at_most_and_evenly(reader: list[float]) -> None:
    ReadText(max_frames=10, edges=None).run(timeline(100))
    assert reader == list(range(5, 100, 10))


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of a line that is read from 20 to 60 s, in its box; before that it comes near from beside."""

    def fetch(uri: str, times: list[float], width: int | None = None) -> list[Any]:
        return [np.full((20, 20, 3), t, np.float32) for t in times]

    def read(picture: Any, threads: int) -> list[OcrLine]:
        there = 20 <= picture[0, 0, 0] < 60 or (picture.shape[0] < 20 and picture[0, 0, 0] < 60)
        return [OcrLine("News at ten", 0.9, (0.2, 0.4, 0.8, 0.5))] if there else []

    def read_again(picture: Any, line: OcrLine, threads: int) -> str:
        return "NEWS AT TEN" if 20 <= picture[0, 0, 0] < 60 else "N"

    monkeypatch.setattr("vdata.video.decode.frames.fetch", fetch)
    monkeypatch.setattr(ocr, "read", read)
    monkeypatch.setattr(ocr, "read_again", read_again)


def test_an_edge_of_a_line_that_moves_stays_wide_and_is_said(passing: None) -> None:
    video = timeline(100)
    video.put("keyframes", [Span(t, t) for t in (5, 15, 25, 35, 45, 55, 65)])
    stage = ReadText(edges=0.05)
    stage.run(video)
    (line,) = video.lane("texts")
    assert (line.start, line.values["start_within"]) == (20, 5)
    assert line.end == pytest.approx(60, abs=0.05)
    assert line.values["end_within"] <= 0.05
    assert video.report == {"edges": 2, "wide": 1}
    assert stage.summary(video.report) == (
        "read_text: 1 of 2 starts and ends of lines are as wide as the keyframes are apart, for the lines move; the "
        "values start_within and end_within say how wide"
    )
    again = timeline(100)
    stage.thaw(again, stage.freeze(video))
    assert again.report == video.report, "said of what the cache holds, too"


def test_edges_that_are_not_looked_for(passing: None) -> None:
    video = timeline(100)
    video.put("keyframes", [Span(t, t) for t in (5, 15, 28, 35, 45, 55, 65)])
    stage = ReadText(edges=None)
    stage.run(video)
    (line,) = video.lane("texts")
    assert (line.start, line.end, video.report, stage.summary({})) == (21.5, 60, {}, None)
    assert "start_within" not in line.values


def test_a_video_without_keyframes_has_no_words(reader: list[float]) -> None:
    video = timeline(10)
    video.put("keyframes", [])
    assert ReadText().run(video).lanes["texts"] == []
    assert reader == []


def test_a_reader_that_breaks_off_fails_the_video(reader: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def read(picture: Any, threads: int) -> list[OcrLine]:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(ocr, "read", read)
    with pytest.raises(Failed) as caught:
        ReadText().run(timeline(3))
    assert (caught.value.reason, caught.value.detail) == ("not_readable", "a.mp4 at 0 s: out of ink")


def test_kept_by_content(reader: list[float]) -> None:
    pytest.importorskip("rapidocr")
    stage, video = ReadText(min_score=0.95, edges=0), timeline(100)
    stage.run(video)
    key, again = stage.cache_key(video), timeline(100)
    assert stage.cache_key(again) == key
    stage.thaw(again, stage.freeze(video))
    assert again.lane("texts") == video.lane("texts")
    again.put("keyframes", again.lane("keyframes")[:50])
    assert stage.cache_key(again) != key
    assert ReadText(threads=2).cache_settings() == ReadText().cache_settings() != ReadText(same=0.5).cache_settings()
    assert ReadText(edges=0.2).cache_settings() != ReadText().cache_settings()
    video.media = None
    assert stage.cache_key(video) is None


def test_lanes() -> None:
    assert stage_class("read_text") is ReadText
    stage = ReadText(of="points", into="signs")
    assert stage.lanes_read() == {"media", "points"}
    assert stage.lanes_written() == {"signs"}
