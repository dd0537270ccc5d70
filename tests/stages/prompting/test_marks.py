"""Teachers are pointed to regions: at the times of boxes, with words that say what is marked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher

from vdata.pipelines.teachers.request_key import request_id
from vdata.schemas import Box, Evidence, Frames, Media, Message, Sample, Span, Timeline
from vdata.schemas.lane_names import KnownLanes, LaneNames
from vdata.schemas.teaching import COLOURS
from vdata.stages.ask.ask import AskTeacher
from vdata.stages.caption.caption import Caption
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.instruct.by_teacher.reason import Reason
from vdata.stages.prompting.frame_choice import MarkedLook, frames_of, times_of

BOX = {"look": {"mark": "box", "count": 4}}


def boxes(*times: float, left: float = 0.1) -> list[Box]:
    return [Box(time, left, 0.2, left + 0.2, 0.6) for time in times]


def track(start: float, end: float, *times: float, label: str = "dog", left: float = 0.1) -> Span:
    return Span(start, end, label=label, boxes=boxes(*times, left=left))


def video(*tracks: Span) -> Timeline:
    made = Timeline("v.mp4", "v", 20.0, Media(sha256="5ha", duration=20.0, fps=25.0), path="/v.mp4")
    made.put("tracks", tracks)
    return made


def run(stage: Any, made: Timeline, teacher: ScriptedTeacher) -> Timeline:
    done: Timeline = asyncio.run(stage.run(made, teacher))
    return done


def frames(teacher: ScriptedTeacher) -> list[Frames]:
    return [one for each in teacher.media() for one in each if isinstance(one, Frames)]


def test_the_frames_are_those_at_which_there_is_a_box() -> None:
    look, dense = MarkedLook(mark="box", count=4), [n / 5 for n in range(0, 51)]
    assert times_of(video(), 0, 10, look, [boxes(*dense)]) == [1.2, 3.8, 6.2, 8.8]  # asked for: 1.25, 3.75, 6.25, 8.75
    assert times_of(video(), 0, 10, look, [boxes(2.0, 3.0)]) == [2, 3]
    assert times_of(video(), 0, 10, look, [boxes(12.0)]) == times_of(video(), 0, 10, MarkedLook(count=4))
    assert times_of(video(), 0, 10, MarkedLook(count=4), [boxes(2.0)]) == [1.25, 3.75, 6.25, 8.75]


def test_the_region_of_each_frame_is_that_of_its_own_box() -> None:
    look = MarkedLook(mark="crop", count=2, margin=0.5)
    moving = [Box(1.0, 0.1, 0.2, 0.3, 0.4, "2x2:0"), Box(3.0, 0.5, 0.6, 0.7, 0.8)]
    shown = frames_of(video(), 0, 4, look, boxes=[moving, boxes(3.01)])
    assert shown.times == (1.0, 3.0)
    assert (shown.mark, shown.margin) == ("crop", 0.5)
    assert [[one.left for one in each] for each in shown.regions] == [[0.1], [0.5, 0.1]]
    assert shown.regions[0][0].mask == "2x2:0"
    assert [one.number for one in shown.regions[1]] == [0, 1]


def test_no_more_things_are_marked_than_there_are_colours() -> None:
    many = [boxes(1.0, left=n / 100) for n in range(12)]
    (regions,) = frames_of(video(), 0, 2, MarkedLook(mark="box", count=1), boxes=many).regions
    assert [one.number for one in regions] == list(range(len(COLOURS)))


@pytest.mark.parametrize(
    ("mark", "words"), [("box", "red rectangle"), ("crop", "cut out around"), ("mask", "outlined in red, and lightly")]
)
def test_captions_of_regions(mark: str, words: str) -> None:
    teacher = ScriptedTeacher("A brown dog that runs to the right.")
    made = run(
        Caption(of="tracks", look={"mark": mark, "count": 4}), video(track(1, 5, 2.0, 3.0), track(6, 9)), teacher
    )
    (text,), (shown,) = teacher.texts(), frames(teacher)
    assert words in text
    assert "Describe only what is in the region in question" in text
    assert (shown.times, shown.mark, len(shown.regions)) == ((2.0, 3.0), mark, 2)
    (caption,) = made.lane("captions")
    assert caption.boxes == boxes(2.0, 3.0)  # what is asked of the caption can be pointed out as well
    (reject,) = made.rejects
    assert (reject.reason, reject.start, reject.lane) == ("no_box", 6.0, "tracks")
    assert len(made.lane("tracks")) == 2
    told = Caption(of="tracks", look={"mark": mark}).summary(made.report) or ""
    assert "1 span was not asked about: without a box" in told


def test_each_frame_of_differential_captions_is_marked() -> None:
    teacher = ScriptedTeacher("A dog that runs on.")
    run(
        Caption(of="tracks", mode="differential", look={"mark": "box", "count": 3}),
        video(track(0, 6, 1, 3, 5)),
        teacher,
    )
    assert [one.times for one in frames(teacher)] == [(1.0,), (1.0, 3.0), (3.0, 5.0)]
    assert all(len(one.regions) == len(one.times) and all(one.regions) for one in frames(teacher))
    assert ["red rectangle" in text for text in teacher.texts()] == [True, True, True, False]  # the last has no frames


def test_a_region_is_asked_about_and_its_samples_rest_on_its_boxes() -> None:
    stage = AskTeacher(
        of="tracks",
        **BOX,
        reply={"colour": "text"},
        into="colours",
        text="{colour}",
        sample={"task": "colour", "question": "Which colour has it?", "answer": "{colour}"},
    )
    teacher = ScriptedTeacher({"colour": "brown"})
    made = run(stage, video(track(1, 5, 2.0), track(6, 9)), teacher)
    assert "red rectangle" in teacher.texts()[0]
    (shown,) = frames(teacher)
    assert (shown.times, shown.mark) == ((2.0,), "box")
    (sample,), (answer,) = made.samples, made.lane("colours")
    assert sample.evidence[0].boxes == answer.boxes == boxes(2.0)
    assert [one.reason for one in made.rejects] == ["no_box"]


def test_lines_are_told_by_the_colours_of_their_regions() -> None:
    dog, cat = track(0, 8, 1.0, 3.0), track(0, 8, 3.0, label="cat", left=0.6)
    made = video(dog, cat, track(2, 4, label="sound"))
    made.put("captions", [Span(0, 8, "A dog waits for a cat.", boxes=boxes(1.0, 3.0))])
    item = {"question": "What does the dog do?", "answer": "It waits for a cat.", "evidence": ["c1"]}
    teacher = ScriptedTeacher({"items": [item]})
    run(Questions(**{"from": ["tracks", "captions"], "tasks": ["what"], "per_task": 1, **BOX}), made, teacher)
    (text,), (shown,) = teacher.texts(), frames(teacher)
    assert "[c1][t1] red, [t2] blue." in text  # the caption is of the dog: the same boxes
    assert shown.times == (1.0, 3.0)
    assert [[one.number for one in each] for each in shown.regions] == [[0], [0, 1]]
    (sample,) = made.samples
    assert sample.evidence[0].boxes == boxes(1.0, 3.0)


def test_a_rationale_is_asked_for_with_what_the_answer_rests_on_marked() -> None:
    made = video(track(2, 6, 3.0), track(2, 6, 4.0, label="cat"))
    dog = next(span for span in made.lane("tracks") if span.label == "dog")
    evidence = [Evidence(2, 6, "tracks", "dog", dog.id, dog.boxes)]
    made.samples = [
        Sample("what", "What runs?", "A dog", 2, 6, evidence),
        Sample("what", "What?", "A", 2, 6, [Evidence(2, 6, "shots", "", "x")]),
    ]
    for one in made.samples:
        one.messages = [Message("user", one.question), Message("assistant", one.answer)]
    step = {"text": "It barks and wags its tail.", "evidence": ["t1"]}
    teacher = ScriptedTeacher({"steps": [step], "conclusion": "A dog"})
    stage = Reason(**{"from": ["tracks"], **BOX})
    run(stage, made, teacher)
    first, second = frames(teacher)[:2]
    assert (first.times, first.mark) == ((3.0,), "box")
    assert "red." in teacher.texts()[0]
    assert (second.mark, len(second.times)) == ("", 4)
    assert "nothing was marked" in (stage.summary(made.report) or "")


def test_what_is_proposed_is_not_pointed_out() -> None:
    with pytest.raises(ValidationError, match="shows the whole video"):
        Reason(mode="propose", **BOX)


def test_cached_replies_to_other_marks_are_not_taken() -> None:
    def asked(look: dict[str, Any]) -> str:
        teacher = ScriptedTeacher("A brown dog that runs to the right.")
        run(Caption(of="tracks", prompt="What is it?", look=look), video(track(1, 5, 2.0)), teacher)
        return request_id(teacher.asked[0], 0)

    looks: list[dict[str, Any]] = [
        {"mark": "box"},
        {"mark": "crop"},
        {"mark": "mask"},
        {"mark": "crop", "margin": 1},
        {"count": 1},
    ]
    assert len({asked(look) for look in looks}) == len(looks)


@pytest.mark.parametrize("stage", [Caption, AskTeacher])
def test_check_says_where_no_span_can_have_a_box(stage: Any) -> None:
    known: KnownLanes = {"shots": LaneNames.of(own={"score"}), "tracks": LaneNames.of(own={"boxes"}), "mine": None}
    (misfit,) = stage(of="shots", **BOX).misfits(known)
    assert misfit.path == ("look", "mark")
    assert misfit.message == "no span of shots has a box that could be marked."
    assert misfit.hint == "Those of tracks have."
    assert [list(stage(of=lane, **BOX).misfits(known)) for lane in ("tracks", "mine", "unheard")] == [[], [], []]
    assert "a whole video has no box" in next(iter(stage(of=None, **BOX).misfits(known))).message
    assert not list(stage(of="shots").misfits(known))


def test_questions_need_one_lane_with_boxes() -> None:
    known: KnownLanes = {"shots": LaneNames(), "tracks": LaneNames.of(own={"boxes"})}
    assert list(Questions(**{"from": ["shots"], **BOX}).misfits(known))
    assert not list(Questions(**{"from": ["shots", "tracks"], **BOX}).misfits(known))


REGION_QUESTION = {
    "of": "tracks",
    **BOX,
    "reply": {"question": {"holds": "<region>"}, "answer": "text"},
    "sample": {"task": "region_question", "question": "{question}", "answer": "{answer}"},
}


def test_questions_about_regions_hold_their_slot_and_show_the_whole_video() -> None:
    asked = {"question": "What does <region> chase?", "answer": "A cat."}
    made = run(AskTeacher.model_validate(REGION_QUESTION), video(track(1, 5, 2.0)), ScriptedTeacher(asked))
    (sample,) = made.samples
    assert sample.params == {"written_from": "frames"}  # the boxes say what it is about
    assert sample.evidence[0].boxes == boxes(2.0)
    teacher = ScriptedTeacher({**asked, "question": "What does the dog chase?"})
    made = run(AskTeacher.model_validate(REGION_QUESTION), video(track(1, 5, 2.0)), teacher)
    assert made.samples == []
    assert [one.reason for one in made.rejects] == ["lacks_words"]
    assert teacher.asked[0].schema is not None
    assert "It must hold <region>" in str(teacher.asked[0].schema)


def test_a_question_about_a_region_without_boxes_is_a_reject() -> None:
    stage = AskTeacher.model_validate({**REGION_QUESTION, "look": {"count": 2}})
    made = run(stage, video(track(1, 5)), ScriptedTeacher({"question": "What is <region>?", "answer": "A cat."}))
    assert made.samples == []
    assert [one.reason for one in made.rejects] == ["no_box"]


def test_templates_about_regions_need_boxes_and_show_the_whole_video() -> None:
    template = {"name": "named", "of": "tracks", "ask": ["What is <region>?"], "answer": "{label}"}
    stage = Tasks.model_validate({"of": [], "tasks": [template]})
    point = Span(3, 3, label="cat", boxes=boxes(3.0))
    made = stage.run(video(track(1, 5, 2.0), point, track(6, 9)))
    assert [(one.answer, one.params.get("about")) for one in made.samples] == [("dog", None), ("cat", None)]
    assert [one.evidence[0].boxes for one in made.samples] == [boxes(2.0), boxes(3.0)]
    assert "no box that <region> could stand for" in (stage.summary(made.report) or "")


def test_of_what_is_known_of_a_region_its_own_words_are_told() -> None:
    dog, cat = Span(1, 5, "A dog.", boxes=boxes(2.0)), Span(1, 5, "A cat.", boxes=boxes(2.0, left=0.6))
    teacher = ScriptedTeacher("It is an animal that waits.")
    run(Caption(of="tracks", look=None), video(dog, cat), teacher)
    assert [("A dog." in text, "A cat." in text) for text in teacher.texts()] == [(True, False), (False, True)]
    teacher = ScriptedTeacher("It is an animal that waits.")
    run(Caption.model_validate({"of": "tracks", "look": None, "with": ["tracks"]}), video(dog, cat), teacher)
    assert all("A dog." in text and "A cat." in text for text in teacher.texts())
