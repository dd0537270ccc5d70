"""Streams: no reply before what it rests on, no silence where something is due, and no turn that tells what comes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.stream_mistakes import as_meant
from vdata.rules.stream_words import STREAM
from vdata.rules.streams import StreamPlan, find_fault
from vdata.schemas import Message, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.chain_of_thought import ChainOfThought
from vdata.stages.instruct.by_rule.ground import Ground
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.show import Show
from vdata.stages.instruct.by_rule.stream import Stream

Make = Callable[[int], Timeline]
WORDS = ("A man cuts the bread", "A dog runs off", "The woman paints a red door", "Rain falls on the roof", "He smiles")


def at_of(turn: Message) -> float:
    assert turn.time is not None
    return turn.time


def said(sample: Sample) -> list[tuple[float, str, str]]:
    return [(at_of(turn), turn.role, turn.content) for turn in sample.messages]


def streams(video: Timeline, **given: Any) -> list[Sample]:
    return Stream(**given).run(video).samples


@st.composite
def lanes(draw: st.DrawFn) -> list[Span]:
    numbers = st.integers(0, 590)
    spans = []
    for n in range(draw(st.integers(1, 8))):
        start = draw(numbers) / 10
        end = min(60.0, start + draw(st.integers(0, 200)) / 10)
        words = draw(st.sampled_from(WORDS)) if draw(st.booleans()) else f"Thing number {'abcdefgh'[n]} is put down"
        spans.append(Span(start, end, words, label=draw(st.sampled_from(["What is done?", "Who is there?", ""]))))
    return spans


@settings(max_examples=60, deadline=None)
@given(
    lanes(),
    st.sampled_from(["narrate", "none", "label"]),
    st.integers(1, 4),
    st.sampled_from([(0.5, 0.75), (0.5, 1.0), (1.0, 1.0), (0.0, 1.0)]),
    st.sampled_from([0.0, 1.0, 3.0]),
    st.sampled_from(["start", "random"]),
    st.integers(0, 9),
)
def test_every_stream_is_true(
    spans: list[Span], request_: str, questions: int, delay: tuple[float, float], gap: float, at: str, seed: int
) -> None:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.seed = seed
    video.put("events", spans)
    made = streams(video, request=request_, questions=questions, delay=delay, gap=gap, at=at, per_video=2)
    by_id = {span.id: span for span in video.lane("events")}
    for sample in made:
        times = [at_of(turn) for turn in sample.messages]
        assert times == sorted(times)
        assert all(0 <= time <= 60.0 for time in times)
        assert sample.start <= times[0] <= times[-1] <= sample.end <= 60.0
        assert sample.messages[0].role == "user"
        replies = [turn for turn in sample.messages if turn.role == "assistant"]
        assert len(replies) == len(sample.evidence) > 0
        for turn, item in zip(replies, sample.evidence, strict=True):  # no reply rests on what is later
            span = by_id[item.span]
            assert item.start <= item.end <= at_of(turn)
            assert at_of(turn) >= span.start + delay[0] * span.seconds - 0.002
            assert turn.content.rstrip(".") == span.words
        left = json.loads(sample.params["stream"])["left_out"]
        if request_ == "narrate":  # whatever ends after the request, and is not told, is left out on purpose
            told = {item.span for item in sample.evidence}
            silent = [one for one in by_id.values() if one.start + delay[0] * one.seconds >= times[0]]
            for span in silent:
                assert span.id in told or left[span.id] in ("repeated", "too_close")
                if span.id not in told and left[span.id] == "repeated":
                    assert any(turn.content.rstrip(".") == span.words for turn in replies)
    assert {reject.reason for reject in video.rejects} <= {"no_reply", "tells_later"}


def test_an_instruction_at_the_start_and_silence_until_there_is_something(rich: Make) -> None:
    (sample,) = streams(rich(1), wait=(2.0, 3.0), delay=(0.5, 0.75), tail=5)
    first, *rest = said(sample)
    assert first[1] == "user"
    assert 2.0 <= first[0] <= 3.0
    assert first[2] in STREAM["narrate"]
    assert [text for _, _, text in rest] == [
        "A man is seen speaking to the camera.",
        "He then pours wax along the bottom of a snowboard.",
        "The man scrapes the wax off the board.",
        "He brushes the board down while music plays.",
        "The man holds up the snowboard and smiles.",
    ]
    for (time, role, _), span in zip(rest, rich(1).lane("events"), strict=True):
        assert role == "assistant"
        assert 0.5 <= round((time - span.start) / span.seconds, 3) <= 0.75
    assert sample.end == pytest.approx(min(92.4, rest[-1][0] + 5))
    assert [sample.messages] == [one.messages for one in streams(rich(1), wait=(2.0, 3.0), delay=(0.5, 0.75), tail=5)]


def test_questions_in_between_are_answered_by_what_has_been_seen() -> None:
    seen = set()
    for n in range(12):
        video = Timeline(f"{n}.mp4", make_id("q", n), 80.0)
        video.put("events", [Span(10 * k, 10 * k + 6, f"{word} is done") for k, word in enumerate("abcdefg")])
        (sample,) = streams(video, request="none", questions=3, delay=(0.5, 0.5))
        plan = json.loads(sample.params["stream"])
        asked = [turn for turn in sample.messages if turn.role == "user"]
        replies = [turn for turn in sample.messages if turn.role == "assistant"]
        for kind, ask, reply in zip(plan["asks"], asked, replies, strict=True):
            time, seen_span = at_of(ask), "abcdefg".index(reply.content[0].lower())
            seen.add(kind)
            if kind == "past":
                assert reply.time == time
                assert seen_span == max(k for k in range(7) if 10 * k + 6 <= time)
            elif kind == "now":
                assert reply.time == time
                assert 10 * seen_span + 3 <= time <= 10 * seen_span + 6
            else:
                assert seen_span == min(k for k in range(7) if 10 * k > time)
                assert reply.time == 10 * seen_span + 3
    assert seen == {"past", "now", "next"}


def test_spans_answer_questions_in_their_own_words() -> None:
    def video() -> Timeline:
        made = Timeline("v.mp4", make_id("own"), 60.0)
        lines = ((0, 8, "He chops onions", "a"), (20, 28, "He fries them", "a"), (30, 40, "In a black pan", "b"))
        asks = {"a": "How is it cooked?", "b": "What is it cooked in?"}
        made.put("answers", [Span(s, e, text, attrs={"question": asks[key]}) for s, e, text, key in lines])
        return made

    own = {"of": ["answers"], "request": "attr.question", "delay": (1.0, 1.0), "wait": (0.0, 0.0)}
    one, two = streams(video(), per_video=5, **own)
    assert said(one) == [
        (0.0, "user", "How is it cooked?"),
        (8.0, "assistant", "He chops onions."),
        (28.0, "assistant", "He fries them."),
    ]
    assert said(two) == [(0.0, "user", "What is it cooked in?"), (40.0, "assistant", "In a black pan.")]
    assert len(streams(video(), per_video=1, **own)) == 1
    (both,) = streams(video(), together=2, **own)
    assert [turn.content for turn in both.messages if turn.role == "user"] == [
        "How is it cooked?",
        "What is it cooked in?",
    ]


def test_what_is_left_out_on_purpose_is_said() -> None:
    video = Timeline("v.mp4", make_id("left"), 60.0)
    lines = (0, 4, "He waves"), (5, 9, "he waves."), (20, 21, "A bell rings"), (20, 21, "A door slams")
    video.put("events", [Span(*line) for line in lines])
    stage = Stream(delay=(1.0, 1.0), gap=2.0)
    (sample,) = stage.run(video).samples
    assert [turn.content for turn in sample.messages[1:]] == ["He waves.", "A bell rings."]
    left = json.loads(sample.params["stream"])["left_out"]
    second, fourth = video.lane("events")[1].id, video.lane("events")[3].id
    assert left == {second: "repeated", fourth: "too_close"}
    assert stage.summary(video.report) == (
        "stream: 1 stream with 2 replies; nothing is said of 1 span with the words of the last reply; "
        "nothing is said of 1 span that other replies leave no time."
    )


@pytest.mark.parametrize(
    ("spans", "reason", "detail"),
    [
        ([], "no_reply", "no span of events has words"),
        ([Span(3, 70, "He runs")], "outside_video", "the video is 60 s long"),
        ([Span(3, 9, "He runs for the bus at 9 seconds")], "tells_time", "at 9 seconds"),
        (
            [Span(0, 40, "She cuts an apple and then eats the apple"), Span(39, 50, "eats the apple")],
            "tells_later",
            "tells of 39 to 50 s",
        ),
    ],
)
def test_what_cannot_be_a_stream_is_a_reject_with_its_reason(spans: list[Span], reason: str, detail: str) -> None:
    video = Timeline("v.mp4", make_id("bad"), 60.0)
    video.put("events", spans)
    stage = Stream(delay=(0.5, 0.6))
    assert stage.run(video).samples == []
    assert video.rejects[0].reason == reason
    assert detail in video.rejects[0].detail
    assert video.rejects[0].stage == "stream"


def test_nothing_to_ask_is_a_reject(rich: Make) -> None:
    video = rich(1)
    assert streams(video, request="attr.question") == []
    assert [(one.reason, one.detail) for one in video.rejects] == [
        ("no_reply", "no span of events has words in attr.question")
    ]
    video = Timeline("v.mp4", make_id("clear"), 20.0)
    video.put("events", [Span(0, 20, "He sits"), Span(0, 20, "She stands")])
    assert streams(video, request="none", questions=1, kinds=["now"]) == []
    assert [one.reason for one in video.rejects] == ["no_reply"]


@pytest.mark.parametrize("code", ["zh", "es", "fr", "de"])
def test_the_user_speaks_other_languages_and_ids_stay(rich: Make, code: str) -> None:
    (english,) = streams(rich(2), questions=2)
    (other,) = streams(rich(2), questions=2, language=code)
    assert other.id == english.id
    assert [turn.time for turn in other.messages] == [turn.time for turn in english.messages]
    assert other.question not in STREAM["narrate"]
    (own,) = streams(rich(2), phrasings={"narrate": ["Watch."]})
    assert own.question == "Watch."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"request": "none"}, "request: none needs questions"),
        ({"delay": (0.5, 1.5)}, "shares of a span are from 0 to 1"),
        ({"wait": (3, 2)}, "must be [least, greatest]"),
        ({"together": 2}, "together has no effect beside request narrate or none"),
        ({"kinds": ["now"]}, "kinds has no effect without questions"),
        ({"questions": 1, "kinds": ["narrate"]}, "narrate is a request"),
        ({"phrasings": {"then": ["And?"]}}, "unknown key phrasings.then; known: narrate, past, now, next"),
        ({"phrasings": {"now": ["And?"]}}, "phrasings.now has no effect: nobody says so"),
        ({"request": "labels"}, "String should match pattern"),
    ],
)
def test_mistakes_are_said(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(told)):
        Stream(**given)


def test_other_stages_leave_streams_alone(rich: Make) -> None:
    video = Timeline("v.mp4", make_id("one"), 20.0)
    video.put("events", [Span(2, 8, "He waves")])
    (sample,) = Stream().run(video).samples
    sample.rationale = "It is seen."
    before = copy.deepcopy(sample)
    for stage in (Show(lanes=["events"]), Ground(), ChainOfThought(), Options()):
        stage.run(video)
        assert video.samples == [before]
    assert video.rejects == []


def _with_mistakes(seed: int = 0, **given: Any) -> tuple[Timeline, list[Sample]]:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.seed = seed
    video.put("events", [Span(4 + 11 * n, 11 + 11 * n, words) for n, words in enumerate(WORDS)])
    return video, streams(video, mistakes=1.0, gap=0.5, per_video=8, delay=(0.3, 0.8), **given)


@pytest.mark.parametrize("kind", ["other", "silence"])
def test_a_mistake_is_of_earlier_words_and_is_taken_back_a_frame_later(kind: str) -> None:
    video, made = _with_mistakes(wrong=[kind], corrected=1.0, questions=2)
    assert len(made) == 8
    found = 0
    for sample in made:
        assert find_fault(sample, video.lanes, 60.0) is None
        plan = StreamPlan.of_sample(sample)
        assert plan is not None
        if (one := plan.mistake) is None:
            continue
        found += 1
        wrong, right = sample.messages[one.turn], sample.messages[one.correction or 0]
        span = next(span for span in video.lane("events") if span.id == one.span)
        assert right.content == f"{one.sorry} {span.words}."
        assert one.sorry in STREAM["sorry"]
        assert wrong.content not in (right.content, f"{span.words}.") or kind == "silence"
        if kind == "other":
            assert at_of(right) == pytest.approx(at_of(wrong) + 0.5)
            told = next(span for span in video.lane("events") if f"{span.words}." == wrong.content)
            assert told.end < at_of(wrong)
        assert sample.answer.count(f"{span.words}.") == 1
        assert one.sorry not in sample.answer
        meant = as_meant(sample.messages, one)
        assert [turn.content for turn in meant if turn.role == "assistant"] == sample.answer.split("\n")
        assert [turn.time for turn in meant] == sorted(at_of(turn) for turn in meant)
    assert found > 4


def test_what_nobody_takes_back_is_left_out_on_purpose() -> None:
    video, made = _with_mistakes(wrong=["other"], corrected=0.0)
    assert len(made) == 8
    for sample in made:
        assert find_fault(sample, video.lanes, 60.0) is None
        plan = StreamPlan.of_sample(sample)
        assert plan is not None
        assert plan.mistake is not None
        assert plan.mistake.correction is None
        assert plan.left_out == {plan.mistake.span: "mistaken"}
        assert plan.mistake.span not in [item.span for item in sample.evidence]


def test_a_mistake_that_is_none_is_found() -> None:
    video, (sample, *_) = _with_mistakes(wrong=["other"], corrected=1.0)
    plan = StreamPlan.of_sample(sample)
    assert plan is not None
    assert plan.mistake is not None
    number, words = plan.mistake.turn, sample.messages[plan.mistake.turn].content
    sample.messages[number].content = sample.messages[number + 1].content.removeprefix(plan.mistake.sorry).strip()
    assert (find_fault(sample, video.lanes, 60.0) or ("",))[0] == "no_mistake"
    sample.messages[number].content = words
    assert find_fault(sample, video.lanes, 60.0) is None
    sample.messages[number + 1].content = sample.messages[number + 1].content.removeprefix(plan.mistake.sorry)
    assert (find_fault(sample, video.lanes, 60.0) or ("",))[0] == "uncorrected"


def test_a_stream_that_is_too_short_is_rejected() -> None:
    video, made = _with_mistakes(lasts=100.0)
    assert made == []
    assert {(one.reason, one.threshold) for one in video.rejects} == {("too_short", 100.0)}
