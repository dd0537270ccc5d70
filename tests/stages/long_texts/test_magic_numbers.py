"""Needles in texts: each stands once between sentences, at depths that are even, and nobody can know its number."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.families.magic_numbers import HIDDEN
from vdata.rules.solve import recompute
from vdata.schemas import Dropped, Span, Timeline, make_id
from vdata.stages.haystack.render import Render
from vdata.stages.long_texts.magic_numbers import CITIES, DIGITS, MagicNumbers
from vdata.stages.long_texts.paginate import Paginate
from vdata.stages.verify.checks.answer import check_answer
from vdata.stages.verify.verify import Verify
from vdata.video.decode.frames import fetch

DEPTHS = [n / 10 for n in range(11)]


def book(n: int, folder: str = "") -> Timeline:
    video = Timeline(f"file:{n}", make_id("book", n), 2.0, seed=5, folder=folder)
    first = " ".join(f'"Sentence {i} of book {n} is here." Oslo is named.' for i in range(120))
    second = "\n\n".join(f"Another one, {i} of {n}!" for i in range(140))
    video.put("documents", [Span(0, 1, first), Span(1, 2, second)])
    return video


def hidden(count: int, **settings: Any) -> list[Timeline]:
    stage, videos = MagicNumbers.model_validate(settings), [book(n) for n in range(count)]
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    return [stage.apply(video, verdicts[video.id]) for video in videos]


def words_of(video: Timeline) -> list[str]:
    return [word for span in video.lane("documents") for word in (span.text or "").split()]


def test_sentences_stand_between_sentences_and_the_rest_of_the_text_is_as_it_was() -> None:
    for n, video in enumerate(hidden(22, needles=5)):
        texts = [span.text or "" for span in video.lane("documents")]
        needles = video.lane("needles")
        assert len(needles) == 5
        for span in needles:
            assert span.words == HIDDEN.format(city=span.label, number=span.attrs["number"])
            (whole,) = [text for text in texts if span.words in text]
            assert re.search(rf"(?:^|[.!?]\"?\s){re.escape(span.words)}(?:\s|$)", whole), "between two sentences"
            assert len(span.attrs["number"]) == DIGITS
            assert span.label in CITIES
            assert span.label != "Oslo", "the text names it"
        bare = " ".join(texts)
        for span in needles:
            bare = bare.replace(span.words, "")
        assert bare.split() == words_of(book(n))


def test_the_first_one_asked_for_is_equally_often_at_each_depth() -> None:
    videos = hidden(33, needles=3)
    near = Counter(min(DEPTHS, key=lambda d: abs(d - float(video.samples[0].params["depth"]))) for video in videos)
    assert near == dict.fromkeys(DEPTHS, 3)
    for video in videos:
        (sample,) = video.samples
        total, place = len(words_of(video)), " ".join(words_of(video)).index(sample.evidence[0].text)
        share = len(" ".join(words_of(video))[:place].split()) / total
        assert share == pytest.approx(float(sample.params["depth"]), abs=0.05)


def test_one_and_several_are_asked_for_and_read_again() -> None:
    for video in hidden(8, needles=4, asked=[1, 3]):
        one, several = video.samples
        cities = json.loads(several.params["cities"])
        assert len(cities) == 3
        assert one.answer.isdigit()
        assert several.answer == "; ".join(
            f"{city}: {next(s.attrs['number'] for s in video.lane('needles') if s.label == city)}" for city in cities
        )
        asyncio.run(Verify.model_validate({}).run(video, None))
        assert [(r.reason, r.detail) for r in video.rejects] == []
        for sample in (one, several):
            assert recompute(sample) == sample.answer
            assert not re.search(r"\d", sample.question)
            forged = [replace(item, text=re.sub(r"\d{7}", "1000000", item.text)) for item in sample.evidence]
            assert recompute(replace(sample, evidence=forged)) != sample.answer
            assert check_answer(replace(sample, answer=forged[0].text)).reason == "wrong_answer"


def test_numbers_tell_nothing_of_one_another() -> None:
    """A guess by the text alone: the number most often right elsewhere, or a digit by its place."""
    numbers = [video.samples[0].answer for video in hidden(300)]
    assert len(set(numbers)) == 300
    places = [Counter(number[n] for number in numbers) for n in range(1, DIGITS)]
    assert max(count for place in places for count in place.values()) / 300 < 0.18  # a tenth, and chance
    assert len({video.samples[0].params["cities"] for video in hidden(300)}) > len(CITIES) * 0.8


def test_pages_have_the_needle_where_its_span_is() -> None:
    for video in hidden(6, needles=4, asked=[2]):
        Paginate(words=40).run(video)
        needles = [(span.start, span.end, span.text or "") for span in video.lane("needles")]
        for start, end, text in [*needles, *((item.start, item.end, item.text) for item in video.samples[0].evidence)]:
            pages = [page for page in video.lane("pages") if page.start < end and page.end > start]
            assert len(pages) <= 2
            assert text in " ".join(word for page in pages for word in page.words.split())


@pytest.mark.slow
def test_the_number_is_read_back_from_the_pictures_of_its_page(tmp_path: Any) -> None:
    pytest.importorskip("rapidocr")
    from vdata.video.decode.ocr import read

    stage = MagicNumbers(needles=4, asked=[4])
    video = book(1, str(tmp_path))
    stage.apply(video, stage.gather([(video.id, stage.digest(video))])[video.id])
    Render().run(Paginate().run(video))
    for span in video.lane("needles"):
        pages = [page for page in video.lane("pages") if page.start < span.end and page.end > span.start]
        pictures = fetch(video.file, [(page.start + page.end) / 2 for page in pages])
        said = "".join(line.text for picture in pictures for line in read(picture, 2))
        assert span.attrs["number"] in re.sub(r"\s", "", said)


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(ValidationError, match="2 numbers cannot be asked for where needles hides 1"):
        MagicNumbers(asked=[2])
    with pytest.raises(ValidationError, match="each number of cities once"):
        MagicNumbers(needles=2, asked=[1, 1])
    with pytest.raises(ValidationError, match="documents is the lane of the texts"):
        MagicNumbers(into="documents")
    short = Timeline("file:a", "a", 1.0)
    short.put("documents", [Span(0, 1, "One sentence.")])
    with pytest.raises(Dropped, match="too_few_sentences"):
        MagicNumbers(needles=3).digest(short)
    stage = MagicNumbers()
    short.put("documents", [Span(0, 1, f"{' '.join(CITIES)}.")])
    with pytest.raises(Dropped, match="too_few_cities"):
        stage.apply(short, 0.5)
