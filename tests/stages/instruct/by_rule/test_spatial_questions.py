"""Questions about rooms: answers are worked out again, and what is drawn tells nothing."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from pydantic import ValidationError
from rooms_3d import room

from vdata.rules.solve import recompute
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.scoring.baselines import blind_baselines, blind_item, standing_out
from vdata.stages.instruct.by_rule.spatial_questions import SpatialQuestions
from vdata.stages.labels.kinds.scene_3d import SceneLabels
from vdata.stages.verify.checks.answer import check_answer
from vdata.stages.verify.verify import Verify


def rooms(count: int) -> list[Timeline]:
    data = json.dumps({f"room {n}": room(n) for n in range(count)}).encode()
    made = []
    for found in SceneLabels(path="scenes.json").read(data):
        video = Timeline(found.name, make_id(found.name), 30.0)
        assert {one.reason for one in found.rejects} <= {"never_seen"}
        for lane, spans in found.lanes.items():
            for span in spans:
                span.end = min(span.end, 30.0)
            video.put(lane, spans)
        made.append(video)
    return made


@cache
def asked(numbers: str) -> tuple[Timeline, ...]:
    return tuple(SpatialQuestions.model_validate({"numbers": numbers}).run(video) for video in rooms(25))


def samples(numbers: str = "open") -> list[Sample]:
    return [sample for video in asked(numbers) for sample in video.samples]


def test_all_kinds_are_asked_at_most_six_times_and_all_answers_are_worked_out_again() -> None:
    assert {one.task for one in samples()} == set(SpatialQuestions().tasks)
    for video in asked("open"):
        assert max(Counter(one.task for one in video.samples).values()) <= 6
        asyncio.run(Verify.model_validate({}).run(checked := replace(video, samples=list(video.samples)), None))
        assert [(one.reason, one.detail) for one in checked.rejects] == []
    for sample in samples():
        assert recompute(sample) == sample.answer
    wrong = next(one for one in samples() if one.task == "room_size")
    assert check_answer(replace(wrong, answer="1.0")).outcome == "fail"


@pytest.mark.slow
def test_each_number_among_options_is_right_once_and_none_is_the_likeliest() -> None:
    tasks = ("object_abs_distance", "object_size", "camera_displacement", "camera_object_distance")
    for video in asked("options"):
        told: dict[tuple[str, ...], Counter[str]] = {}
        for sample in video.samples:
            assert sample.options
            if sample.task in tasks:
                told.setdefault((sample.task, *sorted(sample.options)), Counter())[sample.answer] += 1
        assert all(len(set(one.values())) == 1 and len(one) == len(words) - 1 for words, one in told.items())
    some = [one for one in samples("options") if one.task in tasks]
    assert len(some) > 400
    items = [blind_item(one.task, one.question, one.answer, one.options, one.answer_index) for one in some]
    assert standing_out(blind_baselines([item for item in items if item])) == []


def test_what_tells_no_box_is_dropped_and_what_was_not_asked_is_told() -> None:
    video = Timeline("a.mp4", make_id("a"), 10.0)
    video.put("objects", [Span(0, 10, "a chair"), Span(0, 10, "bed | centre 0 0 0.5 | size 1 2 1")])
    stage = SpatialQuestions()
    stage.run(video)
    assert [(one.reason, one.lane) for one in video.rejects] == [("no_geometry", "objects")]
    assert [(one.task, one.answer) for one in video.samples] == [("object_size", "200")]
    assert "nothing was made: appearance_order, camera_displacement" in (stage.summary(video.report) or "")


def test_what_is_asked_at_a_time_is_seen_then() -> None:
    for video in asked("open"):
        spans = {span.words.partition(" |")[0]: span for span in video.lane("objects")}
        for sample in video.samples:
            inquiry = json.loads(sample.params["inquiry"])
            if sample.task in ("left_right", "up_down", "near_far", "camera_object_nearest"):
                for name in inquiry["choices"]:
                    assert any(abs(box.time - inquiry["times"][0]) < 0.05 for box in spans[name].boxes)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValidationError, match="give the least number of poses, then the most"):
        SpatialQuestions(apart=(9, 3))


def test_labels_that_are_no_box_or_pose_are_rejected_with_their_place() -> None:
    facts = room(0, 3)
    facts["object_bboxes"]["bed"][0]["axesLengths"] = [1, 0, 1]
    facts["frames"][1]["camera_pose_camera_to_world"] = [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]
    facts["frames"][2].pop("frame_id")
    (found,) = SceneLabels(path="s.json").read(json.dumps({"kitchen": facts}).encode())
    told = [(one.reason, one.lane, one.detail.partition(":")[0]) for one in found.rejects if one.reason != "never_seen"]
    assert "no frame shows it" in {one.detail.partition(": ")[2] for one in found.rejects}
    assert told == [
        ("bad_pose", "cameras", "frame 15"),
        ("bad_pose", "cameras", "frame None"),
        ("bad_box", "objects", "kitchen, bed 1"),
    ]
    assert len(found.lanes["cameras"]) == 1
    (area,) = found.lanes["rooms"]
    assert area.text == f"room | area {facts['room_size']:g}"
    seen = [span for span in found.lanes["objects"] if span.boxes]
    assert seen
    assert all(span.boxes[0].left == 10 / 640 and span.boxes[0].bottom == 50 / 480 for span in seen)
