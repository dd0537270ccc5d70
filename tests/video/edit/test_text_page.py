"""Pages of text as pictures: they hold what they say, within their margins, and can be read back."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from vdata.schemas import Failed, Span, Timeline
from vdata.stages.haystack.render import Render
from vdata.stages.long_texts.paginate import Paginate
from vdata.video.decode.frames import fetch
from vdata.video.edit.text_page import PageLayout, PageView, draw_page, page_of

READ = 0.99
"""The least share of the characters that are read back."""


def test_words_keep_within_the_margins() -> None:
    layout = PageLayout(448, 448, 20, 20)
    text = "The quick brown fox jumps over the lazy dogs again and again. " * 30
    (first, *_) = layout.pages(text, None)
    assert len(first.lines) == layout.lines
    dark = draw_page(layout.view(first).name(), 448, 448)[..., 0] < 128
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    assert rows[0] >= 20
    assert rows[-1] < 428
    assert columns[0] >= 20
    assert columns[-1] < 430


def test_few_lines_stand_in_the_middle() -> None:
    picture = draw_page(PageView(("one line",), 20, 20).name(), 400, 300)
    rows = np.flatnonzero((picture[..., 0] < 128).any(1))
    assert abs((rows[0] + rows[-1]) / 2 - 150) < 6


def test_marks_that_are_not_written_are_not_drawn() -> None:
    (page,) = PageLayout(448, 448, 20, 20).pages("soft\u00adly spo\u200bken", None)
    assert page.lines == ("softly spoken",)


def test_a_name_that_is_no_page_is_told() -> None:
    with pytest.raises(Failed, match="no_such_page"):
        page_of("page:{}")


@pytest.mark.slow
def test_what_is_drawn_is_read_back(tmp_path: Path) -> None:
    """Of texts that no setting was chosen by: the second half of the topics of Python's help, by name. The whole way:
    pages, a video file, its frames, OCR."""
    pytest.importorskip("rapidocr")
    from pydoc_data.topics import topics

    from rapidfuzz.distance import Levenshtein

    from vdata.video.decode.ocr import read

    held_out = sorted(topics)[len(topics) // 2 :]
    text = "\n\n".join(re.sub(r"[^\x20-\x7e\n]", " ", topics[name])[:900] for name in held_out[::4])
    video = Timeline("file:topics", "topics", folder=str(tmp_path))
    video.put("documents", [Span(0, 0, text)])
    Render().run(Paginate().run(video))
    pages = video.lane("pages")[:12]
    wrong = total = 0
    for page, picture in zip(pages, fetch(video.file, [(one.start + one.end) / 2 for one in pages]), strict=True):
        said, told = (re.sub(r"\s", "", one) for one in ("".join(line.text for line in read(picture, 2)), page.words))
        wrong, total = wrong + Levenshtein.distance(said, told), total + len(told)
    print(f"{1 - wrong / total:.4f} of {total} characters")
    assert total > 5000
    assert 1 - wrong / total >= READ
