"""Words of pictures: what the reader sees and touches, and how lines of neighbouring pictures are joined."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vdata.schemas import Span
from vdata.video.decode import ocr
from vdata.video.decode.ocr import OcrLine, intervals, join, text_similarity


def line(text: str, score: float = 0.9, left: float = 0.1) -> OcrLine:
    return OcrLine(text, score, (left, 0.1, left + 0.4, 0.2))


def said(runs: list[ocr.Run]) -> list[tuple[float, float, str, int]]:
    return [(run.start, run.end, run.line.text, run.frames) for run in runs]


def test_a_picture_without_words() -> None:
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
    assert text_similarity("page 12", "PAGE12") == 1


def test_pictures_stand_half_way_to_the_next_within_their_shot() -> None:
    shots = [Span(0, 4, id="a"), Span(4, 6, id="b")]
    points = [Span(t, t, attrs={"shot": shot}) for t, shot in ((1, "a"), (2, "a"), (5, "b"))]
    assert intervals(points, shots, 10) == [(0, 1.5), (1.5, 4), (4, 6)]
    assert intervals(points, [], 10) == [(0, 1.5), (1.5, 3.5), (3.5, 10)]
    assert intervals(points, shots[1:], 10) == [(0, 1.5), (1.5, 4), (4, 6)], "up to the shot that follows"
    assert intervals([*points, Span(8, 8)], shots, 10)[2:] == [(4, 6), (6, 10)]
