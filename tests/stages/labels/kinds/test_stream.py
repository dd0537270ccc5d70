"""Streams of label files: turns at times, what replies rest on, and what is wrong with others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vdata.pipelines.inputs.attach_samples import lay_samples
from vdata.schemas import Timeline, make_id
from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.stream import StreamLabels

TALK = [
    {"role": "user", "content": "How is it cooked?", "time": 1.5},
    {"role": "assistant", "content": "He chops onions.", "time": 6.0, "timespan": [2.0, 8.0]},
    {"role": "assistant", "content": "He fries them.", "time": 27.5, "timespan": [20, 28], "learn": True},
]


def read(table: Any, name: str = "streams.json") -> list[Labelled]:
    return list(StreamLabels(path=name).read(json.dumps(table).encode()))


def laid(found: Labelled, length: float | None) -> Timeline:
    video = Timeline(found.name, make_id(found.name), length)
    lay_samples(video, found.samples, length)
    return video


@pytest.mark.parametrize("turns", ["conversation", "messages"])
def test_turns_keep_their_times(turns: str) -> None:
    (found,) = read([{"video_uid": "a", turns: TALK, "duration": 40}])
    assert (found.name, found.duration, found.rejects) == ("a", 40, [])
    video = laid(found, 40.0)
    (sample,) = video.samples
    assert [(turn.role, turn.content, turn.time) for turn in sample.messages] == [
        (turn["role"], turn["content"], turn["time"]) for turn in TALK
    ]
    assert [(item.start, item.end, item.text) for item in sample.evidence] == [
        (2.0, 6.0, "He chops onions."),
        (20.0, 27.5, "He fries them."),
    ]
    assert (sample.start, sample.end, sample.question, sample.teacher) == (0.0, 40.0, "How is it cooked?", "imported")
    assert [span.words for span in video.lane("streams")] == ["He chops onions.", "He fries them."]


@pytest.mark.parametrize(
    ("row", "reason", "told"),
    [
        ({"video_uid": "a", "conversation": TALK[:1]}, "no_reply", "1 turns of the user, and none of the assistant"),
        ({"video_uid": "a", "conversation": TALK[1:]}, "bad_turns", "the user says nothing"),
        ({"video_uid": "a", "conversation": [{**TALK[0], "time": None}, TALK[1]]}, "bad_turns", "turn 1 has no time"),
        ({"video_uid": "a", "conversation": [{**TALK[0], "role": "cat"}]}, "bad_row", "a turn from 'cat'"),
        ({"video_uid": "a"}, "bad_row", "there is no list of turns"),
        ({"conversation": TALK}, "no_video", "no video is named"),
    ],
)
def test_what_is_no_stream_is_a_reject(row: dict[str, Any], reason: str, told: str) -> None:
    (found,) = read([row])
    assert found.samples == []
    assert [one.reason for one in found.rejects] == [reason]
    assert told in found.rejects[0].detail


@pytest.mark.parametrize(
    ("changed", "reason", "told"),
    [
        ({"time": 45.0}, "outside_video", "turn 3 is said at 45 s of a video of 40 s"),
        ({"time": 3.0, "timespan": [2, 4]}, "bad_turns", "turn 3 is said at 3 s, after one at 6 s"),
        ({"time": -2.0}, "bad_time", "a time before the start of the video"),
    ],
)
def test_times_outside_the_video_are_rejects(changed: dict[str, Any], reason: str, told: str) -> None:
    (found,) = read([{"video_uid": "a", "conversation": [*TALK[:2], {**TALK[2], **changed}]}])
    video = laid(found, 40.0)
    assert video.samples == []
    assert [one.reason for one in video.rejects] == [reason]
    assert told in video.rejects[0].detail


def test_dense_captions_are_spans() -> None:
    (found,) = read({"a": {"0": [{"time": 3, "text": "He runs.", "timespan": [1, 5]}, {"time": 6, "text": "Lost."}]}})
    assert [(span.start, span.end, span.text) for span in found.lanes["streams"]] == [(1, 5, "He runs.")]
    assert [one.detail for one in found.rejects] == ["annotation 0, caption 2: has no text and timespan [start, end]"]
    with pytest.raises(LabelError, match="neither a list of streams nor dense captions"):
        read({"a": 1})
