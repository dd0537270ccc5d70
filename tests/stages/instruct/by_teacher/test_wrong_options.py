"""Wrong options of a teacher: written with the key known or its own wrong answers, and never right as well."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from vdata.rules.letters import LETTERS, with_letters
from vdata.schemas import Evidence, Failed, Frames, Media, Message, Reply, Request, Sample, Timeline, make_id
from vdata.stages.instruct.by_teacher import wrong_options_words as words
from vdata.stages.instruct.by_teacher.wrong_options import WrongOptions

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
WRITTEN = ["a blue cup", "a green box", "A red ball!", "a crimson ball", "a yellow bag", "a dark hat", "a long rope"]


def asked(question: str = "What rolls by?", options: tuple[str, ...] = ()) -> Sample:
    evidence = [Evidence(10.0, 20.0, "questions", "a red ball", make_id(question))]
    messages = [Message("user", question), Message("assistant", "a red ball")]
    sample = Sample("what", question, "a red ball", 10.0, 20.0, evidence, messages=messages, teacher="imported")
    if options:
        sample.options, sample.answer_index = list(options), options.index("a red ball")
        sample.messages = [Message("user", with_letters(question, options, "Reply.")), Message("assistant", "A")]
    sample.id = make_id(question)
    return sample


def video_of(*samples: Sample) -> Timeline:
    video = Timeline("a.mp4", make_id("a"), 60.0, Media(sha256="f" * 64, duration=60.0))
    video.samples = list(samples)
    return video


def said(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def writer(request: Request) -> Any:
    """Writes options, gives own answers, and holds what is crimson for right as well."""
    if request.prompt == "write":
        return {"options": WRITTEN}
    if request.prompt == "tell":
        return {"answer": "a red ball"}
    lines = re.findall(r"^(\d+)\. (.+)$", said(request), re.MULTILINE)
    return {
        "judgements": [
            {"number": int(n), "verdict": "right_too" if "crimson" in text else "wrong"} for n, text in lines
        ]
    }


def run(video: Timeline, teacher: ScriptedTeacher, /, **settings: Any) -> WrongOptions:
    stage = WrongOptions.model_validate(settings)
    asyncio.run(stage.run(video, teacher))
    return stage


def test_written_options_are_judged_and_what_is_right_too_is_none(scripted: Scripted) -> None:
    teacher, video = scripted(writer), video_of(asked())
    stage = run(video, teacher)
    (sample,) = video.samples
    assert len(sample.options) == 4
    assert sample.options[sample.answer_index or 0] == sample.answer == "a red ball"
    assert set(sample.options) <= {"a red ball", *WRITTEN} - {"A red ball!", "a crimson ball"}
    assert sample.params["options_by"]
    assert sample.messages[1].content == f"{LETTERS[sample.answer_index or 0]}. a red ball"
    wrote, judged = teacher.asked
    assert "Write 6 wrong options" in said(wrote)
    assert "about 10 characters" in said(wrote)
    assert said(judged).count("A red ball!") == 0, "what is the answer is not asked about"
    assert all(any(isinstance(part, Frames) for part in one.turns[0].parts) for one in (wrote, judged))
    assert stage.summary(video.report) == (
        "wrong_options: 1 questions have new options; 1 options were judged right as well or unclear; "
        "1 were too near the right one or another."
    )


def test_options_that_are_there_give_way_and_the_words_around_them_stay(scripted: Scripted) -> None:
    video = video_of(asked(options=("a red ball", "x", "y", "z")))
    run(video, scripted(writer))
    (sample,) = video.samples
    assert not {"x", "y", "z"} & set(sample.options)
    assert sample.messages[0].content == with_letters("What rolls by?", sample.options, "Reply.")
    assert sample.messages[1].content == LETTERS[sample.answer_index or 0]


def test_options_that_are_there_stay_where_they_are_to(scripted: Scripted) -> None:
    there, teacher = ("a blue cup", "a red ball"), scripted(writer)
    video = video_of(asked(options=there), asked("What lies there?"))
    run(video, teacher, existing="keep")
    assert video.samples[0].options == list(there)
    assert len(video.samples[1].options) == 4


def test_own_wrong_answers_become_options(scripted: Scripted) -> None:
    answers = ("a red ball", "a blue cup", "a blue cup", "a crimson ball", "a dog", "the moon")
    weak = scripted(lambda request: Reply(answers, tuple({"answer": text} for text in answers)))
    video = video_of(asked())
    teacher = scripted(writer, weak=weak)
    stage = run(video, teacher, **{"from": ["own_answers"], "draws": 6, "answerer": "weak", "look": None})
    assert stage.teachers() == ["", "weak"]
    assert stage.asked_prompts() == ["tell", "judge"]
    (sample,) = video.samples
    assert set(sample.options) == {"a red ball", "a blue cup", "a dog", "the moon"}
    (request,) = weak.asked
    assert (request.samples, request.temperature, request.prompt) == (6, 1.0, "tell")
    assert "a red ball" not in said(request), "it is not told the answer"
    assert [one.prompt for one in teacher.asked] == ["judge"]


def test_too_few_wrong_options_leave_the_question_as_it_was_or_drop_it(scripted: Scripted) -> None:
    def strict(request: Request) -> Any:
        reply = writer(request)
        for n, one in enumerate(reply.get("judgements", ())):
            one["verdict"] = "wrong" if n == 0 else "unclear"
        return reply

    video = video_of(asked())
    run(video, scripted(strict))
    assert video.samples == [asked()]
    video = video_of(asked())
    run(video, scripted(strict), too_few="drop")
    (reject,) = video.rejects
    assert (video.samples, reject.reason, reject.value, reject.threshold) == ([], "too_few_distractors", 1.0, 2.0)


def test_what_is_not_taken_and_what_fails(scripted: Scripted) -> None:
    ruled = asked("When?")
    ruled.task = "moment_retrieval"
    whole = asked("Which?", ("a red ball", "x", "all of the above"))
    video = video_of(ruled, whole)
    teacher = scripted(writer)
    run(video, teacher)
    assert (video.samples, teacher.asked) == ([ruled, whole], [])
    failing = scripted(lambda request: Reply(failure="teacher_error", detail="down"))
    with pytest.raises(Failed, match="down"):
        run(video_of(asked()), failing)

    def half(request: Request) -> Any:
        return Reply(failure="refused", detail="no") if "Why" in said(request) else writer(request)

    video = video_of(asked(), asked("Why?"))
    run(video, scripted(half), too_few="drop")
    assert [bool(sample.options) for sample in video.samples] == [True, False], "what failed stays as it was"
    assert [(reject.kind, reject.reason) for reject in video.rejects] == [("failed", "refused")]


@pytest.mark.parametrize(("prompt", "empty"), [("write", "options"), ("judge", "judgements")])
def test_a_reply_without_a_single_one_does_not_fit(scripted: Scripted, prompt: str, empty: str) -> None:
    video = video_of(asked(), asked("Why?"))

    def once(request: Request) -> Any:
        return f'{{"{empty}": []}}' if request.prompt == prompt and "Why" in said(request) else writer(request)

    run(video, scripted(once))
    assert [(reject.reason, reject.detail) for reject in video.rejects] == [("bad_reply", f'{{"{empty}": []}}')]


def test_lengths_do_not_tell(scripted: Scripted) -> None:
    """A teacher that writes short and long ones: the right one is the longest as often as it is not."""
    texts = [
        "red",
        "a cap",
        "two hats",
        "a very long blue rope",
        "some people in a green boat",
        "a yellow kite in the wind",
    ]

    def reply(request: Request) -> Any:
        return {"options": texts} if request.prompt == "write" else writer(request)

    video = video_of(*(asked(f"What is {n}?") for n in range(16)))
    run(video, scripted(reply))
    ranks = [sum(len(option) < len("a red ball") for option in sample.options) for sample in video.samples]
    assert sorted(ranks) == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4
    assert words.WRITE.count("{length}") == 1
