"""Transcript order: clips as TVTS takes them, and the order of what is said in them."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.solve import recompute
from vdata.schemas import Span, Timeline, make_id
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.transcript_order import TranscriptOrder
from vdata.stages.instruct.by_rule.whole_sentences import bare, phrases
from vdata.stages.verify.checks.evidence import EvidenceCheck
from vdata.stages.verify.finding import PASS, Facts


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
        assert 3 - 1e-3 <= clip.end - clip.start <= 10 + 1e-3
        said = [int(word[4:]) for word in clip.text.split()]
        assert said[0] % 10 == 0
        assert said[-1] % 10 == 9
        assert said == list(range(said[0], said[-1] + 1))  # whole spans
    for one, two in pairwise(in_time):
        assert two.start - one.end >= 1.0 - 2e-3
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
    assert TranscriptOrder().summary({"without_a_stretch": 1.0}) == (
        "transcript_order: 1 video with speech in speech gave nothing: no stretch has 4 clips of whole sentences, 1 s "
        "apart. Try fewer clips."
    )
    same = Timeline("v", make_id("v"), 60.0)
    same.put("speech", [Span(n, n + 1, "la la la") for n in range(60)])  # every clip says the same
    assert TranscriptOrder().run(same).samples == []
    quiet = TranscriptOrder().run(Timeline("v", make_id("v"), 60.0))
    assert (quiet.samples, quiet.report) == ([], {})


def test_several_a_video_and_clips_of_choice() -> None:
    stage = TranscriptOrder(clips=3, seconds=(2.5, 2.5), gap=0.5, min_chars=5, per_video=5)
    samples = stage.run(talk()).samples
    assert len(samples) == 5
    assert {len(sample.evidence) for sample in samples} == {3}
    assert {round(sample.end - sample.start, 2) for sample in samples} == {25.0}  # three of five spans
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


def subtitled(*cues: tuple[float, float, str]) -> Timeline:
    video = Timeline("s.mp4", make_id("subtitled"), 60.0)
    video.put("speech", [Span(*cue) for cue in cues])
    return video


CUT = subtitled(
    (0, 4, "The river rises. Boats are tied"),
    (4, 8, "to the old pier. And nobody leaves."),
    (9, 12, "A heron waits in the reeds."),
    (13, 16, "Which is why the pier was rebuilt."),
    (17, 21, "Women mend the nets by hand"),
    (21, 22, "until dusk."),
    (24, 28, "NASA took this picture from above."),
    (30, 34, "I remember the flood well."),
    (36, 39, "Sheep graze on the dyke."),
)


def test_sentences_that_run_over_cues_are_whole_and_none_goes_on_with_another() -> None:
    sentences = {phrase.text: phrase.opens for phrase in phrases(CUT.lane("speech"), [])}
    assert sentences["Boats are tied to the old pier."]
    assert not sentences["And nobody leaves."]
    assert not sentences["Which is why the pier was rebuilt."]
    assert sentences["Women mend the nets by hand until dusk."]
    samples = TranscriptOrder(clips=3, per_video=6).run(CUT).samples
    pieces = {clip.text for sample in samples for clip in sample.evidence}
    assert len(pieces) > 4
    assert all(piece.endswith(".") and piece.split()[0] not in ("And", "Which", "to", "until") for piece in pieces)
    assert not any("And nobody" in piece and "pier." not in piece for piece in pieces)


def test_neither_a_capital_nor_a_mark_shows_where_a_sentence_begins_or_ends() -> None:
    for sample in TranscriptOrder(clips=3, per_video=6).run(CUT).samples:
        for line in re.findall(r"^\d\. \"(.*)\"$", sample.question, re.MULTILINE):
            assert line[0].islower() or line.startswith(("NASA", "I "))
            assert line[-1].isalpha()
    assert [bare(text) for text in ("It rains…", "I do!", "NASA it is.", "“Go,” he says.")] == [
        "it rains",
        "I do",
        "NASA it is",
        "“Go,” he says",
    ]


def test_a_span_without_punctuation_that_breaks_off_ends_no_clip() -> None:
    texts = ["we walk to the", "harbour at noon", "so the tide is out", "gulls sit on the masts"]
    found = phrases([Span(4 * n, 4 * n + 4, text) for n, text in enumerate(texts)], [])
    assert [(phrase.opens, phrase.closes) for phrase in found] == [
        (True, False),
        (True, True),
        (False, True),
        (True, True),
    ]


def test_every_clip_cites_what_is_said_in_it_where_two_talk_at_once() -> None:
    """Spans that overlap mix their words in one sentence, and a span may have no length at all."""
    texts = ("Boats leave the pier.", "the tide", "Who mends the nets?", "gulls sit on the masts and wait", "Rain!")
    samples = 0
    for seed in range(400):
        rng = Random(seed)
        video = Timeline("v", make_id("talk", seed), 120.0, seed=seed)
        starts = [rng.uniform(0, 115) for _ in range(12)]
        spans = [Span(start, min(start + rng.choice([0, 0.04, 1, 5, 30]), 120)) for start in starts]
        for n, span in enumerate(spans):
            span.text = f"{rng.choice(texts)} {n}{rng.choice(['', '.'])}"
        video.put("speech", spans)
        made = TranscriptOrder(clips=3, min_chars=1, per_video=2).run(video).samples
        facts = Facts(video)
        assert [str(found) for one in made if (found := EvidenceCheck().check(one, facts)) != PASS] == []
        samples += len(made)
    assert samples > 100
