"""Parts of structured captions as lanes of their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Request, Span, Timeline, make_id
from vdata.stages import find_stages
from vdata.stages.ask.ask import AskTeacher
from vdata.stages.caption.part_lanes import PartLanes
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.verify.checks.evidence import EvidenceCheck
from vdata.stages.verify.finding import Facts

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher


def captioned() -> Timeline:
    video = Timeline("v.mp4", make_id("v"), 20.0)
    parts = [{"camera": "It pans left.", "style": "A cartoon."}, {"camera": "It is at rest."}, {}]
    spans = [Span(5 * n, 5 * n + 5, f"Clip {n}.", source="watcher", attrs=attrs) for n, attrs in enumerate(parts)]
    video.put("captions", spans)
    return video


def test_each_part_goes_to_a_lane_with_the_times_of_its_captions() -> None:
    stage = PartLanes(parts=["camera", "style", "mood"])
    video = stage.run(captioned())
    assert stage.lanes_written() == {"captions_camera", "captions_style", "captions_mood"}
    assert [(one.start, one.end, one.text, one.source) for one in video.lane("captions_camera")] == [
        (0, 5, "It pans left.", "watcher"),
        (5, 10, "It is at rest.", "watcher"),
    ]
    assert [one.attrs["span"] for one in video.lane("captions_style")] == [video.lane("captions")[0].id]
    assert video.lane("captions_mood") == []
    told = "part_lanes: asked for, and nothing was made: mood (no span of captions has it)."
    assert stage.summary(video.report) == told


def test_a_lane_of_a_part_is_asked_about_and_cited() -> None:
    video = PartLanes(parts=["camera"]).run(captioned())
    Tasks(of=["captions_camera"], tasks=["captioning", "moment_retrieval"]).run(video)
    about = {sample.answer: sample for sample in video.samples}
    sample = about["It pans left."]
    assert "the camera work" in sample.question
    assert [(item.lane, item.text) for item in sample.evidence] == [("captions_camera", "It pans left.")]
    found = [EvidenceCheck().check(sample, Facts(video)) for sample in video.samples]
    assert [one and one.outcome for one in found] == ["pass"] * 4


def test_teachers_are_shown_the_lane_of_a_part_and_cite_it(scripted: type[ScriptedTeacher]) -> None:
    video = PartLanes(parts=["camera", "style"]).run(captioned())

    def reply(request: Request) -> dict[str, Any]:
        if "shot_on" in str(request.schema):
            return {"shot_on": ["c1"]}
        return {"items": [{"question": "When does the picture travel?", "evidence": ["c1"]}]}

    teacher = scripted(reply)
    stage = {"name": "moves", "ask": "Ask when the camera does something.", "form": "when"}
    asking = Questions.model_validate({"from": ["captions_camera"], "tasks": [stage], "per_task": 1})
    (sample,) = asyncio.run(asking.run(video, teacher)).samples
    assert "[c1] captions_camera, 0.0-5.0 s: It pans left." in str(teacher.asked[0].turns[-1].parts[0])
    assert (sample.task, sample.answer) == ("moves", "From 0.0 to 5.0 seconds.")
    assert [(item.lane, item.text) for item in sample.evidence] == [("captions_camera", "It pans left.")]
    cited = {"of": None, "with": ["captions_camera"], "look": None, "reply": {"shot_on": "span"}, "into": "pans"}
    video = asyncio.run(AskTeacher.model_validate(cited).run(video, teacher))
    assert [(one.start, one.end) for one in video.lane("pans")] == [(0, 5)]


def test_names_that_mean_something_else_are_refused() -> None:
    with pytest.raises(ValidationError, match="span has another meaning"):
        PartLanes(parts=["span"])
    assert find_stages()["part_lanes"] is PartLanes
