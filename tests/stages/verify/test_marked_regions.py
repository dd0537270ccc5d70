"""Who checks a question about ``<region>`` is shown which thing that is; other samples are asked about as ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from scripted_teacher import ScriptedTeacher

from vdata.pipelines.teachers.request_key import request_id
from vdata.schemas import Box, Evidence, Frames, Media, Message, Request, Sample, Span, Timeline
from vdata.stages.verify.verify import Verify

DOG = [Box(2.0, 0.1, 0.2, 0.3, 0.6), Box(3.0, 0.2, 0.2, 0.4, 0.6)]
CAT = [Box(3.0, 0.6, 0.2, 0.9, 0.6)]
CHECKS = ("claims", "review", "agreement", "too_easy", "blind")


def reply(request: Request) -> Any:
    return {
        "claims": {"claims": [{"text": "It runs.", "sentence": 1}]},
        "claims_judged": {"judgements": [{"claim": 1, "verdict": "supported", "seen": ""}]},
        "criticise": {"faults": []},
        "same_answer": {"same": True},
    }.get(request.prompt, {"answer": "It runs."})


def asked(check: str, question: str, *things: list[Box], **more: Any) -> list[Request]:
    """What *check* asks about a question that rests on *things*, each with its boxes."""
    video = Timeline("v.mp4", "v", 20.0, Media(sha256="5ha", duration=20.0, fps=25.0), path="/v.mp4")
    video.put("tracks", [Span(1, 5, label="dog", boxes=boxes) for boxes in things])
    evidence = [Evidence(1, 5, "tracks", "dog", span.id, span.boxes) for span in video.lane("tracks")]
    talk = [Message("user", question), Message("assistant", "It runs.")]
    video.samples = [Sample("what", question, "It runs.", 1, 5, evidence, messages=talk, teacher="watcher")]
    blind = {"blind": ["one_frame", "shuffled"]} if check == "blind" else {}
    teacher = ScriptedTeacher(reply)
    stage = Verify.model_validate({"checks": [check], "captions": [], "look": {"count": 4}, **blind, **more})
    asyncio.run(stage.run(video, teacher))
    return teacher.asked


def frames(requests: list[Request]) -> list[Frames]:
    return [part for one in requests for part in one.turns[0].parts if isinstance(part, Frames)]


def words(requests: list[Request]) -> str:
    return "\n".join(part for one in requests for part in one.turns[0].parts if isinstance(part, str))


@pytest.mark.parametrize("check", CHECKS)
def test_the_thing_in_question_is_marked_at_the_times_of_its_boxes(check: str) -> None:
    found = asked(check, "What does <region> do?", DOG)
    assert frames(found)
    for one in frames(found):
        assert set(one.times) <= {2.0, 3.0}
        assert one.mark == "box"
        sides = {2.0: 0.1, 3.0: 0.2}
        assert [[region.left for region in each] for each in one.regions] == [[sides[time]] for time in one.times]
    assert words(found).count("<region> is the thing that a red rectangle marks") == len(frames(found))


@pytest.mark.parametrize("check", CHECKS)
def test_several_things_have_their_colours_in_the_order_of_the_slots(check: str) -> None:
    found = asked(check, "What does <region> do to <region>?", DOG, CAT)
    shown = [one for one in frames(found) if 3.0 in one.times]
    assert shown
    assert all([one.number for one in each.regions[each.times.index(3.0)]] == [0, 1] for each in shown)
    assert "Each <region>, in this order, is the thing in a rectangle of the colour: red, blue." in words(found)


@pytest.mark.parametrize("check", CHECKS)
def test_a_question_without_a_slot_is_asked_as_if_there_were_no_boxes(check: str) -> None:
    boxed, bare = (asked(check, "What does the dog do?", boxes) for boxes in (DOG, []))
    assert [request_id(one, 0) for one in boxed] == [request_id(one, 0) for one in bare]
    assert all((one.mark, one.regions) == ("", ()) for one in frames(boxed))


def test_without_a_box_a_slot_is_told_of_nothing() -> None:
    found = asked("agreement", "What does <region> do?", [])
    assert frames(found)[0].mark == ""
    assert "rectangle" not in words(found)


def test_the_look_of_the_stage_stays() -> None:
    (shown,) = frames(asked("agreement", "What does <region> do?", DOG, look={"count": 1, "size": 100, "columns": 2}))
    assert (shown.times, shown.size, shown.columns) == ((3.0,), 100, 2)


def test_frames_of_a_stretch_are_those_of_the_request_before() -> None:
    """A fixed id: what was asked about a sample without regions before there were any is not paid for again."""
    (request,) = asked("agreement", "What does the dog do?", [])
    (shown,) = frames([request])
    assert shown == replace(shown, mark="", margin=0.0, regions=())
    assert request_id(request, 0) == "4088398a8d71adf9543e6926"
