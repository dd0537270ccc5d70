"""The check ``stream``: what a true stream becomes untrue by is found, with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from vdata.rules.streams import find_fault
from vdata.schemas import Evidence, Message, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.stream import Stream
from vdata.stages.verify.checks.stream import StreamCheck
from vdata.stages.verify.finding import PASS, Facts
from vdata.stages.verify.verify import Verify

Change = Callable[[Sample], object]


def made() -> tuple[Timeline, Sample]:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    lines = "A man cuts the bread", "A dog runs off with it", "The woman paints a red door", "Rain falls on the roof"
    video.put("events", [Span(10 + 12 * k, 18 + 12 * k, line) for k, line in enumerate(lines)])
    stage = Stream(delay=(0.5, 0.75), wait=(1.0, 3.0))
    return video, stage.run(video).samples[0]


def say(sample: Sample, number: int, **changed: object) -> None:
    sample.messages[number] = replace(sample.messages[number], **changed)  # type: ignore[arg-type]


def hush(sample: Sample, number: int) -> None:
    del sample.messages[number]
    del sample.evidence[number - 1]


@pytest.mark.parametrize(
    ("change", "reason", "told"),
    [
        (lambda one: say(one, 1, time=11.0), "early_reply", "is said at 11 s and rests on 10 to"),
        (lambda one: say(one, 2, time=21.0), "early_reply", "'A dog runs off with it.' is said at 21 s"),
        (lambda one: hush(one, 3), "missed_reply", "nothing is said of events 34 to 42 s, 'The woman paints"),
        (lambda one: one.evidence.pop(), "bad_turns", "4 replies rest on 3 spans"),
        (lambda one: say(one, 0, content="Tell me when a dog runs off with it."), "tells_later", "tells of 22 to 30 s"),
        (lambda one: say(one, 1, content="Then the woman paints a red door."), "tells_later", "of 34 to 42 s"),
        (lambda one: say(one, 0, content="Say what happens at 20 seconds."), "tells_time", "at 20 seconds"),
        (lambda one: say(one, 4, time=61.0), "outside_video", "turn 5 is said at 61 s of a video of 60 s"),
        (lambda one: say(one, 0, time=None), "bad_turns", "turn 1 has no time"),
        (lambda one: say(one, 0, time=30.0), "bad_turns", "after one at 30 s"),
        (lambda one: say(one, 0, role="assistant"), "bad_turns", "the first turn is not the user's"),
        (lambda one: one.params.update(stream="{}"), "bad_turns", "its parameter stream cannot be read"),
    ],
)
def test_what_is_untrue_is_found(change: Change, reason: str, told: str) -> None:
    video, sample = made()
    assert StreamCheck().check(sample, Facts(video)) == PASS
    change(sample)
    found = StreamCheck().check(sample, Facts(video))
    assert found is not None
    assert found.reason == reason
    assert told in found.detail


@pytest.mark.parametrize("kind", ["past", "now", "next"])
def test_a_question_that_another_span_answers_is_found(kind: str) -> None:
    found = 0
    for seed in range(6):
        video, _ = made()
        video.seed, video.samples = seed, []
        (sample,) = Stream(request="none", questions=1, kinds=[kind], delay=(0.5, 0.75)).run(video).samples
        assert find_fault(sample, video.lanes, 60.0) is None
        asked, reply = sample.messages
        ended = kind == "past" or (kind == "now" and (asked.time or 0) > 30)
        other = video.lane("events")[0 if ended else 3]
        if other.id == sample.evidence[0].span or other.start > (reply.time or 0):
            continue
        found += 1
        sample.evidence[0] = Evidence(other.start, min(other.end, reply.time or 0), "events", other.words, other.id)
        fault = find_fault(sample, video.lanes, 60.0)
        assert fault is not None
        assert fault.reason == "wrong_reply"
    assert found or kind == "next"
    if kind == "next":
        asked.time, sample.start = 5.0, 0.0
        fault = find_fault(sample, video.lanes, 60.0)
        assert (fault is None) == (sample.evidence[0].span == video.lane("events")[0].id)


def test_a_stream_without_a_reply_is_none() -> None:
    video, sample = made()
    sample.messages = sample.messages[:1]
    found = StreamCheck().check(sample, Facts(video))
    assert found is not None
    assert (found.outcome, found.reason) == ("fail", "no_reply")


def test_a_reason_to_leave_out_must_hold() -> None:
    video, sample = made()
    key = sample.evidence[2].span
    for why in ("repeated", "too_close"):
        _, one = made()
        hush(one, 3)
        one.params["stream"] = one.params["stream"].replace('"left_out": {}', f'"left_out": {{"{key}": "{why}"}}')
        assert why in one.params["stream"]
        fault = find_fault(one, video.lanes, 60.0)
        assert fault is not None
        assert fault.reason == "missed_reply"


def test_a_stream_of_a_label_file_is_read_by_its_turns_alone() -> None:
    turns = [Message("user", "Keep me posted.", 1.0), Message("assistant", "He runs.", 4.0)]
    sample = Sample("stream", "Keep me posted.", "He runs.", 0, 10, messages=turns)
    video = Timeline("v.mp4", make_id("v"), 10.0)
    assert StreamCheck().check(sample, Facts(video)) == PASS
    turns[1].time = 12.0
    found = StreamCheck().check(sample, Facts(video))
    assert found is not None
    assert found.reason == "outside_video"
    assert StreamCheck().check(replace(sample, messages=[]), Facts(video)) is None


def test_verify_keeps_true_streams_and_drops_the_others() -> None:
    video, sample = made()
    _, late = made()
    hush(late, 2)
    video.samples = [sample, replace(late, id="late")]
    asyncio.run(Verify(captions=[]).run(video, None))
    assert video.samples == [sample]
    assert {one.check: one.verdict for one in sample.checks}["stream"] == "pass"
    assert [one.reason for one in video.rejects] == ["missed_reply"]
