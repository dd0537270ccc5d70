"""Parts of structured captions as lanes of their own."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vdata.schemas import Span, Timeline, make_id
from vdata.stages import find_stages
from vdata.stages.caption.part_lanes import PartLanes
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.verify.checks.evidence import EvidenceCheck
from vdata.stages.verify.finding import Facts


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


def test_names_that_mean_something_else_are_refused() -> None:
    with pytest.raises(ValidationError, match="span has another meaning"):
        PartLanes(parts=["span"])
    assert find_stages()["part_lanes"] is PartLanes
