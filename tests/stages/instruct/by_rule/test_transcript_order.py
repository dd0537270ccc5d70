"""Transcript order: clips as TVTS takes them, and the order of what is said in them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.solve import recompute
from vdata.schemas import Span, Timeline, make_id
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.transcript_order import TranscriptOrder


def talk(n: int = 0, words: int = 200) -> Timeline:
    """word0 is said from 0 to 0.5 s, word1 from 0.5 to 1 s, and so on, in sentences of ten words."""
    video = Timeline("t.mp4", make_id("talk", n), words / 2)
    texts = [" ".join(f"word{k}" for k in range(at, at + 10)) for at in range(0, words, 10)]
    video.put("speech", [Span(5 * n, 5 * n + 5, text) for n, text in enumerate(texts)])
    return video


@given(st.integers(0, 10_000))
def test_clips_lengths_gaps_words_and_answer(n: int) -> None:
    video = TranscriptOrder().run(talk(n))
    (sample,) = video.samples
    in_time = sorted(sample.evidence, key=lambda clip: clip.start)
    assert len(in_time) == 4
    for clip in in_time:
        assert 3 - 1e-3 <= clip.end - clip.start <= 5 + 1e-3
        said = [int(word[4:]) for word in clip.text.split()]
        assert said == [k for k in range(200) if clip.start <= k / 2 + 0.25 < clip.end]
    for one, two in pairwise(in_time):
        assert abs(two.start - one.end - 1.0) < 2e-3
    assert recompute(sample) == sample.answer
    numbers = [int(number) for number in sample.answer.split(", ")]
    shown = [int(found) for found in re.findall(r"^\d\. \"word(\d+)", sample.question, re.MULTILINE)]
    if sample.params["ask"] == "order":
        assert [shown[number - 1] for number in numbers] == sorted(shown)
    else:
        assert numbers == [sorted(shown).index(first) + 1 for first in shown]
    assert sample.params["word_times"] == "even"
    assert (sample.start, sample.end) == (in_time[0].start, in_time[-1].end)


def test_the_lane_of_words_is_used_where_there_is_one() -> None:
    video = talk()
    video.put("words", [Span(n, n + 1, f"early{n}") for n in range(60)])
    (sample,) = TranscriptOrder().run(video).samples
    assert sample.params["word_times"] == "given"
    assert all(word.startswith("early") for clip in sample.evidence for word in clip.text.split())


def test_both_ways_to_ask_come_up_and_orders_vary() -> None:
    samples = [sample for n in range(40) for sample in TranscriptOrder().run(talk(n)).samples]
    assert {sample.params["ask"] for sample in samples} == {"order", "position"}
    assert len({sample.answer for sample in samples}) > 10
    assert {s.params["ask"] for n in range(9) for s in TranscriptOrder(ask="order").run(talk(n)).samples} == {"order"}


def test_too_little_speech_gives_none_and_is_counted() -> None:
    short = TranscriptOrder().run(talk(words=20))  # 10 s; four clips and three gaps take 15 s or more
    assert short.samples == []
    assert short.report == {"without_a_stretch": 1}
    same = Timeline("v", make_id("v"), 60.0)
    same.put("speech", [Span(n, n + 1, "la la la") for n in range(60)])  # every clip says the same
    assert TranscriptOrder().run(same).samples == []
    quiet = TranscriptOrder().run(Timeline("v", make_id("v"), 60.0))
    assert (quiet.samples, quiet.report) == ([], {})


def test_several_a_video_and_clips_of_choice() -> None:
    stage = TranscriptOrder(clips=3, seconds=(2.0, 2.0), gap=0.5, min_chars=5, per_video=5)
    samples = stage.run(talk()).samples
    assert len(samples) == 5
    assert {len(sample.evidence) for sample in samples} == {3}
    assert all(abs(sample.end - sample.start - 7.0) < 2e-3 for sample in samples)
    assert TranscriptOrder().run(talk(1)).samples == TranscriptOrder().run(talk(1)).samples


def test_it_can_have_options() -> None:
    (item,) = Options().run(TranscriptOrder().run(talk())).samples
    assert item.answer_index is not None
    assert item.options[item.answer_index] == item.answer == recompute(item)
    assert len(set(item.options)) == 4
    assert all(sorted(option) == sorted(item.answer) for option in item.options)


def test_lengths_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValidationError, match="least, greatest"):
        TranscriptOrder(seconds=(5.0, 3.0))
