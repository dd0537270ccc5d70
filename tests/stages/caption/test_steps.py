"""Steps: short captions of what is done, from what is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher, loose

from vdata.schemas import Failed, Reply, Request, Span, Timeline
from vdata.stages import stage_class
from vdata.stages.caption.steps import SpokenSteps
from vdata.stages.prompting.material import material

Run = Callable[..., Timeline]
REFUSED = Reply(failure="refused", detail="I cannot help with that.")


def text_of(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def test_steps_are_timed_by_the_lines_that_they_cite(run: Run) -> None:
    video = Timeline("v.mp4", "v", 30.0)
    video.put(
        "speech",
        [Span(1, 3, "Hi all."), Span(3, 6, "Crack two eggs."), Span(6, 9, "And beat them."), Span(20, 24, "Heat oil.")],
    )
    video.put("speech_blocks", [Span(1, 9, "x"), Span(20, 24, "y")])
    first = {
        "steps": [{"lines": [3, 2], "text": "A person beats two eggs."}, {"lines": [7], "text": "Somebody cooks rice."}]
    }
    teacher = ScriptedTeacher(lambda one: loose(first) if "Crack" in text_of(one) else {"steps": []})
    run(SpokenSteps(of="speech_blocks", teacher="t"), video, teacher)
    assert material("speech", "1: Hi all.\n2: Crack two eggs.\n3: And beat them.") in text_of(teacher.asked[0])
    (step,) = video.lane("captions")
    assert (step.start, step.end, step.text, step.source) == (3, 9, "A person beats two eggs.", "t")
    assert step.attrs["of"].split() == [line.id for line in video.lane("speech")[1:3]]
    (wrong,) = video.rejects
    assert (wrong.reason, wrong.value, wrong.detail, wrong.start) == ("no_such_line", 7, "Somebody cooks rice.", 1)
    assert SpokenSteps(of="speech_blocks").lanes_read() == {"speech", "speech_blocks"}


def test_steps_of_a_video_without_any_reply_fail(run: Run) -> None:
    video = Timeline("v.mp4", "v", 30.0)
    video.put("speech", [Span(1, 3, "Hi all.")])
    video.put("speech_blocks", [Span(1, 3, "x"), Span(9, 12, "y")])
    with pytest.raises(Failed, match="refused"):
        run(SpokenSteps(of="speech_blocks"), video, ScriptedTeacher(REFUSED))


def test_steps_need_a_lane_of_stretches() -> None:
    with pytest.raises(ValidationError, match="of"):
        SpokenSteps.model_validate({"of": None})


def test_its_name_and_its_key() -> None:
    assert stage_class("steps") is SpokenSteps
    assert SpokenSteps.key == "caption", "ids do not change"


def test_lines_in_no_stretch_and_material_that_was_cut_are_said(run: Run) -> None:
    video = Timeline("v.mp4", "v", 30.0)
    video.put("speech", [Span(1, 3, "Hi all."), Span(12, 14, "Crack two eggs."), Span(20, 24, "Heat oil.")])
    video.put("blocks", [Span(0, 9), Span(10, 16)])
    video.put("texts", [Span(0, 9, "one two three four five six")])
    stage = SpokenSteps.model_validate({"of": "blocks", "with": ["texts"], "lane_words": 5})
    run(stage, video, ScriptedTeacher({"steps": []}))
    assert stage.summary(video.report) == (
        "steps: 3 words of the material of 1 span were cut off; raise lane_words, which is 5.\n"
        "steps: 1 of 3 lines of speech lie in no span of blocks, and were not read."
    )
    assert stage.summary({}) is None
