"""Texts as pages: nothing of them is lost, and what lies on them moves with them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Dropped, Evidence, Failed, Message, Sample, Span, Timeline
from vdata.stages.long_texts.paginate import Paginate
from vdata.video.edit.edit_list import edit_of
from vdata.video.edit.text_page import page_of

WORDS = [f"word{n}" for n in range(400)]
LONG = " ".join(WORDS[:100]) + "\n\n" + "\t".join(WORDS[100:])
DEJAVU = "pkg://matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf"


def row(*texts: str, at: list[tuple[float, float]] | None = None) -> Timeline:
    video = Timeline("file:book", "book")
    places = at or [(0.0, 0.0)] * len(texts)
    video.put("documents", [Span(*place, text) for place, text in zip(places, texts, strict=True)])
    video.duration = max(end for _, end in places) or None
    return video


def paginated(video: Timeline, **settings: Any) -> Timeline:
    return Paginate.model_validate(settings).run(video)


def test_every_word_is_on_one_page_and_pages_fill_the_time() -> None:
    video = paginated(row(LONG), words=60, seconds=2)
    pages = video.lane("pages")
    assert [word for page in pages for word in (page.text or "").split()] == WORDS
    assert [page.values["words"] for page in pages] == [60] * 6 + [40]
    assert [page.attrs["number"] for page in pages] == [str(n) for n in range(1, 8)]
    assert (pages[0].start, pages[-1].end, video.duration) == (0, 14, 14)
    assert all(one.end == other.start for one, other in pairwise(pages))
    assert "word99\n\nword100" in (pages[1].text or ""), "the text as it is"
    (text,) = video.lane("documents")
    assert (text.start, text.end) == (0, 14)
    assert video.planned
    assert video.attrs["text_uri"] == "file:book"


def test_the_pictures_say_what_the_lane_says() -> None:
    video = paginated(row(LONG), words=None, frame=(320, 240), margin=10)
    edit = edit_of(video)
    assert (edit.width, edit.height, edit.fps, edit.sound) == (320, 240, 1, False)
    pages = video.lane("pages")
    assert len(pages) > 3
    for piece, page in zip(edit.pieces, pages, strict=True):
        assert (piece.start, piece.end) == (page.start, page.end)
        assert " ".join(page_of(piece.picture).lines).split() == (page.text or "").split()


def test_a_word_that_is_wider_than_a_page_goes_on() -> None:
    word = "x" * 3000
    video = paginated(row(f"before {word} after"), words=2)
    drawn = [page_of(piece.picture).lines for piece in edit_of(video).pieces]
    assert "".join("".join(lines) for lines in drawn).replace(" ", "") == f"before{word}after"
    assert "".join(page.text or "" for page in video.lane("pages")).replace(" ", "") == f"before{word}after"
    assert len(drawn) > 2


def test_without_pictures_pages_are_stretches_of_the_text() -> None:
    video = paginated(row(LONG), words=150, frame=None)
    assert [page.values["words"] for page in video.lane("pages")] == [150, 150, 100]
    assert not video.lane("pieces")
    assert video.uri == "file:book"


def test_each_text_begins_a_page_and_what_lies_on_it_moves_with_it() -> None:
    video = row("a " * 5, "b " * 12, at=[(0, 1), (1, 2)])
    video.put("titles", [Span(1, 2, "The second"), Span(0, 2, "Both")])
    asked = Sample("qa", "Q?", "A", 1, 2, [Evidence(1, 2, "titles", "The second")], messages=[Message("user", "Q?")])
    video.samples = [asked]
    paginated(video, words=5)
    assert [page.attrs["text_number"] for page in video.lane("pages")] == ["1", "2", "2", "2"]
    assert [(span.text, span.start, span.end) for span in video.lane("titles")] == [
        ("Both", 0, 4),
        ("The second", 1, 4),
    ]
    assert (asked.start, asked.end, asked.evidence[0].start, asked.evidence[0].end) == (1, 4, 1, 4)
    assert asked.params["duration"] == "4.0"


def test_questions_about_a_whole_text_are_about_all_of_its_pages() -> None:
    video = row("a " * 5, "b " * 12)
    video.samples = [Sample("qa", "Q?", "A", 0, 0, [Evidence(0, 0, "questions", "A")])]
    paginated(video, words=5)
    (sample,) = video.samples
    assert (sample.start, sample.end, sample.evidence[0].end) == (0, 4, 4)


def test_letters_that_the_font_lacks_are_told() -> None:
    with pytest.raises(Failed, match=r"no_glyph.*cannot write 'é' '—'.*set font: to a .ttf") as failure:
        paginated(row("café — bar"))
    assert failure.value.reason == "no_glyph"
    pytest.importorskip("matplotlib")
    assert len(paginated(row("café — bar"), font=DEJAVU).lane("pages")) == 1
    with pytest.raises(Failed, match=r"DejaVuSans\.ttf cannot write '漢'"):
        paginated(row("漢"), font=DEJAVU)
    assert len(paginated(row("漢"), frame=None).lane("pages")) == 1, "nothing is drawn"


def test_a_row_without_words_is_dropped() -> None:
    with pytest.raises(Dropped, match="no_text"):
        paginated(row(" \n "))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"frame": [447, 448]}, "even numbers"),
        ({"frame": None, "words": None}, "words: null needs pictures"),
        ({"frame": [64, 64], "margin": 30}, "no room"),
        ({"fps": 0.5}, "is not shown at 0.5 frames a second"),
        ({"into": "documents"}, "take another name"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Paginate.model_validate(settings)
