"""Reading words: the film's are found at their times; joining, times and settings on made-up lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Failed, Media, MissingExtra, Span, Timeline
from vdata.stages import stage_class
from vdata.stages.media.read_text import ReadText
from vdata.video.decode import ocr
from vdata.video.decode.ocr import Line, alike, intervals, join

BOX = (0.1, 0.1, 0.5, 0.2)


def line(text: str, score: float = 0.9, left: float = 0.1) -> Line:
    return Line(text, score, (left, 0.1, left + 0.4, 0.2))


def said(runs: list[ocr.Run]) -> list[tuple[float, float, str, int]]:
    return [(run.start, run.end, run.line.text, run.frames) for run in runs]


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
        assert (span.start, span.end) == pytest.approx((true.start, true.end), abs=0.9)
        assert span.score is not None
        assert span.score > 0.9
        assert span.source == "measured"
        assert span.values["frames"] == (3 if true.text == "MARKET STREET" else 2)
    sign = found[1].values
    assert 0.15 < sign["x0"] < 0.25
    assert 0.75 < sign["x1"] < 0.85
    assert 0.75 < sign["y0"] < sign["y1"] <= 1


def test_a_picture_without_words(film: Path) -> None:
    pytest.importorskip("rapidocr")
    assert ocr.read(np.full((360, 640, 3), 128, np.uint8), 1) == []


def test_the_reader_is_offline_quiet_and_leaves_no_file(tmp_path: Path) -> None:
    """In a process that cannot open a connection, from a package whose folder is watched."""
    rapidocr = pytest.importorskip("rapidocr")
    code = """
import socket, sys
def refuse(*args): raise AssertionError("a connection was tried")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import cv2, numpy as np
from vdata.video.decode.ocr import engine, read
picture = np.full((120, 500, 3), 255, np.uint8)
cv2.putText(picture, "HELLO THERE", (60, 80), cv2.FONT_HERSHEY_DUPLEX, 1, (0, 0, 0), 2)
first = engine(1)
text = [line.text for line in read(picture, 1)]
assert engine(1) is first, "loaded twice"
assert text == ["HELLO THERE"], text
sys.exit(7)
"""
    folder = Path(rapidocr.__file__).parent

    def files() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"}

    before = files()
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")
    assert files() == before
    assert list(tmp_path.iterdir()) == []


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


def test_a_line_of_neighbouring_pictures_is_one_span() -> None:
    pages = [
        (0.0, 1.0, [line("MARKET STREET", 0.8)]),
        (1.0, 2.0, [line("Market  Streat", 0.95)]),
        (2.0, 3.0, []),
        (3.0, 4.0, [line("MARKET STREET", 0.7)]),
        (6.0, 7.0, [line("MARKET STREET", 0.7)]),
    ]
    found = said(join(pages, 0.85))
    assert found == [
        (0, 2, "Market  Streat", 2),
        (3, 4, "MARKET STREET", 1),
        (6, 7, "MARKET STREET", 1),
    ]


def test_equal_lines_of_one_picture_stay_two_and_go_on_where_they_stand() -> None:
    left, right = line("exit", left=0.0), line("exit", left=0.5)
    runs = join([(0, 1, [left, right]), (1, 2, [line("exit", 0.99, 0.49)])], 0.85)
    assert [(run.end, run.line.box[0]) for run in runs] == [(1, 0.0), (2, 0.49)]


def test_different_lines_are_not_joined() -> None:
    assert said(join([(0, 1, [line("page 12")]), (1, 2, [line("page 13")])], 0.9)) == [
        (0, 1, "page 12", 1),
        (1, 2, "page 13", 1),
    ]
    assert alike("page 12", "PAGE12") == 1


def test_pictures_stand_half_way_to_the_next_within_their_shot() -> None:
    shots = [Span(0, 4, id="a"), Span(4, 6, id="b")]
    points = [Span(t, t, attrs={"shot": shot}) for t, shot in ((1, "a"), (2, "a"), (5, "b"))]
    assert intervals(points, shots, 10) == [(0, 1.5), (1.5, 4), (4, 6)]
    assert intervals(points, [], 10) == [(0, 1.5), (1.5, 3.5), (3.5, 10)]
    assert intervals(points, shots[1:], 10) == [(0, 1.5), (1.5, 4), (4, 6)], "up to the shot that follows"
    assert intervals([*points, Span(8, 8)], shots, 10)[2:] == [(4, 6), (6, 10)]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A reader that sees the time of the picture, and the times that were fetched."""
    fetched: list[float] = []

    def fetch(uri: str, times: list[float], width: int | None = None) -> list[Any]:
        assert uri == "a.mp4"
        assert width == 960
        fetched.extend(times)
        return [np.full((2, 2, 3), t, np.uint8) for t in times]

    def read(picture: Any, threads: int) -> list[Line]:
        t = int(picture[0, 0, 0])
        return [line(f"second {t}", t / 100), line("-", 1.0), line("!!", 1.0)]

    monkeypatch.setattr("vdata.video.decode.frames.fetch", fetch)
    monkeypatch.setattr(ocr, "read", read)
    return fetched


def timeline(seconds: int) -> Timeline:
    video = Timeline("a.mp4", id="a", path="a.mp4", duration=seconds)
    video.media = Media(sha256="abc", duration=seconds, width=320, height=180)
    video.put("keyframes", [Span(t, t) for t in range(seconds)])
    return video


def test_low_scores_and_specks_are_not_taken(reader: list[float]) -> None:
    video = ReadText(min_score=0.95, same=1).run(timeline(100))
    assert [(span.text, span.score) for span in video.lane("texts")] == [
        (f"second {t}", t / 100) for t in (95, 96, 97, 98, 99)
    ]
    assert video.lane("texts")[0].values == {"x0": 0.1, "y0": 0.1, "x1": 0.5, "y1": 0.2, "frames": 1}


def test_so_many_frames_at_most_and_evenly(reader: list[float]) -> None:
    ReadText(max_frames=10).run(timeline(100))
    assert reader == list(range(5, 100, 10))


def test_a_video_without_keyframes_has_no_words(reader: list[float]) -> None:
    video = timeline(10)
    video.put("keyframes", [])
    assert ReadText().run(video).lanes["texts"] == []
    assert reader == []


def test_a_reader_that_breaks_off_fails_the_video(reader: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def read(picture: Any, threads: int) -> list[Line]:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(ocr, "read", read)
    with pytest.raises(Failed) as caught:
        ReadText().run(timeline(3))
    assert (caught.value.reason, caught.value.detail) == ("not_readable", "a.mp4 at 0 s: out of ink")


def test_kept_by_content(reader: list[float]) -> None:
    pytest.importorskip("rapidocr")
    stage, video = ReadText(min_score=0.95), timeline(100)
    stage.run(video)
    key, again = stage.cache_key(video), timeline(100)
    assert stage.cache_key(again) == key
    stage.thaw(again, stage.freeze(video))
    assert again.lane("texts") == video.lane("texts")
    again.put("keyframes", again.lane("keyframes")[:50])
    assert stage.cache_key(again) != key
    assert ReadText(threads=2).cache_settings() == ReadText().cache_settings() != ReadText(same=0.5).cache_settings()
    video.media = None
    assert stage.cache_key(video) is None


def test_lanes() -> None:
    assert stage_class("read_text") is ReadText
    stage = ReadText(of="points", into="signs")
    assert stage.lanes_read() == {"media", "points"}
    assert stage.lanes_written() == {"signs"}
